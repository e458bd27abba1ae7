// Lists that are subscribed to, and what lists do.
#include "engine/core/handlers.h"

#include "engine/core/engine.h"
#include "engine/core/json_objects.h"
#include "engine/core/list_json.h"
#include "engine/core/list_lookup.h"
#include "engine/reputation/catalogue/list_catalogue.h"

#include <QJsonArray>

namespace bartizan {

using namespace Qt::Literals::StringLiterals;

namespace {

std::string nameIn(const QJsonObject& params)
{
    return params["name"_L1].toString().toStdString();
}

UrlRule urlRule(const Engine& engine)
{
    return engine.listKeeper().policy().allowPrivate ? UrlRule::Private : UrlRule::Public;
}

// What the catalogue says stands in for what the person did not say.
Result<ListSettings> settingsFromCatalogue(const Engine& engine, const QJsonObject& params)
{
    ListSettings settings;
    const auto id = params["catalogue"_L1].toString().toStdString();
    if (!id.empty()) {
        const CatalogueList* found = findInCatalogue(engine.catalogue(), id);
        if (found == nullptr)
            return fail(ErrorCode::NotFound, "the catalogue has no list \"" + id + '"',
                        "\"bartizanctl lists catalogue\" shows what it has.");
        settings.name = found->id;
        settings.title = found->name;
        settings.url = found->url;
        settings.format = listFormatFacts(found->format).name;
        settings.column = found->column;
        settings.interval = found->update;
    }
    return listSettingsFrom(params, std::move(settings), urlRule(engine));
}

void addSubscription(Engine& engine, const ipc::Request& request, const ipc::Responder& respond)
{
    auto settings = settingsFromCatalogue(engine, request.params);
    if (settings && !settings->isSubscription())
        settings = fail(ErrorCode::InvalidArgument, "url: a subscription needs one", "Give an https URL.");
    if (settings && (engine.listFile(settings->name) || engine.ownLists().info(settings->name)))
        settings = fail(ErrorCode::Busy, "there is a list file " + settings->name, "Choose another name.");
    if (!settings)
        return respond.fail(settings.error());
    if (auto done = engine.listKeeper().subscribe(*settings); !done)
        return respond.fail(done.error());
    respond.succeed({{u"list"_s, toJson(*engine.listKeeper().find(settings->name))}});
}

void changeList(Engine& engine, const ipc::Request& request, const ipc::Responder& respond)
{
    auto& keeper = engine.listKeeper();
    const auto name = nameIn(request.params);
    if (!keeper.find(name) && !engine.listFile(name) && !engine.ownLists().info(name))
        return respond.fail(
            {ErrorCode::NotFound, "there is no list " + name, "\"bartizanctl lists\" shows all."});
    const auto settings = listSettingsFrom(request.params, keeper.settingsOf(name), urlRule(engine));
    if (!settings)
        return respond.fail(settings.error());
    if (settings->isSubscription() != keeper.settingsOf(name).isSubscription())
        return respond.fail({ErrorCode::InvalidArgument,
                             "url: a file can't become a subscription, nor the reverse",
                             "Add another list."});
    if (auto done = keeper.change(*settings); !done)
        return respond.fail(done.error());
    engine.refreshOwnList(name);
    respond.succeed({{u"list"_s, listJson(engine, name)}});
}

void previewList(Engine& engine, const ipc::Request& request, const ipc::Responder& respond)
{
    auto params = request.params;
    params.insert(u"name"_s, u"preview"_s);
    const auto settings = settingsFromCatalogue(engine, params);
    if (!settings)
        return respond.fail(settings.error());
    if (!settings->isSubscription())
        return respond.fail({ErrorCode::InvalidArgument, "url: there is none", "Give an https URL."});
    engine.listKeeper().preview(*settings, [respond](const Result<FetchReport>& report) {
        if (report)
            respond.succeed({{u"preview"_s, toJson(*report)}});
        else
            respond.fail(report.error());
    });
}

void reply(const ipc::Responder& respond, const Result<void>& done)
{
    if (done)
        respond.succeed();
    else
        respond.fail(done.error());
}

QJsonArray catalogueJson(const Engine& engine)
{
    QJsonArray lists;
    for (const auto& list : engine.catalogue())
        lists.append(toJson(list));
    return lists;
}

} // namespace

void registerListHandlers(ipc::Server& server, Engine& engine)
{
    server.on("lists", [&engine](const ipc::Request&, const ipc::Responder& respond) {
        respond.succeed({{u"lists"_s, listsJson(engine)}});
    });
    server.on("lists.catalogue", [&engine](const ipc::Request&, const ipc::Responder& respond) {
        respond.succeed({{u"catalogue"_s, catalogueJson(engine)}});
    });
    server.on("lists.lookup", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        respond.reply(lookUpJson(engine, request.params["text"_L1].toString().toStdString()));
    });
    server.on("lists.dry_run", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        respond.reply(dryRunJson(engine, nameIn(request.params)));
    });
    server.on("lists.preview", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        previewList(engine, request, respond);
    });
    server.on("lists.add", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        addSubscription(engine, request, respond);
    });
    server.on("lists.set", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        changeList(engine, request, respond);
    });
    server.on("lists.update", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        const auto name = request.params["name"_L1];
        if (!name.isUndefined() && !name.isNull() && !name.isString())
            return respond.fail({ErrorCode::InvalidArgument, "name: it is no text",
                                 "Give the name of a list, or nothing for all."});
        reply(respond, engine.listKeeper().update(nameIn(request.params)));
    });
    server.on("lists.accept", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        reply(respond, engine.listKeeper().accept(nameIn(request.params)));
    });
    server.on("lists.reject", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        reply(respond, engine.listKeeper().reject(nameIn(request.params)));
    });
}

} // namespace bartizan
