// What an import takes from an installation and what it leaves: looked at and read, nothing written.
#pragma once

#include "engine/ctl/offline/import_configuration.h"
#include "engine/ctl/offline/import_kinds.h"
#include "engine/platform/folder_reader.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::offline {

struct TakenFile
{
    ImportKind kind = ImportKind::Rules;
    std::string from; // below the installation
    std::string to;   // below the configuration folder
    std::string bytes;
    std::optional<std::size_t> count; // rules, decoders, entries or blocks
};

struct ImportPlan
{
    std::vector<TakenFile> taken;
    std::vector<LeftPart> left;
    ImportedConfiguration configuration; // its text is the first of `taken`, if there is any

    [[nodiscard]] const TakenFile* findTarget(std::string_view to) const;
};

enum class StockRules { Leave, Take };

// NotFound where there is no installation, PermissionDenied where its configuration can't be read,
// InvalidArgument where that is no configuration, Exhausted where there is too much.
[[nodiscard]] Result<ImportPlan> planImport(const FolderReader& installation, StockRules stock);

} // namespace bartizan::offline
