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
    std::optional<std::string> config;
    std::optional<std::string> ruleset;
    std::optional<AnalysisMode> mode;
    InputFormat input = InputFormat::Lines;
    std::vector<std::string> files;
};

// `extra` are the options understood besides --json, --config and --ruleset: "--explain", "--as", "--input".
[[nodiscard]] Result<Arguments> parseArguments(const Environment& environment,
                                               const std::vector<std::string>& words,
                                               std::initializer_list<std::string_view> extra);

struct Loaded
{
    Configuration configuration; // the defaults with --ruleset
    RulesetSource source;
};

// Reads files only; compiling is the caller's.
[[nodiscard]] Result<Loaded> loadSources(const Environment& environment, const Arguments& arguments,
                                         Problems& problems);

[[nodiscard]] AnalysisOptions analysisOptions(const Environment& environment,
                                              const Configuration& configuration, AnalysisMode mode);

// To Environment::problems. Notes only where there is room for them.
enum class Notes { Show, Hide };
void print(const Environment& environment, const Problems& problems, Notes notes);
int failure(const Environment& environment, const Error& error);
int usage(const Environment& environment, const Error& error, std::string_view howTo);

} // namespace bartizan::offline
