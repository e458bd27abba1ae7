// Joins the lines of one file to events, for the formats whose events have several lines (spec §11). Bytes
// in, bytes out; time is an input: milliseconds that never jump (Clock::steadyNow()).
#pragma once

#include "engine/base/clock.h"
#include "engine/base/local_file.h"
#include "engine/pattern/pattern.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace bartizan {

inline constexpr std::size_t kMaxEventSize = 64 * 1024;
inline constexpr std::size_t kMaxEventLines = 1000;

class EventAssembler
{
public:
    using Sink = std::function<void(std::string_view event)>; // valid during the call

    virtual ~EventAssembler() = default;

    // nullptr for a format whose lines are events.
    [[nodiscard]] static std::unique_ptr<EventAssembler> make(const LocalFile& settings);

    // Whether `line` would begin an event: what comes before it is complete, or nothing is pending.
    [[nodiscard]] virtual bool begins(std::string_view line) const = 0;
    // Takes a line; `sink` gets the events that it completes. An event is complete after kMaxEventLines at
    // the latest; of one over kMaxEventSize the beginning is kept.
    void take(std::string_view line, EpochMs now, const Sink& sink);

    [[nodiscard]] bool isPending() const { return m_lines > 0; }
    // When the pending event is complete without another line. Nothing: never, or nothing is pending.
    [[nodiscard]] std::optional<EpochMs> due() const;
    // Hands over what is pending.
    void flush(const Sink& sink);

    [[nodiscard]] std::uint64_t cutEvents() const { return m_cut; } // over kMaxEventSize

protected:
    EventAssembler(std::string_view separator, std::optional<EpochMs> patience)
        : m_separator(separator)
        , m_patience(patience)
    {
    }
    // Whether the pending event ends with `line`, its newest one.
    [[nodiscard]] virtual bool ends(std::string_view line) const = 0;
    // What of the line becomes part of the event; nothing: it only parts events.
    [[nodiscard]] virtual std::optional<std::string_view> contentOf(std::string_view line) const
    {
        return line;
    }
    [[nodiscard]] std::size_t lineCount() const { return m_lines; }
    [[nodiscard]] const std::string& pending() const { return m_event; }

private:
    void append(std::string_view content, EpochMs now);

    const std::string_view m_separator;
    const std::optional<EpochMs> m_patience;
    std::string m_event;
    std::size_t m_lines = 0;
    EpochMs m_lastLineAt = 0;
    bool m_isCut = false; // the pending event
    std::uint64_t m_cut = 0;
};

} // namespace bartizan
