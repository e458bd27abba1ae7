// Puts what was planned into the configuration folder: everything, or nothing.
#pragma once

#include "engine/ctl/offline/import_plan.h"

#include <string>
#include <vector>

namespace bartizan::offline {

// What stands in a file's place.
struct ImportTarget
{
    enum class State {
        Free,
        Same,    // the same bytes
        Default, // the configuration as shipped: nobody's work is lost
        Differs, // replaced only when asked for, and then kept as a copy
        Blocked, // never replaced: a folder, or something below what is no folder
    };
    State state = State::Free;
    std::string reason; // of Blocked
};

// One for each of plan.taken. `shippedConfiguration` is a file's path, or empty.
[[nodiscard]] std::vector<ImportTarget> lookAtTargets(const ImportPlan& plan, const std::string& configFolder,
                                                      const std::string& shippedConfiguration);

// Writes all files beside their places, then renames each into it; a failure undoes what was done. None of
// `targets` may be Blocked. What differs is kept as NAME.before-import; the result names these copies, below
// the configuration folder.
[[nodiscard]] Result<std::vector<std::string>> installImport(const ImportPlan& plan,
                                                             const std::vector<ImportTarget>& targets,
                                                             const std::string& configFolder);

} // namespace bartizan::offline
