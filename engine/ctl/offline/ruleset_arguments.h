// What the offline commands have in common: their arguments, and loading what those point at.
#pragma once

#include "engine/base/ruleset_source.h"
#include "engine/ctl/offline/offline.h"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::offline {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

enum class InputFormat { Lines, Ndjson };

struct Arguments
{
    bool json = false;
    bool explain = false;
    bool dryRun = false;
    bool replace = false;
    bool withStockRules = false;
    std::optional<std::string> config;
    std::optional<std::string> ruleset;
    std::optional<AnalysisMode> mode;
    InputFormat input = InputFormat::Lines;
    std::optional<std::string> format;
    std::optional<std::string> column;
    bool twoThreads = false; // --threads 2
    std::vector<std::string> files;
};

// `extra` are the options understood besides --json, --config and --ruleset: "--explain", "--as", "--input",
// "--dry-run", "--replace", "--with-stock-rules", "--format", "--column", "--threads".
[[nodiscard]] Result<Arguments> parseArguments(const Environment& environment,
                                               const std::vector<std::string>& words,
                                               std::initializer_list<std::string_view> extra);

struct Loaded
{
    Configuration configuration; // the defaults with --ruleset
    RulesetSource source;
};

// For Check, a configuration that can't be used is one more problem, and the rest is read as without it. For
// Replay, where nothing is named and this machine has no configuration, that of a new installation is used.
enum class Purpose { Check, Logtest, Replay };

// Reads files only; compiling is the caller's.
[[nodiscard]] Result<Loaded> loadSources(const Environment& environment, const Arguments& arguments,
                                         Purpose purpose, Problems& problems);

[[nodiscard]] AnalysisOptions analysisOptions(const Environment& environment,
                                              const Configuration& configuration, AnalysisMode mode,
                                              Problems& problems);

// To Environment::problems. Notes only where there is room for them.
enum class Notes { Show, Hide };
void print(const Environment& environment, const Problems& problems, Notes notes);

// Text goes to Environment::problems; Json is {"error":{"code","message","cure"}} on Environment::out, as the
// other commands answer.
enum class ErrorForm { Text, Json };
// By --json among the words, which may be wrong otherwise.
[[nodiscard]] ErrorForm errorForm(const Environment& environment, const std::vector<std::string>& words);
int failure(const Environment& environment, const Error& error, ErrorForm form);
int usage(const Environment& environment, const Error& error, std::string_view howTo, ErrorForm form);

} // namespace bartizan::offline
