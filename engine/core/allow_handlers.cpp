#include "engine/core/handlers.h"

#include "engine/core/engine.h"
#include "engine/core/json_objects.h"

#include <QJsonArray>

namespace bartizan {

using namespace Qt::Literals::StringLiterals;

namespace {

QJsonObject fixedEntry(const QString& address, const QString& reason)
{
    return {{u"address"_s, address},
            {u"reason"_s, reason},
            {u"created"_s, QJsonValue()},
            {u"created_by"_s, QJsonValue()},
            {u"fixed"_s, true}};
}

QJsonArray allowedJson(Engine& engine)
{
    QJsonArray allowed;
    std::vector<Cidr> byPeople;
    for (const auto& entry : engine.store().allowEntries().value_or(std::vector<AllowRecord>{})) {
        byPeople.push_back(entry.address);
        allowed.append(QJsonObject{{u"address"_s, jsonText(entry.address.toString())},
                                   {u"reason"_s, jsonText(entry.reason)},
                                   {u"created"_s, jsonTime(entry.createdAt)},
                                   {u"created_by"_s, jsonText(entry.createdBy)},
                                   {u"fixed"_s, false}});
    }
    const auto guard = engine.keeper().guard();
    for (const auto& entry : guard->allowlist()) {
        if (std::ranges::find(byPeople, entry.address) == byPeople.end())
            allowed.append(fixedEntry(jsonText(entry.address.toString()), jsonText(entry.reason)));
    }
    const auto& host = guard->host();
    const std::pair<const std::vector<IpAddress>*, QString> groups[] = {
        {&host.own, u"own address"_s},
        {&host.gateways, u"gateway"_s},
        {&host.nameServers, u"name server"_s},
        {&host.administratorPeers, u"an administrator is logged in from here"_s}};
    for (const auto& [addresses, reason] : groups) {
        for (const auto& address : *addresses)
            allowed.append(fixedEntry(jsonText(address.toString()), reason));
    }
    return allowed;
}

} // namespace

void registerAllowHandlers(ipc::Server& server, Engine& engine)
{
    server.on("allow.list", [&engine](const ipc::Request&, const ipc::Responder& respond) {
        respond.succeed({{u"allowed"_s, allowedJson(engine)}});
    });
    server.on("allow.add", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        const auto address = addressParameter(request.params, QLatin1String("address"));
        if (!address) {
            respond.fail(address.error(), {{u"field"_s, u"address"_s}});
            return;
        }
        const auto released =
            engine.allow(*address, request.params.value(u"reason"_s).toString().left(500).toStdString(),
                         request.peer.userName);
        if (!released) {
            respond.fail(released.error());
            return;
        }
        QJsonArray lifted;
        for (const auto& block : *released)
            lifted.append(jsonText(block.toString()));
        respond.succeed({{u"address"_s, jsonText(address->toString())}, {u"released"_s, lifted}});
    });
    server.on("allow.remove", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        const auto address = addressParameter(request.params, QLatin1String("address"));
        if (!address) {
            respond.fail(address.error(), {{u"field"_s, u"address"_s}});
            return;
        }
        if (const auto done = engine.disallow(*address))
            respond.succeed();
        else
            respond.fail(done.error());
    });
}

} // namespace bartizan
