// Lists of one's own: their entries, and changing them.
#include "engine/core/handlers.h"

#include "engine/core/engine.h"
#include "engine/core/json_objects.h"
#include "engine/core/list_json.h"
#include "engine/core/list_lookup.h"
#include "engine/core/own_list_import.h"
#include "engine/lists/formats/list_preview.h"
#include "engine/reputation/own/own_lists.h"

#include <QJsonArray>

#include <algorithm>

namespace bartizan {

using namespace Qt::Literals::StringLiterals;

namespace {

constexpr qint64 kMostSeconds = qint64{366} * 24 * 3600 * 10;
constexpr std::size_t kBytesPerExport = std::size_t{512} << 10U;
constexpr qsizetype kMostEdits = 10'000;

std::string nameIn(const QJsonObject& params)
{
    return params["name"_L1].toString().toStdString();
}

std::string personIn(const ipc::Request& request)
{
    return request.peer.userName.empty() ? "uid " + std::to_string(request.peer.userId)
                                         : request.peer.userName;
}

QJsonValue countJson(std::uint64_t count)
{
    return static_cast<qint64>(count);
}

QString relationName(OverlapKind kind)
{
    switch (kind) {
    case OverlapKind::Same:
        return u"same"_s;
    case OverlapKind::Covers:
        return u"covers"_s;
    case OverlapKind::CoveredBy:
        return u"covered_by"_s;
    case OverlapKind::Touches:
        return u"touches"_s;
    }
    return {};
}

QJsonObject toJson(const EditOutcome& outcome)
{
    QJsonArray overlaps;
    for (const auto& overlap : outcome.overlaps)
        overlaps.append(QJsonObject{{u"entry"_s, jsonText(overlap.entry)},
                                    {u"relation"_s, relationName(overlap.kind)},
                                    {u"other"_s, jsonText(overlap.other)},
                                    {u"list"_s, jsonText(overlap.list)}});
    return {{u"added"_s, countJson(outcome.added)},
            {u"changed"_s, countJson(outcome.changed)},
            {u"removed"_s, countJson(outcome.removed)},
            {u"problems"_s, bartizan::toJson(outcome.problems)},
            {u"overlaps"_s, overlaps},
            {u"overlap_count"_s, countJson(outcome.overlapCount)}};
}

QJsonObject toJson(const OwnListEntry& entry)
{
    return {{u"entry"_s, jsonText(entry.key)},
            {u"note"_s, jsonText(entry.note)},
            {u"line"_s, countJson(entry.line)},
            {u"added"_s, jsonTime(entry.addedAt)},
            {u"added_by"_s, jsonText(entry.addedBy)},
            {u"expires"_s, jsonTime(entry.expiresAt)},
            {u"problem"_s, entry.problem.empty() ? QJsonValue() : jsonText(entry.problem)}};
}

Result<EntryEdit> editIn(const QJsonObject& params, EpochMs now)
{
    EntryEdit edit;
    for (const auto member : {"add"_L1, "remove"_L1}) {
        if (params.contains(member) && !params[member].isArray())
            return fail(ErrorCode::InvalidArgument, std::string(member.data()) + ": it is no array",
                        "Give entries as docs/ipc.md says.");
    }
    const auto additions = params["add"_L1].toArray();
    const auto removals = params["remove"_L1].toArray();
    if (additions.size() + removals.size() > kMostEdits)
        return fail(ErrorCode::InvalidArgument, "add: more than 10,000 entries at once", "Import them.");
    for (const auto& item : additions) {
        const auto object = item.toObject();
        EntryAddition addition{object["entry"_L1].toString().toStdString(),
                               object["note"_L1].toString().toStdString()};
        if (const auto seconds = object["seconds"_L1]; !seconds.isUndefined() && !seconds.isNull()) {
            if (seconds.toInteger(0) < 1 || seconds.toInteger(0) > kMostSeconds)
                return fail(ErrorCode::InvalidArgument, "seconds: an entry lasts from 1 second to ten years",
                            "Give a time like 7d, or none.");
            addition.expiresAt = now + seconds.toInteger(0) * 1000;
        }
        edit.add.push_back(std::move(addition));
    }
    for (const auto& item : removals)
        edit.remove.push_back(item.toString().toStdString());
    return edit;
}

// Puts entries into a list, which is made where there is none, and only then.
template<class Change> auto changeOrMake(OwnLists& lists, const std::string& name, Change&& change)
{
    auto outcome = change();
    if (outcome || outcome.error().code != ErrorCode::NotFound || lists.info(name))
        return outcome;
    if (auto created = lists.create(name); !created) {
        outcome = std::unexpected(std::move(created.error()));
        return outcome;
    }
    outcome = change();
    if (const auto made = lists.info(name); made && made->entries == 0)
        static_cast<void>(lists.remove(name));
    return outcome;
}

void reply(const ipc::Responder& respond, const Result<EditOutcome>& outcome)
{
    if (outcome)
        respond.succeed(toJson(*outcome));
    else
        respond.fail(outcome.error());
}

// Of what is subscribed to there are no notes and no lines.
void addSubscribed(const CompiledList& list, qint64 offset, qint64 limit, QJsonArray& entries)
{
    qint64 index = 0;
    // Millions are passed by without a word.
    const auto take = [&](auto&& text) {
        if (index >= offset && index < offset + limit)
            entries.append(QJsonObject{{u"entry"_s, jsonText(text())}});
        ++index;
    };
    list.addresses().forEachRange(
        [&](const AddressRange& range, AddressTable::Label) { take([&] { return range.toString(); }); });
    list.forEachHash(
        [&](const FileHash& hash) { take([&] { return describe(ListEntry{hash, {}, {}, 0}); }); });
    list.forEachDomain(
        [&](const DomainName& domain) { take([&] { return describe(ListEntry{domain, {}, {}, 0}); }); });
}

Result<QJsonObject> entriesJson(Engine& engine, const QJsonObject& params)
{
    const auto name = nameIn(params);
    const auto offset = std::max<qint64>(params["offset"_L1].toInteger(0), 0);
    const auto limit = std::clamp<qint64>(params["limit"_L1].toInteger(100), 1, 1000);
    const auto kept = engine.listKeeper().find(name);
    QJsonArray entries;
    if (kept && kept->settings.isSubscription()) {
        if (!params["filter"_L1].toString().isEmpty())
            return fail(ErrorCode::Unsupported,
                        "filter: what is subscribed to can't be searched by a part of an entry",
                        "Look one address, domain or hash up: bartizanctl lists lookup.");
        if (kept->list)
            addSubscribed(kept->list->list, offset, limit, entries);
        return QJsonObject{
            {u"list"_s, toJson(*kept)},
            {u"total"_s, kept->state.inForce ? countJson(kept->state.inForce->figures.entries()) : 0},
            {u"entries"_s, entries}};
    }
    const auto page =
        engine.ownLists().entries(name, static_cast<std::uint64_t>(offset), static_cast<std::size_t>(limit),
                                  params["filter"_L1].toString().toStdString());
    if (!page)
        return std::unexpected(page.error());
    for (const auto& entry : page->entries)
        entries.append(toJson(entry));
    return QJsonObject{
        {u"list"_s, listJson(engine, name)}, {u"total"_s, countJson(page->total)}, {u"entries"_s, entries}};
}

Result<QJsonObject> exportJson(Engine& engine, const QJsonObject& params)
{
    const auto text = engine.ownLists().exportText(nameIn(params), ExportForm::Cdb);
    if (!text)
        return std::unexpected(text.error());
    const auto offset = static_cast<std::size_t>(
        std::clamp<qint64>(params["offset"_L1].toInteger(0), 0, static_cast<qint64>(text->size())));
    const std::string_view part = std::string_view(*text).substr(offset, kBytesPerExport);
    return QJsonObject{
        {u"bytes"_s,
         QString::fromLatin1(QByteArray(part.data(), static_cast<qsizetype>(part.size())).toBase64())},
        {u"more"_s, offset + part.size() < text->size()}};
}

void removeList(Engine& engine, const ipc::Request& request, const ipc::Responder& respond)
{
    const auto name = nameIn(request.params);
    const auto kept = engine.listKeeper().find(name);
    const bool subscribed = kept && kept->settings.isSubscription();
    if (!subscribed) {
        // What was chosen about a file that somebody took away goes all the same.
        const auto removed = engine.ownLists().remove(name);
        if (!removed && !(kept && removed.error().code == ErrorCode::NotFound))
            return respond.fail(removed.error());
    }
    if (kept) {
        if (const auto removed = engine.listKeeper().remove(name); !removed)
            return respond.fail(removed.error());
    }
    respond.succeed({{u"can_be_undone"_s, !subscribed}});
}

} // namespace

void registerOwnListHandlers(ipc::Server& server, Engine& engine)
{
    server.on("lists.entries", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        respond.reply(entriesJson(engine, request.params));
    });
    server.on("lists.export", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        respond.reply(exportJson(engine, request.params));
    });
    server.on("lists.edit", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        const auto name = nameIn(request.params);
        if (engine.listKeeper().settingsOf(name).isSubscription())
            return respond.fail({ErrorCode::InvalidArgument,
                                 name + " is subscribed to: its entries are the publisher's",
                                 "Put yours into a list of your own."});
        const auto now = engine.clock().now();
        const auto edit = editIn(request.params, now);
        if (!edit)
            return respond.fail(edit.error());
        reply(respond, changeOrMake(engine.ownLists(), name, [&] {
                  return engine.ownLists().edit(name, *edit, personIn(request), now);
              }));
        engine.armListExpiry();
    });
    server.on("lists.import", [&engine, import = std::make_shared<OwnListImport>()](
                                  const ipc::Request& request, const ipc::Responder& respond) {
        if (engine.listKeeper().settingsOf(nameIn(request.params)).isSubscription())
            return respond.fail(
                {ErrorCode::InvalidArgument, "the list is subscribed to", "Choose another name."});
        const auto outcome =
            import->take(engine.ownLists(), request.params,
                         std::to_string(request.peer.userId) + '/' + std::to_string(request.peer.processId),
                         personIn(request), engine.clock().now());
        if (!outcome)
            respond.fail(outcome.error());
        else if (*outcome)
            respond.succeed(toJson(**outcome));
        else
            respond.succeed();
        engine.armListExpiry();
    });
    server.on("lists.undo", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        reply(respond,
              engine.ownLists().undo(nameIn(request.params), personIn(request), engine.clock().now()));
        engine.armListExpiry();
    });
    server.on("lists.remove", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        removeList(engine, request, respond);
    });
}

} // namespace bartizan
