// From a list's bytes to its compiled form, and what there is to say about it.
#pragma once

#include "engine/base/clock.h"
#include "engine/platform/list_fetcher.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace bartizan::fetch {

struct Compiled
{
    FetchReport report; // of the list; what the server said is the caller's to add
    std::vector<std::byte> image;
};

// Unpacks, detects the format where the request names none, reads and compiles. Entries whose validity has
// ended at `now` are left out. Corrupt: it is no list, or nothing in it can be read, and the message says
// what it is instead; Exhausted: too large.
[[nodiscard]] Result<Compiled> compileList(std::string_view bytes, const FetchRequest& request, EpochMs now);

} // namespace bartizan::fetch
