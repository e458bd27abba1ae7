#include "engine/ctl/command.h"

#include "engine/ctl/text.h"

#include <algorithm>
#include <array>

namespace bartizan::ctl {

namespace {

// In the order of help.
constexpr std::array kCommands{
    Command{"status", "status", "what the engine is doing, and what is wrong", runStatus},
    Command{"alerts", "alerts [--limit N] [--search TEXT] [--level N] [--address ADDR] [--rule ID]",
            "attacks that were seen, newest first", runAlerts},
    Command{"blocks", "blocks [--all] [--limit N]", "addresses that are blocked (--all: past ones too)",
            runBlocks},
    Command{"block", "block ADDR|CIDR [--for 10m | --permanent] [--reason TEXT]",
            "block an address (for 10 minutes)", runBlock},
    Command{"unblock", "unblock ADDR... | --all", "let addresses in again", runUnblock},
    Command{"allow", "allow ADDR|CIDR [--reason TEXT] | --remove ADDR|CIDR | --list",
            "never block an address", runAllow},
    Command{"why", "why ADDR", "everything about an address: log lines, rules, lists, blocks", runWhy},
    Command{"watch", "watch", "events as they happen, until ^C", runWatch},
    Command{"pause", "pause 15m", "block nothing new for a while", runPause},
    Command{"resume", "resume", "end a pause", runResume},
    Command{
        "lists",
        "lists\n"
        "  lists catalogue | show NAME [--filter TEXT] [--limit N] [--offset N] | lookup ADDR|DOMAIN|HASH\n"
        "  lists add NAME --from URL|CATALOGUE-ID [--use tag|alert|block] [--traffic inbound|outbound|both] "
        "[--dry-run]\n"
        "            [--every 1d] [--format NAME] [--column N|NAME] [--title TEXT]\n"
        "  lists add NAME ENTRY... [--note TEXT] [--for 7d]\n"
        "  lists set NAME [--use ...] [--traffic ...] [--dry-run | --in-force] [--every ...] [--from URL]\n"
        "            [--format NAME] [--column N|NAME] [--title TEXT]\n"
        "  lists remove NAME [ENTRY...] | undo NAME\n"
        "  lists update [NAME] | accept NAME | reject NAME | dry-run NAME\n"
        "  lists preview FILE [--format NAME] [--column N|NAME]\n"
        "  lists import NAME FILE [--replace] [--format NAME] [--column N|NAME] | export NAME [--plain]",
        "reputation lists and lists of your own: which there are, what is on them, what they do", runLists},
    Command{"reload", "reload", "read rules, decoders, lists and configuration again", runReload},
    Command{"firewall", "firewall teardown [--verify]",
            "remove everything of Bartizan's from the firewall (works without the engine)", runFirewall},
    Command{"check", "check [--ruleset DIR]", "find mistakes in configuration, rules, decoders and lists",
            runCheck},
    Command{"import", "import DIR [--config DIR] [--dry-run] [--replace] [--with-stock-rules]",
            "take over the configuration, rules and lists of a Wazuh or OSSEC installation", runImport},
    Command{"logtest",
            "logtest [--ruleset DIR] [--explain] [--as tester|daemon] [--input lines|ndjson] [FILE]",
            "show what the rules make of log lines", runLogtest},
    Command{"replay", "replay [--ruleset DIR] [--threads 1|2] FILE...",
            "what whole log files would have led to", runReplay},
    Command{"version", "version", "the version of this program", runVersion},
    Command{"help", "help [COMMAND]", "this, or how a command is used", runHelp},
};

} // namespace

std::span<const Command> commands()
{
    return kCommands;
}

const Command* findCommand(const QString& name)
{
    const std::string wanted = name.toStdString();
    const auto found = std::ranges::find(kCommands, std::string_view(wanted), &Command::name);
    return found != kCommands.end() ? &*found : nullptr;
}

int Context::usageError(const QString& message) const
{
    return out.usageError(message, text(command.usage));
}

int request(Context& context, std::string_view method, const QJsonObject& params,
            const std::function<int(const QJsonObject& result)>& show)
{
    EngineConnection engine(context.options.socket, context.platform.trust);
    if (const auto opened = engine.open(); !opened)
        return context.out.failure(opened.error());
    const auto result = engine.call(method, params);
    if (!result)
        return context.out.failure(result.error());
    context.out.document(*result);
    return show(*result);
}

} // namespace bartizan::ctl
