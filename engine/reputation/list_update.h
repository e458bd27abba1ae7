// A new version of a list that somebody publishes, made fit to be put in force: what would harm this machine
// is cut out, and what looks like a mistake or an attack is held until a person has decided. Pure: no I/O, no
// clock; safe to call from any thread.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/lists/compiled_list.h"
#include "engine/net/address_range.h"
#include "engine/net/cidr.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bartizan {

// What is held. An entry is a range of addresses (as long as can be), a file hash or a domain: counted in
// addresses, one network would outweigh every single address of a list, so that their loss went unseen; how
// much a list covers has a bound of its own.
struct ListBounds
{
    double growth = 3.0;             // more than so many times the entries in force
    double shrink = 0.5;             // less than this part of them
    std::uint64_t alwaysFine = 1000; // lists of so few entries grow and shrink as they like
    double addressShare = 0.02;      // of all IPv4 addresses
    // Ranges of more addresses than a network of this prefix length has.
    unsigned widestV4 = 8;
    unsigned widestV6 = 16;
    // A version that needs more ranges than this is taken without memory of when its addresses came, since
    // a hostile publisher could otherwise make the engine's memory grow with each version.
    std::uint64_t mostRanges = std::uint64_t{1} << 24;
};

struct ProtectedNetwork
{
    Cidr network;
    std::string kind;   // guardName(…), or "special_range"
    std::string reason; // "the allowlist (home)": ends a sentence
};

struct ListCut
{
    AddressRange range;
    std::string kind;
    std::string reason;
};

struct ListHold
{
    std::string kind;     // "grew", "shrank", "too_wide", "too_large_share", "empty"
    std::string question; // a plain question to a person; speaks of "the new version" and "the one in force"
};

struct ListUpdate
{
    std::vector<std::byte> image; // a CompiledList, as it may be put in force: cut
    // By the numbers in the image's address table: since when an address is on the list without a break, as
    // far as is remembered ("at least since"). Ascending, at most kMostGenerations.
    std::vector<EpochMs> generations;
    std::vector<ListCut> cuts;  // the first kCutsShown, in ascending order: IPv4 before IPv6
    std::uint64_t cutCount = 0; // all of them
    std::uint64_t ranges = 0;
    std::uint64_t addresses = 0; // of IPv4
    std::uint64_t hashes = 0;
    std::uint64_t domains = 0;
    // Against what is in force: ranges (as long as can be) of addresses that are on one list and not on the
    // other, and hashes and domains likewise. A domain counts as held where one above it is listed with all
    // below it.
    std::uint64_t added = 0;
    std::uint64_t removed = 0;
    std::optional<ListHold> hold; // ask a person before it is put in force
};

inline constexpr std::size_t kCutsShown = 100;
inline constexpr std::size_t kMostGenerations = 64;

// `inForce` (nullptr: this is the list's first version) is what an earlier call made, perhaps with other
// protected networks; `generationsInForce` are its generations. Hostile or damaged generations cost memory of
// when addresses came and no more.
//
// What is in force was agreed to: a range too wide, or a share too large, that stands already is not asked
// about again, unless addresses were added to the range, or the share grew by more than a tenth.
//
// Linear in the number of ranges; 12 bytes (IPv4) or 40 (IPv6) for each range in force beside the images.
// Exhausted: the builder of the image can't take so many.
[[nodiscard]] Result<ListUpdate> prepareUpdate(const CompiledList& fetched, const CompiledList* inForce,
                                               std::span<const EpochMs> generationsInForce, EpochMs now,
                                               std::span<const ProtectedNetwork> protectedNetworks,
                                               const ListBounds& bounds);

} // namespace bartizan
