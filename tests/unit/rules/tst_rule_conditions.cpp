#include "engine/base/timestamp.h"
#include "engine/rules/address_condition.h"
#include "engine/rules/rule.h"
#include "engine/rules/rule_groups.h"
#include "engine/rules/time_condition.h"

#include <QtTest>

using namespace bartizan;

class TestRuleConditions : public QObject
{
    Q_OBJECT

private slots:
    void addresses_data();
    void addresses();
    void times_data();
    void times();
    void weekdays_data();
    void weekdays();
    void builtinTests_data();
    void builtinTests();
    void groupsAreTakenApart();
};

void TestRuleConditions::addresses_data()
{
    QTest::addColumn<QByteArray>("pattern");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("result"); // "yes", "no", "invalid" pattern, "text" that is no address
    const auto row = [](const char* pattern, const char* value, const char* result) {
        QTest::addRow("%s %s", pattern, value)
            << QByteArray(pattern) << QByteArray(value) << QByteArray(result);
    };
    row("192.0.2.5", "192.0.2.5", "yes");
    row("192.0.2.5", "192.0.2.6", "no");
    row("!192.0.2.5", "192.0.2.5", "yes");
    row("10.0.0.0/8", "10.255.1.1", "yes");
    row("10.1.2.3/8", "10.9.9.9", "yes");
    row("10.0.0.0/8", "11.0.0.1", "no");
    row("172.16.0.0/255.240.0.0", "172.31.0.1", "yes");
    row("172.16.0.0/255.240.0.0", "172.32.0.1", "no");
    row("10.0.0.0/8", "::ffff:10.0.0.1", "no");
    row("::ffff:10.0.0.0/8", "10.0.0.1", "yes");
    row("::ffff:10.0.0.0/104", "10.0.0.1", "yes");
    row("2001:db8::/32", "2001:db8:1::1", "yes");
    row("2001:db8::/33", "2001:db8:8000::1", "no");
    row("2001:db8::/32", "10.0.0.1", "no");
    row("any", "10.0.0.1", "yes");
    row("any", "2001:db8::1", "yes");
    row("any", "host", "text");
    row("0.0.0.0/0", "2001:db8::1", "yes");
    row("::/0", "::1", "invalid");
    row("10.0.0.", "10.0.0.1", "invalid");
    row("10.0.0.0/33", "10.0.0.1", "invalid");
    row("10.0.0.0/", "10.0.0.1", "invalid");
    row("2001:db8::/255.0.0.0", "::1", "invalid");
    row("", "10.0.0.1", "invalid");
    row("10.0.0.1", "010.0.0.1", "text");
    row("10.0.0.1", "10.0.0.1 ", "text");
}

void TestRuleConditions::addresses()
{
    QFETCH(QByteArray, pattern);
    QFETCH(QByteArray, value);
    const auto parsed = AddressPattern::parse(pattern.toStdString());
    const auto address = AddressPattern::valueOf(value.toStdString());
    const QByteArray result = !parsed                     ? "invalid"
                              : !address                  ? "text"
                              : parsed->matches(*address) ? "yes"
                                                          : "no";
    QTEST(result, "result");
}

void TestRuleConditions::times_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("inside"); // of 00:00, 06:00, 06:01, 12:00, 22:00, 22:01: 1 or 0; "invalid"
    const auto row = [](const char* text, const char* inside) {
        QTest::newRow(text) << QByteArray(text) << QByteArray(inside);
    };
    row("6 - 22", "011110");
    row("6:00-22:00", "011110");
    row("!6:00 - 22:00", "100001");
    row("22:00 - 06:00", "100001");  // both boundary minutes are outside
    row("!22:00 - 06:00", "100001"); // and the ! is lost
    row("6 am - 10 pm", "011110");
    row("12 am - 12 pm", "111100");
    row("12pm-11:59PM", "000111");
    row("24:00 - 3:00", "invalid");
    row("13 pm - 14 pm", "invalid");
    row("3:60 - 4:00", "invalid");
    row("3:00", "invalid");
    row("3:00 - 4:00 x", "invalid");
    row("", "invalid");
}

void TestRuleConditions::times()
{
    QFETCH(QByteArray, text);
    QByteArray inside = "invalid";
    if (const auto condition = TimeCondition::parse(text.toStdString())) {
        inside.clear();
        for (const int minute : {0, 360, 361, 720, 1320, 1321})
            inside += condition->matches({2026, minute, 1}) ? '1' : '0';
    }
    QTEST(inside, "inside");
}

void TestRuleConditions::weekdays_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("days"); // from Sunday; "invalid"
    QTest::newRow("one") << QByteArray("monday") << QByteArray("0100000");
    QTest::newRow("mixed") << QByteArray("Mon, tuesday SUN") << QByteArray("1110000");
    QTest::newRow("weekdays") << QByteArray("weekdays") << QByteArray("0111110");
    QTest::newRow("weekends") << QByteArray(" weekends,wed ") << QByteArray("1001001");
    QTest::newRow("negated") << QByteArray("!monday") << QByteArray("invalid");
    QTest::newRow("empty") << QByteArray("") << QByteArray("invalid");
}

void TestRuleConditions::weekdays()
{
    QFETCH(QByteArray, text);
    QByteArray days = "invalid";
    if (const auto condition = WeekdayCondition::parse(text.toStdString())) {
        days.clear();
        for (int day = 0; day < 7; ++day)
            days += condition->matches({2026, 0, day}) ? '1' : '0';
    }
    QTEST(days, "days");
}

void TestRuleConditions::builtinTests_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("log");
    QTest::addColumn<QByteArray>("field"); // srcuser, id or url by the test; empty = unset
    QTest::addColumn<bool>("holds");
    const auto row = [](const char* name, const char* log, const char* field, bool holds) {
        QTest::addRow("%s %s %s", name, log, field)
            << QByteArray(name) << QByteArray(log) << QByteArray(field) << holds;
    };
    row("comp_srcuser_dstuser", "", "", true);
    row("comp_srcuser_dstuser", "", "root", true);
    row("comp_srcuser_dstuser", "", "bob", false);
    row("check_id_size", "", "", false);
    row("check_id_size", "", "123456789", false);
    row("check_id_size", "", "1234567890", true);
    row("is_simple_http_request", "", "", false);
    row("is_simple_http_request", "", "/a", true);
    row("is_simple_http_request", "", "/a?b", false);
    row("is_valid_crawler", "66.249.1.1 - -", "", true);
    row("is_valid_crawler", "x 66.249.1.1", "", false);
    const auto windows = "comp_mswin_targetuser_calleruser_diff";
    row(windows, "Target Account Name: al  Caller User Name: bob", "", true);
    row(windows, "Target Account Name: bob\tCaller User Name: bob  x", "", false);
    row(windows, "Target Account Name: bob", "", false);
}

void TestRuleConditions::builtinTests()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, log);
    QFETCH(QByteArray, field);
    const auto test = builtinTestFromName(name.toStdString());
    QVERIFY(test.has_value());
    Event event;
    const std::string logText = log.toStdString();
    const std::string fieldText = field.toStdString();
    event.log = logText;
    event.setField(StaticField::DstUser, "root");
    if (!field.isEmpty()) {
        for (const auto target : {StaticField::SrcUser, StaticField::Id, StaticField::Url})
            event.setField(target, fieldText);
    }
    QTEST(builtinTestHolds(*test, event), "holds");
}

void TestRuleConditions::groupsAreTakenApart()
{
    const auto shown =
        shownGroups("a,, b,pci_dss_10.2.4,pci_dss_11.4,tsc_CC6.1,gdpr_IV_35.7.d,nist_800_53_AU.14,pci_dss");
    QVERIFY(shown.groups == (std::vector<std::string>{"a", " b", "pci_dss"}));
    const decltype(shown.compliance) expected{{"pci_dss", {"10.2.4", "11.4"}},
                                              {"gdpr", {"IV_35.7.d"}},
                                              {"nist_800_53", {"AU.14"}},
                                              {"tsc", {"CC6.1"}}};
    QVERIFY(shown.compliance == expected);
}

QTEST_APPLESS_MAIN(TestRuleConditions)
#include "tst_rule_conditions.moc"
