// The kinds of files that an import takes, and their names.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bartizan::offline {

enum class ImportKind { Configuration, Rules, Decoders, List, Response };

// Where such a file belongs, below the configuration folder: "rules/".
[[nodiscard]] const char* targetFolder(ImportKind kind);

// How many rules, decoders or entries a file holds.
[[nodiscard]] std::optional<std::size_t> countIn(ImportKind kind, const std::string& bytes);

// OSSEC keeps one's own rule files among those that came with it; ids tell them apart. What can't be read is
// taken to be one's own, so that its mistakes are shown.
[[nodiscard]] bool holdsOwnRules(const std::string& bytes);

// Of a file that is to be made: no folder, nothing hidden, nothing that disturbs a terminal.
[[nodiscard]] bool isPlainFileName(std::string_view name);
// A path of the configuration below the installation, tidied; empty where it leads out of it.
[[nodiscard]] std::string pathInInstallation(std::string_view path);

} // namespace bartizan::offline
