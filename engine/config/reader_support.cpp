#include "engine/config/reader_support.h"

#include "engine/base/strings.h"
#include "engine/base/utf8.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>

namespace bartizan::config {

namespace {

struct Unit
{
    char letter;
    std::uint64_t factor;
};

// Digits and at most one unit letter; nothing where the text is no such value or the product does not fit.
std::optional<std::uint64_t> withUnit(std::string_view text, std::span<const Unit> units)
{
    std::uint64_t factor = 1;
    if (!text.empty() && !isDigit(text.back())) {
        const char letter = lowerAscii(text.back());
        const auto unit = std::ranges::find(units, letter, &Unit::letter);
        if (unit == units.end())
            return std::nullopt;
        factor = unit->factor;
        text.remove_suffix(1);
    }
    const auto count = parseNumber<std::uint64_t>(text);
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    if (!count || *count > kMost / factor)
        return std::nullopt;
    return *count * factor;
}

} // namespace

void ProblemSink::report(Severity severity, xml::Position position, std::string message, std::string cure)
{
    m_problems.push_back({severity, "configuration", m_file, position.line, position.column,
                          std::move(message), std::move(cure)});
}

void ProblemSink::error(const xml::Element& element, std::string message, std::string cure)
{
    report(Severity::Error, element.position, std::move(message), std::move(cure));
}

void ProblemSink::warning(const xml::Element& element, std::string message, std::string cure)
{
    report(Severity::Warning, element.position, std::move(message), std::move(cure));
}

void ProblemSink::note(const xml::Element& element, std::string message, std::string cure)
{
    report(Severity::Note, element.position, std::move(message), std::move(cure));
}

void ProblemSink::unknownElement(const xml::Element& block, const xml::Element& element)
{
    error(element, "Unknown element " + tag(element.name) + " in " + tag(block.name) + "; it is left out.",
          "Check the spelling, or remove it.");
}

void ProblemSink::expectPlain(const xml::Element& element, std::initializer_list<std::string_view> known)
{
    for (const xml::Attribute& attribute : element.attributes) {
        if (std::ranges::find(known, attribute.name) == known.end()) {
            report(Severity::Warning, attribute.position,
                   "Unknown attribute " + inQuotes(attribute.name) + " of " + tag(element.name) + ".",
                   "It has no effect; remove it.");
        }
    }
    for (const xml::Element& child : element.children)
        unknownElement(element, child);
}

ConfigPlace ProblemSink::place(const xml::Element& element) const
{
    return {m_file, element.position.line, element.position.column};
}

std::string_view value(const xml::Element& element)
{
    return trim(element.content);
}

std::optional<std::string> requiredText(const xml::Element& element, ProblemSink& problems)
{
    const std::string_view text = value(element);
    if (!text.empty())
        return std::string(text);
    problems.error(element, tag(element.name) + " is empty.", "Give it a value, or remove it.");
    return std::nullopt;
}

std::optional<bool> yesNo(const xml::Element& element, ProblemSink& problems)
{
    const std::string_view text = value(element);
    if (text == "yes")
        return true;
    if (text == "no")
        return false;
    problems.error(element, tag(element.name) + " is " + inQuotes(text) + ".", "Write yes or no.");
    return std::nullopt;
}

std::optional<std::uint64_t> number(const xml::Element& element, std::uint64_t least, std::uint64_t most,
                                    ProblemSink& problems)
{
    const std::string_view text = value(element);
    const auto parsed = parseNumber<std::uint64_t>(text);
    if (parsed && *parsed >= least && *parsed <= most)
        return parsed;
    problems.error(element, tag(element.name) + " is " + inQuotes(text) + ".",
                   "Write a number from " + std::to_string(least) + " to " + std::to_string(most) + ".");
    return std::nullopt;
}

std::optional<std::chrono::seconds> duration(const xml::Element& element, ProblemSink& problems)
{
    static constexpr std::array<Unit, 5> kUnits{
        {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}}};
    const auto seconds = withUnit(value(element), kUnits);
    if (seconds && *seconds > 0)
        return std::chrono::seconds(*seconds);
    problems.error(element, tag(element.name) + " is " + inQuotes(value(element)) + ".",
                   "Write a time such as 90d, 12h or 30m.");
    return std::nullopt;
}

std::optional<std::uint64_t> byteSize(const xml::Element& element, ProblemSink& problems)
{
    static constexpr std::array<Unit, 3> kUnits{{{'k', 1ULL << 10}, {'m', 1ULL << 20}, {'g', 1ULL << 30}}};
    const auto bytes = withUnit(value(element), kUnits);
    if (bytes && *bytes > 0)
        return bytes;
    problems.error(element, tag(element.name) + " is " + inQuotes(value(element)) + ".",
                   "Write a size such as 512M or 2G.");
    return std::nullopt;
}

std::string tag(std::string_view name)
{
    return "<" + forDisplay(name, 60) + ">";
}

std::string inQuotes(std::string_view text)
{
    return "\"" + forDisplay(text, 80) + "\"";
}

} // namespace bartizan::config
