#include <QTest> // first: moc 6.4 stumbles over <compare> before it

#include "engine/config/configuration_reader.h"
#include "engine/response/response_policy.h"

using namespace bartizan;

namespace {

constexpr const char* kCommand =
    "<command><name>drop</name><executable>firewall-drop</executable>"
    "<timeout_allowed>yes</timeout_allowed></command>"
    "<command><name>always</name><executable>firewall-drop.sh</executable></command>"
    "<command><name>script</name><executable>my-script</executable></command>";

Verdict verdict(std::uint32_t id, int level, const char* groups, const char* address = "198.51.100.7")
{
    Verdict v;
    v.rule = RuleInfo{};
    v.rule->id = id;
    v.rule->level = level;
    v.rule->facts = std::make_shared<const RuleFacts>(RuleFacts{groups, {}, {}, {}, {}, {}});
    v.respond = true;
    v.alert = true;
    if (address != nullptr)
        v.fields.push_back({"srcip", address, true});
    return v;
}

std::string response(const char* inner, const char* command = "drop")
{
    return std::string("<active-response><command>") + command + "</command><location>local</location>" +
           inner + "</active-response>";
}

} // namespace

class TestResponsePolicy : public QObject
{
    Q_OBJECT

private slots:
    void binding_data();
    void binding();
    void craftedOrMissingTargets_orderNothing_data();
    void craftedOrMissingTargets_orderNothing();
    void windowsAddress_comesBeforeSrcip();
    void twoResponses_keepTheLongest();
    void doubtfulLines_orderWithADoubt_data();
    void doubtfulLines_orderWithADoubt();
    void whatCannotBeDone_isReported();

private:
    static std::vector<ResponseOrder> orders(const std::string& responses, const Verdict& v,
                                             Problems* found = nullptr, const RecordOrigin& origin = {})
    {
        Problems problems;
        const auto configuration = readConfiguration(
            "<ossec_config>" + std::string(kCommand) + responses + "</ossec_config>", "test.conf", problems);
        const ResponsePolicy policy(configuration.value(), problems);
        auto result = policy.ordersFor(v, origin);
        for (auto& order : result)
            order.command = nullptr;
        if (found != nullptr)
            *found = problems;
        return result;
    }
};

void TestResponsePolicy::binding_data()
{
    QTest::addColumn<QString>("inner");
    QTest::addColumn<int>("seconds"); // -1: no order, 0: permanent
    QTest::newRow("id") << "<rules_id>5710,100100</rules_id><timeout>60</timeout>" << 60;
    QTest::newRow("other id") << "<rules_id>5710</rules_id><timeout>60</timeout>" << -1;
    QTest::newRow("level reached") << "<level>10</level><timeout>60</timeout>" << 60;
    QTest::newRow("level not reached") << "<level>11</level>" << -1;
    QTest::newRow("group") << "<rules_group>attack|other</rules_group><timeout>60</timeout>" << 60;
    QTest::newRow("other group") << "<rules_group>sshd</rules_group>" << -1;
    QTest::newRow("level and group") << "<level>10</level><rules_group>web</rules_group>" << 0;
    QTest::newRow("level but not group") << "<level>10</level><rules_group>sshd</rules_group>" << -1;
    QTest::newRow("id regardless of level") << "<level>15</level><rules_id>100100</rules_id>" << 0;
    QTest::newRow("nothing given") << "<timeout>60</timeout>" << -1;
    QTest::newRow("no timeout") << "<rules_id>100100</rules_id>" << 0;
    QTest::newRow("disabled") << "<disabled>yes</disabled><rules_id>100100</rules_id>" << -1;
}

void TestResponsePolicy::binding()
{
    QFETCH(QString, inner);
    QFETCH(int, seconds);
    const auto result = orders(response(inner.toUtf8().constData()), verdict(100100, 10, "web,attack,"));
    QCOMPARE(result.size(), seconds < 0 ? 0U : 1U);
    if (seconds > 0)
        QCOMPARE(result.front().duration.value().count(), seconds);
    if (seconds == 0)
        QVERIFY(!result.front().duration);
}

void TestResponsePolicy::craftedOrMissingTargets_orderNothing_data()
{
    QTest::addColumn<QString>("address");
    QTest::addColumn<QString>("user");
    QTest::newRow("no address") << QString() << "root";
    QTest::newRow("a name") << "host.example" << "root";
    QTest::newRow("shell") << "198.51.100.7;reboot" << "root";
    QTest::newRow("zero padded") << "198.051.100.007" << "root";
    QTest::newRow("crafted user") << "198.51.100.7" << "root from 203.0.113.9";
    QTest::newRow("newline user") << "198.51.100.7" << "a\nb";
}

void TestResponsePolicy::craftedOrMissingTargets_orderNothing()
{
    QFETCH(QString, address);
    QFETCH(QString, user);
    auto v = verdict(100100, 10, "web,", address.isNull() ? nullptr : address.toUtf8().constData());
    v.fields.push_back({"dstuser", user.toStdString(), true});
    QVERIFY(orders(response("<level>3</level>"), v).empty());
    v.fields = {{"srcip", "198.51.100.7", true}, {"dstuser", "root", true}};
    QCOMPARE(orders(response("<level>3</level>"), v).size(), 1U);
    v.respond = false;
    QVERIFY(orders(response("<level>3</level>"), v).empty());
    v.respond = true;
    v.rule->noActiveResponse = true;
    QVERIFY(orders(response("<level>3</level>"), v).empty());
}

void TestResponsePolicy::windowsAddress_comesBeforeSrcip()
{
    auto v = verdict(100100, 10, "web,");
    v.fields.push_back({"win.eventdata.ipAddress", "203.0.113.9", false});
    QCOMPARE(orders(response("<level>3</level>"), v).front().address.toString(), std::string("203.0.113.9"));
}

void TestResponsePolicy::twoResponses_keepTheLongest()
{
    const auto v = verdict(100100, 10, "web,");
    const auto minute = response("<level>3</level><timeout>60</timeout>");
    const auto hour = response("<level>3</level><timeout>3600</timeout>");
    const auto always = response("<level>3</level>", "always");
    QCOMPARE(orders(minute + hour, v).size(), 1U);
    QCOMPARE(orders(minute + hour, v).front().duration.value().count(), 3600);
    QCOMPARE(orders(hour + minute, v).front().duration.value().count(), 3600);
    QVERIFY(!orders(hour + always + minute, v).front().duration);
}

void TestResponsePolicy::doubtfulLines_orderWithADoubt_data()
{
    QTest::addColumn<QByteArray>("attribute");
    QTest::addColumn<int>("user");
    QTest::addColumn<QByteArray>("unit");
    QTest::addColumn<bool>("earlier"); // counted a doubtful line
    QTest::addColumn<bool>("doubted");
    const auto row = [](const char* name, const char* attribute, int user, const char* unit, bool earlier,
                        bool doubted) {
        QTest::newRow(name) << QByteArray(attribute) << user << QByteArray(unit) << earlier << doubted;
    };
    row("a service", "", 0, "ssh.service", false, false);
    row("a user", "", 1000, "ssh.service", false, true);
    row("a session", "", 0, "session-1.scope", false, true);
    row("an earlier line", "", 0, "ssh.service", true, true);
    row("any", " origin=\"any\"", 1000, "session-1.scope", true, false);
    row("asked for", " origin=\"session-*.scope\"", 0, "session-1.scope", false, false);
    row("asked for, another", " origin=\"web.service\"", 0, "ssh.service", false, true);
    row("asked for, an earlier line", " origin=\"ssh.service\"", 0, "ssh.service", true, true);
}

void TestResponsePolicy::doubtfulLines_orderWithADoubt()
{
    QFETCH(QByteArray, attribute);
    QFETCH(int, user);
    QFETCH(QByteArray, unit);
    QFETCH(bool, earlier);
    QFETCH(bool, doubted);
    Verdict v = verdict(100, 9, "g,");
    v.programName = "sshd";
    v.countedDoubted = earlier;
    const std::string text = "<active-response" + attribute.toStdString() +
                             "><command>drop</command><location>local</location><level>3</level>"
                             "</active-response>";
    Problems problems;
    const RecordOrigin origin{RecordOrigin::Kind::Journal, static_cast<std::uint32_t>(user), "syslog",
                              unit.toStdString()};
    const auto result = orders(text, v, &problems, origin);
    QVERIFY(problems.empty());
    QCOMPARE(result.size(), std::size_t{1});
    QCOMPARE(!result.front().doubt.empty(), doubted);
    // One response without a doubt is enough.
    const auto both = orders(text + "<active-response origin=\"any\"><command>drop</command>"
                                    "<location>local</location><level>3</level></active-response>",
                             v, nullptr, origin);
    QCOMPARE(both.size(), std::size_t{1});
    QVERIFY(both.front().doubt.empty());
    const auto broken = orders("<active-response origin=\"a/b\"><command>drop</command>"
                               "<location>local</location><level>3</level></active-response>",
                               v, &problems, origin);
    QVERIFY(broken.empty() && problems.size() == 1 && problems.front().line > 0);
}

void TestResponsePolicy::whatCannotBeDone_isReported()
{
    Problems problems;
    const auto v = verdict(100100, 10, "web,");
    QVERIFY(orders(response("<level>3</level>", "script"), v, &problems).empty());
    QCOMPARE(problems.size(), 1U);
    QVERIFY(problems.front().line > 0 && !problems.front().cure.empty());
}

QTEST_APPLESS_MAIN(TestResponsePolicy)
#include "tst_response_policy.moc"
