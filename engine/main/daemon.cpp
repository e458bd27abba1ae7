#include "engine/main/daemon.h"

#include "engine/config/ruleset_files.h"
#include "engine/core/engine.h"
#include "platform/linux/fetch_process.h"
#include "platform/linux/host_info_linux.h"
#include "platform/linux/inotify_watch.h"
#include "platform/linux/local_authoriser.h"
#include "platform/linux/log_file_system.h"
#include "platform/linux/maxmind_database.h"
#include "platform/linux/nftables_backend.h"
#include "platform/linux/peer_identity_linux.h"
#include "platform/linux/shell_runner.h"
#include "platform/linux/systemd_journal.h"
#include "platform/linux/termination.h"
#include "platform/linux/unix_listener.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDir>

#include <cstdio>
#include <filesystem>
#include <optional>

namespace {

using namespace Qt::Literals::StringLiterals;

constexpr int kUsageError = 2;

struct Arguments
{
    QString config;
    QString state;
    QString run;
    QString ruleset;
    QString firewall;
    bool observe = false;
    std::optional<std::uint32_t> operatorId;
};

int complain(const QString& text, int exitCode)
{
    std::fprintf(stderr, "bartizand: %s\n", qUtf8Printable(text));
    return exitCode;
}

QString sentence(const bartizan::Error& error)
{
    return QString::fromStdString(error.cure.empty() ? error.message : error.message + "; " + error.cure);
}

std::optional<Arguments> parseArguments(const QCoreApplication& application)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        u"The engine of Bartizan: watches logs, recognises attacks, blocks their source."_s);
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addOption({u"config"_s, u"Configuration folder."_s, u"DIR"_s, u"/etc/bartizan"_s});
    parser.addOption({u"state"_s, u"State folder: history and lists."_s, u"DIR"_s, u"/var/lib/bartizan"_s});
    parser.addOption({u"run"_s, u"Run folder: the control socket."_s, u"DIR"_s, u"/run/bartizan"_s});
    parser.addOption({u"ruleset"_s, u"Use only the rules, decoders and lists of this folder."_s, u"DIR"_s});
    parser.addOption(
        {u"firewall"_s, u"auto, nftables, iptables, null-route or none."_s, u"BACKEND"_s, u"auto"_s});
    parser.addOption({u"observe"_s, u"Show what would be blocked and block nothing."_s});
    parser.addOption({u"operator"_s, u"A user who may do everything the engine offers."_s, u"UID"_s});
    parser.addOption({u"foreground"_s, u"Stay in the foreground and log to standard error (always so)."_s});
    parser.process(application);
    if (!parser.positionalArguments().isEmpty()) {
        complain(u"unexpected argument '%1'; bartizand --help lists the options"_s.arg(
                     parser.positionalArguments().first()),
                 kUsageError);
        return std::nullopt;
    }
    Arguments arguments{parser.value(u"config"_s),
                        parser.value(u"state"_s),
                        parser.value(u"run"_s),
                        parser.value(u"ruleset"_s),
                        parser.value(u"firewall"_s),
                        parser.isSet(u"observe"_s),
                        std::nullopt};
    if (!QStringList{u"auto"_s, u"nftables"_s, u"iptables"_s, u"null-route"_s, u"none"_s}.contains(
            arguments.firewall)) {
        complain(
            u"--firewall is auto, nftables, iptables, null-route or none, not '%1'"_s.arg(arguments.firewall),
            kUsageError);
        return std::nullopt;
    }
    if (parser.isSet(u"operator"_s)) {
        bool good = false;
        arguments.operatorId = parser.value(u"operator"_s).toUInt(&good);
        if (!good) {
            complain(u"--operator takes a user's number, not '%1'"_s.arg(parser.value(u"operator"_s)),
                     kUsageError);
            return std::nullopt;
        }
    }
    return arguments;
}

bartizan::EnginePlatform makePlatform(const Arguments& arguments,
                                      std::unique_ptr<bartizan::FileWatch> fileWatch,
                                      std::unique_ptr<bartizan::FileWatch> listWatch)
{
    using namespace bartizan;
    EnginePlatform platform;
    if (arguments.firewall == u"auto"_s || arguments.firewall == u"nftables"_s) {
        auto backend = std::make_unique<NftablesBackend>();
        platform.watchFirewall = [backend = backend.get()](std::function<void()> changed) {
            return backend->watch(std::move(changed));
        };
        platform.firewall = std::move(backend);
    } else if (arguments.firewall != u"none"_s) {
        platform.firewallProblem = "the firewall backend \"" + arguments.firewall.toStdString() +
                                   "\" is not available in this version: nothing is blocked";
    }
    platform.logFiles = makeLogFileSystem();
    platform.fileWatch = std::move(fileWatch);
    platform.listWatch = std::move(listWatch);
    platform.journal = makeSystemdJournal();
    const auto fetcher =
        std::filesystem::path(QCoreApplication::applicationDirPath().toStdString()) / "bartizan-fetch";
    if (std::filesystem::exists(fetcher))
        platform.listFetcher = std::make_unique<FetchProcess>(fetcher);
    platform.makeCommandRunner = makeShellRunner;
    platform.openGeoDatabase = openMaxMindDatabase;
    platform.hostInfo = std::make_unique<LinuxHostInfo>();
    platform.listener =
        std::make_unique<UnixListener>(std::filesystem::path(arguments.run.toStdString()), identityOfSocket);
    platform.authoriser = std::make_unique<LocalAuthoriser>(arguments.operatorId);
    return platform;
}

} // namespace

namespace bartizan {

int runDaemon(int argc, char** argv, std::function<void(std::string_view)> afterStoreStep)
{
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(u"bartizand"_s);
    QCoreApplication::setApplicationVersion(QString::fromUtf8(BARTIZAN_VERSION));
    const auto arguments = parseArguments(application);
    if (!arguments)
        return kUsageError;
    if (!QDir().mkpath(arguments->state))
        return complain(
            u"the state folder %1 can't be made; run as root or give --state DIR"_s.arg(arguments->state), 1);

    EngineOptions options;
    options.configFolder = arguments->config.toStdString();
    options.stateFolder = arguments->state.toStdString();
    options.builtinRuleset = findBuiltinRuleset(QCoreApplication::applicationDirPath().toStdString());
    options.rulesetFolder = arguments->ruleset.toStdString();
    options.catalogueFile = findCatalogue(QCoreApplication::applicationDirPath().toStdString());
    options.observe = arguments->observe;
    options.afterStoreStep = std::move(afterStoreStep);

    auto fileWatch = makeInotifyWatch();
    if (!fileWatch)
        return complain(sentence(fileWatch.error()), 1);

    auto listWatch = makeInotifyWatch();
    if (!listWatch)
        return complain(sentence(listWatch.error()), 1);

    const SystemClock clock;
    Engine engine(options, makePlatform(*arguments, std::move(*fileWatch), std::move(*listWatch)), clock);
    const Termination termination([] { QCoreApplication::quit(); });
    if (const auto started = engine.start(); !started) {
        engine.stop();
        return complain(sentence(started.error()), 1);
    }
    const int exitCode = QCoreApplication::exec();
    engine.stop();
    return exitCode;
}

} // namespace bartizan
