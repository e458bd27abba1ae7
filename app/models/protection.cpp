#include "app/models/protection.h"

#include "app/client/display_text.h"
#include "app/client/engine_client.h"

#include <QCoreApplication>

#include <algorithm>

namespace bartizan::app {

namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Protection)
};

ProtectionSummary offline(const EngineClient& client)
{
    ProtectionSummary summary{
        .state = Protection::Off, .headline = {}, .cause = {}, .cure = {}, .command = {}};
    switch (client.outage()) {
    case EngineClient::Outage::None:
        summary.headline = Words::tr("Looking for the engine…");
        break;
    case EngineClient::Outage::NoAccess:
        summary.headline = Words::tr("This account may not talk to the engine");
        summary.cause =
            Words::tr("The engine's socket %1 is closed to you.").arg(displayLine(client.socketPath()));
        summary.cure =
            Words::tr("Ask an administrator to add you to the group “bartizan”, then log in again.");
        break;
    case EngineClient::Outage::Untrusted:
        summary.headline = Words::tr("Something else answers in the engine's place");
        summary.cause = displayLine(client.outageDetail());
        summary.cure =
            Words::tr("Nothing was sent to it. An administrator should find out which program it is.");
        break;
    case EngineClient::Outage::Incompatible:
        summary.headline = Words::tr("App and engine have different versions");
        summary.cause = displayLine(client.outageDetail());
        summary.cure = Words::tr("After an update, close this app and open it again.");
        break;
    case EngineClient::Outage::NotRunning:
    case EngineClient::Outage::Lost:
        summary.headline = Words::tr("The engine is not running");
        summary.cause =
            Words::tr("Nobody watches the logs. Blocks in the firewall stay until their time is over.");
        summary.cure = Words::tr("Start it with:");
        summary.command = QStringLiteral("sudo systemctl start bartizand");
        break;
    }
    return summary;
}

void takeFirstProblem(ProtectionSummary& summary, const QList<EngineProblem>& problems)
{
    const auto worst = std::ranges::max_element(problems, {}, &EngineProblem::severity);
    if (worst == problems.end())
        return;
    summary.cause = problemText(*worst);
    summary.cure = displayLine(worst->cure);
}

} // namespace

QString protectionIcon(Protection state)
{
    switch (state) {
    case Protection::Protecting:
        return QStringLiteral("protecting");
    case Protection::Observing:
        return QStringLiteral("observing");
    case Protection::Paused:
        return QStringLiteral("paused");
    case Protection::Degraded:
        return QStringLiteral("degraded");
    case Protection::Off:
        break;
    }
    return QStringLiteral("off");
}

QString problemText(const EngineProblem& problem)
{
    QString place = problem.file.section(QLatin1Char('/'), -1);
    if (place.isEmpty() || problem.message.contains(problem.file))
        return displayLine(problem.message);
    if (problem.line > 0)
        place += QStringLiteral(":%1").arg(problem.line);
    return QStringLiteral("%1: %2").arg(displayLine(place), displayLine(problem.message));
}

ProtectionSummary summarise(const EngineClient& client, qint64 nowMs)
{
    if (!client.isReady())
        return offline(client);
    const EngineStatus& status = client.status();
    ProtectionSummary summary;
    switch (status.state) {
    case ProtectionState::Protecting: {
        summary.state = Protection::Protecting;
        summary.headline = Words::tr("This computer is protected");
        const auto reading = std::ranges::count(status.sources, QStringLiteral("reading"), &LogSource::state);
        summary.cause =
            Words::tr("Watching %n log(s), blocking attackers with %1.", nullptr, static_cast<int>(reading))
                .arg(displayLine(status.firewallBackend));
        break;
    }
    case ProtectionState::Observing:
        summary.state = Protection::Observing;
        summary.headline = Words::tr("Watching, but not blocking");
        if (status.mode == QLatin1String("observe")) {
            summary.cause =
                Words::tr("The engine was started to observe: attacks are shown and nothing is blocked.");
            summary.cure = Words::tr("Restart it without --observe to block.");
        } else {
            summary.cause =
                status.firewallError.isEmpty()
                    ? Words::tr("The firewall can't be used, so nothing is blocked.")
                    : Words::tr("The firewall can't be used: %1").arg(displayLine(status.firewallError));
            const auto firewall =
                std::ranges::find(status.problems, QStringLiteral("firewall"), &EngineProblem::component);
            if (firewall != status.problems.end())
                summary.cure = displayLine(firewall->cure);
        }
        break;
    case ProtectionState::Paused: {
        summary.state = Protection::Paused;
        summary.headline = Words::tr("Blocking is paused");
        const qint64 left =
            status.pausedUntil.isValid() ? (status.pausedUntil.toMSecsSinceEpoch() - nowMs + 999) / 1000 : 0;
        summary.cause = left > 0 ? Words::tr("It goes on by itself in %1.").arg(durationText(left))
                                 : Words::tr("It goes on in a moment.");
        break;
    }
    case ProtectionState::Degraded:
        summary.state = Protection::Degraded;
        summary.headline = Words::tr("Protection is incomplete");
        takeFirstProblem(summary, status.problems);
        break;
    case ProtectionState::Unknown:
        summary.state = Protection::Degraded;
        summary.headline = Words::tr("The engine is in a state this app does not know");
        summary.cure = Words::tr("After an update, close this app and open it again.");
        break;
    }
    return summary;
}

} // namespace bartizan::app
