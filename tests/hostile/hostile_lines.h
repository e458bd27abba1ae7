// Log lines written against a rule set: for each of its patterns the text that takes it longest, led to it by
// the program name, the prematches or the field that the way to it asks for. And lines that are bad in
// themselves.
#pragma once

#include "engine/base/ruleset_source.h"

#include <cstddef>
#include <string>
#include <vector>

namespace bartizan::test {

struct HostileLine
{
    std::string kind;  // "decoder", "rule", "field" or what is odd about it
    std::string owner; // "decoder sshd", "rule 5710"; empty for an odd line
    std::string text;
    std::string location = "/var/log/x";
};

// `size` is that of each line in bytes, roughly.
[[nodiscard]] std::vector<HostileLine> hostileLines(const RulesetSource& source, std::size_t size);
// Junk, deep nesting, endless runs, the known line against dovecot's rules: whatever the rules are.
[[nodiscard]] std::vector<HostileLine> oddLines(std::size_t size);

} // namespace bartizan::test
