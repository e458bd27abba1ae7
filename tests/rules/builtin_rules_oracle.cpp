// The built-in rules against what others say about real lines: the reference ruleset's own test lines, the
// lines of three other programs with the address each finds, and generated logs with known attackers. The
// data is other people's and not part of the project; where it is absent these tests are skipped.
#include "tests/oracle/oracle_files.h"
#include "tests/rules/builtin_rules.h"

#include <QDateTime>
#include <QHash>
#include <QProcess>
#include <QSet>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace bartizan;
using namespace bartizan::test;

namespace {

constexpr int kFrame = 120; // seconds, of the six-failures rules
constexpr int kFailures = 6;

bool isOfOurKind(const QJsonObject& decoder)
{
    const auto name = decoder["parent"_L1].toString(decoder["name"_L1].toString());
    return name == "sshd"_L1 || name == "pam"_L1 || name == "web-accesslog"_L1 ||
           name == "apache-errorlog"_L1 || name == "nginx-errorlog"_L1;
}

struct Line
{
    std::string text;
    QString address; // of an attack; empty = an ordinary line
    qint64 time = 0; // seconds
};

// `kind` auth or access, as gen_logs.py writes it.
QList<Line> generatedLog(const QString& kind, const QTemporaryDir& folder)
{
    const auto script = oraclePath(u"bench/gen_logs.py"_s);
    const auto log = folder.filePath(kind);
    const auto labels = folder.filePath(kind + u".labels"_s);
    if (QProcess::execute(u"python3"_s, {script, kind, u"-n"_s, u"20000"_s, u"--gap"_s, u"0.1"_s,
                                         u"--stamp"_s, u"iso"_s, u"-o"_s, log, u"--labels"_s, labels}) != 0)
        return {};
    QFile lines(log);
    QFile marks(labels);
    if (!lines.open(QIODevice::ReadOnly) || !marks.open(QIODevice::ReadOnly))
        return {};
    const bool isAuth = kind == "auth"_L1;
    QList<Line> result;
    while (!lines.atEnd()) {
        const auto text = QString::fromLatin1(lines.readLine()).chopped(1);
        const auto mark = QString::fromLatin1(marks.readLine()).trimmed();
        Line line{text.toStdString(), {}, 0};
        if (isAuth) {
            line.time = QDateTime::fromString(text.left(19), Qt::ISODate).toSecsSinceEpoch();
            if (mark.startsWith("fail"_L1))
                line.address = text.section(" from "_L1, -1).section(u' ', 0, 0);
        } else {
            const auto stamp = text.section(u'[', 1).section(u' ', 0, 0);
            line.time = QLocale::c().toDateTime(stamp, u"dd/MMM/yyyy:HH:mm:ss"_s).toSecsSinceEpoch();
            if (mark != "normal"_L1)
                line.address = text.section(u' ', 0, 0);
        }
        result.append(line);
    }
    return result;
}

QSet<QString> blockedBy(BuiltinRules& rules, const QList<Line>& lines)
{
    QSet<QString> blocked;
    qint64 last = lines.front().time;
    for (const auto& line : lines) {
        const auto outcome = rules.feed(line.text, 1, static_cast<int>(line.time - last));
        last = line.time;
        for (const auto& address : outcome.blocked)
            blocked.insert(QString::fromStdString(address));
    }
    return blocked;
}

QSet<QString> attackers(const QList<Line>& lines)
{
    QSet<QString> result;
    for (const auto& line : lines) {
        if (!line.address.isEmpty())
            result.insert(line.address);
    }
    return result;
}

} // namespace

class BuiltinRulesOracle : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void referenceLinesGetTheSameRule();
    void peersNameTheSameAddress();
    void generatedPasswordGuessersAreBlockedAndNobodyElse();
    void generatedWebAttackersAreBlockedAndNobodyElse();
};

void BuiltinRulesOracle::init()
{
    if (oraclePath(u"README.md"_s).isEmpty())
        QSKIP("the reference results are not on this machine");
}

void BuiltinRulesOracle::referenceLinesGetTheSameRule()
{
    QSet<int> ours;
    const QDir folder(QStringLiteral(BARTIZAN_SOURCE_DIR "/resources/ruleset/rules"));
    for (const auto& name : folder.entryList(QDir::Files)) {
        QFile file(folder.filePath(name));
        QVERIFY(file.open(QIODevice::ReadOnly));
        for (const auto& match :
             QRegularExpression(u"<rule id=\"(\\d+)\""_s).globalMatch(QString::fromUtf8(file.readAll())))
            ours.insert(match.captured(1).toInt());
    }
    BuiltinRules rules;
    std::uint32_t session = 0;
    int asked = 0;
    int same = 0;
    for (const auto& row : oracleRows(u"wazuh/cases/golden.jsonl"_s)) {
        ++session;
        const auto events = row["events"_L1].toArray();
        const auto results = row["results"_L1].toArray();
        for (qsizetype i = 0; i < std::min(events.size(), results.size()); ++i) {
            const auto result = results[i].toObject();
            const int id = result["rule"_L1].toObject()["id"_L1].toString().toInt();
            const auto outcome = rules.feed(events[i].toString().toStdString(), session);
            if (!isOfOurKind(result["decoder"_L1].toObject()) || !ours.contains(id))
                continue;
            ++asked;
            if (outcome.verdict.rule && outcome.verdict.rule->id == static_cast<unsigned>(id))
                ++same;
            else
                qInfo("%d there: %s | %s", id, qPrintable(describe(outcome)),
                      qPrintable(events[i].toString().left(150)));
        }
    }
    qInfo("%d of %d lines get the rule that the reference gives them", same, asked);
    QVERIFY(asked >= 60);
    QVERIFY(same * 100 >= asked * 90);
}

void BuiltinRulesOracle::peersNameTheSameAddress()
{
    BuiltinRules rules;
    std::uint32_t session = 0;
    int agreed = 0;
    int missed = 0;
    int different = 0;
    int more = 0;
    for (const auto& peer : {u"fail2ban"_s, u"crowdsec"_s, u"sshguard"_s}) {
        for (const auto& row : oracleRows(u"peers/%1.jsonl"_s.arg(peer))) {
            const auto family = row["family"_L1].toString();
            if (family != "sshd"_L1 && family != "nginx"_L1 && !family.startsWith("apache"_L1) &&
                row["service"_L1].toString() != "negatives"_L1)
                continue;
            auto line = row["line"_L1].toString();
            if (row["service"_L1].toString() == "ssh"_L1 && !line.contains("sshd"_L1))
                line.prepend("Feb  3 04:05:06 desk sshd[1]: "_L1);
            const auto outcome = rules.feed(line.toUtf8().toStdString(), ++session);
            auto address = QString::fromStdString(fieldOf(outcome.verdict, "srcip"));
            if (address.startsWith("::ffff:"_L1)) // the peers write it as IPv4
                address.remove(0, 7);
            const bool flagged =
                outcome.verdict.rule && outcome.verdict.rule->level >= 5 && !address.isEmpty();
            const auto expected = row["expected_host"_L1].toString();
            if (!row["expected_match"_L1].toBool()) {
                more += flagged ? 1 : 0;
                if (flagged)
                    qInfo("only we, %s: %s | %s", qPrintable(peer), qPrintable(describe(outcome)),
                          qPrintable(line.left(200)));
            } else if (!flagged) {
                ++missed;
            } else if (address == expected) {
                ++agreed;
            } else {
                ++different;
                qInfo("another address, %s names %s: %s | %s", qPrintable(peer), qPrintable(expected),
                      qPrintable(describe(outcome)), qPrintable(line.left(200)));
            }
        }
    }
    qInfo("same address %d, not flagged by us %d, flagged by us only %d, another address %d", agreed, missed,
          more, different);
    QVERIFY(agreed >= 145);
    QCOMPARE(different, 0);
}

void BuiltinRulesOracle::generatedPasswordGuessersAreBlockedAndNobodyElse()
{
    const QTemporaryDir folder;
    const auto lines = generatedLog(u"auth"_s, folder);
    QCOMPARE(lines.size(), 20000);
    QSet<QString> due;
    QHash<QString, QList<qint64>> times;
    for (const auto& line : lines) {
        if (line.address.isEmpty())
            continue;
        auto& seen = times[line.address];
        seen.append(line.time);
        if (seen.size() >= kFailures && line.time - seen[seen.size() - kFailures] <= kFrame)
            due.insert(line.address);
    }
    BuiltinRules rules;
    const auto blocked = blockedBy(rules, lines);
    qInfo("%lld of %lld due addresses blocked, %lld blocked in all",
          static_cast<qlonglong>((due & blocked).size()), static_cast<qlonglong>(due.size()),
          static_cast<qlonglong>(blocked.size()));
    QVERIFY(due.size() > 5);
    QVERIFY(blocked.contains(due));
    QVERIFY(attackers(lines).contains(blocked));
}

void BuiltinRulesOracle::generatedWebAttackersAreBlockedAndNobodyElse()
{
    const QTemporaryDir folder;
    const auto lines = generatedLog(u"access"_s, folder);
    QCOMPARE(lines.size(), 20000);
    BuiltinRules rules;
    const auto blocked = blockedBy(rules, lines);
    QSet<QString> due; // one request is enough
    for (const auto& line : lines) {
        const std::string_view text = line.text;
        if (!line.address.isEmpty() &&
            (text.contains("() {") || text.contains("etc/passwd") || text.contains("allow_url_include")))
            due.insert(line.address);
    }
    qInfo("%lld of %lld due addresses blocked, %lld blocked in all",
          static_cast<qlonglong>((due & blocked).size()), static_cast<qlonglong>(due.size()),
          static_cast<qlonglong>(blocked.size()));
    QVERIFY(due.size() > 50);
    QVERIFY(blocked.contains(due));
    QVERIFY(attackers(lines).contains(blocked));
}

QTEST_GUILESS_MAIN(BuiltinRulesOracle)
#include "builtin_rules_oracle.moc"
