#include "engine/lists/formats/reading.h"

#include "engine/base/utf8.h"

#include <algorithm>
#include <limits>

namespace bartizan::formats {

namespace {

// Not within a UTF-8 sequence.
std::string_view cut(std::string_view text, std::size_t longest)
{
    if (text.size() <= longest)
        return text;
    const auto isContinuation = [&](std::size_t i) {
        return (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U;
    };
    for (unsigned i = 0; i < 3 && longest > 0 && isContinuation(longest); ++i)
        --longest;
    return text.substr(0, longest);
}

} // namespace

void Reading::hand(const ListEntry& entry)
{
    if (m_goesOn && !m_sink.take(entry))
        m_goesOn = false;
}

void Reading::take(std::uint64_t line, const Value& value, std::string_view note, std::string_view validUntil)
{
    ListEntry entry{{}, cut(note, limits().longestNote), validUntil, line};
    const auto handNetwork = [&](const Cidr& network) {
        ++m_result.counts.networks;
        entry.value = network;
        hand(entry);
        return m_goesOn;
    };
    if (const auto* network = std::get_if<Cidr>(&value)) {
        handNetwork(*network);
    } else if (const auto* range = std::get_if<AddressRange>(&value)) {
        range->forEachNetwork(handNetwork);
    } else if (const auto* hash = std::get_if<FileHash>(&value)) {
        ++m_result.counts.hashes;
        entry.value = *hash;
        hand(entry);
    } else if (const auto* domain = std::get_if<DomainName>(&value)) {
        ++m_result.counts.domains;
        entry.value = *domain;
        hand(entry);
    }
}

void Reading::report(Severity severity, std::uint64_t line, Complaint complaint)
{
    ++m_kept;
    if (severity == Severity::Warning)
        ++m_badKept;
    constexpr std::uint64_t kLastLine = std::numeric_limits<int>::max();
    m_result.problems.push_back({severity, "lists", m_options.fileName,
                                 static_cast<int>(std::min(line, kLastLine)), 0, std::move(complaint.message),
                                 std::move(complaint.cure)});
}

void Reading::badLongLine(std::uint64_t line)
{
    bad(line, [&] {
        return Complaint{"The line is longer than " + std::to_string(limits().longestLine) + " bytes",
                         "Put each entry on a line of its own."};
    });
}

void Reading::remark(std::uint64_t line, Complaint complaint)
{
    if (hasRoom())
        report(Severity::Note, line, std::move(complaint));
}

void Reading::refuse(std::uint64_t line, Complaint complaint)
{
    m_goesOn = false;
    report(Severity::Error, line, std::move(complaint));
}

ListReading Reading::finish()
{
    if (const auto rest = m_result.counts.bad - m_badKept; rest > 0 && limits().mostProblems > 0)
        report(Severity::Warning, 0,
               {std::to_string(rest) + (rest == 1 ? " more line" : " more lines") + " can't be read", {}});
    m_result.isWhole = m_goesOn;
    return std::move(m_result);
}

} // namespace bartizan::formats
