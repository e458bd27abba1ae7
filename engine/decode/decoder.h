// A compiled decoder (spec §5). Immutable; owned by its DecoderSet.
#pragma once

#include "engine/base/clock.h"
#include "engine/decode/decoder_trace.h"
#include "engine/decode/event.h"
#include "engine/pattern/pattern.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bartizan {

enum class PatternOffset : std::uint8_t { None, AfterParent, AfterPrematch, AfterRegex };
enum class DecoderPlugin : std::uint8_t { None, Json, PacketFilter, SymantecWeb, SonicWall, OssecAlert };
enum class JsonNull : std::uint8_t { Text, Discard };
enum class JsonArray : std::uint8_t { Text, Csv };

// What makes up a first-time-seen key (spec §5.7).
struct FirstSeenFields
{
    std::array<bool, kStaticFieldCount> statics{};
    bool location = false;
    std::vector<std::string> dynamics;
};

// Where a capture goes: a static field, or a dynamic one of that name.
struct FieldTarget
{
    std::optional<StaticField> fixed;
    std::string name;
};

class Decoder
{
public:
    // As shown and as decoded_as compares it: a child has its parent's unless it says use_own_name.
    [[nodiscard]] const std::string& name() const { return m_name; }
    // Empty for a top-level decoder.
    [[nodiscard]] const std::string& parentName() const { return m_parentName; }
    // Equal for all decoders of one shown name; DecoderSet::idOf() finds it.
    [[nodiscard]] int id() const { return m_id; }
    [[nodiscard]] DecoderType type() const { return m_type; }
    // nullptr where the decoder has no <fts>.
    [[nodiscard]] const FirstSeenFields* firstSeen() const { return m_firstSeen ? &*m_firstSeen : nullptr; }
    // <ftscomment>, mostly empty.
    [[nodiscard]] const std::string& firstSeenComment() const { return m_firstSeenComment; }
    // As written; children of one name and parent form a chain.
    [[nodiscard]] const std::string& ownName() const { return m_ownName; }
    // The pattern of a step as written; empty where there is none.
    [[nodiscard]] std::string patternText(DecoderStep step) const
    {
        const Pattern* pattern = step == DecoderStep::ProgramName ? m_programName.get()
                                 : step == DecoderStep::Prematch  ? m_prematch.get()
                                 : step == DecoderStep::Regex     ? m_regex.get()
                                                                  : nullptr;
        return pattern != nullptr ? pattern->text() : std::string();
    }
    [[nodiscard]] bool accumulates() const { return m_accumulates; }

private:
    friend class DecoderSet;
    friend class DecoderCompiler;
    friend class DecoderRun;

    std::string m_name;
    std::string m_ownName;
    std::string m_parentName;
    int m_id = 0;
    DecoderType m_type = DecoderType::Syslog;
    bool m_accumulates = false;
    std::optional<FirstSeenFields> m_firstSeen;
    std::string m_firstSeenComment;

    std::unique_ptr<const Pattern> m_programName;
    std::unique_ptr<const Pattern> m_prematch;
    std::unique_ptr<const Pattern> m_regex;
    PatternOffset m_prematchOffset = PatternOffset::None;
    PatternOffset m_regexOffset = PatternOffset::None;
    PatternOffset m_pluginOffset = PatternOffset::None;
    std::vector<FieldTarget> m_order;
    DecoderPlugin m_plugin = DecoderPlugin::None;
    JsonNull m_jsonNull = JsonNull::Text;
    JsonArray m_jsonArray = JsonArray::Text;
};

} // namespace bartizan
