// `<out_format>`: a text of one's own around each event of a source (spec §11).
#pragma once

#include "engine/base/clock.h"

#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

// This machine, as texts see it.
struct HostIdentity
{
    std::string name;
    std::string address;
};

class OutFormat
{
public:
    // $(log), $(output) and $(json_escaped_log), $(base64_log), $(location), $(command), $(hostname),
    // $(host_ip), $(timestamp) and $(timestamp FORMAT) with strftime's names; anything else stays as it is.
    explicit OutFormat(std::string_view text);

    struct Values
    {
        std::string_view log;
        std::string_view location;
        std::string_view command;
        EpochMs now = 0;
    };
    [[nodiscard]] std::string applied(const Values& values, const HostIdentity& host) const;

private:
    enum class Token {
        Text,
        Log,
        JsonLog,
        Base64Log,
        Location,
        Command,
        HostName,
        HostAddress,
        Timestamp,
    };
    struct Part
    {
        Token token;
        std::string text; // of Text, and the format of Timestamp
    };
    std::vector<Part> m_parts;
};

} // namespace bartizan
