// Text as the search index sees it, and what to ask the index for. Pure. Internal to the store.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bartizan::store {

// Valid UTF-8 without NUL bytes (a NUL would end the index's reading): each byte for which that does not hold
// is replaced, so that a text found in the bytes is found in the result too.
[[nodiscard]] std::string indexedText(std::string_view bytes);

// The index's query for rows that may hold `search`: every run of three characters in it, each as a quoted
// string, so that nothing in `search` is read as query syntax. It finds too many rows (letters of any
// language in any case, runs in any place), never too few. Nothing when the index can't tell: fewer than
// three characters, or not UTF-8.
[[nodiscard]] std::optional<std::string> indexQuery(std::string_view search);

} // namespace bartizan::store
