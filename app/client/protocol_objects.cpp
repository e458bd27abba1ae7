#include "app/client/protocol_objects.h"

#include <QJsonArray>

#include <algorithm>
#include <array>
#include <utility>

namespace bartizan::app {

namespace {

QString textOf(const QJsonObject& json, const char* name)
{
    return json.value(QLatin1String(name)).toString();
}

qint64 number(const QJsonObject& json, const char* name)
{
    return json.value(QLatin1String(name)).toInteger();
}

QDateTime timeOf(const QJsonObject& json, const char* name)
{
    return QDateTime::fromString(textOf(json, name), Qt::ISODateWithMs);
}

QStringList texts(const QJsonValue& value)
{
    QStringList list;
    const QJsonArray array = value.toArray();
    for (const QJsonValue& item : array)
        list.append(item.toString());
    return list;
}

template<class T> QList<T> objects(const QJsonValue& value, T (*read)(const QJsonObject&))
{
    QList<T> list;
    const QJsonArray array = value.toArray();
    list.reserve(array.size());
    for (const QJsonValue& item : array)
        list.append(read(item.toObject()));
    return list;
}

template<class Enum, std::size_t N>
Enum named(const QString& name, const std::array<std::pair<QLatin1String, Enum>, N>& table, Enum otherwise)
{
    const auto found = std::ranges::find_if(table, [&](const auto& entry) { return entry.first == name; });
    return found != table.end() ? found->second : otherwise;
}

RuleSummary readRule(const QJsonObject& json)
{
    return {.id = textOf(json, "id"),
            .level = json.value(QLatin1String("level")).toInt(),
            .description = textOf(json, "description"),
            .groups = texts(json.value(QLatin1String("groups")))};
}

EngineProblem readProblem(const QJsonObject& json)
{
    static constexpr std::array kSeverities{
        std::pair{QLatin1String("note"), ProblemSeverity::Note},
        std::pair{QLatin1String("warning"), ProblemSeverity::Warning},
    };
    return {.severity = named(textOf(json, "severity"), kSeverities, ProblemSeverity::Error),
            .component = textOf(json, "component"),
            .file = textOf(json, "file"),
            .line = json.value(QLatin1String("line")).toInt(),
            .message = textOf(json, "message"),
            .cure = textOf(json, "cure")};
}

LogSource readSource(const QJsonObject& json)
{
    return {.path = textOf(json, "path"), .state = textOf(json, "state"), .detail = textOf(json, "detail")};
}

} // namespace

EngineStatus EngineStatus::fromJson(const QJsonObject& json)
{
    static constexpr std::array kStates{
        std::pair{QLatin1String("protecting"), ProtectionState::Protecting},
        std::pair{QLatin1String("observing"), ProtectionState::Observing},
        std::pair{QLatin1String("paused"), ProtectionState::Paused},
        std::pair{QLatin1String("degraded"), ProtectionState::Degraded},
    };
    const QJsonObject firewall = json.value(QLatin1String("firewall")).toObject();
    const QJsonObject counters = json.value(QLatin1String("counters")).toObject();
    EngineStatus status;
    status.version = textOf(json, "version");
    status.state = named(textOf(json, "state"), kStates, ProtectionState::Unknown);
    status.mode = textOf(json, "mode");
    status.pausedUntil = timeOf(json, "paused_until");
    status.problems = objects<EngineProblem>(json.value(QLatin1String("problems")), readProblem);
    status.firewallBackend = textOf(firewall, "backend");
    status.firewallReady = firewall.value(QLatin1String("ready")).toBool();
    status.firewallError = textOf(firewall, "error");
    status.sources = objects<LogSource>(json.value(QLatin1String("sources")), readSource);
    status.rules = number(json.value(QLatin1String("ruleset")).toObject(), "rules");
    status.lines = number(counters, "lines");
    status.alerts = number(counters, "alerts");
    status.activeBlocks = number(counters, "active_blocks");
    return status;
}

Alert Alert::fromJson(const QJsonObject& json)
{
    Alert alert;
    alert.id = number(json, "id");
    alert.time = timeOf(json, "time");
    alert.lastTime = timeOf(json, "last_time");
    alert.count = std::max<qint64>(number(json, "count"), 1);
    alert.rule = readRule(json.value(QLatin1String("rule")).toObject());
    alert.decoder = textOf(json.value(QLatin1String("decoder")).toObject(), "name");
    alert.sourceAddress = textOf(json, "srcip");
    alert.location = textOf(json, "location");
    alert.hostname = textOf(json, "hostname");
    alert.programName = textOf(json, "program_name");
    alert.fullLog = textOf(json, "full_log");
    alert.lastLog = textOf(json, "last_log");
    alert.previousOutput = textOf(json, "previous_output");
    alert.data = json.value(QLatin1String("data")).toObject();
    const QJsonObject origin = json.value(QLatin1String("origin")).toObject();
    alert.origin = {textOf(origin, "kind"), std::nullopt, textOf(origin, "unit"),
                    textOf(origin, "transport")};
    if (origin.value(QLatin1String("uid")).isDouble())
        alert.origin.user = number(origin, "uid");
    return alert;
}

Block Block::fromJson(const QJsonObject& json)
{
    static constexpr std::array kStates{
        std::pair{QLatin1String("pending"), BlockState::Pending},
        std::pair{QLatin1String("active"), BlockState::Active},
        std::pair{QLatin1String("failed"), BlockState::Failed},
        std::pair{QLatin1String("refused"), BlockState::Refused},
        std::pair{QLatin1String("observed"), BlockState::Observed},
        std::pair{QLatin1String("released"), BlockState::Released},
        std::pair{QLatin1String("expired"), BlockState::Expired},
    };
    Block block;
    block.id = number(json, "id");
    block.address = textOf(json, "address");
    block.state = named(textOf(json, "state"), kStates, BlockState::Unknown);
    block.byPerson = textOf(json, "origin") == QLatin1String("person");
    if (const QJsonValue rule = json.value(QLatin1String("rule")); rule.isObject())
        block.rule = readRule(rule.toObject());
    block.alertId = number(json, "alert_id");
    block.command = textOf(json, "command");
    block.reason = textOf(json, "reason");
    block.requestedBy = textOf(json, "requested_by");
    block.created = timeOf(json, "created");
    block.expires = timeOf(json, "expires");
    block.permanent = json.value(QLatin1String("permanent")).toBool();
    block.backend = textOf(json, "backend");
    block.error = textOf(json, "error");
    block.guard = textOf(json, "guard");
    block.released = timeOf(json, "released");
    block.releasedBy = textOf(json, "released_by");
    return block;
}

std::optional<qint64> Block::remainingSeconds(qint64 nowMs) const
{
    if (permanent || !expires.isValid())
        return std::nullopt;
    return std::max<qint64>((expires.toMSecsSinceEpoch() - nowMs + 999) / 1000, 0);
}

std::optional<qint64> Block::lengthSeconds() const
{
    if (permanent || !expires.isValid() || !created.isValid())
        return std::nullopt;
    return std::max<qint64>((created.msecsTo(expires) + 500) / 1000, 0);
}

Why Why::fromJson(const QJsonObject& json)
{
    static constexpr std::array kVerdicts{
        std::pair{QLatin1String("blocked"), Verdict::Blocked},
        std::pair{QLatin1String("not_blocked"), Verdict::NotBlocked},
        std::pair{QLatin1String("protected"), Verdict::Protected},
    };
    Why why;
    why.address = textOf(json, "address");
    why.verdict = named(textOf(json, "verdict"), kVerdicts, Verdict::Unknown);
    why.text = textOf(json, "text");
    why.guard = textOf(json, "guard");
    why.blocks = objects<Block>(json.value(QLatin1String("blocks")), Block::fromJson);
    why.alerts = objects<Alert>(json.value(QLatin1String("alerts")), Alert::fromJson);
    why.lists = texts(json.value(QLatin1String("lists")));
    return why;
}

} // namespace bartizan::app
