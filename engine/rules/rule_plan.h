// All rules of a rule set, compiled into one immutable tree (spec §7) with what correlation needs to know
// (spec §8). Thread-safe to read.
#pragma once

#include "engine/base/ruleset_source.h"
#include "engine/pattern/candidate_list.h"
#include "engine/rules/rule.h"
#include "engine/rules/rule_compiler.h"

#include <array>
#include <limits>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bartizan {

// A value that some composite compares between two events.
struct ComparedValue
{
    enum class Kind : std::uint8_t { Location, Static, Dynamic, Never };
    Kind kind = Kind::Never;
    StaticField field = StaticField::Protocol;
    std::string name; // of a dynamic field

    bool operator==(const ComparedValue&) const = default;
};

// Events that one or more composites look back on, kept apart by the values that have to be the same: what is
// looked back on is then suitable but for different_*, and a search does not walk over strangers.
struct StreamPlan
{
    std::vector<std::uint16_t> keyValues; // of ComparedValues; an event that lacks one is not kept
    bool byAgent = true;
    bool byType = false;
    std::vector<std::uint16_t> differentValues; // what its rules want to differ; no part of the key
    bool needsDynamic = false;                  // see Correlation

    bool operator==(const StreamPlan&) const = default;
};

class RulePlan
{
public:
    struct Child
    {
        std::uint32_t node;
        int decoderId; // tried only for events of this decoder; kAnyDecoder otherwise
        // Tried only where the log may hold this; if it follows from a field's pattern, only where all values
        // are parts of the log.
        bool hasNeedle = false;
        bool isAboutField = false;
        TextSignature::Needle needle{};
    };
    static constexpr int kAnyDecoder = -1;
    static constexpr std::uint32_t kNoCandidates = std::numeric_limits<std::uint32_t>::max();

    struct Node
    {
        std::uint32_t rule;
        std::uint32_t firstChild;
        std::uint32_t childCount;
        std::uint32_t candidates = kNoCandidates; // see candidatesOf()
    };

    // Files are taken in the order of their base names. Broken files and rules are reported (component
    // "rules") and left out. The decoders and lists may go away afterwards but for the lists that rules hold.
    [[nodiscard]] static std::shared_ptr<const RulePlan> compile(std::span<const SourceFile> files,
                                                                 const DecoderSet& decoders,
                                                                 const ListSlots& lists, Problems& problems);

    [[nodiscard]] const std::vector<Rule>& rules() const { return m_rules; }
    // nullptr if there is none.
    [[nodiscard]] const Rule* find(std::uint32_t id) const;
    [[nodiscard]] const Node& node(std::uint32_t index) const { return m_nodes[index]; }
    [[nodiscard]] std::size_t nodeCount() const { return m_nodes.size(); }
    [[nodiscard]] std::span<const Child> children(const Node& node) const
    {
        return std::span(m_children).subspan(node.firstChild, node.childCount);
    }
    // Which of many children are worth a try, by place: told by the decoder, and by the literals in the log
    // if there are very many. nullptr where there are few.
    struct Candidates
    {
        CandidateList list;
        bool byLiteral = false; // hits of literals() are needed, and all values have to be parts of the log
    };
    [[nodiscard]] const Candidates* candidatesOf(const Node& node) const
    {
        return node.candidates == kNoCandidates ? nullptr : &m_candidates[node.candidates];
    }
    [[nodiscard]] const LiteralIndex& literals() const { return m_literals; }
    // The top-level rules for events of a decoder type, in order.
    [[nodiscard]] std::span<const std::uint32_t> tops(DecoderType type) const
    {
        return m_tops[static_cast<std::size_t>(type)];
    }

    // The lists that rules look into, and those that a rule was left out for.
    [[nodiscard]] const std::set<std::string>& listNames() const { return m_listNames; }
    [[nodiscard]] const std::vector<ComparedValue>& comparedValues() const { return m_compared; }
    [[nodiscard]] const std::vector<StreamPlan>& streams() const { return m_streams; }
    // The streams that an event with this verdict goes into; one may be named several times (spec §8.1).
    [[nodiscard]] std::span<const std::uint32_t> streamsOf(std::uint32_t rule) const
    {
        return m_streamsOf[rule];
    }
    // The values that are compared where such an event goes.
    [[nodiscard]] std::span<const std::uint16_t> valuesOf(std::uint32_t rule) const
    {
        return m_valuesOf[rule];
    }
    // The streams of if_matched_regex: an event goes in if its log matches.
    struct RegexStream
    {
        std::uint32_t stream;
        std::unique_ptr<const Pattern> pattern;
    };
    [[nodiscard]] const std::vector<RegexStream>& regexStreams() const { return m_regexStreams; }
    // The largest frequency − 2, by which memory is cleaned (spec §8.1).
    [[nodiscard]] int largestFrequency() const { return m_largestFrequency; }

private:
    friend class RulePlanBuilder;
    static constexpr std::size_t kDecoderTypeCount = 8;

    std::vector<Rule> m_rules;
    std::unordered_map<std::uint32_t, std::uint32_t> m_byId;
    std::vector<Node> m_nodes;
    std::vector<Child> m_children;
    std::vector<Candidates> m_candidates;
    LiteralIndex m_literals; // of the children that candidates are told by
    std::array<std::vector<std::uint32_t>, kDecoderTypeCount> m_tops;
    std::vector<ComparedValue> m_compared;
    std::vector<StreamPlan> m_streams;
    std::vector<std::vector<std::uint32_t>> m_streamsOf; // by rule
    std::vector<std::vector<std::uint16_t>> m_valuesOf;  // the same
    std::vector<RegexStream> m_regexStreams;
    std::set<std::string> m_listNames;
    int m_largestFrequency = 0;
};

} // namespace bartizan
