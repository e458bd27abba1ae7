// A command of bartizanctl: its name, how it is used, and the function that carries it out.
#pragma once

#include "engine/base/geo_locator.h"
#include "engine/ctl/arguments.h"
#include "engine/ctl/engine_connection.h"
#include "engine/ctl/output.h"
#include "engine/platform/firewall_backend.h"
#include "engine/platform/folder_reader.h"

#include <QJsonObject>
#include <QStringList>

#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace bartizan::ctl {

struct GlobalOptions
{
    QString socket = QStringLiteral("/run/bartizan/engine.sock");
    QString config; // empty: not given
    bool json = false;
};

struct Command;

// What differs from one operating system to the next.
struct Platform
{
    Trust trust;
    std::function<std::unique_ptr<FirewallBackend>()> firewall;
    GeoDatabaseOpener openGeoDatabase; // may be empty
    OpenFolder openFolder;
};

// What a command works with.
struct Context
{
    const GlobalOptions& options;
    const Command& command;
    const Platform& platform;
    Output& out;

    // Reads the command's own arguments; complains with its usage when they are wrong.
    [[nodiscard]] int usageError(const QString& message) const;
};

struct Command
{
    std::string_view name;
    std::string_view usage;   // without the program's name: "block ADDR|CIDR [--for 10m]"
    std::string_view summary; // one line
    int (*run)(Context& context, const QStringList& arguments);
};

[[nodiscard]] std::span<const Command> commands();
[[nodiscard]] const Command* findCommand(const QString& name);

// Calls one method and prints the result. `show` prints it for people and returns the exit code; with --json
// its words are dropped and the result object is printed as it is.
int request(Context& context, std::string_view method, const QJsonObject& params,
            const std::function<int(const QJsonObject& result)>& show);

// One per command.
int runStatus(Context& context, const QStringList& arguments);
int runAlerts(Context& context, const QStringList& arguments);
int runBlocks(Context& context, const QStringList& arguments);
int runBlock(Context& context, const QStringList& arguments);
int runUnblock(Context& context, const QStringList& arguments);
int runAllow(Context& context, const QStringList& arguments);
int runWhy(Context& context, const QStringList& arguments);
int runLists(Context& context, const QStringList& arguments);
int runListsPreview(Context& context, const QStringList& arguments); // what follows "lists preview"
int runReload(Context& context, const QStringList& arguments);
int runPause(Context& context, const QStringList& arguments);
int runResume(Context& context, const QStringList& arguments);
int runWatch(Context& context, const QStringList& arguments);
int runFirewall(Context& context, const QStringList& arguments);
int runLogtest(Context& context, const QStringList& arguments);
int runCheck(Context& context, const QStringList& arguments);
int runReplay(Context& context, const QStringList& arguments);
int runImport(Context& context, const QStringList& arguments);
int runVersion(Context& context, const QStringList& arguments);
int runHelp(Context& context, const QStringList& arguments);

} // namespace bartizan::ctl
