#include "engine/core/handlers.h"

#include "engine/core/engine.h"
#include "engine/core/json_objects.h"
#include "engine/core/list_lookup.h"

#include <QJsonArray>

#include <algorithm>

namespace bartizan {

using namespace Qt::Literals::StringLiterals;

namespace {

template<class Query> Result<Query> pageQuery(const QJsonObject& params)
{
    Query query;
    const auto limit = params.value(u"limit"_s).toInteger(100);
    if (limit < 1 || limit > 1000)
        return fail(ErrorCode::InvalidArgument, "limit is from 1 to 1000");
    query.limit = static_cast<std::size_t>(limit);
    if (params.contains(u"before"_s))
        query.before = params.value(u"before"_s).toInteger();
    if (params.contains(u"address"_s)) {
        auto address = addressParameter(params, QLatin1String("address"));
        if (!address)
            return std::unexpected(std::move(address.error()));
        query.address = *address;
    }
    return query;
}

// An answer is one frame of at most 1 MiB (docs/ipc.md); a page ends before that. JSON may double what it
// quotes.
class PageBudget
{
public:
    // Whether one more item with so much text fits; the first one always does.
    bool takes(std::size_t text)
    {
        const std::size_t size = 2 * text + 1024;
        m_spent = m_used > 0 && m_used + size > 900'000;
        m_used += size;
        return !m_spent;
    }
    [[nodiscard]] bool spent() const { return m_spent; }

private:
    std::size_t m_used = 0;
    bool m_spent = false;
};

Result<QJsonObject> listAlerts(Engine& engine, const QJsonObject& params)
{
    auto query = pageQuery<AlertQuery>(params);
    if (!query)
        return std::unexpected(query.error());
    query->search = params.value(u"search"_s).toString().toStdString();
    if (params.contains(u"min_level"_s))
        query->minLevel = params.value(u"min_level"_s).toInt();
    if (params.contains(u"rule_id"_s))
        query->ruleId = static_cast<std::uint32_t>(params.value(u"rule_id"_s).toVariant().toUInt());
    const auto page = engine.store().alerts(*query);
    if (!page)
        return std::unexpected(page.error());
    QJsonArray alerts;
    PageBudget budget;
    for (const auto& alert : page->items) {
        if (!budget.takes(alert.firstLog.size() + alert.lastLog.size() + alert.previousOutput.size() +
                          alert.dataJson.size()))
            break;
        alerts.append(toJson(alert));
    }
    return QJsonObject{{u"alerts"_s, alerts}, {u"more"_s, page->more || budget.spent()}};
}

Result<QJsonObject> listBlocks(Engine& engine, const QJsonObject& params)
{
    auto query = pageQuery<BlockQuery>(params);
    if (!query)
        return std::unexpected(query.error());
    const EpochMs now = engine.clock().now();
    QJsonArray blocks;
    if (params.value(u"active"_s).toBool(true)) {
        // What stands is known best by the keeper: it is right even while the store can't be written.
        bool more = false;
        PageBudget budget;
        for (const auto& block : engine.keeper().standing()) {
            if ((query->address && !query->address->overlaps(block.address)) ||
                (query->before && block.id >= *query->before))
                continue;
            more =
                static_cast<std::size_t>(blocks.size()) == query->limit || !budget.takes(block.reason.size());
            if (more)
                break;
            blocks.append(toJson(block, now));
        }
        return QJsonObject{{u"blocks"_s, blocks}, {u"more"_s, more}};
    }
    query->activeOnly = false;
    const auto page = engine.store().blocks(*query);
    if (!page)
        return std::unexpected(page.error());
    PageBudget budget;
    for (const auto& block : page->items) {
        if (!budget.takes(block.reason.size()))
            break;
        blocks.append(toJson(block, now));
    }
    return QJsonObject{{u"blocks"_s, blocks}, {u"more"_s, page->more || budget.spent()}};
}

QString whyText(const Cidr& address, const std::optional<GuardRefusal>& refusal,
                const std::optional<BlockRecord>& block, const QString& droppedByList)
{
    if (block) {
        const auto standing =
            block->expiresAt ? u"until "_s + jsonTime(block->expiresAt).toString() : u"permanently"_s;
        const auto cause =
            block->ruleId != 0
                ? u"rule "_s + QString::number(block->ruleId) + u": "_s + jsonText(block->ruleDescription)
                : u"by "_s + jsonText(block->requestedBy) +
                      (block->reason.empty() ? QString() : u": "_s + jsonText(block->reason));
        const auto verb = block->state == BlockState::Failed
                              ? u" should be blocked but is not ("_s + jsonText(block->error) + u"), "_s
                              : u" is blocked "_s;
        return jsonText(block->address.toString()) + verb + standing + u", "_s + cause;
    }
    if (refusal)
        return jsonText(refusal->text) + u" and is never blocked"_s;
    if (!droppedByList.isEmpty())
        return jsonText(address.toString()) + u" is not blocked by itself. "_s + droppedByList;
    return jsonText(address.toString()) + u" is not blocked"_s;
}

Result<QJsonObject> why(Engine& engine, const QJsonObject& params)
{
    const auto address = addressParameter(params, QLatin1String("address"));
    if (!address)
        return std::unexpected(address.error());
    const auto block = engine.keeper().covering(*address);
    const auto refusal = engine.keeper().guard()->check(*address);

    const EpochMs now = engine.clock().now();
    BlockQuery blockQuery;
    blockQuery.limit = 20;
    blockQuery.activeOnly = false;
    blockQuery.address = *address;
    QJsonArray blocks;
    for (const auto& item : engine.store().blocks(blockQuery).value_or(Page<BlockRecord>{}).items)
        blocks.append(toJson(item, now));
    AlertQuery alertQuery;
    alertQuery.limit = 20;
    alertQuery.address = *address;
    QJsonArray alerts;
    for (const auto& item : engine.store().alerts(alertQuery).value_or(Page<AlertRecord>{}).items)
        alerts.append(toJson(item));

    const auto lists = address->isSingle() ? listedBy(engine, address->address()) : ListedBy{};
    const auto verdict = block ? u"blocked"_s : refusal ? u"protected"_s : u"not_blocked"_s;
    return QJsonObject{
        {u"address"_s, jsonText(address->toString())},
        {u"verdict"_s, block && block->state == BlockState::Failed ? u"not_blocked"_s : verdict},
        {u"text"_s, whyText(*address, refusal, block, lists.dropped)},
        {u"guard"_s, refusal ? QJsonValue(jsonText(guardName(refusal->kind))) : QJsonValue()},
        {u"blocks"_s, blocks},
        {u"alerts"_s, alerts},
        {u"lists"_s, lists.names}};
}

} // namespace

void registerHistoryHandlers(ipc::Server& server, Engine& engine)
{
    server.on("alerts.list", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        respond.reply(listAlerts(engine, request.params));
    });
    server.on("blocks.list", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        respond.reply(listBlocks(engine, request.params));
    });
    server.on("why", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        respond.reply(why(engine, request.params));
    });
}

} // namespace bartizan
