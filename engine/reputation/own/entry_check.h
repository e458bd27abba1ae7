// What a person typed as an entry of a list of their own.
#pragma once

#include "engine/net/address_range.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

enum class EntryKind : std::uint8_t {
    Address,
    Network, // CIDR, or "192.0.2." for what begins with it
    Range,   // kept as its networks
    Domain,
    Hash, // MD5 or SHA-256
    Text, // any other key: a user's name, a port
};

struct EntryCheck
{
    EntryKind kind = EntryKind::Text;
    std::vector<std::string> keys; // as they will stand in the file; none where the text can't be taken
    std::optional<AddressRange> addresses;
    std::string error;      // one sentence; empty where the text is taken
    std::string cure;       // with `error`
    std::string suggestion; // an entry that was probably meant; may be empty
    // What to know about an entry that is taken: one sentence each.
    std::vector<std::string> remarks;

    [[nodiscard]] bool isTaken() const { return error.empty(); }
};

inline constexpr std::size_t kLongestEntry = 512; // bytes
inline constexpr std::size_t kLongestNote = 200;

// Pure, and quick enough to ask at each keystroke.
[[nodiscard]] EntryCheck checkEntry(std::string_view text);
// Why the note can't stand in a list; empty where it can.
[[nodiscard]] std::string mistakeInNote(std::string_view note);
// A note from elsewhere made to fit: without line ends, control characters and quotes, cut.
[[nodiscard]] std::string fittingNote(std::string_view note);

} // namespace bartizan
