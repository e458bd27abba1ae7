// The kinds of files that an import takes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace bartizan::offline {

enum class ImportKind { Configuration, Rules, Decoders, List, Response };

// Where such a file belongs, below the configuration folder: "rules/".
[[nodiscard]] const char* targetFolder(ImportKind kind);

// How many rules, decoders or entries a file holds.
[[nodiscard]] std::optional<std::size_t> countIn(ImportKind kind, const std::string& bytes);

// OSSEC keeps one's own rule files among those that came with it; ids tell them apart. What can't be read is
// taken to be one's own, so that its mistakes are shown.
[[nodiscard]] bool holdsOwnRules(const std::string& bytes);

} // namespace bartizan::offline
