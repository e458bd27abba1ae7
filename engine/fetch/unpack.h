// Unpacks what lists come in: gzip, and zip with one list in it.
#pragma once

#include "engine/base/result.h"
#include "engine/platform/list_fetcher.h"

#include <string>
#include <string_view>

namespace bartizan::fetch {

struct Unpacked
{
    bool isPacked = false; // the rest is empty where it is not: the bytes are the list
    std::string bytes;
    std::string remark; // which of several files was taken; may be empty
};

// Of a zip with several files the largest is the list; more than 64 files are refused, encrypted ones too.
// gzip around a zip and gzip twice (a packed file sent packed) are unpacked, nothing deeper. Exhausted:
// larger than `limits.unpackedBytes`, or, beyond 16 MiB, more than 200 times what came, which no list is.
// Corrupt: damaged, cut off, empty.
[[nodiscard]] Result<Unpacked> unpack(std::string_view bytes, const FetchLimits& limits);

} // namespace bartizan::fetch
