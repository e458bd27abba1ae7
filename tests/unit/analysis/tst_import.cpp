// import: what of an installation is taken, and what is made of it.
#include "tests/unit/analysis/import_bench.h"

#include <sys/stat.h>

using namespace bartizan;
using namespace bartizan::test;

class TestImport : public QObject, private ImportBench
{
    Q_OBJECT

private slots:
    void init() { prepare(); }
    void takesAWazuhInstallation();
    void takesAnOssecInstallation();
    void stockRulesComeOnlyWhenAskedFor();
    void stockRulesOfOssecKeepTheirOrder();
    void anAgentHasNoRuleset();
    void onlyOwnFoldersMeanOnlyOwnRules();
    void programsAreTakenByPlainNamesOnly();
    void brokenRulesDoNotForbidIt();
    void aBrokenConfigurationDoes();
    void settingsWithoutMeaningAreLeftOut();
    void variablesComeAlong();
    void wrongUseIsTold_data();
    void wrongUseIsTold();
    void textForPeople();
};

void TestImport::takesAWazuhInstallation()
{
    writeWazuh();
    const auto ran = import();
    QCOMPARE(ran.code, 0);
    QVERIFY2(ran.problems.isEmpty(), qPrintable(ran.problems));
    const auto report = ran.json();
    QVERIFY(report[u"installed"_s].toBool());
    QCOMPARE(takenOf(report),
             (QStringList{u"active-response/bin/ring.sh > responses/ring.sh"_s,
                          u"etc/decoders/local_decoder.xml > decoders/local_decoder.xml"_s,
                          u"etc/lists/bad > lists/bad"_s, u"etc/lists/more/hosts > lists/more/hosts"_s,
                          u"etc/ossec.conf > bartizan.conf"_s,
                          u"etc/rules/local_rules.xml > rules/local_rules.xml"_s}));
    const QStringList installed{u"bartizan.conf"_s,     u"decoders/local_decoder.xml"_s,
                                u"lists/bad"_s,         u"lists/more/hosts"_s,
                                u"responses/ring.sh"_s, u"rules/local_rules.xml"_s};
    QCOMPARE(filesBelow(u"conf"_s), installed);
    for (const QString& name : installed) {
        struct stat status{};
        QCOMPARE(::stat(path(u"conf/"_s + name).c_str(), &status), 0);
        QCOMPARE(status.st_mode & 07777U, name.endsWith(u".sh"_s) ? 0755U : 0644U);
        QCOMPARE(::stat(QFileInfo(m_folder->filePath(u"conf/"_s + name)).path().toUtf8(), &status), 0);
        QCOMPARE(status.st_mode & 07777U, 0755U);
    }
    QCOMPARE(report[u"taken"_s][0][u"kind"_s].toString(), u"configuration"_s);
    QCOMPARE(report[u"taken"_s][1][u"count"_s].toInt(), 2); // rules

    const QByteArray configuration = read(u"conf/bartizan.conf"_s);
    QVERIFY(configuration.contains("\n  <localfile>\n    <log_format>syslog</log_format>\n"
                                   "    <location>/var/log/door.log</location>\n  </localfile>\n"));
    QVERIFY(configuration.contains("192.0.2.200"));
    for (const char* part : {"remote", "made-up", "email_to", "rule_dir"})
        QVERIFY2(!configuration.contains(part), part);
    QVERIFY(reasonOf(report, u"etc/ossec.conf"_s, u"<remote>"_s).startsWith(u"7: there are no managers"_s));
    QVERIFY(reasonOf(report, u"etc/ossec.conf"_s, u"<made-up>"_s).startsWith(u"25: no block"_s));
    QVERIFY(reasonOf(report, u"ruleset/rules"_s).contains(u"--with-stock-rules"_s));

    QCOMPARE(ruleFor(kBadLine), u"100100"_s);
    QCOMPARE(ruleFor("Nov 24 07:08:09 host door[1]: knock from 192.0.2.1\n"), u"20"_s); // built in
    QCOMPARE(ruleFor("Nov 24 07:08:09 host gate[1]: creaks\n"), u"100101"_s);
    const auto checked = run(offline::runCheck, {"--config", path(u"conf"_s)});
    QVERIFY2(checked.code == 0, qPrintable(checked.problems));
    QVERIFY(checked.out.startsWith(u"4 rules, 2 decoders, 2 lists with 3 entries"_s));
}

void TestImport::takesAnOssecInstallation()
{
    writeOssec();
    write(u"old/rules/forgotten_rules.xml"_s, kLocalRules);
    const auto ran = import();
    QCOMPARE(ran.code, 0);
    const auto report = ran.json();
    QCOMPARE(takenOf(report), (QStringList{u"etc/local_decoder.xml > decoders/local_decoder.xml"_s,
                                           u"etc/ossec.conf > bartizan.conf"_s, u"lists/bad > lists/bad"_s,
                                           u"rules/local_rules.xml > rules/local_rules.xml"_s}));
    QVERIFY(reasonOf(report, u"rules"_s, u"2 files"_s).contains(u"--with-stock-rules"_s));
    QVERIFY(reasonOf(report, u"etc/decoder.xml"_s).contains(u"--with-stock-rules"_s));
    QVERIFY(reasonOf(report, u"rules/forgotten_rules.xml"_s).contains(u"not in use"_s));
    QCOMPARE(ruleFor(kBadLine), u"100100"_s);
    QCOMPARE(run(offline::runCheck, {"--config", path(u"conf"_s)}).code, 0);

    // Nothing but rules is an installation as well.
    write(u"bare/rules/local_rules.xml"_s, kLocalRules);
    write(u"bare/rules/mine.xml"_s, QByteArray(kLocalRules).replace("1001", "1002"));
    QCOMPARE(takenOf(import({"--dry-run"}, u"bare"_s).json()),
             (QStringList{u"rules/local_rules.xml > rules/local_rules.xml"_s,
                          u"rules/mine.xml > rules/mine.xml"_s}));
}

void TestImport::stockRulesComeOnlyWhenAskedFor()
{
    writeWazuh();
    write(u"old/ruleset/rules/0020-silent.xml"_s,
          R"(<group name="x,"><rule id="30" level="2"><match>silent</match><description>s</description></rule>
          </group>)");
    const auto report = import({"--with-stock-rules"}).json();
    QVERIFY(takenOf(report).contains(u"ruleset/rules/0020-silent.xml > rules/0020-silent.xml"_s));
    QVERIFY(takenOf(report).contains(u"ruleset/decoders/0010-stock.xml > decoders/0010-stock.xml"_s));
    QVERIFY(read(u"conf/bartizan.conf"_s).contains("<ruleset builtin=\"no\">"));
    const auto checked = run(offline::runCheck, {"--config", path(u"conf"_s)});
    QVERIFY2(checked.code == 0, qPrintable(checked.problems));
    QVERIFY(checked.out.startsWith(u"5 rules, 2 decoders"_s)); // ours are not on top
    QCOMPARE(ruleFor(kBadLine), u"100100"_s);
}

void TestImport::stockRulesOfOssecKeepTheirOrder()
{
    writeOssec();
    const auto report = import({"--with-stock-rules"}).json();
    const auto taken = takenOf(report);
    QVERIFY2(taken.contains(u"rules/first_rules.xml > rules/0000-first_rules.xml"_s),
             qPrintable(taken.join(u'\n')));
    QVERIFY(taken.contains(u"rules/door_rules.xml > rules/0010-door_rules.xml"_s));
    QVERIFY(taken.contains(u"etc/decoder.xml > decoders/decoder.xml"_s));
    QVERIFY(report[u"problems"_s].toArray().size() == 1); // the note that nobody will be blocked
    QCOMPARE(ruleFor(kBadLine), u"100100"_s);
}

void TestImport::anAgentHasNoRuleset()
{
    write(u"old/etc/ossec.conf"_s,
          "<ossec_config><client><server/></client><active-response><disabled>no</disabled>"
          "<ca_verification>yes</ca_verification></active-response>\n<localfile><log_format>syslog"
          "</log_format><location>/var/log/a</location></localfile></ossec_config>");
    write(u"old/etc/shared/agent.conf"_s, "<agent_config></agent_config>");
    const auto ran = import();
    QCOMPARE(ran.code, 0);
    QVERIFY(reasonOf(ran.json(), u"etc/ossec.conf"_s, u"<active-response>"_s).contains(u"agent"_s));
    QVERIFY(!reasonOf(ran.json(), u"etc/shared/agent.conf"_s).isEmpty());
    QVERIFY(!read(u"conf/bartizan.conf"_s).contains("ruleset"));
    QVERIFY(ran.out.contains(u"nobody will be blocked"_s));
    QCOMPARE(ruleFor("Nov 24 07:08:09 host door[1]: knock\n"), u"20"_s);
    QCOMPARE(run(offline::runCheck, {"--config", path(u"conf"_s)}).code, 0);
}

void TestImport::onlyOwnFoldersMeanOnlyOwnRules()
{
    write(
        u"old/etc/ossec.conf"_s,
        "<ossec_config><ruleset><rule_dir pattern=\"_rules.xml$\">/var/ossec/etc/mine</rule_dir>"
        "<decoder_dir>etc/decoders</decoder_dir><rule_dir>/srv/elsewhere</rule_dir>"
        "<rule_include>../outside.xml</rule_include><rule_exclude>old_rules.xml</rule_exclude>"
        "<rule_include>etc/extra/more.rules</rule_include><list>etc/net/bad</list></ruleset></ossec_config>");
    write(u"old/etc/extra/more.rules"_s,
          "<group name=\"b,\"><rule id=\"100201\" level=\"0\"><if_sid>1</if_sid>"
          "<match>x</match><description>d</description></rule></group>");
    write(u"old/etc/mine/a_rules.xml"_s,
          R"(<group name="a,"><rule id="1" level="0" noalert="1"><category>syslog</category>
          <description>any</description></rule><rule id="100200" level="4"><list field="srcip">etc/net/bad</list>
          <description>d</description></rule></group>)");
    write(u"old/etc/mine/old_rules.xml"_s, kLocalRules);
    write(u"old/etc/mine/note.xml"_s, kLocalRules);
    write(u"old/etc/rules/unused.xml"_s, kLocalRules);
    write(u"old/etc/net/bad"_s, "192.0.2.66:\n");
    write(u"old/etc/decoders/d.xml"_s, kBuiltinDecoders);
    const auto report = import().json();
    QCOMPARE(takenOf(report),
             (QStringList{u"etc/decoders/d.xml > decoders/d.xml"_s,
                          u"etc/extra/more.rules > rules/more.rules.xml"_s,
                          u"etc/mine/a_rules.xml > rules/a_rules.xml"_s, u"etc/net/bad > lists/net/bad"_s,
                          u"etc/ossec.conf > bartizan.conf"_s}));
    for (const char* file : {"etc/mine/old_rules.xml", "etc/mine/note.xml", "etc/rules"})
        QVERIFY2(!reasonOf(report, QString::fromLatin1(file)).isEmpty(), file);
    for (const char* what : {"/srv/elsewhere", "../outside.xml"})
        QVERIFY2(reasonOf(report, u"etc/ossec.conf"_s, QString::fromLatin1(what)).startsWith(u"1: "_s), what);
    QCOMPARE(ruleFor(kBadLine), u"100200"_s);
    QVERIFY(run(offline::runCheck, {"--config", path(u"conf"_s)}).out.startsWith(u"3 rules, 1 decoders"_s));
}

void TestImport::programsAreTakenByPlainNamesOnly()
{
    const auto command = [](const char* name, const char* executable) {
        return QByteArray("<command><name>") + name + "</name><executable>" + executable +
               "</executable></command>\n";
    };
    write(u"old/etc/ossec.conf"_s, "<ossec_config>\n" + command("a", "own.py") + command("b", "host-deny") +
                                       command("c", "firewall-drop.sh") + command("d", "../../own.py") +
                                       command("e", "sub/own.py") + command("f", "/bin/own.py") +
                                       command("g", ".hidden") + command("h", "missing") +
                                       "<active-response><command>e</command><location>local</"
                                       "location><level>3</level></active-response>\n"
                                       "</ossec_config>");
    for (const char* file : {"bin/own.py", "bin/host-deny", "bin/firewall-drop.sh", "bin/sub/own.py",
                             "bin/.hidden", "../own.py"})
        write(u"old/active-response/"_s + QString::fromLatin1(file), "#!/bin/sh\n");
    const auto report = import().json();
    QCOMPARE(takenOf(report), (QStringList{u"active-response/bin/own.py > responses/own.py"_s,
                                           u"etc/ossec.conf > bartizan.conf"_s}));
    const QString file = u"etc/ossec.conf"_s;
    QVERIFY(reasonOf(report, file, u"host-deny"_s).startsWith(u"3: this program is not available"_s));
    QVERIFY(reasonOf(report, file, u"missing"_s).contains(u"active-response/bin/missing is not there"_s));
    QVERIFY(reasonOf(report, file, u"<command> sub/own.py"_s).startsWith(u"6: "_s));
    QVERIFY(reasonOf(report, file, u"<command> .hidden"_s).startsWith(u"8: "_s));
    QVERIFY(reasonOf(report, file, u"<active-response>"_s).startsWith(u"10: its command"_s));
    const QByteArray configuration = read(u"conf/bartizan.conf"_s);
    for (const char* refused : {"../own.py", "sub/own.py", "/bin/own.py", ".hidden"})
        QVERIFY2(!configuration.contains(refused), refused);
    QCOMPARE(run(offline::runCheck, {"--config", path(u"conf"_s)}).code, 0);
}

void TestImport::brokenRulesDoNotForbidIt()
{
    writeWazuh();
    write(u"old/etc/rules/broken.xml"_s, "<group name=\"x,\">\n<rule id=\"100300\"\n");
    write(u"old/etc/rules/orphan.xml"_s,
          "<group name=\"x,\">\n<rule id=\"100301\" level=\"3\"><if_sid>87001</if_sid>"
          "<description>d</description></rule></group>");
    const auto ran = import();
    QCOMPARE(ran.code, 0);
    QVERIFY(ran.json()[u"installed"_s].toBool());
    QStringList places;
    for (const auto& problem : ran.json()[u"problems"_s].toArray()) {
        if (problem[u"severity"_s] != u"note"_s)
            places += QFileInfo(problem[u"file"_s].toString()).fileName() + u':' +
                      QString::number(problem[u"line"_s].toInt());
    }
    QCOMPARE(places, (QStringList{u"broken.xml:2"_s, u"orphan.xml:2"_s}));
    QCOMPARE(ruleFor(kBadLine), u"100100"_s);
}

void TestImport::aBrokenConfigurationDoes()
{
    writeWazuh();
    write(u"old/etc/ossec.conf"_s, "<ossec_config>\n  <global>\n</ossec_config>\n");
    const auto ran = import();
    QCOMPARE(ran.code, 1);
    const auto error = ran.json()[u"error"_s].toObject();
    QVERIFY2(error[u"message"_s].toString().contains(u"etc/ossec.conf:3:1"_s), qPrintable(ran.out));
    QVERIFY(!error[u"cure"_s].toString().isEmpty());
    QVERIFY(!QFile::exists(m_folder->filePath(u"conf"_s)));
}

void TestImport::settingsWithoutMeaningAreLeftOut()
{
    write(u"old/etc/ossec.conf"_s,
          "<ossec_config>\n"
          "<global><logall>no</logall><white_list>192.0.2.1</white_list><stats>4</stats><white_list>::2"
          "</white_list></global>\n"
          "<alerts><use_geoip>no</use_geoip></alerts>\n"
          "<localfile><log_format>eventchannel</log_format><location>System</location></localfile>\n"
          "<localfile><location>/var/log/a</location></localfile>\n"
          "<localfile><log_format>syslog</log_format><location>/var/ossec/logs/active-responses.log"
          "</location></localfile>\n"
          "</ossec_config>");
    const auto report = import().json();
    const QByteArray configuration = read(u"conf/bartizan.conf"_s);
    QVERIFY2(configuration.contains(
                 "<global><white_list>192.0.2.1</white_list><white_list>::2</white_list></global>"),
             configuration.constData());
    QVERIFY(!configuration.contains("alerts") && !configuration.contains("localfile"));
    const QString file = u"etc/ossec.conf"_s;
    for (const char* what : {"<logall>", "<stats>", "<use_geoip>", "<localfile> System",
                             "<localfile> /var/log/a", "<localfile> /var/ossec/logs/active-responses.log"})
        QVERIFY2(!reasonOf(report, file, QString::fromLatin1(what)).isEmpty(), what);
    QCOMPARE(report[u"left"_s].toArray().size(), 6);
    QVERIFY(run(offline::runCheck, {"--config", path(u"conf"_s)}).problems.isEmpty());
}

void TestImport::variablesComeAlong()
{
    write(u"old/etc/ossec.conf"_s, "<var name=\"LOGS\">/var/log/door</var>\n<ossec_config><localfile>"
                                   "<log_format>syslog</log_format><location>$LOGS.log</location>"
                                   "</localfile></ossec_config>");
    QCOMPARE(import().code, 0);
    const QByteArray configuration = read(u"conf/bartizan.conf"_s);
    QVERIFY(configuration.contains("<var name=\"LOGS\">") && configuration.contains("$LOGS.log"));
    QCOMPARE(run(offline::runCheck, {"--config", path(u"conf"_s)}).code, 0);
}

void TestImport::wrongUseIsTold_data()
{
    QTest::addColumn<QByteArray>("arguments");
    QTest::addColumn<int>("code");
    const auto row = [](const char* arguments, int code) {
        QTest::newRow(arguments) << QByteArray(arguments) << code;
    };
    row("", 2);
    row("one two", 2);
    row("--config", 2);
    row("--explain x", 2);
    row("--ruleset a x", 2);
    row("--dry-run=yes x", 2);
    row("/nowhere/at/all", 1);
    row("/dev/null", 1);
    row("/dev", 1); // no installation
}

void TestImport::wrongUseIsTold()
{
    QFETCH(QByteArray, arguments);
    QFETCH(int, code);
    std::vector<std::string> words;
    for (const auto& word : arguments.split(' ')) {
        if (!word.isEmpty())
            words.push_back(word.toStdString());
    }
    const auto ran = run(offline::runImport, words);
    QCOMPARE(ran.code, code);
    QVERIFY(ran.out.isEmpty() && !ran.problems.isEmpty());
    words.insert(words.begin(), "--json");
    const auto json = run(offline::runImport, words);
    QCOMPARE(json.code, code);
    const auto error = json.json()[u"error"_s].toObject();
    QVERIFY(!error[u"message"_s].toString().isEmpty() && !error[u"cure"_s].toString().isEmpty());
    QVERIFY(!QFile::exists(m_folder->filePath(u"default"_s)));
}

void TestImport::textForPeople()
{
    writeWazuh();
    const std::vector<std::string> words{path(u"old"_s), "--config", path(u"conf"_s)};
    const auto ran = run(offline::runImport, words);
    for (const char* part :
         {"take      etc/rules/local_rules.xml → rules/local_rules.xml (2 rules)\n",
          "take      etc/lists/more/hosts → lists/more/hosts (2 entries)\n",
          "leave     etc/ossec.conf:7 <remote>: there are no managers", "Installed.", "bartizanctl reload"})
        QVERIFY2(ran.out.contains(QString::fromUtf8(part)), qPrintable(QString::fromUtf8(part) + ran.out));
    write(u"conf/rules/local_rules.xml"_s, "<group name=\"mine,\"></group>");
    const auto conflict = run(offline::runImport, words);
    QVERIFY(conflict.out.contains(u"conflict  etc/rules/local_rules.xml → rules/local_rules.xml: "_s));
    QVERIFY(conflict.out.contains(u"--replace"_s));
    QVERIFY(run(offline::runImport, {"/dev"}).problems.contains(u"/var/ossec"_s));
}

QTEST_GUILESS_MAIN(TestImport)
#include "tst_import.moc"
