// A finding about something a person wrote or configured: shown by `bartizanctl check` and `status`, and in
// the app.
#pragma once

#include <string>
#include <vector>

namespace bartizan {

enum class Severity { Note, Warning, Error };

struct Problem
{
    Severity severity = Severity::Error;
    std::string component; // "rules", "decoders", "lists", "configuration", "source", "firewall", "store"
    std::string file;      // empty where there is none
    int line = 0;          // from 1; 0 = not about a line
    int column = 0;        // from 1, in bytes
    std::string message;
    std::string cure;

    bool operator==(const Problem&) const = default;
};

using Problems = std::vector<Problem>;

// "file:line:column: message. cure", the parts that are set.
[[nodiscard]] std::string describe(const Problem& problem);

} // namespace bartizan
