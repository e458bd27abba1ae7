// Log text is bytes that an attacker chose. These make it fit to be stored as JSON and shown to people.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bartizan {

// Valid UTF-8 is kept; each byte that is not part of a well-formed sequence becomes U+FFFD (Unicode 15 §3.9,
// D92: no surrogates, no overlong forms, nothing above U+10FFFF).
[[nodiscard]] std::string repairUtf8(std::string_view bytes);

// The length of the well-formed sequence at the start of `bytes`, 0 if there is none.
[[nodiscard]] std::size_t utf8SequenceLength(std::string_view bytes);

// Appends the character of that code point, which is one up to 0x10FFFF.
void appendUtf8(std::string& text, unsigned code);

// For a person's eyes: repaired, control and bidirectional-control characters replaced by U+FFFD, cut to at
// most `limit` characters with an ellipsis. The result can't reorder or hide the text around it.
[[nodiscard]] std::string forDisplay(std::string_view bytes, std::size_t limit = 200);

} // namespace bartizan
