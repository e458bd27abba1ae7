// What stands in a list, one at a time: nothing is copied on the way from the list's bytes to its sink.
#pragma once

#include "engine/net/cidr.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <variant>

namespace bartizan {

struct FileHash
{
    enum class Algorithm : std::uint8_t { Md5, Sha256 };
    Algorithm algorithm = Algorithm::Sha256;
    std::array<std::uint8_t, 32> bytes{}; // the first 16 for MD5

    [[nodiscard]] std::size_t size() const { return algorithm == Algorithm::Md5 ? 16 : 32; }
    auto operator<=>(const FileHash&) const = default;
};

struct DomainName
{
    std::string_view name; // lower case, without a dot at its end
    bool withSubdomains = false;
};

struct ListEntry
{
    std::variant<Cidr, FileHash, DomainName> value;
    std::string_view note; // type, risk, country…, as the list's author wrote it: hostile text; may be empty
    std::string_view validUntil; // RFC 3339 as written in the list, not checked; may be empty
    std::uint64_t line = 0;      // from 1
};

class ListEntrySink
{
public:
    virtual ~ListEntrySink() = default;
    // The texts of `entry` are gone when this returns. A range comes as several entries of one line. False
    // ends the reading.
    [[nodiscard]] virtual bool take(const ListEntry& entry) = 0;
};

} // namespace bartizan
