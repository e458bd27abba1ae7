// What replay says of whole logs.
#include "tests/unit/analysis/offline_bench.h"

#include <QJsonArray>

using namespace bartizan;
using namespace bartizan::test;

class TestReplay : public QObject, protected OfflineBench
{
    Q_OBJECT

private slots:
    void init() { reset(); }
    void replayGoesByTheTimeOfTheRecords();
    void replayGivesUnstampedBeginningsTheFirstStamp();
    void replayOnTwoThreadsIsTheSame();
    void replayBlocksRepeatedOffendersForLonger();
    void replayAnswersAsANewInstallationWould();
};

void TestReplay::replayGoesByTheTimeOfTheRecords()
{
    const auto line = [](const char* time, const char* address) {
        return std::string("Nov 24 ") + time + " gate app: fail from " + address + "\n";
    };
    write(QStringLiteral("one.log"),
          QByteArray::fromStdString(line("07:00:00", "192.0.2.1") + line("07:00:10", "192.0.2.1") +
                                    line("07:00:20", "192.0.2.1") + line("07:00:30", "192.0.2.1") +
                                    line("07:00:31", "192.0.2.1") + line("07:00:32", "192.0.2.1")));
    write(QStringLiteral("two.log"),
          QByteArray::fromStdString(line("08:00:00", "192.0.2.2") + line("08:02:00", "192.0.2.2") +
                                    line("08:04:00", "192.0.2.2") + line("08:04:01", "192.0.2.1") +
                                    line("08:04:02", "192.0.2.1") + line("08:04:03", "192.0.2.1")));
    makeResponder = [](const Configuration&, Problems&) {
        return [](const Verdict& verdict) -> std::vector<offline::WouldBlock> {
            if (verdict.rule->id != 101)
                return {};
            return {{verdict.fields.front().value, 600}};
        };
    };
    const auto ran =
        run(offline::runReplay, {"--json", "--ruleset", path(QStringLiteral("set")),
                                 path(QStringLiteral("one.log")), path(QStringLiteral("two.log"))});
    QCOMPARE(ran.code, 0);
    const auto json = ran.json();
    QCOMPARE(json[QStringLiteral("lines")].toInt(), 12);
    QCOMPARE(json[QStringLiteral("alerts")].toInt(), 12);
    QCOMPARE(json[QStringLiteral("alerts_by_rule")].toObject(),
             (QJsonObject{{QStringLiteral("100"), 9}, {QStringLiteral("101"), 3}}));
    const auto blocks = json[QStringLiteral("would_block")].toArray();
    QCOMPARE(blocks.size(), 2); // the second firing found the address blocked
    QCOMPARE(blocks[0][QStringLiteral("address")].toString(), QStringLiteral("192.0.2.1"));
    QCOMPARE(blocks[0][QStringLiteral("seconds")].toInt(), 600);
    QVERIFY(blocks[0][QStringLiteral("at")].toString().endsWith(QStringLiteral(":00:20.000Z")));
    for (const char* key : {"bytes", "seconds", "cpu_seconds", "lines_per_second"})
        QVERIFY(json[QLatin1String(key)].isDouble());

    const auto text =
        run(offline::runReplay, {"--ruleset", path(QStringLiteral("set")), path(QStringLiteral("one.log"))});
    QVERIFY(text.out.contains(QStringLiteral("6 lines")) && text.out.contains(QStringLiteral("192.0.2.1")));
    QVERIFY2(text.out.contains(QStringLiteral("4 x rule 100 (level 5): failed 192.0.2.1")),
             qPrintable(text.out));
}

void TestReplay::replayGivesUnstampedBeginningsTheFirstStamp()
{
    makeResponder = [](const Configuration&, Problems&) {
        return [](const Verdict&) { return std::vector<offline::WouldBlock>{{"192.0.2.1", 1}}; };
    };
    const auto firstTime = [&](const std::vector<std::string>& files) {
        std::vector<std::string> words{"--json", "--ruleset", path(QStringLiteral("set"))};
        words.insert(words.end(), files.begin(), files.end());
        const auto json = run(offline::runReplay, words).json();
        const auto at = json[QStringLiteral("would_block")][0][QStringLiteral("at")].toString();
        return QString::number(json[QStringLiteral("lines")].toInt()) + QLatin1Char(' ') + at.left(10);
    };
    const QString today = QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyy-MM-dd"));
    const auto file = [&](const char* name, const QByteArray& bytes) {
        write(QString::fromLatin1(name), bytes);
        return path(QString::fromLatin1(name));
    };
    const QByteArray stamped("2020-02-03T12:00:00Z fail\n");
    const auto bare = file("bare.log", "fail\nfail\n");
    QCOMPARE(firstTime({file("late.log", "fail\n" + stamped)}), QStringLiteral("2 2020-02-03"));
    QCOMPARE(firstTime({bare, file("two.log", stamped)}), QStringLiteral("3 2020-02-03"));
    QCOMPARE(firstTime({bare}), QStringLiteral("2 ") + today);
    QCOMPARE(firstTime({file("many.log", QByteArray("fail\n").repeated(5000) + stamped)}),
             QStringLiteral("5001 ") + today);
}

void TestReplay::replayOnTwoThreadsIsTheSame()
{
    // Many batches, so that both threads have much to do at once.
    QByteArray lines;
    for (int i = 0; i < 20'000; ++i) {
        const QTime time = QTime(0, 0).addSecs(i / 2);
        lines += "Nov 24 " + time.toString(QStringLiteral("HH:mm:ss")).toLatin1() +
                 " gate app: fail from 192.0.2." + QByteArray::number(i * 7 % 250) + "\n";
    }
    write(QStringLiteral("many.log"), lines);
    makeResponder = [](const Configuration&, Problems&) {
        return [](const Verdict& verdict) {
            return std::vector<offline::WouldBlock>{{verdict.fields.front().value, 60}};
        };
    };
    const auto resultOf = [this](const std::string& threads) {
        const auto ran =
            run(offline::runReplay, {"--json", "--threads", threads, "--ruleset", path(QStringLiteral("set")),
                                     path(QStringLiteral("many.log"))});
        QJsonObject json = ran.json();
        for (const char* key : {"seconds", "cpu_seconds", "lines_per_second"})
            json.remove(QLatin1String(key));
        return json;
    };
    const auto one = resultOf("1");
    QCOMPARE(one[QStringLiteral("lines")].toInt(), 20'000);
    QVERIFY(one[QStringLiteral("would_block")].toArray().size() > 250);
    QCOMPARE(resultOf("2"), one);
    // What can't be read ends it on either way.
    const auto missing =
        run(offline::runReplay, {"--threads", "2", "--ruleset", path(QStringLiteral("set")),
                                 path(QStringLiteral("many.log")), path(QStringLiteral("missing.log"))});
    QCOMPARE(missing.code, 1);
}

void TestReplay::replayBlocksRepeatedOffendersForLonger()
{
    write(QStringLiteral("conf/bartizan.conf"),
          "<ossec_config><active-response><repeated_offenders>5,10</repeated_offenders></active-response>"
          "</ossec_config>");
    write(QStringLiteral("conf/rules/local_rules.xml"), kRules);
    write(QStringLiteral("conf/decoders/a.xml"), kDecoders);
    makeResponder = [](const Configuration&, Problems&) {
        return [](const Verdict& verdict) {
            return std::vector<offline::WouldBlock>{{verdict.fields.front().value, 60}};
        };
    };
    const auto line = [](const char* time, const char* address) {
        return QByteArray("2020-02-03T") + time + "+00:00 gate app: fail from " + address + "\n";
    };
    write(QStringLiteral("a.log"), line("12:00:00", "192.0.2.1") + line("12:00:30", "192.0.2.1") +
                                       line("12:01:00", "192.0.2.1") + line("12:05:59", "192.0.2.1") +
                                       line("12:06:30", "192.0.2.2") + line("12:10:00", "192.0.2.1") +
                                       line("12:30:00", "192.0.2.1"));
    const auto ran = run(offline::runReplay,
                         {"--json", "--config", path(QStringLiteral("conf")), path(QStringLiteral("a.log"))});
    QStringList blocks;
    for (const auto& block : ran.json()[QStringLiteral("would_block")].toArray()) {
        blocks += block[QStringLiteral("at")].toString().mid(11, 5) + QLatin1Char(' ') +
                  block[QStringLiteral("address")].toString().right(1) + QLatin1Char(' ') +
                  QString::number(block[QStringLiteral("seconds")].toInt());
    }
    // As in the engine, going on while blocked makes that block longer and is no new one: 12:00:30, 12:01 and
    // 12:10.
    QCOMPARE(blocks.join(QStringLiteral(", ")),
             QStringLiteral("12:00 1 60, 12:05 1 300, 12:06 2 60, 12:30 1 600"));
}

void TestReplay::replayAnswersAsANewInstallationWould()
{
    write(QStringLiteral("share/ruleset/rules/0010-a.xml"), kRules);
    write(QStringLiteral("share/ruleset/decoders/0010-a.xml"), kDecoders);
    write(QStringLiteral("share/defaults/bartizan.conf"),
          "<bartizan_config><command><name>firewall-drop</name><executable>firewall-drop</executable>"
          "<timeout_allowed>yes</timeout_allowed></command></bartizan_config>");
    write(QStringLiteral("a.log"), "2020-02-03T12:00:00+00:00 gate app: fail from 192.0.2.1\n");
    builtin = path(QStringLiteral("share/ruleset"));
    std::size_t commands = 0;
    makeResponder = [&](const Configuration& configuration, Problems&) {
        commands = configuration.commands.size();
        return offline::Responder();
    };
    const std::string log = path(QStringLiteral("a.log"));
    const auto ran = run(offline::runReplay, {"--json", log});
    QCOMPARE(ran.json()[QStringLiteral("alerts")].toInt(), 1);
    QCOMPARE(commands, std::size_t{1});
    run(offline::runReplay, {"--ruleset", path(QStringLiteral("set")), log});
    QCOMPARE(commands, std::size_t{0});
    QVERIFY(QDir().mkpath(QString::fromStdString(path(QStringLiteral("conf")))));
    run(offline::runReplay, {"--config", path(QStringLiteral("conf")), log});
    QCOMPARE(commands, std::size_t{0});
    write(QStringLiteral("nothing-here/bartizan.conf"), "<bartizan_config></bartizan_config>");
    run(offline::runReplay, {log});
    QCOMPARE(commands, std::size_t{0});
}

QTEST_APPLESS_MAIN(TestReplay)
#include "tst_replay.moc"
