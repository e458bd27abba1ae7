#include "engine/analysis/analyser.h"
#include "engine/base/bounded_queue.h"
#include "engine/base/clock.h"
#include "engine/ctl/offline/replay_reader.h"
#include "engine/ctl/offline/replay_report.h"
#include "engine/ctl/offline/ruleset_arguments.h"

#include <chrono>
#include <ctime>
#include <memory>
#include <ostream>
#include <thread>
#include <utility>

namespace bartizan::offline {

namespace {

constexpr std::string_view kUsageText =
    "replay [--config DIR | --ruleset DIR] [--threads 1|2] [--json] FILE…";
constexpr std::size_t kBatchBytes = std::size_t{64} * 1024;
constexpr std::size_t kAhead = 4; // batches

using Batch = std::unique_ptr<PreparedBatch>;

// The records' way from the files to the report, on one thread or on two: one that reads and decodes ahead,
// and one that lets the rules have the records in their order. The verdicts are the same.
class Replay
{
public:
    Replay(Analyser& analyser, ReplayReport& report, bool isAhead)
        : m_analyser(analyser)
        , m_report(report)
        , m_isAhead(isAhead)
        , m_ruleset(analyser.ruleset())
        , m_reader(SystemClock().now(), [this](std::string_view text, const std::string& path, EpochMs time) {
            return add(text, path, time);
        })
    {
    }

    Result<ReplayReport::Work> run(const std::vector<std::string>& files)
    {
        Result<void> read;
        if (m_isAhead) {
            std::jthread reader([&] {
                read = readAll(files);
                m_ready.close();
            });
            while (auto batch = m_ready.pop()) {
                if (!conclude(**batch))
                    break;
                static_cast<void>(m_free.push(std::move(*batch)));
            }
            m_ready.close();
        } else {
            read = readAll(files);
        }
        if (!read)
            return std::unexpected(read.error());
        if (!m_concluded)
            return std::unexpected(m_concluded.error());
        return ReplayReport::Work{m_reader.lines(), m_reader.bytes(), 0, 0};
    }

private:
    Result<void> readAll(const std::vector<std::string>& files)
    {
        for (const auto& path : files) {
            const auto more = m_reader.file(path);
            if (!more)
                return std::unexpected(more.error());
            if (!*more)
                return {};
        }
        if (m_reader.finish())
            static_cast<void>(handOn());
        return {};
    }

    bool add(std::string_view text, const std::string& path, EpochMs time)
    {
        RecordBatch& records = m_batch->records();
        records.add(text, records.locationIndex(path), time);
        return records.byteCount() < kBatchBytes || handOn();
    }

    // False when nobody wants more.
    bool handOn()
    {
        if (!m_isAhead)
            return conclude(*m_batch);
        m_batch->prepare(m_ruleset, m_scratch);
        if (!m_ready.push(std::move(m_batch)))
            return false;
        auto used = m_free.tryPop();
        m_batch = used ? std::move(*used) : std::make_unique<PreparedBatch>();
        return true;
    }

    bool conclude(PreparedBatch& batch)
    {
        m_verdicts.clear();
        m_concluded = m_isAhead ? m_analyser.analyse(batch, VerdictDetail::AlertsOnly, m_verdicts)
                                : m_analyser.analyse(batch.records(), VerdictDetail::AlertsOnly, m_verdicts);
        for (const Verdict& verdict : m_verdicts)
            m_report.count(verdict, batch.records().records()[verdict.record].receivedAt);
        batch.clear();
        return m_concluded.has_value();
    }

    Analyser& m_analyser;
    ReplayReport& m_report;
    const bool m_isAhead;
    std::shared_ptr<const Ruleset> m_ruleset;

    // The reading side's.
    ReplayReader m_reader;
    DecodeScratch m_scratch;
    Batch m_batch = std::make_unique<PreparedBatch>();

    BoundedQueue<Batch> m_ready{kAhead};
    BoundedQueue<Batch> m_free{kAhead + 2}; // as many as there are: it never makes anybody wait

    // The concluding side's.
    Verdicts m_verdicts;
    Result<void> m_concluded;
};

Result<ReplayReport::Work> replayFiles(Analyser& analyser, const std::vector<std::string>& files,
                                       ReplayReport& report, bool isAhead)
{
    return Replay(analyser, report, isAhead).run(files);
}

} // namespace

int runReplay(Environment& environment, const std::vector<std::string>& words)
{
    const ErrorForm form = errorForm(environment, words);
    const auto arguments = parseArguments(environment, words, {"--as", "--threads"});
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

    ReplayReport report(std::move(responder), loaded->configuration.repeatedOffenders);
    const auto started = std::chrono::steady_clock::now();
    const auto cpuStarted = std::clock();
    const auto read = replayFiles(analyser, arguments->files, report, arguments->twoThreads);
    if (!read)
        return failure(environment, read.error(), form);
    print(environment, analyser.findings(), Notes::Hide);
    ReplayReport::Work work = *read;
    work.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    work.cpuSeconds = static_cast<double>(std::clock() - cpuStarted) / CLOCKS_PER_SEC;
    if (arguments->json)
        environment.out << report.json(work) << std::endl;
    else
        report.show(environment.out, work);
    return kDone;
}

} // namespace bartizan::offline
