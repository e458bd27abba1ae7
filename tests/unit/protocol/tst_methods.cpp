#include "engine/protocol/errors.h"
#include "engine/protocol/methods.h"

#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

using namespace bartizan;
using namespace bartizan::protocol;
using namespace Qt::StringLiterals;

namespace {

QString text(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

QString document()
{
    QFile file(QStringLiteral(BARTIZAN_SOURCE_DIR "/docs/ipc.md"));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

// The documented class of each method.
QHash<QString, QString> documentedMethods()
{
    QHash<QString, QString> found;
    static const QRegularExpression row(u"^\\| `([a-z_.]+)` \\| ([a-z]+)"_s,
                                        QRegularExpression::MultilineOption);
    for (auto match = row.globalMatch(document()); match.hasNext();) {
        const auto line = match.next();
        found.insert(line.captured(1), line.captured(2));
    }
    return found;
}

} // namespace

class TestMethods : public QObject
{
    Q_OBJECT

private slots:
    void theTableAndTheDocumentAgree();
    void whateverChangesSomethingIsAudited();
    void someParametersTakeMore_data();
    void someParametersTakeMore();
    void everyErrorHasADocumentedName();
    void errorsSurviveTheWay();
};

void TestMethods::theTableAndTheDocumentAgree()
{
    auto documented = documentedMethods();
    QVERIFY(!documented.isEmpty());
    for (const Method& method : methods()) {
        QCOMPARE(documented.take(text(method.name)), text(permissionName(method.permission)));
        QCOMPARE(findMethod(method.name)->name, method.name);
    }
    QVERIFY2(documented.isEmpty(), "documented, but not in the table");
    QVERIFY(!findMethod("no.such"));
    for (const EventKind& kind : eventKinds())
        QVERIFY(document().contains('`'_L1 + text(kind.name) + u"` →"_s));
}

void TestMethods::whateverChangesSomethingIsAudited()
{
    for (const Method& method : methods())
        QCOMPARE(method.audited, method.permission >= PermissionClass::Respond);
}

void TestMethods::someParametersTakeMore_data()
{
    QTest::addColumn<QString>("method");
    QTest::addColumn<QJsonObject>("params");
    QTest::addColumn<bool>("configure");
    QTest::newRow("block") << u"block.add"_s << QJsonObject{} << false;
    QTest::newRow("block for a time") << u"block.add"_s << QJsonObject{{u"seconds"_s, 1e9}} << false;
    QTest::newRow("block for ever") << u"block.add"_s << QJsonObject{{u"permanent"_s, true}} << true;
    QTest::newRow("not for ever") << u"block.add"_s << QJsonObject{{u"permanent"_s, false}} << false;
    QTest::newRow("for ever null") << u"block.add"_s << QJsonObject{{u"permanent"_s, QJsonValue()}} << false;
    QTest::newRow("for ever as text") << u"block.add"_s << QJsonObject{{u"permanent"_s, u"true"_s}} << true;
    QTest::newRow("for ever as number") << u"block.add"_s << QJsonObject{{u"permanent"_s, 1}} << true;
    QTest::newRow("pause 900") << u"pause"_s << QJsonObject{{u"seconds"_s, 900}} << false;
    QTest::newRow("pause 901") << u"pause"_s << QJsonObject{{u"seconds"_s, 901}} << true;
    QTest::newRow("pause for ages") << u"pause"_s << QJsonObject{{u"seconds"_s, 1e300}} << true;
    QTest::newRow("pause of nothing") << u"pause"_s << QJsonObject{} << false;
}

void TestMethods::someParametersTakeMore()
{
    QFETCH(QString, method);
    QFETCH(QJsonObject, params);
    QFETCH(bool, configure);
    QCOMPARE(requiredPermission(*findMethod(method.toStdString()), params),
             configure ? PermissionClass::Configure : PermissionClass::Respond);
}

void TestMethods::everyErrorHasADocumentedName()
{
    const QString errors = document().section(u"## Errors"_s, 1).section(u"\n## "_s, 0, 0);
    QVERIFY(!errors.isEmpty());
    for (int code = 0; code <= static_cast<int>(ErrorCode::Internal); ++code) {
        const QString name = text(errorName(static_cast<ErrorCode>(code)));
        QVERIFY2(errors.contains('`'_L1 + name + '`'_L1), qPrintable(name));
    }
}

void TestMethods::errorsSurviveTheWay()
{
    const auto object = errorObject({ErrorCode::Refused, "192.0.2.1 is a gateway", "Choose another."},
                                    {{u"guard"_s, u"gateway"_s}});
    QCOMPARE(object[u"data"_s][u"code"_s].toString(), u"refused"_s);
    QCOMPARE(object[u"data"_s][u"guard"_s].toString(), u"gateway"_s);
    const Error back = errorFromObject(object);
    QCOMPARE(back.code, ErrorCode::Refused);
    QCOMPARE(back.message, std::string("192.0.2.1 is a gateway"));
    QCOMPARE(back.cure, std::string("Choose another."));
    QCOMPARE(errorFromObject({}).code, ErrorCode::Internal);
    QCOMPARE(errorFromObject({{u"data"_s, QJsonObject{{u"code"_s, u"of the future"_s}}}}).code,
             ErrorCode::Internal);
}

QTEST_APPLESS_MAIN(TestMethods)
#include "tst_methods.moc"
