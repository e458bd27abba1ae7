// alerts.json: whole lines, over rotation, a torn line and a folder that can't be written.
#include "engine/core/alerts_file.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace bartizan;

class AlertsFileTest : public QObject
{
    Q_OBJECT

private slots:
    void linesAreAppended();
    void largeFilesAreRotated();
    void oldFilesAreFew();
    void tornLinesAreEnded();
    void failuresAreToldAndOver();

private:
    [[nodiscard]] static QByteArray content(const std::string& path)
    {
        QFile file(QString::fromStdString(path));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("absent");
    }
};

void AlertsFileTest::linesAreAppended()
{
    const QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("alerts/alerts.json")).toStdString();
    AlertsFile file(path);
    QVERIFY(!QFile::exists(QString::fromStdString(path)));
    QVERIFY(file.append("{\"a\":1}\n").has_value());
    QVERIFY(file.append("{\"a\":2}\n{\"a\":3}\n").has_value());
    QCOMPARE(content(path), QByteArray("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n"));
    const auto others =
        QFile::permissions(QString::fromStdString(path)) & (QFile::ReadOther | QFile::WriteOther);
    QVERIFY(!others);
    QVERIFY(!(QFile::permissions(folder.filePath(QStringLiteral("alerts"))) & QFile::ExeOther));
    AlertsFile again(path);
    QVERIFY(again.append("{\"a\":4}\n").has_value());
    QVERIFY(content(path).endsWith("{\"a\":3}\n{\"a\":4}\n"));
}

void AlertsFileTest::largeFilesAreRotated()
{
    const QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("a.json")).toStdString();
    AlertsFile file(path, 20);
    QVERIFY(file.append("0123456789\n").has_value());
    QVERIFY(file.append("abcdefghij\n").has_value());
    QCOMPARE(content(path), QByteArray("abcdefghij\n"));
    QCOMPARE(content(path + ".1"), QByteArray("0123456789\n"));
    AlertsFile next(path, 20); // after a restart too
    QVERIFY(next.append("ABCDEFGHIJ\n").has_value());
    QCOMPARE(content(path), QByteArray("ABCDEFGHIJ\n"));
    QCOMPARE(content(path + ".2"), QByteArray("0123456789\n"));
}

void AlertsFileTest::oldFilesAreFew()
{
    const QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("a.json")).toStdString();
    AlertsFile file(path, 1);
    for (int i = 0; i < 12; ++i)
        QVERIFY(file.append(std::to_string(i) + "\n").has_value());
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), AlertsFile::kOldFiles + 1);
    QCOMPARE(content(path), QByteArray("11\n"));
    QCOMPARE(content(path + ".4"), QByteArray("7\n"));
}

void AlertsFileTest::tornLinesAreEnded()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("a.json"));
    QFile torn(path);
    QVERIFY(torn.open(QIODevice::WriteOnly));
    torn.write("{\"a\":1}\n{\"a\":");
    torn.close();
    AlertsFile file(path.toStdString());
    QVERIFY(file.append("{\"a\":2}\n").has_value());
    QCOMPARE(content(path.toStdString()), QByteArray("{\"a\":1}\n{\"a\":\n{\"a\":2}\n"));
}

void AlertsFileTest::failuresAreToldAndOver()
{
    const QTemporaryDir folder;
    const QString place = folder.filePath(QStringLiteral("alerts"));
    QFile obstacle(place); // a file where the folder should be
    QVERIFY(obstacle.open(QIODevice::WriteOnly));
    obstacle.close();
    AlertsFile file(place.toStdString() + "/alerts.json");
    const auto failed = file.append("1\n");
    QVERIFY(!failed && !failed.error().cure.empty());
    QVERIFY(QFile::remove(place));
    QVERIFY(file.append("2\n").has_value());
    QCOMPARE(content(file.path()), QByteArray("2\n"));
}

QTEST_APPLESS_MAIN(AlertsFileTest)
#include "tst_alerts_file.moc"
