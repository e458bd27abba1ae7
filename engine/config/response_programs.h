// The programs that an `<executable>` may name (spec §10.7).
#pragma once

#include <string_view>

namespace bartizan {

enum class ResponseProgram {
    Block, // of the reference, blocks an address in a firewall: the engine's own block
    Stock, // of the reference, and not available here
    Own,   // anything else: a program in the folder responses/
};

// With or without the ending of a script (".sh" for OSSEC's).
[[nodiscard]] ResponseProgram responseProgram(std::string_view executable);

} // namespace bartizan
