#include "engine/lists/cdb_list.h"

#include "engine/base/strings.h"

#include <algorithm>
#include <array>
#include <functional>

namespace bartizan {

namespace {

constexpr std::size_t kReportedLines = 10;
constexpr std::size_t kLargestList = 0x7FFFFFFF; // offsets are 32 bits

std::uint64_t hashOf(std::string_view text)
{
    std::uint64_t hash = 0xCBF29CE484222325U;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    return hash ^ (hash >> 29);
}

bool isHexDigit(char c)
{
    return isDigit(c) || (lowerAscii(c) >= 'a' && lowerAscii(c) <= 'f');
}

struct Line
{
    std::string_view key;
    std::string_view value;
    bool hasColon = false;
    bool cutsAddress = false; // an IPv6 address without quotes: not what the person meant
};

std::string_view unquoted(std::string_view text)
{
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
        return text.substr(1, text.size() - 2);
    return text;
}

Line parseLine(std::string_view text)
{
    std::size_t colon = text.find(':');
    if (text.starts_with('"')) {
        const auto closing = text.find("\":", 1);
        if (closing != std::string_view::npos)
            colon = closing + 1;
    }
    if (colon == std::string_view::npos)
        return {};
    const auto key = text.substr(0, colon);
    const auto value = text.substr(colon + 1);
    const bool cutsAddress = !key.empty() && key.size() <= 4 && std::ranges::all_of(key, isHexDigit) &&
                             unquoted(value).size() == value.size() &&
                             value.find(':') != std::string_view::npos;
    return {unquoted(key), unquoted(value), true, cutsAddress};
}

// At most kReportedLines of one kind are reported one by one: a list may have a million lines.
class LineReport
{
public:
    LineReport(Problems& problems, std::string_view file, std::string message, std::string cure)
        : m_problems(problems)
        , m_file(file)
        , m_message(std::move(message))
        , m_cure(std::move(cure))
    {
    }
    void add(int line)
    {
        if (++m_count <= kReportedLines)
            m_problems.push_back({Severity::Warning, "lists", m_file, line, 1, m_message, m_cure});
    }
    void finish()
    {
        if (m_count > kReportedLines)
            m_problems.push_back(
                {Severity::Warning, "lists", m_file, 0, 0,
                 std::to_string(m_count - kReportedLines) + " more lines like this: " + m_message, m_cure});
    }

private:
    Problems& m_problems;
    std::string m_file;
    std::string m_message;
    std::string m_cure;
    std::size_t m_count = 0;
};

} // namespace

CdbList CdbList::compile(std::string_view text, std::string_view fileName, Problems& problems)
{
    CdbList list;
    if (text.size() > kLargestList) {
        problems.push_back({Severity::Error, "lists", std::string(fileName), 0, 0,
                            "The list is larger than 2 GiB", "Split it into several lists."});
        return list;
    }
    LineReport noColon(problems, fileName, "The line has no ':' and is skipped",
                       "Write it as key: or key:value.");
    LineReport cutAddress(problems, fileName, "Only what stands before the first ':' is the key",
                          "Put the IPv6 address in double quotes.");
    std::size_t repeated = 0;
    int number = 0;
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        ++number;
        while (line.ends_with('\r'))
            line.remove_suffix(1);
        if (line.empty())
            continue;
        const Line parsed = parseLine(line);
        if (!parsed.hasColon) {
            noColon.add(number);
            continue;
        }
        if (parsed.cutsAddress)
            cutAddress.add(number);
        if (list.add(parsed.key, parsed.value) == Added::Repeated)
            ++repeated;
    }
    noColon.finish();
    cutAddress.finish();
    if (repeated > 0)
        problems.push_back({Severity::Note,
                            "lists",
                            std::string(fileName),
                            0,
                            0,
                            std::to_string(repeated) + " repeated keys; the first line of each counts",
                            {}});
    list.m_bytes.shrink_to_fit();
    list.m_entries.shrink_to_fit();
    return list;
}

std::size_t CdbList::slotOf(std::string_view key) const
{
    const std::size_t mask = m_slots.size() - 1;
    std::size_t slot = static_cast<std::size_t>(hashOf(key)) & mask;
    while (m_slots[slot] != 0 && keyOf(m_entries[m_slots[slot] - 1]) != key)
        slot = (slot + 1) & mask;
    return slot;
}

void CdbList::grow()
{
    m_slots.assign(m_slots.empty() ? 16 : m_slots.size() * 2, 0);
    for (std::size_t i = 0; i < m_entries.size(); ++i)
        m_slots[slotOf(keyOf(m_entries[i]))] = static_cast<std::uint32_t>(i + 1);
}

CdbList::Added CdbList::add(std::string_view key, std::string_view value)
{
    if ((m_entries.size() + 1) * 2 > m_slots.size())
        grow();
    const auto slot = slotOf(key);
    if (m_slots[slot] != 0)
        return Added::Repeated;
    m_entries.push_back({static_cast<std::uint32_t>(m_bytes.size()), static_cast<std::uint32_t>(key.size()),
                         static_cast<std::uint32_t>(value.size())});
    m_bytes.append(key).append(value);
    m_slots[slot] = static_cast<std::uint32_t>(m_entries.size());
    m_longestKey = std::max(m_longestKey, key.size());
    // An IPv4 address by itself is found as a text.
    if (key.find_first_of("/:") != std::string_view::npos)
        addNetwork(key, m_slots[slot] - 1);
    return Added::Yes;
}

void CdbList::addNetwork(std::string_view key, std::uint32_t entry)
{
    const auto network = Cidr::parse(key);
    if (!network || !m_networks.emplace(*network, entry).second)
        return;
    auto& lengths = m_lengths.at(network->family() == IpFamily::V4 ? 0 : 1);
    const auto place = std::ranges::lower_bound(lengths, network->prefix(), std::greater<>{});
    if (place == lengths.end() || *place != network->prefix())
        lengths.insert(place, network->prefix());
}

std::optional<std::string_view> CdbList::findNetwork(std::string_view text) const
{
    const auto address = m_networks.empty() ? std::nullopt : IpAddress::parse(text);
    if (!address)
        return std::nullopt;
    for (const unsigned length : m_lengths.at(address->isV4() ? 0 : 1)) {
        const auto found = m_networks.find(Cidr(*address, length));
        if (found != m_networks.end())
            return valueOf(m_entries[found->second]);
    }
    return std::nullopt;
}

std::optional<std::string_view> CdbList::find(std::string_view key) const
{
    if (m_entries.empty() || key.size() > m_longestKey)
        return std::nullopt;
    const auto index = m_slots[slotOf(key)];
    if (index == 0)
        return std::nullopt;
    return valueOf(m_entries[index - 1]);
}

std::optional<std::string_view> CdbList::findAddress(std::string_view text) const
{
    if (const auto whole = find(text))
        return whole;
    if (!text.empty())
        text.remove_suffix(1);
    // Longer than every key: can't be one. Keeps hostile text of a thousand dots cheap.
    for (text = text.substr(0, m_longestKey); !text.empty(); text.remove_suffix(1)) {
        if (!text.ends_with('.'))
            continue;
        if (const auto found = find(text))
            return found;
    }
    return std::nullopt;
}

} // namespace bartizan
