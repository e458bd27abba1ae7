// What an import did or would do, for people and as JSON.
#pragma once

#include "engine/ctl/offline/import_install.h"
#include "engine/ctl/offline/ruleset_arguments.h"

namespace bartizan::offline {

struct ImportReport
{
    std::string installation;
    std::string configFolder;
    const ImportPlan& plan;
    const std::vector<ImportTarget>& targets;
    Problems problems;
    std::vector<std::string> copies; // of what was replaced, below the configuration folder
    bool isReplacing = false;
    bool isDryRun = false;
    bool isInstalled = false;

    // Stands in the way: nothing can be installed.
    [[nodiscard]] bool isConflict(std::size_t i) const;
    [[nodiscard]] std::size_t conflicts() const;
};

void writeText(const Environment& environment, const ImportReport& report);
void writeJson(const Environment& environment, const ImportReport& report);

} // namespace bartizan::offline
