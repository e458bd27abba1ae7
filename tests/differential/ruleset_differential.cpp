// The engine's analysis and the plain one over the same lines: every verdict has to be equal in every member.
//
// BARTIZAN_DIFFERENTIAL_LINES says how many lines each of the rule sets gets, BARTIZAN_DIFFERENTIAL_SEED
// where the choices start. `./dev differential` is a run of a million.
#include "engine/analysis/analyser.h"
#include "tests/differential/log_lines.h"
#include "tests/differential/verdict_compare.h"
#include "tests/oracle/oracle_files.h"
#include "tests/oracle/oracle_ruleset.h"
#include "tests/oracle/quirk_files.h"
#include "tests/plain/plain_evaluator.h"

#include <QJsonArray>
#include <QtTest>

#include <algorithm>
#include <map>
#include <set>

using namespace bartizan;
using namespace bartizan::test;

namespace {

constexpr std::size_t kLinesPerBatch = 50;
constexpr std::size_t kLinesPerSession = 20'000;

std::size_t lineCount()
{
    const auto wanted = qEnvironmentVariableIntValue("BARTIZAN_DIFFERENTIAL_LINES");
    return wanted > 0 ? static_cast<std::size_t>(wanted) : 3'000;
}

// The set-ups that a run goes through; a short one loads the rule sets less often.
std::vector<int> variants()
{
    return lineCount() < 20'000 ? std::vector{0, 3} : std::vector{0, 1, 2, 3};
}

std::uint64_t seed()
{
    bool given = false;
    const auto number = qEnvironmentVariable("BARTIZAN_DIFFERENTIAL_SEED").toULongLong(&given);
    return given ? number : 1;
}

// How the two are set up for a run.
AnalysisOptions optionsFor(int variant)
{
    AnalysisOptions options;
    options.mode = variant % 2 == 0 ? AnalysisMode::Daemon : AnalysisMode::Tester;
    options.logAlertLevel = variant % 3 + 1;
    if (variant % 4 >= 2)
        options.memorySize = 200;
    options.hostName = variant % 4 == 3 ? "" : "vm";
    return options;
}

RecordOrigin originOf(std::size_t kind)
{
    switch (kind) {
    case 1:
        return {RecordOrigin::Kind::Journal, 0U, "syslog", "ssh.service"};
    case 2:
        return {RecordOrigin::Kind::Journal, 1000U, "syslog", "session-3.scope"};
    case 3:
        return {RecordOrigin::Kind::Unverified, {}, {}, {}};
    default:
        return {};
    }
}

// Both evaluations of one rule set, and what they have been fed.
class Pair
{
public:
    Pair(const RulesetSource& source, const AnalysisOptions& options, std::uint64_t seedOfRun)
        : m_seed(seedOfRun)
        , m_random(seedOfRun)
        , m_fast(options)
        , m_plain(options)
    {
        const bool fastLoads = m_fast.load(source).has_value();
        m_loads = m_plain.load(source);
        if (fastLoads != m_loads)
            difference = QStringLiteral("only one of the two loads");
        else if (m_fast.summary().rules != m_plain.ruleCount() ||
                 m_fast.summary().decoders != m_plain.decoderCount())
            difference = QStringLiteral("%1 rules and %2 decoders, plain %3 and %4")
                             .arg(m_fast.summary().rules)
                             .arg(m_fast.summary().decoders)
                             .arg(m_plain.ruleCount())
                             .arg(m_plain.decoderCount());
    }

    [[nodiscard]] RandomSource& random() { return m_random; }
    [[nodiscard]] bool goesOn() const { return m_loads && difference.isEmpty(); }

    void add(std::string_view line, const std::string& location)
    {
        if (m_random.oneIn(40))
            m_now += m_random.between(30, 400) * EpochMs{1000};
        else if (m_random.oneIn(4000))
            m_now += EpochMs{3'600'000} * m_random.between(1, 30);
        else if (m_random.oneIn(200))
            m_now -= m_random.between(0, 5000); // a clock that is set back
        else
            m_now += m_random.between(0, 1500);
        if (++m_lines % kLinesPerSession == 0)
            ++m_session;
        const auto origin = m_batch.originIndex(originOf(m_random.oneIn(3) ? m_random.below(4) : 0));
        m_batch.add(line, m_batch.locationIndex(location), m_now, m_session, origin);
        if (m_batch.records().size() >= kLinesPerBatch)
            flush();
    }

    void flush()
    {
        Verdicts fast;
        (void)m_fast.analyse(m_batch, VerdictDetail::Everything, fast);
        const auto plain = m_plain.analyse(m_batch);
        for (std::size_t i = 0; i < plain.size() && difference.isEmpty(); ++i)
            compare(i, fast.at(i), plain[i]);
        m_batch.clear();
    }

    QString difference;
    std::map<std::uint32_t, std::size_t> firedRules;
    std::size_t composites = 0;

private:
    void compare(std::size_t index, const Verdict& fast, const Verdict& plain)
    {
        if (plain.rule) {
            ++firedRules[plain.rule->id];
            composites += plain.rule->frequency > 0 ? 1 : 0;
        }
        const auto what = verdictDifference(fast, plain);
        if (what.empty())
            return;
        const std::size_t number = m_lines - m_batch.records().size() + index;
        QString text = QStringLiteral("seed %1, line %2, %3 before it in its session:\n%4\n")
                           .arg(m_seed)
                           .arg(number)
                           .arg(number % kLinesPerSession)
                           .arg(QString::fromLatin1(QByteArray::fromStdString(
                               std::string(m_batch.text(m_batch.records()[index])))));
        text += QString::fromStdString(what + "engine: " + verdictSummary(fast) +
                                       "\nplain:  " + verdictSummary(plain));
        difference = text;
    }

    std::uint64_t m_seed;
    RandomSource m_random;
    Analyser m_fast;
    plain::PlainEvaluator m_plain;
    bool m_loads = false;
    RecordBatch m_batch;
    EpochMs m_now = 1'732'446'000'000;
    std::uint32_t m_session = 0;
    std::size_t m_lines = 0;
};

struct SourceLine
{
    std::string text;
    std::string location;
};

// Some lines come alone, some in a burst of nearly equal ones, which is what composites wait for.
template<class NextLine> void feed(Pair& pair, std::size_t lines, NextLine&& nextLine)
{
    auto& random = pair.random();
    SourceLine other = nextLine();
    while (lines > 0 && pair.goesOn()) {
        const SourceLine line = nextLine();
        const int burst = random.oneIn(12) ? random.between(2, 25) : 1;
        for (int i = 0; i < burst && lines > 0; ++i, --lines) {
            const bool changed = random.oneIn(burst > 1 ? 6 : 2);
            pair.add(changed ? mutated(line.text, other.text, random) : line.text, line.location);
        }
        other = line;
    }
    pair.flush();
}

std::string usualLocation(RandomSource& random)
{
    static constexpr std::array kLocations{"/var/log/auth.log",
                                           "journald",
                                           "/var/log/nginx/access.log",
                                           "[007] (web7) 10.0.0.7->/var/log/auth.log",
                                           "[008] (web8) any->/var/log/auth.log",
                                           "EventChannel"};
    return kLocations[random.below(random.oneIn(5) ? kLocations.size() : 2)];
}

RulesetSource builtinRuleset()
{
    return rulesetBelow(QStringLiteral(BARTIZAN_SOURCE_DIR "/resources/ruleset"));
}

} // namespace

class RulesetDifferential : public QObject
{
    Q_OBJECT

private slots:
    void builtinRules();
    void referenceRules();
    void cornerRules();

private:
    static void report(const Pair& pair, std::size_t lines)
    {
        if (!pair.difference.isEmpty())
            qCritical().noquote() << pair.difference; // whole: QVERIFY2 cuts
        qInfo("%zu lines, %zu rules fired, %zu verdicts of composites", lines, pair.firedRules.size(),
              pair.composites);
    }
};

void RulesetDifferential::builtinRules()
{
    const auto source = builtinRuleset();
    const std::size_t lines = lineCount() / variants().size();
    for (const int variant : variants()) {
        Pair pair(source, optionsFor(variant), seed() * 1000 + static_cast<std::uint64_t>(variant));
        feed(pair, lines, [&pair] {
            std::string line = usualLine(pair.random());
            return SourceLine{std::move(line), usualLocation(pair.random())};
        });
        report(pair, lines);
        QVERIFY2(pair.difference.isEmpty(), "the two differ");
    }
}

void RulesetDifferential::referenceRules()
{
    const QString folder = oraclePath(QStringLiteral("wazuh/ruleset"));
    std::vector<SourceLine> events;
    for (const auto& row : oracleRows(QStringLiteral("wazuh/cases/golden.jsonl"))) {
        for (const auto& event : row[QStringLiteral("events")].toArray())
            events.push_back({event.toString().toStdString(), "stdin"});
    }
    for (const auto& row : oracleRows(QStringLiteral("wazuh/quirks/windows.jsonl"))) {
        for (const auto& event : row[QStringLiteral("events")].toArray())
            events.push_back({event.toString().toStdString(), "EventChannel"});
    }
    if (folder.isEmpty() || events.empty())
        QSKIP("the reference results are not on this machine");
    const auto source = rulesetBelow(folder);
    const std::size_t lines = lineCount() / variants().size();
    for (const int variant : variants()) {
        Pair pair(source, optionsFor(variant), seed() * 1000 + 100 + static_cast<std::uint64_t>(variant));
        feed(pair, lines, [&] {
            if (pair.random().oneIn(3))
                return SourceLine{usualLine(pair.random()), usualLocation(pair.random())};
            return pair.random().pick(events);
        });
        report(pair, lines);
        QVERIFY2(pair.difference.isEmpty(), "the two differ");
    }
}

// The reference's corner cases: small rule sets about one rare thing each, those it refuses included.
void RulesetDifferential::cornerRules()
{
    const auto rows = oracleRows(QStringLiteral("wazuh/quirks/quirks.jsonl"));
    if (rows.isEmpty())
        QSKIP("the reference results are not on this machine");
    const std::size_t lines = lineCount() / static_cast<std::size_t>(rows.size()) + 1;
    std::uint64_t number = 0;
    for (const auto& row : rows) {
        RulesetSource source = quirkSource(row);
        source.rules.push_back({"0010-categories.xml", kCategories});
        std::vector<SourceLine> events;
        for (const auto& step : row[QStringLiteral("steps")].toArray()) {
            const auto object = step.toObject();
            const auto text = step.isString() ? step.toString() : object[QStringLiteral("event")].toString();
            const auto location = object[QStringLiteral("location")].toString(QStringLiteral("stdin"));
            events.push_back({text.toStdString(), location.toStdString()});
        }
        if (events.empty())
            events.push_back({"ev foo ip=192.0.2.7 user=root ", "stdin"});
        ++number;
        Pair pair(source, optionsFor(static_cast<int>(number % 12)), seed() * 1000 + 200 + number);
        feed(pair, lines, [&] { return pair.random().pick(events); });
        QVERIFY2(pair.difference.isEmpty(),
                 qPrintable(row[QStringLiteral("id")].toString() + QStringLiteral(": ") + pair.difference));
    }
}

QTEST_APPLESS_MAIN(RulesetDifferential)
#include "ruleset_differential.moc"
