#include "engine/core/handlers.h"

#include "engine/core/engine.h"
#include "engine/core/json_objects.h"

#include <QCoreApplication>
#include <QJsonArray>

#include <algorithm>

namespace bartizan {

using namespace Qt::Literals::StringLiterals;

namespace {

// Seconds; beyond 15 minutes it takes the class configure, which the server has checked.
constexpr qint64 kLongestPause = qint64{24} * 3600;

QJsonValue countJson(std::uint64_t count)
{
    return static_cast<qint64>(count);
}

QString stateName(const BlockKeeper::Status& firewall, bool paused, const Problems& problems)
{
    if (paused)
        return u"paused"_s;
    if (std::ranges::any_of(problems, [](const Problem& p) { return p.severity == Severity::Error; }))
        return u"degraded"_s;
    return firewall.observing ? u"observing"_s : u"protecting"_s;
}

QJsonArray sourcesJson(const std::vector<SourceState>& sources)
{
    QJsonArray array;
    for (const auto& source : sources) {
        array.append(QJsonObject{{u"path"_s, jsonText(source.path)},
                                 {u"state"_s, QString::fromUtf8(sourceStatusName(source.status))},
                                 {u"detail"_s, jsonText(source.detail)},
                                 {u"cure"_s, jsonText(source.cure)},
                                 {u"lines"_s, countJson(source.lines)},
                                 {u"bytes"_s, countJson(source.bytes)},
                                 {u"dropped"_s, countJson(source.dropped)},
                                 {u"cut"_s, countJson(source.cut)},
                                 {u"last_line_at"_s, jsonTime(source.lastLineAt)}});
    }
    return array;
}

QJsonObject rulesetJson(const Engine& engine)
{
    const auto summary = engine.pipeline().rulesetSummary();
    return {{u"rules"_s, countJson(summary.rules)},
            {u"decoders"_s, countJson(summary.decoders)},
            {u"lists"_s, countJson(summary.lists)},
            {u"list_entries"_s, countJson(summary.listEntries)},
            {u"loaded_at"_s, jsonTime(engine.rulesetLoadedAt())}};
}

QJsonObject correlationJson(const Engine& engine)
{
    const auto usage = engine.pipeline().correlation();
    return {{u"events"_s, countJson(usage.events)},
            {u"bytes"_s, countJson(usage.bytes)},
            {u"limit"_s, countJson(usage.limit)},
            {u"evicted"_s, countJson(usage.evicted)}};
}

} // namespace

QJsonObject statusJson(Engine& engine)
{
    const auto firewall = engine.keeper().status();
    const auto paused = engine.keeper().pausedUntil();
    const auto problems = engine.health().all();
    const auto counters = engine.pipeline().counters();
    const auto stored = engine.store().counters().value_or(StoreCounters{});
    const bool observing = firewall.observing;
    const auto storeProblems = engine.store().problems();
    const auto load = engine.store().load();
    return {
        {u"version"_s, QString::fromUtf8(BARTIZAN_VERSION)},
        {u"pid"_s, QCoreApplication::applicationPid()},
        {u"started"_s, jsonTime(engine.startedAt())},
        {u"state"_s, stateName(firewall, paused.has_value(), problems)},
        {u"mode"_s, observing ? u"observe"_s : u"respond"_s},
        {u"paused_until"_s, jsonTime(paused)},
        {u"problems"_s, toJson(problems)},
        {u"firewall"_s,
         QJsonObject{{u"backend"_s, jsonText(firewall.backend)},
                     {u"ready"_s, firewall.ready},
                     {u"error"_s, firewall.error.empty() ? QJsonValue() : jsonText(firewall.error)},
                     {u"verified_at"_s, jsonTime(firewall.verifiedAt)}}},
        {u"ruleset"_s, rulesetJson(engine)},
        {u"sources"_s, sourcesJson(engine.sources())},
        {u"counters"_s, QJsonObject{{u"lines"_s, countJson(counters.lines)},
                                    {u"alerts"_s, countJson(counters.alerts)},
                                    {u"active_blocks"_s, countJson(firewall.standing)},
                                    {u"blocks"_s, countJson(firewall.blocked)},
                                    {u"refused"_s, countJson(firewall.refused)},
                                    {u"failed"_s, countJson(firewall.failed)}}},
        {u"correlation"_s, correlationJson(engine)},
        {u"store"_s,
         QJsonObject{
             {u"path"_s, jsonText(engine.store().path())},
             {u"bytes"_s, static_cast<qint64>(engine.store().sizeInBytes())},
             {u"alerts"_s, static_cast<qint64>(stored.alerts)},
             {u"waiting"_s, static_cast<qint64>(load.waitingAlerts)},
             {u"not_indexed"_s, static_cast<qint64>(load.notIndexed)},
             {u"condensed"_s, static_cast<qint64>(load.condensedAlerts)},
             {u"dropped"_s, static_cast<qint64>(load.droppedAlerts)},
             {u"error"_s, storeProblems.empty() ? QJsonValue() : jsonText(storeProblems.front().message)}}},
    };
}

void registerStatusHandlers(ipc::Server& server, Engine& engine)
{
    server.on("status", [&engine](const ipc::Request&, const ipc::Responder& respond) {
        respond.succeed(statusJson(engine));
    });
    server.on("reload", [&engine](const ipc::Request&, const ipc::Responder& respond) {
        engine.reload([&engine, respond](const Problems& problems) {
            respond.succeed({{u"problems"_s, toJson(problems)}, {u"ruleset"_s, rulesetJson(engine)}});
        });
    });
    server.on("pause", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        const auto seconds = request.params.value(u"seconds"_s).toInteger(0);
        if (seconds < 1 || seconds > kLongestPause) {
            respond.fail({ErrorCode::InvalidArgument, "a pause lasts from 1 second to 24 hours",
                          "give a time like 15m"},
                         {{u"field"_s, u"seconds"_s}});
            return;
        }
        const EpochMs until = engine.clock().now() + seconds * 1000;
        engine.pause(until);
        respond.succeed({{u"paused_until"_s, jsonTime(until)}});
    });
    server.on("resume", [&engine](const ipc::Request&, const ipc::Responder& respond) {
        engine.pause(std::nullopt);
        respond.succeed();
    });
}

} // namespace bartizan
