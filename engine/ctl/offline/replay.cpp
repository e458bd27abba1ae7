#include "engine/analysis/analyser.h"
#include "engine/base/clock.h"
#include "engine/base/json_writer.h"
#include "engine/base/offender_ladder.h"
#include "engine/base/timestamp.h"
#include "engine/base/utf8.h"
#include "engine/ctl/offline/record_time.h"
#include "engine/ctl/offline/ruleset_arguments.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>
#include <limits>
#include <map>
#include <ostream>
#include <unordered_map>
#include <utility>

namespace bartizan::offline {

namespace {

constexpr std::string_view kUsageText = "replay [--config DIR | --ruleset DIR] [--json] FILE…";
constexpr std::size_t kBatchBytes = std::size_t{256} * 1024;
constexpr std::size_t kMostHeld = 4096;
constexpr std::size_t kMostHeldBytes = std::size_t{8} * 1024 * 1024;
constexpr std::size_t kLongestLine = std::size_t{64} * 1024; // as the log sources cut

struct Block
{
    std::string address;
    std::uint32_t rule;
    EpochMs at;
    std::int64_t seconds; // 0 = permanent
};

struct RuleAlerts
{
    std::uint64_t count = 0;
    int level = 0;
    std::string description; // of the first one
};

struct Totals
{
    std::uint64_t lines = 0;
    std::uint64_t bytes = 0;
    std::uint64_t alerts = 0;
    std::map<std::uint32_t, RuleAlerts> alertsByRule;
    std::vector<Block> blocks;
    double seconds = 0;
    double cpuSeconds = 0;

    [[nodiscard]] double linesPerSecond() const
    {
        return seconds > 0 ? static_cast<double>(lines) / seconds : 0;
    }
};

class Replay
{
public:
    Replay(Analyser& analyser, Responder responder, const Configuration& configuration)
        : m_analyser(analyser)
        , m_responder(std::move(responder))
        , m_ladder(configuration.repeatedOffenders)
        , m_clock(SystemClock().now())
    {
    }

    Result<void> file(const std::string& path)
    {
        std::ifstream file(path, std::ios::binary);
        if (!file)
            return fail(ErrorCode::NotFound, "Can't read " + path, "Check the path and the permissions.");
        std::string line;
        while (std::getline(file, line)) {
            ++m_totals.lines;
            m_totals.bytes += line.size() + (file.eof() ? 0 : 1);
            if (line.ends_with('\r'))
                line.pop_back();
            if (const auto done = take(std::string_view(line).substr(0, kLongestLine), path); !done)
                return done;
        }
        if (file.bad())
            return fail(ErrorCode::Unavailable, "Reading " + path + " failed", "Check the disk.");
        return {};
    }

    Result<void> finish()
    {
        if (!m_clock.hasStarted()) {
            if (const auto done = release(m_clock.startNow()); !done)
                return done;
        }
        return analyseBatch();
    }

    [[nodiscard]] Totals& totals() { return m_totals; }

private:
    struct HeldLine
    {
        std::string text;
        std::string path;
    };

    // The lines before the first stamp wait for it, so that time does not begin with today and jump back; but
    // only so many of them.
    Result<void> take(std::string_view text, const std::string& path)
    {
        const EpochMs time = m_clock.timeOf(text);
        if (m_clock.hasStarted()) {
            if (const auto done = release(time); !done)
                return done;
            return add(text, path, time);
        }
        m_held.push_back({std::string(text), path});
        m_heldBytes += text.size();
        if (m_held.size() < kMostHeld && m_heldBytes < kMostHeldBytes)
            return {};
        return release(m_clock.startNow());
    }

    Result<void> release(EpochMs time)
    {
        for (const HeldLine& line : std::exchange(m_held, {})) {
            if (const auto done = add(line.text, line.path, time); !done)
                return done;
        }
        return {};
    }

    Result<void> add(std::string_view text, const std::string& path, EpochMs time)
    {
        m_batch.add(text, m_batch.locationIndex(path), time);
        return m_batch.byteCount() < kBatchBytes ? Result<void>() : analyseBatch();
    }

    Result<void> analyseBatch()
    {
        m_verdicts.clear();
        const auto done = m_analyser.analyse(m_batch, VerdictDetail::AlertsOnly, m_verdicts);
        for (const auto& verdict : m_verdicts)
            count(verdict);
        m_batch.clear();
        return done;
    }

    void count(const Verdict& verdict)
    {
        if (verdict.alert) {
            ++m_totals.alerts;
            RuleAlerts& alerts = m_totals.alertsByRule[verdict.rule->id];
            if (alerts.count++ == 0) {
                alerts.level = verdict.rule->level;
                alerts.description = verdict.rule->description;
            }
        }
        if (!verdict.respond || !m_responder)
            return;
        const auto at = m_batch.records()[verdict.record].receivedAt;
        for (auto& block : m_responder(verdict))
            blockFor({std::move(block.address), verdict.rule->id, at, block.seconds});
    }

    // An address that is blocked already is only blocked for longer; one that was blocked before climbs the
    // ladder.
    void blockFor(Block block)
    {
        static constexpr EpochMs kForever = std::numeric_limits<EpochMs>::max();
        EpochMs& until = m_blockedUntil[block.address];
        const bool isBlocked = until > block.at;
        if (!isBlocked && block.seconds > 0)
            block.seconds = m_ladder.next(block.address, std::chrono::seconds(block.seconds)).count();
        until = std::max(until, block.seconds == 0 ? kForever : block.at + block.seconds * 1000);
        if (!isBlocked)
            m_totals.blocks.push_back(std::move(block));
    }

    Analyser& m_analyser;
    Responder m_responder;
    OffenderLadder<std::string> m_ladder;
    RecordClock m_clock;
    std::vector<HeldLine> m_held;
    std::size_t m_heldBytes = 0;
    RecordBatch m_batch;
    Verdicts m_verdicts;
    std::unordered_map<std::string, EpochMs> m_blockedUntil;
    Totals m_totals;
};

std::string asJson(const Totals& totals)
{
    JsonWriter json;
    json.beginObject();
    json.key("lines").number(static_cast<std::int64_t>(totals.lines));
    json.key("bytes").number(static_cast<std::int64_t>(totals.bytes));
    json.key("seconds").real(totals.seconds);
    json.key("cpu_seconds").real(totals.cpuSeconds);
    json.key("lines_per_second").real(totals.linesPerSecond());
    json.key("alerts").number(static_cast<std::int64_t>(totals.alerts));
    json.key("alerts_by_rule").beginObject();
    for (const auto& [rule, alerts] : totals.alertsByRule)
        json.key(std::to_string(rule)).number(static_cast<std::int64_t>(alerts.count));
    json.endObject();
    json.key("would_block").beginArray();
    for (const auto& block : totals.blocks) {
        json.beginObject();
        json.key("address").string(block.address);
        json.key("rule").string(std::to_string(block.rule));
        json.key("at").string(isoUtc(block.at));
        json.key("seconds");
        if (block.seconds > 0)
            json.number(block.seconds);
        else
            json.null();
        json.endObject();
    }
    json.endArray().endObject();
    return json.take();
}

void showText(std::ostream& out, const Totals& totals)
{
    out << totals.lines << " lines, " << totals.bytes << " bytes in " << totals.seconds << " s ("
        << static_cast<std::uint64_t>(totals.linesPerSecond()) << " lines a second)\n"
        << totals.alerts << " alerts\n";
    for (const auto& [id, alerts] : totals.alertsByRule) {
        out << "    " << alerts.count << " x rule " << id << " (level " << alerts.level
            << "): " << forDisplay(alerts.description) << '\n';
    }
    out << totals.blocks.size() << (totals.blocks.size() == 1 ? " block" : " blocks")
        << " would have been made\n";
    for (const auto& block : totals.blocks) {
        out << "    " << isoUtc(block.at) << "  " << forDisplay(block.address) << "  rule " << block.rule
            << ", ";
        if (block.seconds > 0)
            out << block.seconds << " s\n";
        else
            out << "permanent\n";
    }
    out.flush();
}

} // namespace

int runReplay(Environment& environment, const std::vector<std::string>& words)
{
    const ErrorForm form = errorForm(environment, words);
    const auto arguments = parseArguments(environment, words, {"--as"});
    if (!arguments)
        return usage(environment, arguments.error(), kUsageText, form);
    if (arguments->files.empty())
        return usage(environment, {ErrorCode::InvalidArgument, "replay needs a file", {}}, kUsageText, form);
    Problems problems;
    const auto loaded = loadSources(environment, *arguments, Purpose::Replay, problems);
    if (!loaded)
        return failure(environment, loaded.error(), form);
    Analyser analyser(analysisOptions(environment, loaded->configuration,
                                      arguments->mode.value_or(AnalysisMode::Daemon), problems));
    const auto compiled = analyser.load(loaded->source);
    if (compiled)
        problems.insert(problems.end(), compiled->begin(), compiled->end());
    Responder responder;
    if (environment.makeResponder)
        responder = environment.makeResponder(loaded->configuration, problems);
    print(environment, problems, Notes::Hide);
    if (!compiled)
        return failure(environment, compiled.error(), form);

    Replay replay(analyser, std::move(responder), loaded->configuration);
    const auto started = std::chrono::steady_clock::now();
    const auto cpuStarted = std::clock();
    for (const auto& path : arguments->files) {
        if (const auto done = replay.file(path); !done)
            return failure(environment, done.error(), form);
    }
    if (const auto done = replay.finish(); !done)
        return failure(environment, done.error(), form);
    print(environment, analyser.findings(), Notes::Hide);
    Totals& totals = replay.totals();
    totals.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    totals.cpuSeconds = static_cast<double>(std::clock() - cpuStarted) / CLOCKS_PER_SEC;
    if (arguments->json)
        environment.out << asJson(totals) << std::endl;
    else
        showText(environment.out, totals);
    return kDone;
}

} // namespace bartizan::offline
