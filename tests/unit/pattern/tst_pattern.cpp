#include "engine/pattern/os_regex.h"
#include "engine/pattern/pattern.h"
#include "engine/pattern/required_literals.h"

#include <QElapsedTimer>
#include <QtTest>

#include <random>
#include <thread>

using namespace bartizan;

class PatternTest : public QObject
{
    Q_OBJECT

private slots:
    void requiredLiterals_data();
    void requiredLiterals();
    void signaturesRuleOut();
    void aSignatureForgetsTheTextBefore();
    void osRegex_data();
    void osRegex();
    void osMatch_data();
    void osMatch();
    void pcre2_data();
    void pcre2();
    void wordMatchIsASubstringTest_data();
    void wordMatchIsASubstringTest();
    void invalidPatternsAreRefused_data();
    void invalidPatternsAreRefused();
    void shortcutsDoNotChangeTheVerdict();
    void hostileSubjectsAreBounded();
    void oneCompiledPatternServesSeveralThreads();
};

static std::unique_ptr<const Pattern> compiled(PatternType type, const QByteArray& text)
{
    auto pattern = compilePattern(type, text.toStdString());
    return pattern ? std::move(*pattern) : nullptr;
}

static void compareMatch(PatternType type)
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, subject);
    QFETCH(int, end);
    QFETCH(QList<QByteArray>, groups);
    const auto pattern = compiled(type, text);
    QVERIFY(pattern != nullptr);
    QCOMPARE(pattern->type(), type);
    QCOMPARE(pattern->text(), text.toStdString());
    const std::string bytes = subject.toStdString();
    std::vector<std::string_view> captures;
    const auto actual = pattern->matchEnd(bytes, captures);
    QCOMPARE(actual ? static_cast<int>(*actual) : -1, end);
    QCOMPARE(pattern->matches(bytes), end >= 0);
    QList<QByteArray> found;
    for (const auto capture : captures)
        found.append(QByteArray(capture.data(), static_cast<qsizetype>(capture.size())));
    QCOMPARE(found, end >= 0 ? groups : QList<QByteArray>());
}

static void matchColumns()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("subject");
    QTest::addColumn<int>("end"); // -1: no match
    QTest::addColumn<QList<QByteArray>>("groups");
}

static void row(const char* name, const char* text, const char* subject, int end,
                const QList<QByteArray>& groups = {})
{
    QTest::newRow(name) << QByteArray(text) << QByteArray(subject) << end << groups;
}

void PatternTest::osRegex_data()
{
    matchColumns();
    row("literals ignore case", "aBc", "xxABCxx", 5);
    row("an empty pattern counts the first byte as matched", "", "abc", 1);
    row("empty alternative", "x|", "abc", 1);
    row("a class needs its bytes", "\\d\\d", "a1b22", 5);
    row("\\w holds @ - _ and not .", "^\\w+$", "a@b-c_d", 1);
    row("\\w does not hold .", "^\\w+$", "a.b", -1);
    row("\\s is only the blank", "\\s", "a\tb", -1);
    row("\\t is the tab", "a\\tb", "a\tb", 3);
    row("\\p holds no slash", "^\\p$", "/", -1);
    row("\\. is any byte", "a\\.c",
        "a\xFF"
        "c",
        3);
    row("a plain dot is a dot", "a.c", "abc", -1);
    row("+ behind a literal is a literal", "a+", "aa", -1);
    row("+ behind a literal matches itself", "a+", "xa+", 3);
    row("^ only at the start", "a^b", "a^b", 3);
    row("$ only at the end", "a$b", "a$b", 3);
    row("escaped $", "\\d\\$", "5$", 2);
    row("\\< is <", "\\<\\d", "<5", 2);
    row("anchors", "^ab$", "ab", 2);
    row("anchors refuse more", "^ab$", "abc", -1);
    row("literals above 0x7F never match", "\xC3\xA4", "\xC3\xA4", -1);
    row("classes match bytes above 0x7F", "\\S\\S", "\xC3\xA4", 2);
    row("the first alternative that is anywhere wins", "b=(\\w+)|a=(\\w+)", "a=1 b=2", 7, {"2"});
    row("captures", "from (\\S+) port (\\d+)", "from 192.0.2.7 port 22", 21, {"192.0.2.7", "22"});
    row("a capture that ends the pattern ends one byte in", "k=(\\S+)", "k=abcdef", 3, {"abcdef"});
    row("an open run at the end", "k=\\S+ x", "k=ab xx", 6);
    row("an empty star sets the index back", "a\\d*b", "ab", 2);
    row("star may be empty at the end", "ab\\d*", "ab", 2);
    row("lazy runs", "(\\.+) x", "a b x c x", 5, {"a b"});
    row(")( compares the second as a byte", "(a)(b)", "ab", -1);
    row("empty subject", "\\w", "", -1);
    row("empty subject, empty pattern", "^$", "", 0);
}

void PatternTest::osRegex()
{
    compareMatch(PatternType::OsRegex);
}

void PatternTest::osMatch_data()
{
    matchColumns();
    row("substring", "BC", "abcd", 4);
    row("prefix", "^ab", "abcd", 4);
    row("prefix only there", "^bc", "abcd", -1);
    row("suffix", "cd$", "abCD", 4);
    row("whole", "^abcd$", "ABCD", 4);
    row("alternatives", "x|^y|bc", "abcd", 4);
    row("negation of all", "!x|y", "abcd", 4);
    row("negation of a hit", "!x|bc", "abcd", -1);
    row("backslash is a byte", "a\\d", "a\\d", 3);
    row("an escaped bar still splits", "a\\|b", "b", 1);
    row("empty alternative", "x|", "abcd", 4);
    row("empty", "", "", 0);
    row("^$ is the empty text", "^$", "a", -1);
    row("bytes above 0x7F in a substring", "\xC3\xA4", "\xC3\xA4", -1);
    row("bytes above 0x7F with an anchor", "^\xC3\xA4", "\xC3\xA4", 2);
    row("longer than the subject", "abcde", "abcd", -1);
    row("hit at the very end", "d", "abcd", 4);
    row("a later hit behind a near one", "aab", "aaab", 4);
}

void PatternTest::osMatch()
{
    compareMatch(PatternType::OsMatch);
}

void PatternTest::pcre2_data()
{
    matchColumns();
    row("case counts", "abc", "ABC", -1);
    row("exact end", "k=(\\S+)", "k=abc d", 5, {"abc"});
    row("unset group is empty", "a(x)?b(\\w+)", "ab9", 3, {"", "9"});
    row("dot is no newline", "a.b", "a\nb", -1);
    row("bytes", "^.$", "\xC3\xA4", -1);
    row("empty match", "x*", "abc", 0);
    row("alternation is leftmost", "b=(\\w+)|a=(\\w+)", "a=1 b=2", 3, {"", "1"});
}

void PatternTest::pcre2()
{
    compareMatch(PatternType::Pcre2);
}

void PatternTest::wordMatchIsASubstringTest_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("subject");
    QTest::addColumn<bool>("hit");
    QTest::newRow("substring") << QByteArray("attack") << QByteArray("web,attacks,") << true;
    QTest::newRow("alternatives") << QByteArray("x|WEB") << QByteArray("web,attacks,") << true;
    QTest::newRow("prefix") << QByteArray("^att") << QByteArray("web,attacks,") << false;
    QTest::newRow("! is a byte") << QByteArray("!x") << QByteArray("web") << false;
    QTest::newRow("$ is a byte") << QByteArray("b$") << QByteArray("web") << false;
    QTest::newRow("empty") << QByteArray("") << QByteArray("web") << false;
    QTest::newRow("above 0x7F") << QByteArray("\xC3\xA4") << QByteArray("x\xC3\xA4") << true;
}

void PatternTest::wordMatchIsASubstringTest()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, subject);
    QFETCH(bool, hit);
    QCOMPARE(wordMatch(text.toStdString(), subject.toStdString()), hit);
}

void PatternTest::invalidPatternsAreRefused_data()
{
    QTest::addColumn<int>("type");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("message");
    const auto add = [](PatternType type, const char* text, const char* message) {
        QTest::newRow(text) << static_cast<int>(type) << QByteArray(text) << QByteArray(message);
    };
    add(PatternType::OsRegex, "ab\\q", "'\\q' at byte 2");
    add(PatternType::OsRegex, "ab\\", "at byte 2");
    add(PatternType::OsRegex, "((a)b)", "nested parenthesis at byte 1");
    add(PatternType::OsRegex, "a)", "unexpected ')' at byte 1");
    add(PatternType::OsRegex, "(a", "missing ')' at byte 2");
    add(PatternType::OsRegex, "(a|b)", "'|' inside parentheses at byte 2");
    add(PatternType::Pcre2, "a(b", "at byte 3");
    QTest::newRow("too long") << static_cast<int>(PatternType::OsMatch) << QByteArray(20481, 'x')
                              << QByteArray("20480");
}

void PatternTest::invalidPatternsAreRefused()
{
    QFETCH(int, type);
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, message);
    const auto pattern = compilePattern(static_cast<PatternType>(type), text.toStdString());
    QVERIFY(!pattern);
    QCOMPARE(pattern.error().code, ErrorCode::InvalidArgument);
    QVERIFY2(pattern.error().message.find(message.toStdString()) != std::string::npos,
             pattern.error().message.c_str());
    QVERIFY(!pattern.error().cure.empty());
}

// A program with its shortcuts taken out decides like the one with them.
void PatternTest::shortcutsDoNotChangeTheVerdict()
{
    static const std::vector<std::string> kPieces = {"\\w",  "\\d",    "\\S", "\\.", "\\w+", "\\.*", "\\S+",
                                                     "\\d*", "(\\w+)", "(",   ")",   "a",    "b",    "ab",
                                                     "+",    "*",      " ",   "|",   "^",    "$"};
    static const std::vector<std::string> kBytes = {"a", "b", "A", " ", "1", "ab", "+", "*", "\xC3", "("};
    std::mt19937 random(7); // NOLINT: the same cases each time
    const auto pick = [&random](const std::vector<std::string>& from, unsigned most) {
        std::string text;
        for (auto i = random() % most; i > 0; --i)
            text += from[random() % from.size()];
        return text;
    };
    int matched = 0;
    for (int i = 0; i < 60'000; ++i) {
        const std::string text = pick(kPieces, 9);
        auto program = osregex::compile(text);
        if (!program)
            continue;
        const OsRegex quick(text, *program);
        program->firstBytes.reset();
        for (auto& alternative : program->alternatives) {
            alternative.required.reset();
            alternative.firstLiteral.reset();
        }
        const OsRegex plain(text, *program);
        const std::string subject = pick(kBytes, 14);
        std::vector<std::string_view> quickCaptures;
        std::vector<std::string_view> plainCaptures;
        const auto expected = plain.matchEnd(subject, plainCaptures);
        matched += expected ? 1 : 0;
        QVERIFY2(quick.matchEnd(subject, quickCaptures) == expected && quickCaptures == plainCaptures &&
                     quick.matchEnd(subject) == plain.matchEnd(subject),
                 (text + " on " + subject).c_str());
    }
    QVERIFY(matched > 5000);
}

void PatternTest::hostileSubjectsAreBounded()
{
    const std::string run(65'536, 'a');
    const std::vector<std::pair<PatternType, std::string>> patterns = {
        {PatternType::OsRegex, "a\\w+ab\\w+ac\\w+ad"},
        {PatternType::OsRegex, "\\.+a\\.+b\\.+c\\.+d"},
        {PatternType::Pcre2, "(a+)+$|(a|aa)+b"},
        {PatternType::Pcre2, "^(([a-z])+.)+[A-Z]([a-z])+$"},
    };
    for (const auto& [type, text] : patterns) {
        const auto pattern = compilePattern(type, text);
        QVERIFY(pattern.has_value());
        QElapsedTimer timer;
        timer.start();
        static_cast<void>((*pattern)->matches(run + " " + run));
        QVERIFY2(timer.elapsed() < 5000, text.c_str());
    }
}

void PatternTest::oneCompiledPatternServesSeveralThreads()
{
    const auto regex = compiled(PatternType::OsRegex, "from (\\S+) port (\\d+)");
    const auto pcre2 = compiled(PatternType::Pcre2, "from (\\S+) port (\\d+)");
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            const std::string address = "192.0.2." + std::to_string(t);
            const std::string subject = "x from " + address + " port 22";
            std::vector<std::string_view> captures;
            for (int i = 0; i < 2000; ++i) {
                for (const auto* pattern : {regex.get(), pcre2.get()}) {
                    if (!pattern->matchEnd(subject, captures) || captures.size() != 2 ||
                        captures[0] != address)
                        ++wrong;
                }
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
    QCOMPARE(wrong.load(), 0);
}

void PatternTest::requiredLiterals_data()
{
    QTest::addColumn<QByteArray>("pattern");
    QTest::addColumn<QByteArray>("literals"); // joined by '|'; empty: unknown
    const auto row = [](const char* pattern, const char* literals) {
        QTest::newRow(pattern) << QByteArray(pattern) << QByteArray(literals);
    };
    row("abc", "abc");
    row("^abc$", "abc");
    row("ab?c", "c");
    row("xyzb*cd", "xyz");
    row("(?:abc)+d", "abc");
    row("(?:abc)?d", "d");
    row("(?:abc){0,2}d", "d");
    row("(?:abc){2}d", "abc");
    row("quick|brown", "quick|brown");
    row("quick|\\d+", "");
    row("quick|", "");
    row("^Failed (?:password|key) for (\\S+)", "Failed ");
    row("(?:get|post) ", "get|post");
    row("(?i)GeT /x", "GeT /x");
    row("(?i:secret)word", "word");
    row("(?!no)yes(?=later)", "yes");
    row("a\\.b\\[c", "a.b[c");
    row("\\tx\\n", "\tx\n");
    row("x\\d{3}yz", "yz");
    row("[abc]def[^]]ghij[[:alpha:]]", "ghij");
    row("(?<name>host)=(?P<other>v)", "host");
    row("{\"a\"", "{\"a\"");
    row("a{2}{3}", "");
    row("\\Qa.b\\E", "");
    row("a(?#comment)b", "");
    row("(a)\\1", "");
    row("(*UTF)a", "");
    row("(?xi) quick | ( brown )+ # a comment\n fox | lazy\\ dog [ ab]", "quick|brown|lazy dog");
    row("(?x)ab +c", "ab");
    row("(?x: a)", "");
    row("a(?x) b c", "");
    row("(?xx) a", "");
    row("\\x41bc", "Abc");
    row("\\x4", "");
    row("\\x{41}", "");
    row("(unclosed", "");
    row("^[^?]*(?=.*(?:safe_mode|open_basedir))", "safe_mode|open_basedir");
    row("(?=quick)?a", "a");
    row("(a)quick\\g{-1}", "quick");
    row("a\\g{", "");
    row("\"[^\"]*(?:sqlmap|nikto|nuclei)[^\"]*\"", "sqlmap|nikto|nuclei");
    row(".*", "");
}

void PatternTest::requiredLiterals()
{
    QFETCH(QByteArray, pattern);
    QFETCH(QByteArray, literals);
    QByteArrayList found;
    for (const auto& one : bartizan::requiredLiterals(pattern.toStdString()))
        found.append(QByteArray::fromStdString(one));
    QCOMPARE(found.join('|'), literals);
}

void PatternTest::signaturesRuleOut()
{
    const TextSignature signature("Failed password for root from 192.0.2.7");
    const auto ruledOut = [&](PatternType type, const char* text) {
        return (*compilePattern(type, text))->isRuledOutBy(signature);
    };
    QVERIFY(ruledOut(PatternType::OsMatch, "Accepted"));
    QVERIFY(ruledOut(PatternType::OsMatch, "Accepted|^Closed"));
    QVERIFY(!ruledOut(PatternType::OsMatch, "Accepted|PASSWORD"));
    QVERIFY(!ruledOut(PatternType::OsMatch, "!Accepted"));
    QVERIFY(!ruledOut(PatternType::OsMatch, "Accepted|"));
    QVERIFY(ruledOut(PatternType::OsMatch, "%"));
    QVERIFY(ruledOut(PatternType::OsRegex, "^\\S+ %\\w+"));
    QVERIFY(!ruledOut(PatternType::OsRegex, "^failed \\S+"));
    QVERIFY(ruledOut(PatternType::Pcre2, "^Accepted (?:password|publickey) for"));
    QVERIFY(!ruledOut(PatternType::Pcre2, "(?i)failed"));
    QVERIFY(ruledOut(PatternType::OsMatch, "ab") && !ruledOut(PatternType::OsMatch, "as"));
    // Both bytes are there, but not side by side.
    QVERIFY(ruledOut(PatternType::OsMatch, "pf") && !ruledOut(PatternType::OsMatch, "sw"));
}

void PatternTest::aSignatureForgetsTheTextBefore()
{
    const auto accepted = TextSignature::needle("Accepted");
    TextSignature signature;
    for (int i = 0; i < 600; ++i) {
        signature.reset(i % 2 == 0 ? "Accepted password" : "Failed password");
        QCOMPARE(signature.mayHold(*accepted), i % 2 == 0);
    }
}

QTEST_GUILESS_MAIN(PatternTest)
#include "tst_pattern.moc"
