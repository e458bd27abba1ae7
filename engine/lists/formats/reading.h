// What the readers of all formats share: counting, handing entries on, and problems that are worded only
// while there is room for them.
#pragma once

#include "engine/lists/formats/list_reader.h"
#include "engine/net/address_range.h"

#include <string>
#include <utility>
#include <variant>

namespace bartizan::formats {

struct Complaint
{
    std::string message;
    std::string cure;
};

using Value = std::variant<Cidr, AddressRange, FileHash, DomainName>;

class Reading
{
public:
    Reading(const ListOptions& options, ListEntrySink& sink)
        : m_options(options)
        , m_sink(sink)
    {
    }

    [[nodiscard]] const ListOptions& options() const { return m_options; }
    [[nodiscard]] const ListLimits& limits() const { return m_options.limits; }
    // False once the sink wants no more, or the list was refused.
    [[nodiscard]] bool goesOn() const { return m_goesOn; }

    // A line that holds one value.
    void good(std::uint64_t line, const Value& value, std::string_view note)
    {
        good();
        take(line, value, note);
    }
    // A line that holds several: each is taken.
    void good() { ++m_result.counts.good; }
    void take(std::uint64_t line, const Value& value, std::string_view note,
              std::string_view validUntil = {});

    void leaveOut() { ++m_result.counts.leftOut; }
    void blank() { ++m_result.counts.blank; }
    // `explain` makes the complaint.
    template<class Explain> void bad(std::uint64_t line, Explain&& explain)
    {
        ++m_result.counts.bad;
        if (hasRoom())
            report(Severity::Warning, line, std::forward<Explain>(explain)());
    }
    void badLongLine(std::uint64_t line);
    void remark(std::uint64_t line, Complaint complaint);
    // It is no such list: nothing more is read.
    void refuse(std::uint64_t line, Complaint complaint);
    void setLayout(std::string layout) { m_result.layout = std::move(layout); }

    [[nodiscard]] ListReading finish();

    // A place for the domain of the line at hand, which is written in lower case.
    std::string domainStorage;
    // The same for a note put together.
    std::string noteStorage;

private:
    [[nodiscard]] bool hasRoom() const { return m_kept < m_options.limits.mostProblems; }
    void report(Severity severity, std::uint64_t line, Complaint complaint);
    void hand(const ListEntry& entry);

    const ListOptions& m_options;
    ListEntrySink& m_sink;
    ListReading m_result;
    std::size_t m_kept = 0;
    std::uint64_t m_badKept = 0;
    bool m_goesOn = true;
};

} // namespace bartizan::formats
