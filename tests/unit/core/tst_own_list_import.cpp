// What clients send in parts, the clumsy ones too.
#include <QTest> // first: moc 6.4 stumbles over <compare> before it

#include "engine/core/own_list_import.h"
#include "engine/reputation/own/own_lists.h"

#include <QJsonArray>
#include <QTemporaryDir>

using namespace bartizan;
using namespace Qt::Literals::StringLiterals;

namespace {

constexpr EpochMs kStart = 1'800'000'000'000;

struct Bench
{
    Result<std::optional<EditOutcome>> send(int part, bool last, const QJsonArray& entries,
                                            const std::string& sender = "0/1", EpochMs now = kStart,
                                            bool replace = false)
    {
        return import.take(lists,
                           {{u"name"_s, u"mine"_s},
                            {u"part"_s, part},
                            {u"last"_s, last},
                            {u"replace"_s, replace},
                            {u"entries"_s, entries}},
                           sender, "root", now);
    }

    QTemporaryDir folder;
    OwnLists lists{folder.path().toStdString() + "/lists", folder.path().toStdString()};
    OwnListImport import;
};

QJsonArray one(const char* text)
{
    QJsonArray entries;
    entries.append(QJsonArray{QString::fromLatin1(text), u"a note"_s});
    return entries;
}

} // namespace

class TestOwnListImport : public QObject
{
    Q_OBJECT

private slots:
    void partsInOrder_areOneList()
    {
        Bench bench;
        QVERIFY(bench.send(0, false, one("198.51.100.7")));
        QVERIFY(!bench.lists.info("mine"));
        const auto done = bench.send(1, true, one("198.51.100.8"));
        QVERIFY(done && *done);
        QCOMPARE(bench.lists.info("mine")->entries, 2U);
    }

    void nothingGoodInIt_makesNoList_data()
    {
        QTest::addColumn<bool>("replace");
        QTest::newRow("add") << false;
        QTest::newRow("replace") << true;
    }
    void nothingGoodInIt_makesNoList()
    {
        QFETCH(const bool, replace);
        Bench bench;
        (void)bench.send(0, true, one("192.0.2.300/99"), "0/1", kStart, replace);
        QVERIFY(!bench.lists.info("mine"));
    }

    void aClientThatWentAway_isNotWaitedFor_whenTheClockIsSetBack()
    {
        Bench bench;
        QVERIFY(bench.send(0, false, one("198.51.100.7")));
        const auto other = bench.send(0, false, one("198.51.100.8"), "0/2", kStart + 1000);
        QVERIFY(!other && other.error().code == ErrorCode::Busy);
        QVERIFY(bench.send(0, true, one("198.51.100.8"), "0/2", kStart - 86'400'000));
    }
};

QTEST_GUILESS_MAIN(TestOwnListImport)
#include "tst_own_list_import.moc"
