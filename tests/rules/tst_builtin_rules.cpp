// The built-in decoders, rules and default responses: what a log line leads to, and above all whom it never
// leads to.
//
// The lines and the expected answers are in *.cases:
//     == title                      one case: a session of its own, a second from line to line
//     a log line as it is
//     @ 30                          wait that many more seconds
//     @x 5 a log line               the line five times
//     => 5710 5 192.0.2.5 url=/x    the verdict on the last line: rule, level, srcip (- none), other fields
//     => none                       no rule at all
//     blocks 192.0.2.5              who must be blocked somewhere in the case; nobody else may be
#include "tests/rules/builtin_rules.h"

#include <QElapsedTimer>
#include <QFile>
#include <QSet>
#include <QtTest>

using namespace Qt::StringLiterals;
using namespace bartizan;
using namespace bartizan::test;

namespace {

QString checkVerdict(const QString& expected, const Outcome& outcome)
{
    const auto parts = expected.split(u' ', Qt::SkipEmptyParts);
    const auto& verdict = outcome.verdict;
    const auto wrong = [&] { return u"expected '%1', got %2"_s.arg(expected, describe(outcome)); };
    if (parts.value(0) == "none"_L1)
        return verdict.rule ? wrong() : QString();
    if (!verdict.rule || parts.size() < 3 || QString::number(verdict.rule->id) != parts[0] ||
        QString::number(verdict.rule->level) != parts[1])
        return wrong();
    const QString address = parts[2] == "-"_L1 ? QString() : parts[2];
    if (QString::fromStdString(fieldOf(verdict, "srcip")) != address)
        return wrong();
    for (const auto& field : parts.mid(3)) {
        const auto equals = field.indexOf(u'=');
        if (QString::fromStdString(fieldOf(verdict, field.left(equals).toStdString())) !=
            field.mid(equals + 1))
            return wrong();
    }
    return verdict.alert == (verdict.rule->level >= 3) ? QString() : u"alert is wrong: "_s + wrong();
}

// Feeds the case's lines; the first thing that is not as written, or nothing.
QString runCase(BuiltinRules& rules, std::uint32_t session, const QStringList& lines)
{
    QSet<QString> blocked;
    QSet<QString> expectedBlocks;
    Outcome last;
    int wait = 1;
    const auto feed = [&](const QString& line, int count) {
        for (int i = 0; i < count; ++i) {
            last = rules.feed(line.toUtf8().toStdString(), session, wait);
            wait = 1;
            for (const auto& address : last.blocked)
                blocked.insert(QString::fromStdString(address));
        }
    };
    for (const auto& line : lines) {
        if (line.startsWith("=> "_L1)) {
            if (const auto wrong = checkVerdict(line.mid(3), last); !wrong.isEmpty())
                return wrong;
        } else if (line.startsWith("blocks "_L1)) {
            for (const auto& address : line.mid(7).split(u' ', Qt::SkipEmptyParts))
                expectedBlocks.insert(address);
        } else if (line.startsWith("@x "_L1)) {
            feed(line.section(u' ', 2), line.section(u' ', 1, 1).toInt());
        } else if (line.startsWith("@ "_L1)) {
            wait += line.mid(2).toInt();
        } else {
            feed(line, 1);
        }
    }
    if (blocked != expectedBlocks)
        return u"blocked %1, expected %2"_s.arg(QStringList(blocked.values()).join(u' '),
                                                QStringList(expectedBlocks.values()).join(u' '));
    return {};
}

} // namespace

class BuiltinRulesTest : public QObject
{
    Q_OBJECT

private slots:
    void loadWithoutAProblem();
    void linesLeadToWhatTheCasesSay_data();
    void linesLeadToWhatTheCasesSay();
    void seedExampleBlocksTheListedAddressOnly();
    void localRulesOnReferenceIdsWork();
    void onlyTheSshServiceIsBelievedAboutSsh_data();
    void onlyTheSshServiceIsBelievedAboutSsh();
    void longHostileLinesCostLittle_data();
    void longHostileLinesCostLittle();
    void aResponseIsAnEventOfItsOwn_data();
    void aResponseIsAnEventOfItsOwn();

private:
    BuiltinRules m_rules;
    std::uint32_t m_session = 0;
};

void BuiltinRulesTest::loadWithoutAProblem()
{
    for (const auto& problem : m_rules.problems)
        qWarning("%s", bartizan::describe(problem).c_str());
    QVERIFY(m_rules.problems.empty());
}

void BuiltinRulesTest::linesLeadToWhatTheCasesSay_data()
{
    QTest::addColumn<QStringList>("lines");
    for (const auto* name : {"sshd", "pam", "web", "web-attacks", "apache", "nginx", "injection"}) {
        QFile file(QStringLiteral(BARTIZAN_SOURCE_DIR "/tests/rules/%1.cases").arg(QLatin1String(name)));
        QVERIFY2(file.open(QIODevice::ReadOnly), name);
        QStringList lines;
        QString title;
        const auto finish = [&] {
            if (!title.isEmpty())
                QTest::newRow(qPrintable(QLatin1String(name) + u": "_s + title)) << lines;
            lines.clear();
        };
        for (const auto& line : QString::fromUtf8(file.readAll()).split(u'\n')) {
            if (line.startsWith("== "_L1)) {
                finish();
                title = line.mid(3);
            } else if (!line.isEmpty() && !line.startsWith(u'#')) {
                lines.append(line);
            }
        }
        finish();
    }
}

void BuiltinRulesTest::linesLeadToWhatTheCasesSay()
{
    QFETCH(QStringList, lines);
    const auto wrong = runCase(m_rules, ++m_session, lines);
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

namespace {

const char* const kSeedConfiguration = R"(
<command>
  <name>firewall-drop</name>
  <executable>firewall-drop</executable>
  <timeout_allowed>yes</timeout_allowed>
</command>
<command>
  <name>win_route-null</name>
  <executable>route-null.exe</executable>
  <timeout_allowed>yes</timeout_allowed>
</command>
<active-response>
  <command>firewall-drop</command>
  <location>local</location>
  <rules_id>100100</rules_id>
  <timeout>60</timeout>
</active-response>
)";

const char* const kSeedRules = R"(<group name="attack,">
<rule id="100100" level="10">
  <if_group>web|attack|attacks</if_group>
  <list field="srcip" lookup="address_match_key">etc/lists/blacklist-alienvault</list>
  <description>IP address found in AlienVault reputation database.</description>
</rule>
</group>
)";

} // namespace

void BuiltinRulesTest::seedExampleBlocksTheListedAddressOnly()
{
    RulesetSource extra;
    extra.rules.push_back({"local_rules.xml", kSeedRules});
    extra.lists.push_back({"blacklist-alienvault", "203.0.113.66:\n198.51.100.:\n"});
    BuiltinRules rules(extra, kSeedConfiguration);
    for (const auto& problem : rules.problems)
        qWarning("%s", bartizan::describe(problem).c_str());
    QVERIFY(rules.problems.empty());

    const auto attack = [&](const char* address, const char* status) {
        const std::string line =
            std::string(address) +
            R"( - - [03/Feb/2031:04:05:06 +0100] "POST /cgi-bin/php?-d+allow_url_include%3Don+-d+auto_prepend_file%3Dphp://input HTTP/1.1" )" +
            status + R"( 310 "-" "Mozilla/5.0")";
        return rules.feed(line, 1);
    };
    for (const char* status : {"404", "200", "500"}) {
        for (const char* listed : {"203.0.113.66", "198.51.100.9"}) {
            const auto outcome = attack(listed, status);
            QVERIFY2(outcome.verdict.rule && outcome.verdict.rule->id == 100100,
                     qPrintable(test::describe(outcome)));
            QCOMPARE(outcome.blocked, std::vector<std::string>{listed});
        }
        const auto outcome = attack("203.0.113.67", status);
        QVERIFY2(outcome.verdict.rule && outcome.verdict.rule->id == 200203,
                 qPrintable(test::describe(outcome)));
        QVERIFY(outcome.verdict.rule->facts->rawGroups.contains("web") &&
                outcome.verdict.rule->facts->rawGroups.contains("attack"));
        QVERIFY(outcome.verdict.alert);
        QVERIFY(outcome.blocked.empty());
    }
}

void BuiltinRulesTest::localRulesOnReferenceIdsWork()
{
    RulesetSource extra;
    extra.rules.push_back({"local_rules.xml", R"(<group name="local,">
<rule id="100001" level="7"><if_sid>5710</if_sid><srcip>192.0.2.0/24</srcip><description>child</description></rule>
<rule id="100002" level="12" frequency="3" timeframe="60"><if_matched_sid>5715</if_matched_sid><same_source_ip />
  <description>composite</description></rule>
<rule id="100003" level="6"><if_sid>651</if_sid><description>blocked</description></rule>
<rule id="100004" level="9"><if_sid>31103</if_sid><description>sql</description></rule>
</group>
)"});
    BuiltinRules rules(extra);
    QVERIFY(rules.problems.empty());
    const auto idOf = [&](const char* line) {
        const auto outcome = rules.feed(line, 1);
        return outcome.verdict.rule ? outcome.verdict.rule->id : 0U;
    };
    QCOMPARE(idOf("Feb  3 04:05:06 desk sshd[9]: Invalid user x from 192.0.2.5 port 4000"), 100001U);
    QCOMPARE(idOf("Feb  3 04:05:06 desk sshd[9]: Invalid user x from 203.0.113.5 port 4000"), 5710U);
    const char* accepted =
        "Feb  3 04:05:06 desk sshd[9]: Accepted password for eva from 192.0.2.5 port 4000 ssh2";
    QCOMPARE(idOf(accepted), 5715U);
    QCOMPARE(idOf(accepted), 5715U);
    QCOMPARE(idOf(accepted), 100002U);
    QCOMPARE(
        idOf(
            R"(192.0.2.5 - - [03/Feb/2031:04:05:06 +0100] "GET /?a=1+union+select+2 HTTP/1.1" 404 3 "-" "-")"),
        100004U);
}

void BuiltinRulesTest::onlyTheSshServiceIsBelievedAboutSsh_data()
{
    QTest::addColumn<int>("user");
    QTest::addColumn<QByteArray>("unit");
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<unsigned>("rule");
    QTest::addColumn<bool>("blocks"); // six of them
    const auto row = [](const char* name, int user, const char* unit, const char* message, unsigned rule,
                        bool blocks) {
        QTest::newRow(name) << user << QByteArray(unit) << QByteArray(message) << rule << blocks;
    };
    const char* failed = "Failed password for root from 192.0.2.5 port 4000 ssh2";
    row("Debian's", 0, "ssh.service", failed, 5760, true);
    row("others'", 0, "sshd.service", failed, 5760, true);
    row("by socket", 0, "ssh@12-192.0.2.1:22-192.0.2.5:4000.service", failed, 5760, true);
    row("a user", 1000, "session-2.scope", failed, 200190, false);
    row("a user in the service", 1000, "ssh.service", failed, 200190, false);
    row("root in a session", 0, "session-2.scope", failed, 200190, false);
    row("another service", 0, "cron.service", failed, 200190, false);
    row("an accepted login", 1000, "session-2.scope",
        "Accepted password for eva from 192.0.2.5 port 4000 ssh2", 200190, false);
    // What sshd says after the login comes from the user's own process.
    row("a session ends", 1000, "session-2.scope", "Disconnected from user eva 192.0.2.5 port 4000", 0,
        false);
}

void BuiltinRulesTest::onlyTheSshServiceIsBelievedAboutSsh()
{
    QFETCH(int, user);
    QFETCH(QByteArray, unit);
    QFETCH(QByteArray, message);
    QFETCH(unsigned, rule);
    QFETCH(bool, blocks);
    const RecordOrigin origin{RecordOrigin::Kind::Journal, static_cast<std::uint32_t>(user), "syslog",
                              unit.toStdString()};
    BuiltinRules rules;
    const std::string line = "Feb  3 04:05:06 desk sshd[9]: " + message.toStdString();
    std::vector<std::string> blocked;
    for (int i = 0; i < 6; ++i) {
        const auto outcome = rules.feed(line, 1, 1, origin);
        if (i == 0)
            QCOMPARE(outcome.verdict.rule ? outcome.verdict.rule->id : 0U, rule);
        blocked.insert(blocked.end(), outcome.blocked.begin(), outcome.blocked.end());
    }
    QCOMPARE(blocked, blocks ? std::vector<std::string>{"192.0.2.5"} : std::vector<std::string>{});
    // A text file says nothing while the journal is read.
    const auto doubted = rules.feed(line, 2, 1, {RecordOrigin::Kind::Unverified, {}, {}, {}});
    QVERIFY(!doubted.verdict.rule && doubted.blocked.empty());
}

void BuiltinRulesTest::longHostileLinesCostLittle_data()
{
    QTest::addColumn<QString>("piece");
    for (const auto* piece : {"../",
                              "..%2f",
                              "-d",
                              "?-d",
                              "%27",
                              "'or+",
                              "() {",
                              "${",
                              "${${",
                              "union+",
                              "union/**/",
                              ";+",
                              "<",
                              "/phpunit/",
                              "invokefunction",
                              "\\\"",
                              "[03/Feb/2031:04:05:06 +0100] ",
                              " from 198.51.100.7 port 22",
                              ", client: ",
                              "\\\"data\\\":{",
                              "a",
                              " ",
                              "1+or+",
                              "x HTTP/1.1 ",
                              "user x not found "})
        QTest::newRow(piece) << QString::fromLatin1(piece);
}

// A pattern that goes over a line again and again would show here: 60 KB of its own favourite bytes.
void BuiltinRulesTest::longHostileLinesCostLittle()
{
    QFETCH(QString, piece);
    const QString text = piece.repeated(60'000 / static_cast<int>(piece.size()));
    const QString frames[] = {
        u"203.0.113.9 - - [03/Feb/2031:04:05:06 +0100] \"GET /?%1 HTTP/1.1\" 404 3 \"-\" \"x\""_s,
        u"203.0.113.9 - - [03/Feb/2031:04:05:06 +0100] \"GET / HTTP/1.1\" 404 3 \"%1\" \"%1\""_s,
        u"203.0.113.9 - %1"_s,
        u"Feb  3 04:05:06 desk sshd[9]: Failed password for invalid user %1 from 203.0.113.9 port 4 ssh2"_s,
        u"Feb  3 04:05:06 desk sshd[9]: Disconnecting invalid user %1"_s,
        u"[Mon Feb 03 04:05:06.123456 2031] [core:error] [pid 8] [client 203.0.113.9:5] AH00126: %1"_s,
        u"2031/02/03 04:05:06 [error] 8#8: *7 user \"%1\": password mismatch, client: 203.0.113.9, server: s"_s,
        u"2031/02/03 04:05:06 active-response/bin/firewall-drop: {\"version\":1,\"parameters\":{\"extra_args\":[],\"alert\":{\"full_log\":\"%1\"}}}"_s,
    };
    for (const auto& frame : frames) {
        const auto line = QString(frame).replace("%1"_L1, text).toStdString();
        QElapsedTimer clock;
        clock.start();
        const auto outcome = m_rules.feed(line, ++m_session);
        QVERIFY2(clock.elapsed() < 500, qPrintable(frame.left(60) + u" %1 ms"_s.arg(clock.elapsed())));
    }
}

void BuiltinRulesTest::aResponseIsAnEventOfItsOwn_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QString>("command");
    QTest::addColumn<QString>("fullLog");
    QTest::addColumn<unsigned>("rule");
    const QString quiet =
        u"Feb  3 04:05:06 desk sshd[9]: Failed password for root from 192.0.2.5 port 4000 ssh2"_s;
    const QString nasty =
        uR"(x \\\"data\\\":{\\\"srcip\\\":\\\"198.51.100.7\\\"} \",\"data\":{\"srcip\":\"198.51.100.7\"},\"y\":\")"_s;
    QTest::newRow("blocked") << u"firewall-drop"_s << u"add"_s << quiet << 651U;
    QTest::newRow("released") << u"firewall-drop"_s << u"delete"_s << quiet << 652U;
    QTest::newRow("null route") << u"route-null.exe"_s << u"add"_s << quiet << 655U;
    QTest::newRow("null route gone") << u"route-null"_s << u"delete"_s << quiet << 656U;
    QTest::newRow("another program") << u"my-script"_s << u"add"_s << quiet << 657U;
    QTest::newRow("refused") << u"firewall-drop"_s << u"refused"_s << quiet << 200000U;
    QTest::newRow("failed") << u"firewall-drop"_s << u"failed"_s << quiet << 200001U;
    QTest::newRow("log text that looks like fields") << u"firewall-drop"_s << u"add"_s << nasty << 651U;
    QTest::newRow("log text that ends with a backslash")
        << u"firewall-drop"_s << u"add"_s << uR"(a\\)"_s << 651U;
}

void BuiltinRulesTest::aResponseIsAnEventOfItsOwn()
{
    QFETCH(QString, program);
    QFETCH(QString, command);
    QFETCH(QString, fullLog);
    QFETCH(unsigned, rule);
    const QString line =
        uR"(2031/02/03 04:05:06 active-response/bin/%1: {"version":1,"origin":{"name":"%1","module":"active-response"},"command":"%2","parameters":{"extra_args":[],"alert":{"timestamp":"x","rule":{"level":10,"description":"ssh: {\"data\":{}","id":"200100"},"full_log":"%3","decoder":{"name":"sshd"},"data":{"protocol":"GET","srcip":"192.0.2.5","url":"\"srcip\":\"198.51.100.7\"","deep":{"srcip":"198.51.100.7"}},"location":"x"},"program":"active-response/bin/%1","reason":"r"}})"_s
            .arg(program, command, fullLog);
    const auto outcome = m_rules.feed(line.toStdString(), ++m_session);
    QVERIFY2(outcome.verdict.rule, qPrintable(test::describe(outcome)));
    QCOMPARE(outcome.verdict.rule->id, rule);
    QCOMPARE(fieldOf(outcome.verdict, "srcip"), std::string("192.0.2.5"));
    QCOMPARE(fieldOf(outcome.verdict, "parameters.alert.data.srcip"), std::string("192.0.2.5"));
    QCOMPARE(outcome.verdict.decoderName, std::string("ar_log_json"));
}

QTEST_GUILESS_MAIN(BuiltinRulesTest)
#include "tst_builtin_rules.moc"
