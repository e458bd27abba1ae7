// The plain evaluation of a rule set: what the language says (the compatibility specification, §3–§9), word
// for word and without any optimisation. It shares with the engine only what reads the files, the
// pre-decoding and the plugin decoders; every faster evaluation is compared with this one.
//
// Where the specification is silent, it does as the engine: a failed search leaves no previous output; a line
// asks for its first-seen key once; a trailing PCRE2 group that took no part gives no capture.
#pragma once

#include "engine/analysis/analysis_port.h"
#include "tests/plain/plain_session.h"

#include <map>
#include <memory>
#include <vector>

namespace bartizan::plain {

class PlainEvaluator
{
public:
    explicit PlainEvaluator(const AnalysisOptions& options)
        : m_options(options)
    {
    }

    // Forgets everything and loads `source`. False, and nothing loaded, where no rule is usable.
    bool load(const RulesetSource& source);

    // One verdict per record, in order.
    [[nodiscard]] std::vector<Verdict> analyse(const RecordBatch& batch);

    // Loaded, children and every copy of a place counted once.
    [[nodiscard]] std::size_t ruleCount() const { return m_rules ? m_rules->count() : 0; }
    [[nodiscard]] std::size_t decoderCount() const { return m_decoders ? m_decoders->count() : 0; }

private:
    struct Outcome
    {
        const PlainRule* rule = nullptr;
        bool alert = false;
        bool respond = false;
        bool remember = false;
        bool isParent = false; // in place of the rule that matched
    };

    [[nodiscard]] Verdict analyseRecord(const RecordBatch& batch, std::uint32_t index);
    [[nodiscard]] const PlainRule* match(PlainEvent& event, PlainSession& session);
    [[nodiscard]] const PlainRule* evaluate(const PlainNode& node, const PlainRule* parent, PlainEvent& event,
                                            PlainSession& session);
    [[nodiscard]] bool holds(const PlainRule& rule, PlainEvent& event, PlainSession& session) const;
    [[nodiscard]] bool textHolds(const PlainRule& rule, RuleTextSource source, const Event& event) const;
    [[nodiscard]] bool listsHold(const PlainRule& rule, const Event& event) const;
    [[nodiscard]] std::optional<std::string_view> textOf(RuleTextSource source, const Event& event) const;
    [[nodiscard]] std::optional<std::string_view> listValue(const std::string& field,
                                                            const Event& event) const;
    [[nodiscard]] std::optional<std::string_view> hostOf(const Event& event) const;
    [[nodiscard]] Outcome decide(const PlainRule& rule, const PlainEvent& event, PlainSession& session) const;
    [[nodiscard]] Verdict verdictOf(std::uint32_t index, const PlainEvent& event, const PlainSession& session,
                                    const Outcome& outcome) const;

    AnalysisOptions m_options;
    std::unique_ptr<PlainDecoders> m_decoders;
    PlainLists m_lists;
    std::unique_ptr<PlainRules> m_rules;
    std::map<std::uint32_t, PlainSession> m_sessions;
    const PlainRule* m_parent = nullptr; // of the rule that matched last, on the path
};

} // namespace bartizan::plain
