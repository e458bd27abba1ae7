// The offline commands of bartizanctl: check, logtest, replay and lists preview (architecture.md §4.4). They
// need no engine and no privileges, and read only the files they are pointed at; `import` writes into the
// configuration folder as well.
#pragma once

#include "engine/analysis/analysis_port.h"
#include "engine/base/geo_locator.h"
#include "engine/config/configuration.h"
#include "engine/platform/folder_reader.h"

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bartizan::offline {

// What the engine would have done about a verdict. `replay` fills in rule and time.
struct WouldBlock
{
    std::string address;
    std::int64_t seconds = 0; // 0 = permanent
};
using Responder = std::function<std::vector<WouldBlock>(const Verdict&)>;

struct Environment
{
    std::istream& in;
    std::ostream& out;      // the result and nothing else
    std::ostream& problems; // for a person

    bool json = false; // --json stood before the command
    std::string defaultConfig = "/etc/bartizan";
    std::string builtinFolder = {}; // the built-in rule set; empty = none
    std::string hostName = {};      // short

    // Makes replay's responder from a configuration; problems of its own are appended. May be empty: nothing
    // is blocked then.
    std::function<Responder(const Configuration&, Problems&)> makeResponder = {};
    // Opens the location database of a configuration. May be empty: srcgeoip and dstgeoip never match then.
    GeoDatabaseOpener openGeoDatabase = {};

    // Opens the installation that `import` reads.
    OpenFolder openFolder = {};
};

// Exit codes: 0 done, 1 failed or problems found, 2 wrong usage. `arguments` are those behind the command's
// name;
// --json, --config and --ruleset are understood among them.
[[nodiscard]] int runCheck(Environment& environment, const std::vector<std::string>& arguments);
[[nodiscard]] int runLogtest(Environment& environment, const std::vector<std::string>& arguments);
[[nodiscard]] int runReplay(Environment& environment, const std::vector<std::string>& arguments);
[[nodiscard]] int runListsPreview(Environment& environment, const std::vector<std::string>& arguments);
[[nodiscard]] int runImport(Environment& environment, const std::vector<std::string>& arguments);

} // namespace bartizan::offline
