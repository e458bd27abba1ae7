// Reads one JSON object whose members are known: each at most once, of the right type, no others.
#pragma once

#include "engine/lists/formats/json_cursor.h"

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace bartizan::fetch {

using formats::JsonCursor;

bool readText(JsonCursor& cursor, std::string& text, std::size_t longest);
bool readFlag(JsonCursor& cursor, bool& flag);
bool readCount(JsonCursor& cursor, std::uint64_t& count);
// From 0 to 1.
bool readShare(JsonCursor& cursor, double& share);

struct Member
{
    std::string_view name;
    // Takes the value; false where it can't be.
    std::function<bool(JsonCursor& cursor)> read;
};
// Also false where one of them is missing.
bool readObject(JsonCursor& cursor, std::span<const Member> members);

} // namespace bartizan::fetch
