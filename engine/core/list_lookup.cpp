#include "engine/core/list_lookup.h"

#include "engine/core/engine.h"
#include "engine/core/json_objects.h"
#include "engine/core/list_json.h"
#include "engine/reputation/list_query.h"

#include <algorithm>
#include <set>

namespace bartizan {

using namespace Qt::Literals::StringLiterals;

namespace {

constexpr std::size_t kLookedAt = 1000; // logins, alerts
constexpr int kExamples = 20;

struct Found
{
    ListSettings settings;
    ListAnswer answer;
    bool blocks = false; // stands in the firewall
};

// When the entry of an own list that is meant was added, where Bartizan did it; of networks that hold an
// address, the first.
std::optional<EpochMs> addedAt(Engine& engine, const std::string& list, const ListQuery& query)
{
    const auto page = engine.ownLists().entries(list, 0, 1000, query.text);
    if (!page)
        return std::nullopt;
    auto entry = std::ranges::find(page->entries, query.text, &OwnListEntry::key);
    if (entry == page->entries.end() && query.kind == ListQuery::Kind::Address)
        entry = std::ranges::find_if(page->entries, [&](const OwnListEntry& other) {
            const auto meant = checkEntry(other.key).addresses;
            return meant && meant->first <= query.address && query.address <= meant->last;
        });
    return entry == page->entries.end() ? std::nullopt : entry->addedAt;
}

// A firewall blocks addresses, whatever else is on the list.
bool standsInFirewall(const ListQuery& query, const std::optional<FirewallLists::Standing>& standing)
{
    return query.kind == ListQuery::Kind::Address && standing &&
           standing->state == FirewallLists::State::InForce;
}

std::vector<Found> findIn(Engine& engine, const ListQuery& query)
{
    std::vector<Found> found;
    for (const auto& list : engine.listKeeper().lists()) {
        if (!list.settings.isSubscription() || !list.list)
            continue;
        const auto version = list.state.inForce.value_or(ListVersion{});
        if (auto answer = lookUp(list.list->list, version.generations, query))
            found.push_back({list.settings, std::move(*answer), standsInFirewall(query, list.firewall)});
    }
    for (const auto& file : engine.listFiles()) {
        auto answer = lookUp(*file.list, query);
        if (!answer)
            continue;
        const auto kept = engine.listKeeper().find(file.name);
        answer->since = addedAt(engine, file.name, query);
        found.push_back({engine.listKeeper().settingsOf(file.name), std::move(*answer),
                         kept && standsInFirewall(query, kept->firewall)});
    }
    return found;
}

QJsonObject toJson(const Found& found)
{
    return {{u"name"_s, jsonText(found.settings.name)},
            {u"title"_s, jsonText(found.settings.title)},
            {u"kind"_s, found.settings.isSubscription() ? u"subscription"_s : u"file"_s},
            {u"use"_s, jsonText(listUseName(found.settings.use))},
            {u"traffic"_s, jsonText(listTrafficName(found.settings.traffic))},
            {u"dry_run"_s, found.settings.dryRun},
            {u"in_force"_s, found.blocks},
            {u"since"_s, jsonTime(found.answer.since)},
            {u"since_at_least"_s, found.answer.sinceAtLeast},
            {u"value"_s, jsonText(found.answer.value)}};
}

struct Outcome
{
    QString verdict;
    QString text;
};

QString trafficText(ListTraffic traffic)
{
    switch (traffic) {
    case ListTraffic::Inbound:
        return u"New connections from it are dropped"_s;
    case ListTraffic::Outbound:
        return u"New connections to it are refused"_s;
    case ListTraffic::Both:
        return u"New connections from it and to it are stopped"_s;
    }
    return {};
}

// What would happen, the strongest first.
Outcome outcomeOf(Engine& engine, const ListQuery& query, const std::vector<Found>& found)
{
    if (query.kind == ListQuery::Kind::Address) {
        if (const auto refusal = engine.keeper().guard()->check(Cidr(query.address)))
            return {u"protected"_s, u"It is protected, whatever a list says: "_s + jsonText(refusal->text)};
        if (engine.keeper().covering(Cidr(query.address)))
            return {u"blocked"_s, u"It is blocked; \"bartizanctl why\" says for what."_s};
    }
    const auto first = [&](auto&& fits) { return std::ranges::find_if(found, fits); };
    if (const auto hit = first([](const Found& f) { return f.blocks; }); hit != found.end())
        return {u"dropped"_s, trafficText(hit->settings.traffic) +
                                  u": the list %1 blocks it."_s.arg(jsonText(hit->settings.name))};
    if (const auto hit = first([](const Found& f) { return f.settings.use == ListUse::Alert; });
        hit != found.end())
        return {u"alert"_s,
                u"What it does is let through, and an alert is raised: the list %1 says so."_s.arg(
                    jsonText(hit->settings.name))};
    if (const auto hit = first([](const Found& f) { return f.settings.use == ListUse::Block; });
        hit != found.end())
        return {u"would_block"_s,
                u"It is let through; the list %1 would block it, if it were in force."_s.arg(
                    jsonText(hit->settings.name))};
    if (!found.empty())
        return {u"tag"_s, u"Nothing by itself: rules may ask for the list."_s};
    return {u"not_listed"_s, u"It is on no list."_s};
}

QJsonObject whomItMeets(const std::vector<AlertRecord>& alerts,
                        const std::function<bool(const std::string&)>& holds)
{
    std::set<std::string> addresses;
    QJsonArray examples;
    qint64 count = 0;
    for (const auto& alert : alerts) {
        if (!holds(alert.sourceAddress))
            continue;
        ++count;
        if (addresses.insert(alert.sourceAddress).second && examples.size() < kExamples)
            examples.append(QJsonObject{{u"address"_s, jsonText(alert.sourceAddress)},
                                        {u"last_time"_s, jsonTime(alert.lastTime)},
                                        {u"rule"_s, QString::number(alert.ruleId)},
                                        {u"description"_s, jsonText(alert.description)},
                                        {u"full_log"_s, jsonText(alert.lastLog).left(300)}});
    }
    return {{u"looked_at"_s, static_cast<qint64>(alerts.size())},
            {u"would_block"_s, count},
            {u"addresses"_s, static_cast<qint64>(addresses.size())},
            {u"examples"_s, examples}};
}

Result<std::function<bool(const std::string&)>> membershipOf(Engine& engine, const std::string& name)
{
    const auto kept = engine.listKeeper().find(name);
    if (kept && kept->list)
        return [list = kept->list](const std::string& text) {
            const auto address = IpAddress::parse(text);
            return address && list->list.addresses().contains(*address);
        };
    if (auto file = engine.listFile(name))
        return [list = std::move(file)](const std::string& text) {
            const auto query = ListQuery::parse(text);
            return query && lookUp(*list, *query).has_value();
        };
    return fail(ErrorCode::NotFound,
                kept ? "the list " + name + " has not been downloaded yet" : "there is no list " + name,
                "\"bartizanctl lists\" shows all.");
}

} // namespace

QJsonArray listsJson(const Engine& engine)
{
    QJsonArray lists;
    for (const auto& list : engine.listKeeper().lists()) {
        if (list.settings.isSubscription())
            lists.append(toJson(list));
    }
    for (const auto& file : engine.listFiles())
        lists.append(listJson(engine, file.name));
    return lists;
}

QJsonObject listJson(const Engine& engine, const std::string& name)
{
    const auto settings = engine.listKeeper().settingsOf(name);
    const ListState none;
    const auto kept = engine.listKeeper().find(name);
    QJsonObject json = bartizan::toJson(
        kept ? *kept : ListInForce{settings, none, nullptr, false, std::nullopt, std::nullopt});
    for (const auto& file : engine.listFiles()) {
        if (file.name != name)
            continue;
        json.insert(u"entries"_s, static_cast<qint64>(file.list->size()));
        json.insert(u"updated"_s, jsonTime(file.since));
        json.insert(u"path"_s, jsonText(file.path));
    }
    return json;
}

Result<QJsonObject> lookUpJson(Engine& engine, const std::string& text)
{
    const auto query = ListQuery::parse(text);
    if (!query)
        return std::unexpected(query.error());
    const auto found = findIn(engine, *query);
    QJsonArray lists;
    for (const auto& one : found)
        lists.append(toJson(one));
    static constexpr const char* kKinds[] = {"address", "hash", "domain", "text"};
    const auto outcome = outcomeOf(engine, *query, found);
    return QJsonObject{{u"text"_s, jsonText(query->text)},
                       {u"kind"_s, QString::fromLatin1(kKinds[static_cast<int>(query->kind)])},
                       {u"lists"_s, lists},
                       {u"verdict"_s, outcome.verdict},
                       {u"outcome"_s, outcome.text}};
}

ListedBy listedBy(Engine& engine, const IpAddress& address)
{
    ListedBy holding;
    const auto query = ListQuery::parse(address.toString());
    for (const auto& one : query ? findIn(engine, *query) : std::vector<Found>{}) {
        holding.names.append(jsonText(one.settings.name));
        if (one.blocks && holding.dropped.isEmpty())
            holding.dropped = trafficText(one.settings.traffic) +
                              u": the list %1 blocks it."_s.arg(jsonText(one.settings.name));
    }
    return holding;
}

Result<QJsonObject> dryRunJson(Engine& engine, const std::string& name)
{
    const auto holds = membershipOf(engine, name);
    if (!holds)
        return std::unexpected(holds.error());
    AlertQuery logins;
    logins.limit = kLookedAt;
    logins.group = "authentication_success";
    const auto loggedIn = engine.store().alerts(logins);
    if (!loggedIn)
        return std::unexpected(loggedIn.error());
    AlertQuery any;
    any.limit = kLookedAt;
    any.minLevel = 5;
    const auto alerts = engine.store().alerts(any);
    if (!alerts)
        return std::unexpected(alerts.error());
    return QJsonObject{{u"name"_s, jsonText(name)},
                       {u"logins"_s, whomItMeets(loggedIn->items, *holds)},
                       {u"alerts"_s, whomItMeets(alerts->items, *holds)}};
}

} // namespace bartizan
