// What is asked of a record's origin before a rule believes it, or a response acts on it: the attribute
// `origin` of <rule> and <active-response>, which is our own (docs/rules.md, "Origin").
#pragma once

#include "engine/base/record_origin.h"
#include "engine/base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

class OriginRequirement
{
public:
    // "ssh.service sshd.service ssh@*.service": units, parted by blanks or commas, `*` stands for any text.
    // "kernel": the kernel itself. "any": whoever it was. "! …": anybody else. InvalidArgument otherwise.
    [[nodiscard]] static Result<OriginRequirement> parse(std::string_view text);

    // Of a journal entry: root wrote it as one of the units (with "!": it was somebody else). A record of
    // which nothing is known fits, but not "!"; one from a text file does not fit while the journal tells.
    [[nodiscard]] bool fits(const RecordOrigin& origin) const;
    [[nodiscard]] bool isAny() const { return m_any; }
    [[nodiscard]] const std::string& text() const { return m_text; }

private:
    std::string m_text;
    std::vector<std::string> m_units;
    bool m_any = false;
    bool m_negate = false;
};

// Why nobody may be blocked for this record where a response asks for nothing in particular; empty when all
// is well. A journal entry must be root's and a system service's (not of a session, where sudo and su write
// what users choose) and not that of a local log-in, and one that calls itself sshd must be from the ssh
// service. A syslog line from a text file counts only where no journal tells who wrote it.
[[nodiscard]] std::string doubtAbout(const RecordOrigin& origin, std::optional<std::string_view> programName);

// {"kind":"journal","uid":0,"unit":"ssh.service","transport":"syslog"}; empty for an unknown origin.
[[nodiscard]] std::string originJson(const RecordOrigin& origin);

} // namespace bartizan
