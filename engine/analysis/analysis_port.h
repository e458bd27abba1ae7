// The border of the analysis core: records with times in, verdicts out, both as plain values, so that a
// separate process can stand behind it. Whoever implements it opens no file, reads no clock and knows no Qt.
#pragma once

#include "engine/base/geo_locator.h"
#include "engine/base/learned_fact.h"
#include "engine/base/problem.h"
#include "engine/base/record.h"
#include "engine/base/result.h"
#include "engine/base/reused_list.h"
#include "engine/base/ruleset_source.h"
#include "engine/lists/list_changes.h"
#include "engine/lists/watched_lists.h"
#include "engine/rules/rule_facts.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bartizan {

// The two documented behaviours where the reference's log tester and live engine differ (spec §7.3, §8.4).
enum class AnalysisMode { Daemon, Tester };

struct RulesetSummary
{
    std::size_t rules = 0;
    std::size_t decoders = 0;
    std::size_t lists = 0;
    std::size_t listEntries = 0;
};

struct RuleInfo
{
    std::uint32_t id = 0;
    int level = 0;
    std::string description; // expanded
    SharedRuleFacts facts = noRuleFacts();
    int frequency = 0; // of a composite, else 0
    std::uint64_t firedTimes = 0;
    bool mail = false;             // worth a mail: by level or options
    bool noActiveResponse = false; // no_ar, or accuracy="0" (spec §10.2)
    bool noFullLog = false;
};

struct Field
{
    std::string name;
    std::string value;
    bool isStatic = false;
};

struct Verdict
{
    std::uint32_t record = 0; // index into the batch
    std::string fullLog;      // only where it is not the record's own text: a Windows event (spec §14)
    std::optional<std::string> timestamp;
    std::optional<std::string> hostname;
    std::optional<std::string> programName;
    std::string decoderName; // empty when none matched
    std::string decoderParent;
    std::string decoderComment;      // <ftscomment>
    bool decoderAccumulates = false; // <accumulate>
    std::vector<Field> fields;       // statics in alert order, then dynamic fields as decoded
    std::optional<RuleInfo> rule;
    bool alert = false;          // worth an alert (spec §7.3): level and options say so
    bool respond = false;        // active responses may run: level > 0, not silenced (spec §10.2)
    bool countedDoubted = false; // who wrote one of the earlier records it counted is in doubt
    std::string previousOutput;  // spec §8.6

    // What others wrote may be large once, and a verdict is used again.
    void releaseLargeTexts();
};

// The memory of what composites look back on, all sessions together.
struct CorrelationUsage
{
    std::size_t events = 0;
    std::size_t bytes = 0; // all that it holds, with what the allocator needs
    std::size_t limit = 0; // bytes of one session
    // Events so far that were forgotten before their timeframe was over, because there was no room.
    std::uint64_t evicted = 0;
};

using Verdicts = ReusedList<Verdict>;

enum class VerdictDetail {
    AlertsOnly, // only verdicts with `alert` or `respond` set come back
    Everything, // one verdict per record, in order
};

class AnalysisPort
{
public:
    virtual ~AnalysisPort() = default;

    // Appends to `verdicts`. Records are analysed in order; time never runs backwards within a session.
    virtual Result<void> analyse(const RecordBatch& batch, VerdictDetail detail, Verdicts& verdicts) = 0;

    // Compiles `source` beside the running set and swaps it in. Every problem found is returned; broken files
    // or rules are set aside and the rest is used. An Error (nothing usable) leaves the running set as it
    // was. Correlation state of rules that exist before and after is kept. What changeLists() brought stays,
    // and comes before a text of the same name.
    virtual Result<Problems> load(const RulesetSource& source) = 0;

    // Every record meets either all of the old lists or all of the new ones; rules and correlation state stay
    // as they are. Nothing large is compiled or freed here. May come before the first load().
    [[nodiscard]] virtual ReplacedLists changeLists(ListChanges changes) = 0;

    // Since the last call, in order; what changeLists() came before is dropped.
    [[nodiscard]] virtual Sightings takeSightings() = 0;

    [[nodiscard]] virtual RulesetSummary summary() const = 0;

    [[nodiscard]] virtual CorrelationUsage correlation() const = 0;

    // What came to light while analysing, since the last load(): patterns that gave up on a record because it
    // would have cost too much, which counts as no match.
    [[nodiscard]] virtual Problems findings() const = 0;

    // What session 0 learned since the last call and has to know after a restart, and what it learned before
    // one, oldest first; recall() comes before the first record.
    [[nodiscard]] virtual std::vector<LearnedFact> takeLearned() = 0;
    virtual void recall(std::vector<LearnedFact> facts) = 0;
};

struct AnalysisOptions
{
    AnalysisMode mode = AnalysisMode::Daemon;
    int logAlertLevel = 3; // alert from this level on
    int mailLevel = 12;    // worth a mail from this level on
    // Events remembered for correlation (spec §8.1), see rememberedEvents().
    std::optional<std::size_t> memorySize = std::nullopt;
    std::size_t correlationBytes =
        std::size_t{64} * 1024 * 1024;        // of one session, as CorrelationUsage counts
    bool dropIncompleteFirewallEvents = true; // log_fw (spec §7.3), daemon only
    std::string hostName; // of this machine, short: stands in for rules where a record names no host
    bool learns = false;  // takeLearned() is asked
    std::shared_ptr<const GeoLocator> geoLocator = nullptr; // for srcgeoip and dstgeoip; may be nullptr
    std::uint64_t secret = 0; // nobody who writes records knows it: they can't slow down what is looked up

    // Nothing: their number is not limited. Unless it is asked for, only the tester forgets by count, as the
    // reference does.
    [[nodiscard]] std::optional<std::size_t> rememberedEvents() const
    {
        constexpr std::size_t kReference = 8192;
        return memorySize || mode == AnalysisMode::Daemon ? memorySize : kReference;
    }
};

// The analysis in this process. Not thread-safe: one thread owns it.
[[nodiscard]] std::unique_ptr<AnalysisPort> makeAnalyser(const AnalysisOptions& options);

} // namespace bartizan
