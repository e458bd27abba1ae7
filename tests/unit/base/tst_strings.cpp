#include "engine/base/problem.h"
#include "engine/base/strings.h"

#include <QtTest>

#include <cstdint>

using namespace bartizan;

class StringsTest : public QObject
{
    Q_OBJECT

private slots:
    void splitting();
    void numbersAreStrict();
    void caseAndBlanksAreAsciiOnly();
    void problemsAreDescribedByWhatIsSet();
};

using Views = std::vector<std::string_view>;

void StringsTest::splitting()
{
    QCOMPARE(split("a,,b,", ','), (Views{"a", "", "b", ""}));
    QCOMPARE(split("", ','), (Views{""}));
    QCOMPARE(splitAny(" a, b ,,c", ", "), (Views{"a", "b", "c"}));
    QCOMPARE(splitAny(" , ", ", "), Views{});
}

void StringsTest::numbersAreStrict()
{
    QVERIFY(parseNumber<int>("42") == 42);
    QVERIFY(parseNumber<int>("007") == 7);
    for (const char* text : {"", " 1", "1 ", "+1", "-1", "0x1", "1e3", "2147483648", "a"})
        QVERIFY2(!parseNumber<int>(text), text);
    QVERIFY(parseNumber<std::uint8_t>("255") == std::uint8_t{255});
    QVERIFY(!parseNumber<std::uint8_t>("256"));
}

void StringsTest::caseAndBlanksAreAsciiOnly()
{
    QVERIFY(equalsIgnoreCase("AbC", "aBc"));
    QVERIFY(!equalsIgnoreCase("ab", "abc"));
    QVERIFY(!equalsIgnoreCase("\xC3\x84", "\xC3\xA4"));
    QCOMPARE(toLower("A\xC3\x84Z"), "a\xC3\x84z");
    QCOMPARE(trim(" \t\r\n x y \n"), std::string_view("x y"));
    QCOMPARE(trim(" \n"), std::string_view());
}

void StringsTest::problemsAreDescribedByWhatIsSet()
{
    Problem problem{Severity::Error, "rules", "f.xml", 3, 7, "it is wrong", "make it right"};
    QCOMPARE(describe(problem), "f.xml:3:7: it is wrong (make it right)");
    problem.column = 0;
    problem.cure.clear();
    QCOMPARE(describe(problem), "f.xml:3: it is wrong");
    problem.file.clear();
    QCOMPARE(describe(problem), "it is wrong");
}

QTEST_GUILESS_MAIN(StringsTest)
#include "tst_strings.moc"
