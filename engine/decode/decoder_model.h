// Decoders as written in the files: plain data with positions, checked one by one (spec §5.1) but not yet
// compiled.
#pragma once

#include "engine/base/problem.h"
#include "engine/base/ruleset_source.h"
#include "engine/decode/decoder.h"
#include "engine/xml/xml_reader.h"

#include <optional>
#include <string>
#include <vector>

namespace bartizan {

struct PatternModel
{
    std::string text;
    PatternType type = PatternType::OsRegex;
    PatternOffset offset = PatternOffset::None;
    xml::Position position;
};

struct DecoderModel
{
    std::string name;
    std::string file;
    xml::Position position;
    std::optional<std::string> parent;
    xml::Position parentPosition;
    std::optional<PatternModel> programName;
    std::optional<PatternModel> prematch;
    std::optional<PatternModel> regex;
    std::vector<FieldTarget> order; // empty: no <order>
    std::optional<DecoderPlugin> plugin;
    PatternOffset pluginOffset = PatternOffset::None;
    JsonNull jsonNull = JsonNull::Text;
    JsonArray jsonArray = JsonArray::Text;
    bool useOwnName = false;
    DecoderType type = DecoderType::Syslog;
    std::optional<FirstSeenFields> firstSeen;
    std::string firstSeenComment;
    bool accumulates = false;
};

// The decoders of one file, in order. A broken file gives none of them, a broken decoder only leaves itself
// out; both are reported in `problems`.
[[nodiscard]] std::vector<DecoderModel> loadDecoders(const SourceFile& file, Problems& problems);

[[nodiscard]] Problem decoderProblem(Severity severity, std::string_view file, const xml::Position& position,
                                     std::string message, std::string cure);

} // namespace bartizan
