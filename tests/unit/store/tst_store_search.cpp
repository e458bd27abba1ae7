// The search index: complete behind the rows, after a kill, after damage, and when rows go.
#include "engine/store/database.h"
#include "engine/store/migrations.h"
#include "engine/store/search_text.h"
#include "store_samples.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>

#include <algorithm>

using namespace bartizan;
using namespace bartizan::test;

namespace {

const QString kSubject = QStringLiteral(BARTIZAN_BIN_DIR "/store_subject");
constexpr EpochMs kStart = 1'780'000'020'000;
constexpr EpochMs kMinute = 60'000;
// Milliseconds: a disk that others write to may keep a commit waiting for long.
constexpr int kPatience = 60'000;

std::vector<AlertRecord> lines(const std::vector<std::string>& texts, EpochMs time = kStart)
{
    std::vector<AlertRecord> alerts;
    for (const std::string& text : texts) {
        alerts.push_back(sampleAlert(time, 100, "192.0.2.1", text));
        alerts.back().location = "/log/" + std::to_string(alerts.size());
    }
    return alerts;
}

// A line of the next minute: those before it don't change any more, and go into the index.
void writeSettled(Store& store, std::vector<AlertRecord> alerts)
{
    const EpochMs time = alerts.front().firstTime;
    writeAlerts(store, std::move(alerts));
    writeAlerts(store, {sampleAlert(time + kMinute, 1, "", "of another minute")});
}

std::vector<std::string> found(Store& store, const std::string& text)
{
    AlertQuery query;
    query.limit = 1000;
    query.search = text;
    const auto page = store.alerts(query);
    std::vector<std::string> logs;
    if (!page)
        QTest::qFail(page.error().message.c_str(), __FILE__, __LINE__);
    else
        std::ranges::transform(page->items, std::back_inserter(logs), &AlertRecord::firstLog);
    return logs;
}

} // namespace

class TestStoreSearch : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("history.db"));
    }

    void theIndexIsAskedForRunsOfThreeCharacters_data()
    {
        QTest::addColumn<QByteArray>("search");
        QTest::addColumn<QByteArray>("query");
        QTest::newRow("word") << QByteArray("root") << QByteArray("\"roo\" AND \"oot\"");
        QTest::newRow("repetition") << QByteArray("aaaaa") << QByteArray("\"aaa\"");
        QTest::newRow("characters, not bytes") << QByteArray("größ") << QByteArray("\"grö\" AND \"röß\"");
        QTest::newRow("quotes and operators") << QByteArray("a\"*") << QByteArray("\"a\"\"*\"");
        QTest::newRow("too short") << QByteArray("ab") << QByteArray();
        QTest::newRow("two characters of four bytes") << QByteArray("öß") << QByteArray();
        QTest::newRow("NUL") << QByteArray("a\0b", 3) << QByteArray("\"a\nb\"");
        QTest::newRow("not UTF-8") << QByteArray("abc\xff") << QByteArray();
    }
    void theIndexIsAskedForRunsOfThreeCharacters()
    {
        QFETCH(QByteArray, search);
        QTEST(QByteArray::fromStdString(store::indexQuery(search.toStdString()).value_or("")), "query");
    }

    // The same answers while rows wait for the index, when they are in it, and after a restart.
    void whatIsSearchedForIsFoundInEachState_data()
    {
        QTest::addColumn<QByteArray>("search");
        QTest::addColumn<QByteArrayList>("expected");
        const auto add = [](const char* name, const QByteArray& search, const QByteArrayList& expected) {
            QTest::newRow(name) << search << expected;
        };
        add("in the middle of a word", "asswo", {"Failed PASSWORD", "no password"});
        add("in another case", "PASSWORD", {"Failed PASSWORD", "no password"});
        add("two characters", "pa", {"Failed PASSWORD", "no password"});
        add("operators are text", "a AND b", {"a AND b"});
        add("and match nothing else", "zzz\" OR \"a", {});
        add("a star is text", "b*c", {"b*c"});
        add("quotes", "say \"hi\"", {"say \"hi\" to text:x"});
        add("a column filter is text", "text:x", {"say \"hi\" to text:x"});
        add("letters of other languages", "größer", {"viel größer"});
        add("runs in other places only", "abcXbcd", {});
        add("behind a NUL byte", "hidden", {QByteArray("seen\0hidden", 11)});
        add("beside bytes that are not UTF-8", "öhlen", {"H\xc3\xb6hlen\xb6\xb6"});
        add("before such bytes", "len", {"H\xc3\xb6hlen\xb6\xb6"});
        add("nothing", "no such text", {});
    }
    void whatIsSearchedForIsFoundInEachState()
    {
        QFETCH(QByteArray, search);
        QFETCH(QByteArrayList, expected);
        std::vector<std::string> texts = {"no password",
                                          "Failed PASSWORD",
                                          "a AND b",
                                          "bXc",
                                          "b*c",
                                          "say \"hi\" to text:x",
                                          "viel größer",
                                          "abc bcd cXb",
                                          std::string("seen\0hidden", 11),
                                          "H\xc3\xb6hlen\xb6\xb6"};
        std::vector<std::string> wanted;
        for (const QByteArray& line : expected)
            wanted.push_back(line.toStdString());
        auto store = openStore(m_path, m_clock);
        writeAlerts(*store, lines(texts));
        BZ_OK(store->flush());
        QCOMPARE(found(*store, search.toStdString()), wanted);
        writeAlerts(*store, {sampleAlert(kStart + kMinute, 1, "", "-")});
        BZ_OK(store->flush());
        QTRY_COMPARE_WITH_TIMEOUT(store->load().notIndexed, 0, kPatience);
        QCOMPARE(indexPosition(), static_cast<std::int64_t>(texts.size()));
        QCOMPARE(found(*store, search.toStdString()), wanted);
        store = nullptr;
        store = openStore(m_path, m_clock);
        QCOMPARE(found(*store, search.toStdString()), wanted);
    }

    void pagesAndFiltersGoThroughTheIndexAndWhatIsNotInIt()
    {
        auto store = openStore(m_path, m_clock);
        std::vector<AlertRecord> old;
        for (int i = 1; i <= 3000; ++i) {
            old.push_back(sampleAlert(kStart, i % 10 == 0 ? 7 : 8, "10.0.0." + std::to_string(i % 100),
                                      "needle " + std::to_string(i)));
            old.back().location = std::to_string(i);
        }
        writeAlerts(*store, old);
        writeAlerts(*store, lines({"needle a", "needle b"}, kStart + kMinute));
        BZ_OK(store->flush());
        QTRY_COMPARE_WITH_TIMEOUT(store->load().notIndexed, 0, kPatience);
        AlertQuery query;
        query.search = "needle";
        query.limit = 700;
        std::vector<AlertId> ids;
        for (bool more = true; more;) {
            BZ_VALUE(page, store->alerts(query));
            for (const AlertRecord& alert : page.items)
                ids.push_back(alert.id);
            more = page.more;
            query.before = page.items.back().id;
        }
        QCOMPARE(ids.size(), 3002U);
        for (std::size_t i = 0; i < ids.size(); ++i)
            QCOMPARE(ids[i], static_cast<AlertId>(3002 - i));
        query = {.limit = 1000, .search = "needle", .ruleId = 7};
        QCOMPARE(store->alerts(query)->items.size(), 300U);
        query.address = Cidr::parse("10.0.0.50");
        QCOMPARE(store->alerts(query)->items.size(), 30U);
    }

    void anOldHistoryIsTakenIntoTheIndex()
    {
        {
            auto store = openStore(m_path, m_clock);
            writeSettled(*store, lines({"of old", "older"}));
            BZ_OK(store->flush());
            QTRY_COMPARE_WITH_TIMEOUT(indexPosition(), 2, kPatience); // so that there is a file to remove
        }
        QVERIFY(QFile::remove(m_path + QStringLiteral("-search")));
        { // As the version before left it.
            store::Database old;
            BZ_OK(old.open({m_path.toStdString()}, store::Database::Access::ReadWrite,
                           std::chrono::seconds(5)));
            BZ_OK(old.run("DELETE FROM meta WHERE key = 'history_id'"));
            BZ_OK(old.run("PRAGMA user_version = " + std::to_string(store::migrations().size() - 1)));
        }
        auto store = openStore(m_path, m_clock);
        QTRY_COMPARE_WITH_TIMEOUT(indexPosition(), 2, kPatience);
        QCOMPARE(found(*store, "of old"), std::vector<std::string>{"of old"});
    }

    void aKillAtAnyMomentLeavesAnIndexThatGoesOn()
    {
        for (int round = 1; round <= 6; ++round) {
            QProcess subject;
            subject.start(kSubject, {QStringLiteral("search"), m_path});
            QVERIFY(subject.waitForReadyRead(10'000));
            QTest::qSleep(31 * round);
            subject.kill();
            QVERIFY(subject.waitForFinished());
        }
        auto store = openStore(m_path, m_clock);
        QTRY_COMPARE_WITH_TIMEOUT(store->load().notIndexed, 0, 20'000);
        const auto rows = store->counters()->alerts;
        QVERIFY(rows > 1000);
        // Every row is found by its own text, once.
        AlertQuery all;
        all.limit = 1000;
        std::int64_t seen = 0;
        for (bool more = true; more;) {
            BZ_VALUE(page, store->alerts(all));
            for (const AlertRecord& alert : page.items) {
                if (++seen % (rows / 100) != 0)
                    continue;
                QCOMPARE(found(*store, alert.firstLog.substr(0, 30)),
                         std::vector<std::string>{alert.firstLog});
            }
            more = page.more;
            all.before = page.items.back().id;
        }
        QCOMPARE(seen, rows);
        QCOMPARE(entriesInIndex(), indexPosition()); // and none is in it twice
    }

    void anotherOrADamagedIndexIsMadeAgain_data()
    {
        QTest::addColumn<QString>("what");
        QTest::newRow("of another history") << QStringLiteral("UPDATE state SET history_id = 'other'");
        QTest::newRow("ahead of the history") << QStringLiteral("UPDATE state SET position = 1000");
        QTest::newRow("of another version") << QStringLiteral("PRAGMA user_version = 99");
        QTest::newRow("no database") << QString();
    }
    void anotherOrADamagedIndexIsMadeAgain()
    {
        QFETCH(QString, what);
        {
            auto store = openStore(m_path, m_clock);
            writeSettled(*store, lines({"needle", "hay"}));
            BZ_OK(store->flush());
            QTRY_COMPARE_WITH_TIMEOUT(indexPosition(), 2, kPatience);
        }
        if (what.isEmpty()) {
            QFile file(m_path + QStringLiteral("-search"));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(QByteArray(20'000, 'x'));
        } else {
            store::Database index;
            BZ_OK(index.open({m_path.toStdString() + "-search"}, store::Database::Access::ReadWrite, {}));
            BZ_OK(index.run(what.toStdString()));
        }
        Store::Options options;
        options.retryInterval = std::chrono::milliseconds(20);
        auto store = openStore(m_path, m_clock, options);
        QCOMPARE(found(*store, "needle"), std::vector<std::string>{"needle"});
        QTRY_COMPARE_WITH_TIMEOUT(indexPosition(), 2, kPatience);
        QCOMPARE(found(*store, "needle"), std::vector<std::string>{"needle"});
        QTRY_VERIFY(store->problems().empty());
    }

    void whatIsRemovedFromTheHistoryGoesFromTheIndex()
    {
        constexpr EpochMs kDay = 24LL * 3600 * 1000;
        m_clock.set(kStart);
        auto store = openStore(m_path, m_clock);
        for (int day = 0; day < 4; ++day) {
            std::vector<AlertRecord> alerts;
            for (int i = 0; i < 9000; ++i) {
                alerts.push_back(sampleAlert(kStart + day * kDay, 1, "", "day " + std::to_string(day)));
                alerts.back().location = std::to_string(i);
            }
            writeAlerts(*store, std::move(alerts));
            BZ_OK(store->flush());
        }
        writeAlerts(*store, {sampleAlert(kStart + 4 * kDay, 1, "", "end")});
        BZ_OK(store->flush());
        QTRY_COMPARE_WITH_TIMEOUT(store->load().notIndexed, 0, kPatience);
        QCOMPARE(entriesInIndex(), 36'000);
        m_clock.set(kStart + 92 * kDay + 1); // days 0, 1 and 2 are gone: a part and a bit
        store->retain();
        QTRY_COMPARE(store->counters()->alerts, 9001);
        QTRY_COMPARE_WITH_TIMEOUT(entriesInIndex(), 9000, 10'000);
        QVERIFY(found(*store, "day 2").empty());
        QCOMPARE(found(*store, "day 3").size(), 1000U);
    }

private:
    std::int64_t ask(const std::string& sql)
    {
        store::Database index;
        if (!index.open({m_path.toStdString() + "-search"}, store::Database::Access::ReadOnly,
                        std::chrono::seconds(5)))
            return -1;
        return index.number(sql).value_or(-1);
    }

    std::int64_t indexPosition() { return ask("SELECT position FROM state"); }

    // Rows with the letters of every sample's description, over all parts.
    std::int64_t entriesInIndex()
    {
        std::int64_t entries = 0;
        const auto last = ask("SELECT max(number) FROM parts");
        for (std::int64_t part = 1; part <= last; ++part) {
            const std::string table = "text_" + std::to_string(part);
            if (ask("SELECT count(*) FROM parts WHERE number = " + std::to_string(part)) == 1)
                entries += ask("SELECT count(*) FROM " + table + " WHERE " + table + " MATCH '\"Som\"'");
        }
        return entries;
    }

    FixedClock m_clock;
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

QTEST_GUILESS_MAIN(TestStoreSearch)
#include "tst_store_search.moc"
