// The text of a list: read as rules read it, changed line by line, and taken back to the byte.
#include <QtTest> // first: moc 6.4 stumbles over <compare> before it

#include "engine/lists/cdb_list.h"
#include "engine/reputation/own/list_text_change.h"

#include <set>

using namespace bartizan;

class TestOwnListText : public QObject
{
    Q_OBJECT

private slots:
    void linesAreReadAsRulesReadThem();
    void aLineReadsBackOrIsNotWritten();
    void aKeyKeepsItsSpelling();
    void aChangeIsTakenBackToTheByte_data();
    void aChangeIsTakenBackToTheByte();
    void whatOthersAddedStays();
    void whatOthersChangedClashes();
    void whatIsGoneNeedsNoUndoing();
};

namespace {

own::TextChange changed(std::string_view text, const std::vector<own::NewEntry>& put,
                        const std::vector<std::string_view>& removed)
{
    return own::changeText(
        text, put, [&](const own::TextLine& line) { return std::ranges::count(removed, line.key) > 0; });
}

} // namespace

void TestOwnListText::linesAreReadAsRulesReadThem()
{
    const std::string text =
        "a:1\r\n\"2001:db8::1\":\"x:y\"\n b : 2 \n\"c\":3\n\"d:4\n:empty\ne:\n\"\":q\nf:g:h\n"
        "a:again\n\"a\":\"b\":\"c\"\nlast:\"\"";
    Problems ignored;
    const auto list = CdbList::compile(text, "bad", ignored);
    std::size_t entries = 0;
    own::TextLine line;
    std::set<std::string_view> seen;
    for (own::LineWalk walk(text); walk.next(line);) {
        if (line.kind != own::LineKind::Entry || !seen.insert(line.key).second)
            continue;
        ++entries;
        QCOMPARE(list.find(line.key), std::optional(line.value));
    }
    QCOMPARE(entries, list.size());
    own::LineWalk walk("a:1\r\r\n#c:d\n\nno colon\n2001:db8::1:x");
    const auto next = [&] { return walk.next(line); };
    QVERIFY(next() && line.kind == own::LineKind::Entry && line.end() == "\r\r\n" && line.value == "1");
    QVERIFY(next() && line.kind == own::LineKind::Comment);
    QVERIFY(next() && line.kind == own::LineKind::Blank);
    QVERIFY(next() && line.kind == own::LineKind::NoColon);
    QVERIFY(next() && line.kind == own::LineKind::Entry && line.cutsAddress && line.number == 5);
    QVERIFY(!next());
}

void TestOwnListText::aLineReadsBackOrIsNotWritten()
{
    QCOMPARE(own::writeLine("a", "b"), std::optional<std::string>("a:b"));
    QCOMPARE(own::writeLine("2001:db8::1", "x: y"), std::optional<std::string>("\"2001:db8::1\":\"x: y\""));
    QVERIFY(!own::writeLine("#a", "b"));
    QVERIFY(!own::writeLine("a\":b", "c"));
    QVERIFY(!own::writeLine("a", "\"b\""));
    QVERIFY(!own::writeLine("a", "b\nc:d"));
    QVERIFY(!own::writeLine("a\n", "b"));
    QVERIFY(!own::writeLine("a", "b\r"));
}

void TestOwnListText::aKeyKeepsItsSpelling()
{
    QCOMPARE(own::withValue(own::readLine("\"a\":1"), "2"), std::optional<std::string>("\"a\":2"));
    QCOMPARE(own::withValue(own::readLine("a:\"1\""), "2:3"), std::optional<std::string>("a:\"2:3\""));
    // The quotes of the value would become those of the key.
    QVERIFY(!own::withValue(own::readLine("\"a:1"), ":x"));
}

void TestOwnListText::aChangeIsTakenBackToTheByte_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("plain") << QByteArray("a:1\nb:2\nc:3\nd:4\n");
    QTest::newRow("no end") << QByteArray("a:1\nb:2\nc:3\nd:4");
    QTest::newRow("no end, odd last") << QByteArray("a:1\nb:2\nc:3\nd:4\r");
    QTest::newRow("CRLF") << QByteArray("a:1\r\nb:2\r\nc:3\nd:4\r\n");
    QTest::newRow("comments") << QByteArray("# x\n\na:1\nno colon\nb:2\n#:\nc:3\n\nb:twice\nd:4\n\n\n");
    QTest::newRow("few") << QByteArray("d:4");
    QTest::newRow("empty") << QByteArray();
}

void TestOwnListText::aChangeIsTakenBackToTheByte()
{
    QFETCH(QByteArray, text);
    const std::string before = text.toStdString();
    const std::vector<std::vector<own::NewEntry>> puts{
        {}, {{"e", "5"}}, {{"a", "9"}, {"e", "5"}, {"f", ""}}, {{"d", "9"}}, {{"d", "9"}, {"e", ""}}};
    const std::vector<std::vector<std::string_view>> removals{
        {}, {"a"}, {"b", "c"}, {"d"}, {"a", "b", "c", "d"}};
    for (const auto& put : puts) {
        for (const auto& removed : removals) {
            const auto change = changed(before, put, removed);
            const auto back = own::takeBack(change.text, change.step);
            QVERIFY(back.clashes.empty());
            QCOMPARE(back.gone, 0U);
            QCOMPARE(back.text, before);
            QCOMPARE(back.changed, change.step.changed.size());
            QCOMPARE(back.added, change.step.removed.size());
        }
    }
}

void TestOwnListText::whatOthersAddedStays()
{
    const auto change = changed("a:1\nb:2\nc:3", {{"a", "9"}, {"e", "5"}}, {"b"});
    QCOMPARE(change.text, std::string("a:9\nc:3\ne:5\n"));
    const auto back = own::takeBack("# top\na:9\nc:3\nx:hand\ne:5\ny:hand\n", change.step);
    QVERIFY(back.clashes.empty());
    QCOMPARE(back.text, std::string("# top\nb:2\na:1\nc:3\nx:hand\ny:hand\n"));
    // A removed last line that had no end, with more behind it now.
    const auto last = changed("a:1\nb:2", {}, {"b"});
    QCOMPARE(own::takeBack("a:1\nx:hand\n", last.step).text, std::string("a:1\nb:2\nx:hand\n"));
}

void TestOwnListText::whatOthersChangedClashes()
{
    const auto change = changed("a:1\nb:2\n", {{"a", "9"}, {"e", "5"}}, {"b"});
    const auto clash = [&](std::string_view text) {
        const auto back = own::takeBack(text, change.step);
        return back.clashes.empty() ? std::string() : back.clashes.front().key;
    };
    QCOMPARE(clash("a:9\ne:5\n"), std::string());
    QCOMPARE(clash("a:8\ne:5\n"), std::string("a"));
    QCOMPARE(clash("a:9\ne:6\n"), std::string("e"));
    QCOMPARE(clash("a:9\ne:5\nb:7\n"), std::string("b"));
}

void TestOwnListText::whatIsGoneNeedsNoUndoing()
{
    const auto change = changed("a:1\nb:2\n", {{"a", "9"}, {"e", "5"}}, {"b"});
    const auto back = own::takeBack("a:1\nb:2\nz:\n", change.step);
    QVERIFY(back.clashes.empty());
    QCOMPARE(back.gone, 3U);
    QCOMPARE(back.text, std::string("a:1\nb:2\nz:\n"));
    QCOMPARE(own::takeBack("", change.step).text, std::string("b:2\n"));
}

QTEST_APPLESS_MAIN(TestOwnListText)
#include "tst_own_list_text.moc"
