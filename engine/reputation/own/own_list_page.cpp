#include "engine/reputation/own/own_list_page.h"

#include "engine/base/strings.h"
#include "engine/base/utf8.h"
#include "engine/reputation/own/entry_check.h"
#include "engine/reputation/own/key_meaning.h"
#include "engine/reputation/own/list_text.h"

#include <algorithm>
#include <span>
#include <unordered_map>

namespace bartizan::own {

namespace {

class Filter
{
public:
    explicit Filter(std::string_view text)
        : m_text(toLower(trim(text)))
        , m_address(IpAddress::parse(m_text))
    {
    }
    [[nodiscard]] bool fits(const TextLine& line) const
    {
        if (m_text.empty() || holds(line.text))
            return true;
        const auto network = m_address ? networkOfKey(line.key) : std::nullopt;
        return network && network->contains(*m_address);
    }

private:
    [[nodiscard]] bool holds(std::string_view text) const
    {
        return !std::ranges::search(text, m_text, {}, lowerAscii).empty();
    }

    std::string m_text;
    std::optional<IpAddress> m_address;
};

bool isShown(const TextLine& line)
{
    return line.kind == LineKind::Entry || line.kind == LineKind::NoColon;
}

std::string problemOf(const TextLine& line)
{
    if (line.kind == LineKind::NoColon)
        return "The line has no ':' and is skipped. Write it as key: or key:value.";
    if (line.text.size() > kLongestEntry + kLongestNote + 5)
        return "The line is too long to be shown whole.";
    if (line.cutsAddress)
        return "Only what stands before the first ':' is the key. Put the IPv6 address in double quotes.";
    return {};
}

OwnListEntry entryOf(const TextLine& line, const EntryFact* fact)
{
    OwnListEntry entry;
    entry.key = repairUtf8((line.kind == LineKind::Entry ? line.key : line.text).substr(0, kLongestEntry));
    entry.note = repairUtf8(line.value.substr(0, kLongestNote));
    entry.line = line.number;
    entry.problem = problemOf(line);
    if (fact != nullptr) {
        entry.addedAt = fact->addedAt;
        entry.addedBy = fact->addedBy;
        entry.expiresAt = fact->expiresAt;
    }
    return entry;
}

// Of keys that stand in earlier lines already, those lines count.
void markRepeated(std::string_view text, std::span<OwnListEntry* const> entries,
                  std::span<const std::string_view> keys)
{
    std::unordered_map<std::string_view, std::uint64_t> firstLines;
    for (const auto key : keys)
        firstLines.emplace(key, 0);
    TextLine line;
    for (LineWalk walk(text); !entries.empty() && walk.next(line) && line.number < entries.back()->line;) {
        const auto found = line.kind == LineKind::Entry ? firstLines.find(line.key) : firstLines.end();
        if (found != firstLines.end() && found->second == 0)
            found->second = line.number;
    }
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto first = firstLines.at(keys[i]);
        if (first != 0 && first < entries[i]->line && entries[i]->problem.empty())
            entries[i]->problem = "It stands in line " + std::to_string(first) + " already, which counts.";
    }
}

} // namespace

EntryPage pageOf(std::string_view text, std::uint64_t offset, std::size_t limit, std::string_view filter,
                 const EntryFacts& facts, std::string_view list)
{
    EntryPage page;
    const Filter wanted(filter);
    const auto& known = facts.of(list);
    limit = std::min(limit, kLargestPage);
    page.entries.reserve(limit); // pointers to them are kept
    std::vector<OwnListEntry*> entries;
    std::vector<std::string_view> keys;
    TextLine line;
    for (LineWalk walk(text); walk.next(line);) {
        if (!isShown(line) || !wanted.fits(line) || page.total++ < offset || page.entries.size() >= limit)
            continue;
        const bool isEntry = line.kind == LineKind::Entry;
        page.entries.push_back(entryOf(line, isEntry ? known.find(facts.hashOf(line.key)) : nullptr));
        if (!isEntry)
            continue;
        entries.push_back(&page.entries.back());
        keys.push_back(line.key);
    }
    markRepeated(text, entries, keys);
    return page;
}

} // namespace bartizan::own
