// Reading the system's journal, entry by entry.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/result.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace bartizan {

// For one thread, but for wake().
class JournalReader
{
public:
    virtual ~JournalReader() = default;

    enum class Start {
        AtEnd,   // behind the last entry there is
        AtBegin, // before the first one
    };
    enum class Place { Found, Lost };

    // Opens the journal and stands behind the entry with this cursor; where there is no such entry any more,
    // Lost, before the one that is nearest. Without a cursor as `start` says. NotFound where there is no
    // journal, PermissionDenied (the cure names the group) where it can't be read. May be called again.
    virtual Result<Place> open(const std::string& cursor, Start start) = 0;

    // Steps to the next entry; false at the end. Sees what has been written without waiting for any notice.
    virtual Result<bool> next() = 0;

    // Of the entry stepped to. `name` as the journal has it ("MESSAGE", "_UID"). Nothing where it has no such
    // field; of a longer value the first 64 KiB.
    virtual std::optional<std::string> field(std::string_view name) = 0;
    // When the journal received it.
    virtual EpochMs time() = 0;
    // Of the entry stepped to, or the place where open() stood. Empty when there is nothing to tell.
    virtual std::string cursor() = 0;

    // Sleeps until the journal gives notice of news (which it does a few times a second at most), wake() was
    // called or `timeout` is over (nothing = for ever).
    virtual void wait(std::optional<std::chrono::milliseconds> timeout) = 0;
    virtual void wake() = 0; // from any thread
};

} // namespace bartizan
