#include "engine/core/list_json.h"

#include "engine/core/json_objects.h"

#include <QJsonArray>

namespace bartizan {

using namespace Qt::Literals::StringLiterals;

namespace {

QJsonValue countJson(std::uint64_t count)
{
    return static_cast<qint64>(count);
}

QJsonValue timeOrNull(EpochMs time)
{
    return time == 0 ? QJsonValue() : jsonTime(time);
}

void addFigures(QJsonObject& json, const ListFigures& figures)
{
    json.insert(u"entries"_s, countJson(figures.entries()));
    json.insert(u"ranges"_s, countJson(figures.ranges));
    json.insert(u"addresses"_s, countJson(figures.addresses));
    json.insert(u"hashes"_s, countJson(figures.hashes));
    json.insert(u"domains"_s, countJson(figures.domains));
}

QJsonArray cutsJson(const std::vector<ListCutRecord>& cuts)
{
    QJsonArray array;
    for (const auto& cut : cuts)
        array.append(QJsonObject{{u"range"_s, jsonText(cut.range)},
                                 {u"kind"_s, jsonText(cut.kind)},
                                 {u"reason"_s, jsonText(cut.reason)}});
    return array;
}

QJsonObject heldJson(const HeldVersion& held)
{
    QJsonObject json{{u"kind"_s, jsonText(held.kind)},
                     {u"question"_s, jsonText(held.question)},
                     {u"since"_s, jsonTime(held.version.at)},
                     {u"added"_s, countJson(held.version.added)},
                     {u"removed"_s, countJson(held.version.removed)}};
    addFigures(json, held.version.figures);
    return json;
}

QJsonValue firewallJson(const std::optional<FirewallLists::Standing>& standing)
{
    if (!standing)
        return {};
    const QString state = standing->state == FirewallLists::State::InForce  ? u"in_force"_s
                          : standing->state == FirewallLists::State::Failed ? u"failed"_s
                                                                            : u"loading"_s;
    return QJsonObject{
        {u"state"_s, state},
        {u"error"_s, standing->error.message.empty() ? QJsonValue() : jsonText(standing->error.message)}};
}

} // namespace

QJsonObject toJson(const ListInForce& list)
{
    QJsonObject json = toJson(list.settings);
    const auto& state = list.state;
    const auto version = state.inForce.value_or(ListVersion{});
    json.insert(u"kind"_s, list.settings.isSubscription() ? u"subscription"_s : u"file"_s);
    addFigures(json, version.figures);
    json.insert(u"updated"_s, timeOrNull(version.at));
    json.insert(u"checked"_s, timeOrNull(state.checkedAt));
    json.insert(u"next"_s, jsonTime(list.nextFetch));
    json.insert(u"fetching"_s, list.isBusy);
    json.insert(u"detected_format"_s, jsonText(version.format));
    json.insert(u"added"_s, countJson(version.added));
    json.insert(u"removed"_s, countJson(version.removed));
    json.insert(u"bad_lines"_s, countJson(version.badLines));
    json.insert(u"cuts"_s, cutsJson(version.cuts));
    json.insert(u"cut_count"_s, countJson(version.cutCount));
    json.insert(u"failures"_s, state.failures);
    json.insert(u"error"_s, state.error.empty() ? QJsonValue() : jsonText(state.error));
    json.insert(u"cure"_s, state.cure.empty() ? QJsonValue() : jsonText(state.cure));
    json.insert(u"held"_s, state.held ? QJsonValue(heldJson(*state.held)) : QJsonValue());
    json.insert(u"firewall"_s, firewallJson(list.firewall));
    return json;
}

QJsonObject toJson(const CatalogueList& list)
{
    return {{u"id"_s, jsonText(list.id)},
            {u"name"_s, jsonText(list.name)},
            {u"publisher"_s, jsonText(list.publisher)},
            {u"url"_s, jsonText(list.url)},
            {u"homepage"_s, jsonText(list.homepage)},
            {u"licence"_s, list.licence ? QJsonValue(jsonText(*list.licence)) : QJsonValue()},
            {u"licence_url"_s, list.licenceUrl.empty() ? QJsonValue() : jsonText(list.licenceUrl)},
            {u"format"_s, jsonText(listFormatFacts(list.format).name)},
            {u"holds"_s, jsonText(catalogueName(list.holds))},
            {u"entries"_s, list.entries ? countJson(*list.entries) : QJsonValue()},
            {u"update_minutes"_s, static_cast<qint64>(list.update.count())},
            {u"aggressiveness"_s, list.aggressiveness},
            {u"suggested_use"_s, jsonText(catalogueName(list.use))},
            {u"about"_s, jsonText(list.about)},
            {u"may_hit"_s, jsonText(list.mayHit)}};
}

QJsonObject toJson(const FetchReport& report)
{
    QJsonArray first;
    for (const auto& entry : report.first)
        first.append(QJsonObject{{u"line"_s, countJson(entry.line)},
                                 {u"kind"_s, jsonText(entry.kind)},
                                 {u"value"_s, jsonText(entry.text)},
                                 {u"note"_s, jsonText(entry.note)}});
    return {{u"format"_s, jsonText(report.format)},
            {u"confidence"_s, report.confidence},
            {u"reason"_s, jsonText(report.reason)},
            {u"layout"_s, jsonText(report.layout)},
            {u"url"_s, jsonText(report.finalUrl)},
            {u"download_bytes"_s, countJson(report.downloadBytes)},
            {u"lines"_s, QJsonObject{{u"good"_s, countJson(report.goodLines)},
                                     {u"bad"_s, countJson(report.badLines)},
                                     {u"left_out"_s, countJson(report.leftOutLines)}}},
            {u"entries"_s, QJsonObject{{u"networks"_s, countJson(report.networks)},
                                       {u"hashes"_s, countJson(report.hashes)},
                                       {u"domains"_s, countJson(report.domains)}}},
            {u"first"_s, first},
            {u"problems"_s, toJson(report.problems)}};
}

} // namespace bartizan
