// Who wrote a record, as far as somebody vouches for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace bartizan {

struct RecordOrigin
{
    enum class Kind : std::uint8_t {
        Unknown,    // nothing is known, and nothing better is at hand
        Unverified, // a text file: any local user may have got the line into it; the journal would tell
        Journal,    // the kernel vouches for what follows
    };
    Kind kind = Kind::Unknown;
    // Of the journal's trusted fields those that come with the message itself. What else there is (_COMM,
    // _EXE) can be forged by renaming oneself, or by sending and then executing another program.
    std::optional<std::uint32_t> userId; // _UID; none for the kernel's own messages
    std::string transport;               // _TRANSPORT: "syslog", "journal", "stdout", "kernel", "audit"
    std::string unit;                    // _SYSTEMD_UNIT: "ssh.service", "session-3.scope"

    bool operator==(const RecordOrigin&) const = default;
};

} // namespace bartizan
