// The analysis in this process: pre-decoding, decoders, rules, sessions. Not thread-safe: one thread owns it.
#pragma once

#include "engine/analysis/analysis_port.h"
#include "engine/analysis/prepared_batch.h"
#include "engine/analysis/ruleset.h"
#include "engine/decode/accumulate.h"
#include "engine/decode/decoder_set.h"
#include "engine/rules/rule_matcher.h"
#include "engine/rules/rule_state.h"

#include <map>
#include <memory>
#include <unordered_map>

namespace bartizan {

class Analyser final : public AnalysisPort
{
public:
    explicit Analyser(const AnalysisOptions& options);

    Result<void> analyse(const RecordBatch& batch, VerdictDetail detail, Verdicts& verdicts) override;
    // The same for records that were decoded with ruleset(), whichever thread did it: the verdicts are those
    // of the records one by one. An Error where other rules have been loaded since.
    Result<void> analyse(PreparedBatch& batch, VerdictDetail detail, Verdicts& verdicts);
    Result<Problems> load(const RulesetSource& source) override;
    [[nodiscard]] ReplacedLists changeLists(ListChanges changes) override;
    [[nodiscard]] Sightings takeSightings() override;
    [[nodiscard]] RulesetSummary summary() const override;
    [[nodiscard]] CorrelationUsage correlation() const override;
    [[nodiscard]] Problems findings() const override;
    [[nodiscard]] std::vector<LearnedFact> takeLearned() override { return std::exchange(m_learned, {}); }
    void recall(std::vector<LearnedFact> facts) override { m_recalled = std::move(facts); }

    // From now on these hear of every decoder and every rule tried; nullptr ends it. They outlive the
    // analyser or that call.
    void setTrace(DecoderTrace* decoders, RuleTrace* rules);
    // The set in use, or nullptr before the first load().
    [[nodiscard]] std::shared_ptr<const Ruleset> ruleset() const { return m_ruleset; }
    // Of the last record, in steps of MatchBudget: what its patterns took.
    [[nodiscard]] std::int64_t lastCost() const { return m_lastCost; }

private:
    // Everything remembered of one session (records of others never touch it).
    struct Session
    {
        Session(const RulePlan& plan, const AnalysisOptions& options)
            : rules(plan, {options.correlationBytes, options.rememberedEvents(), options.secret})
        {
        }
        RuleState rules;
        AccumulateState accumulate;
        std::unique_ptr<RuleMatcher> matcher;
        EpochMs lastTime = 0;
    };
    // What became of a matched rule (spec §7.3).
    struct Outcome
    {
        const Rule* rule = nullptr; // the verdict, which under `ignore` is the parent
        bool alert = false;
        bool respond = false;
        bool remember = false;
        bool replaced = false;
    };

    [[nodiscard]] Session& session(std::uint32_t number);
    void renewMatcher(Session& session);
    void conclude(Event& event, std::uint32_t sessionNumber, std::uint32_t index, VerdictDetail detail,
                  Verdicts& verdicts);
    void settleBudget();
    void locate();
    void noticeListed(std::uint32_t index, const Outcome& outcome);
    void changeList(ListChange& change, ReplacedLists& replaced);
    [[nodiscard]] bool isDropped() const;
    [[nodiscard]] Outcome decide(Session& session, const Rule& rule) const;
    void applyIgnore(Session& session, const Rule& rule, Outcome& outcome) const;
    // All of it: what is filled in has been used before.
    void fillVerdict(Verdict& verdict, std::uint32_t index, const Session& session,
                     const Outcome& outcome) const;
    void fillFields(std::vector<Field>& fields) const;
    void fillRuleInfo(RuleInfo& info, const Session& session, const Rule& rule) const;

    const AnalysisOptions m_options;
    std::shared_ptr<const Ruleset> m_ruleset;
    ListSlots m_lists;                             // that changeLists() brought
    ListSlots m_texts;                             // that came with the rules
    std::shared_ptr<const WatchedLists> m_watched; // nullptr: none
    std::vector<Sighting> m_sightings;
    std::unordered_map<std::uint32_t, Session> m_sessions;
    DecodeScratch m_scratch;
    Event m_own;              // reused from record to record
    Event* m_event = nullptr; // the current one
    RuleTrace* m_trace = nullptr;
    std::vector<LearnedFact> m_learned;
    std::vector<LearnedFact> m_recalled;                 // until session 0 begins
    std::map<const Pattern*, std::uint64_t> m_exhausted; // how often each pattern gave up
    // Records that cost more than a record may, by the pattern that took most.
    std::map<const Pattern*, std::uint64_t> m_overspent;
    std::int64_t m_lastCost = 0;
};

} // namespace bartizan
