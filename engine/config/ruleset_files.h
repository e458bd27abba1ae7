// Finds and reads the files of a rule set (architecture.md §4.2, spec §2). A link that leads out of its
// folder, or something that is not a regular file, is left out with a problem.
#pragma once

#include "engine/base/problem.h"
#include "engine/base/result.h"
#include "engine/base/ruleset_source.h"
#include "engine/config/configuration.h"

#include <string>
#include <vector>

namespace bartizan {

enum class RulesetParts { All, WithoutLists };

// `--ruleset DIR`: DIR/decoders/*.xml, DIR/rules/*.xml and every file under DIR/lists. NotFound where DIR is
// no folder.
[[nodiscard]] Result<RulesetSource> readRulesetFolder(const std::string& folder, Problems& problems,
                                                      RulesetParts parts = RulesetParts::All);
// Its lists alone; none where there is no such folder.
[[nodiscard]] std::vector<SourceFile> readListsOfFolder(const std::string& folder, Problems& problems);

// An engine's rule set: the built-in files (`builtinFolder` holds decoders/ rules/ lists/; empty = there are
// none) and those of the configuration in one list, or its own alone, as `configuration.ruleset` says. A
// missing folder that was not named is no problem. List files of the configuration come before built-in ones
// of the same name, which are left out.
[[nodiscard]] RulesetSource readConfiguredRuleset(const std::string& configFolder,
                                                  const std::string& builtinFolder,
                                                  const Configuration& configuration, Problems& problems,
                                                  RulesetParts parts = RulesetParts::All);
// Its lists alone.
[[nodiscard]] std::vector<SourceFile> readConfiguredLists(const std::string& configFolder,
                                                          const std::string& builtinFolder,
                                                          const RulesetSettings& settings,
                                                          Problems& problems);

// Where the built-in rule set is, in a build tree and in an installation alike: share/bartizan/ruleset beside
// or above the folder of the programs. Empty when it is not there.
[[nodiscard]] std::string findBuiltinRuleset(const std::string& programFolder);

// The configuration a new installation starts from: defaults/bartizan.conf beside the built-in rule set.
// Empty when it is not there.
[[nodiscard]] std::string findDefaultConfiguration(const std::string& builtinRuleset);

} // namespace bartizan
