#include "engine/lists/formats/list_preview.h"

#include "engine/base/strings.h"
#include "engine/lists/formats/foreign_content.h"
#include "engine/lists/formats/stix.h"

#include <array>
#include <utility>

namespace bartizan {

namespace {

using namespace formats;

constexpr std::size_t kLookedAt = std::size_t{256} * 1024;
constexpr double kLeastConfidence = 0.5;

class NoSink : public ListEntrySink
{
public:
    bool take(const ListEntry& /*entry*/) override { return true; }
};

class FirstEntries : public ListEntrySink
{
public:
    explicit FirstEntries(std::size_t most)
        : m_most(most)
    {
    }

    bool take(const ListEntry& entry) override
    {
        if (m_entries.size() < m_most)
            m_entries.push_back(
                {entry.line, std::string(kindOf(entry)), describe(entry), std::string(entry.note)});
        return true;
    }

    [[nodiscard]] std::vector<ListPreview::Entry> entries() { return std::move(m_entries); }

private:
    std::size_t m_most;
    std::vector<ListPreview::Entry> m_entries;
};

// Whole lines of the beginning.
std::string_view beginningOf(std::string_view bytes)
{
    if (bytes.size() <= kLookedAt)
        return bytes;
    const auto beginning = bytes.substr(0, kLookedAt);
    const auto end = beginning.rfind('\n');
    return end == std::string_view::npos ? beginning : beginning.substr(0, end + 1);
}

struct Fit
{
    const ListFormatFacts* facts = nullptr;
    std::uint64_t good = 0;
    std::uint64_t all = 0;

    [[nodiscard]] double share() const
    {
        return all > 0 ? static_cast<double>(good) / static_cast<double>(all) : 0;
    }
    [[nodiscard]] std::string asText() const
    {
        return std::to_string(good) + " of " + std::to_string(all) +
               (all == 1 ? " line is " : " lines are each ") + std::string(facts->holds);
    }
};

Fit bestFit(std::string_view beginning)
{
    Fit best;
    for (const auto& facts : listFormats()) {
        if (facts.format == ListFormat::Stix)
            continue;
        ListOptions options;
        options.format = facts.format;
        options.limits.mostProblems = 0;
        NoSink sink;
        const auto counts = readList(beginning, options, sink).counts;
        const Fit fit{&facts, counts.good, counts.good + counts.bad};
        if (fit.share() > best.share())
            best = fit;
    }
    return best;
}

ListDetection none(std::string reason, std::string cure)
{
    return {std::nullopt, 0, std::move(reason), std::move(cure)};
}

std::optional<ListDetection> detectStix(std::string_view bytes)
{
    switch (looksLikeStix(bytes, {})) {
    case StixLikeness::Bundle:
        return ListDetection{ListFormat::Stix, 1, "It is a JSON object of the type \"bundle\"", {}};
    case StixLikeness::ListOfObjects:
        return ListDetection{ListFormat::Stix, 0.9, "It is a JSON object with \"objects\"", {}};
    case StixLikeness::No:
        return std::nullopt;
    }
    return std::nullopt;
}

} // namespace

ListDetection detectListFormat(std::string_view bytes)
{
    if (auto foreign = recogniseForeign(bytes))
        return none(std::move(foreign->message), std::move(foreign->cure));
    bytes = withoutByteOrderMark(bytes);
    const auto beginning = beginningOf(bytes);
    const auto start = trim(beginning);
    if (start.empty())
        return none("It is empty", "Check that it is the right file.");
    if (start.front() == '{') {
        if (auto stix = detectStix(beginning))
            return *stix;
    }
    const Fit best = bestFit(beginning);
    if (best.share() >= kLeastConfidence)
        return {best.facts->format, best.share(), best.asText(), {}};
    if (start.front() == '{' || start.front() == '[')
        return none("It is JSON of an unknown kind, neither a STIX bundle nor an object a line",
                    "Ask its author for a plain list, CSV or STIX 2.1.");
    if (best.facts == nullptr)
        return none("No line of it can be read in any format", "Check that it is the right file.");
    return none("Too little of it can be read in any format; at best, " + best.asText(),
                "Name the format " + std::string(best.facts->name) +
                    " to see what is wrong with the other lines.");
}

ListPreview previewList(std::string_view bytes, ListOptions options, PreviewFormat format,
                        std::size_t mostEntries)
{
    ListPreview preview;
    if (format == PreviewFormat::Named)
        preview.detection = {options.format, 1, "as asked for", {}};
    else
        preview.detection = detectListFormat(bytes);
    const auto& found = preview.detection;
    if (!found.format) {
        preview.reading.problems.push_back(
            {Severity::Error, "lists", options.fileName, 0, 0, found.reason, found.cure});
        return preview;
    }
    options.format = *found.format;
    FirstEntries first(mostEntries);
    preview.reading = readList(bytes, options, first);
    preview.first = first.entries();
    return preview;
}

std::string describe(const ListEntry& entry)
{
    if (const auto* network = std::get_if<Cidr>(&entry.value))
        return network->toString();
    if (const auto* domain = std::get_if<DomainName>(&entry.value))
        return (domain->withSubdomains ? "*." : "") + std::string(domain->name);
    static constexpr std::string_view kDigits = "0123456789abcdef";
    const auto& hash = std::get<FileHash>(entry.value);
    std::string text;
    for (std::size_t i = 0; i < hash.size(); ++i) {
        text += kDigits[hash.bytes.at(i) >> 4U];
        text += kDigits[hash.bytes.at(i) & 15U];
    }
    return text;
}

std::string_view kindOf(const ListEntry& entry)
{
    if (const auto* hash = std::get_if<FileHash>(&entry.value))
        return hash->algorithm == FileHash::Algorithm::Md5 ? "md5" : "sha256";
    return std::holds_alternative<Cidr>(entry.value) ? "network" : "domain";
}

} // namespace bartizan
