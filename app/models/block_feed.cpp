// The filter and the feed of block_table_model.h.
#include "app/client/display_text.h"
#include "app/client/engine_client.h"
#include "app/models/block_table_model.h"

#include <QJsonArray>

#include <algorithm>
#include <chrono>
#include <utility>

namespace bartizan::app {

namespace {

constexpr int kPageSize = 1000;
constexpr std::chrono::milliseconds kBusyMs{400};
// The history that is held in the window; older ones are the store's.
constexpr int kMaxHistory = 2000;
// A refusal is news for a day, then history.
constexpr qint64 kRefusalIsNewsMs = 24LL * 3600 * 1000;

} // namespace

BlockFilterModel::BlockFilterModel(QObject* parent)
    : QSortFilterProxyModel(parent)
{
    setSortRole(BlockTableModel::SortRole);
    setDynamicSortFilter(true);
}

void BlockFilterModel::setScope(Scope scope)
{
    m_scope = scope;
    invalidateFilter();
}

void BlockFilterModel::setSearch(const QString& text)
{
    m_words = text.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    invalidateFilter();
}

bool BlockFilterModel::inScope(const Block& block, Scope scope, qint64 nowMs)
{
    const bool refusedLately = block.state == BlockState::Refused && block.created.isValid() &&
                               nowMs - block.created.toMSecsSinceEpoch() < kRefusalIsNewsMs;
    const auto left = block.remainingSeconds(nowMs);
    const bool wantedStill =
        (block.state == BlockState::Failed || block.state == BlockState::Observed) && (!left || *left > 0);
    switch (scope) {
    case Scope::Current:
        return block.stands() || wantedStill || refusedLately;
    case Scope::Problems:
        return block.state == BlockState::Failed || block.state == BlockState::Refused;
    case Scope::All:
        return true;
    }
    return true;
}

bool BlockFilterModel::filterAcceptsRow(int row, const QModelIndex&) const
{
    const auto* model = qobject_cast<const BlockTableModel*>(sourceModel());
    if (!model)
        return true;
    const Block& block = model->blockAt(row);
    if (!inScope(block, m_scope, model->now()))
        return false;
    if (m_words.isEmpty())
        return true;
    const QString haystack =
        QStringList{block.address, blockReason(block), block.rule ? block.rule->id : QString(),
                    block.requestedBy, blockStateText(block.state)}
            .join(QLatin1Char('\n'));
    return std::ranges::all_of(
        m_words, [&](const QString& word) { return haystack.contains(word, Qt::CaseInsensitive); });
}

BlockFeed::BlockFeed(EngineClient& client, BlockTableModel& model, QObject* parent)
    : QObject(parent)
    , m_client(client)
    , m_model(model)
{
    connect(&client, &EngineClient::ready, this, &BlockFeed::reload);
    connect(&client, &EngineClient::blockReceived, this, [this](const Block& block) {
        m_model.apply(block);
        // The snapshot that is on its way may be older.
        if (m_loading)
            m_meanwhile.append(block);
    });
}

void BlockFeed::reload()
{
    if (!m_client.may(protocol::PermissionClass::History))
        return;
    m_arriving.clear();
    m_meanwhile.clear();
    m_loading = true;
    load(true, 0, ++m_generation);
}

// All that stand first, page by page, then the newest of the history; the model changes once, at the end, and
// by merging what events brought meanwhile.
void BlockFeed::load(bool onlyActive, qint64 before, int generation)
{
    QJsonObject params{{QStringLiteral("limit"), kPageSize}, {QStringLiteral("active"), onlyActive}};
    if (before > 0)
        params.insert(QStringLiteral("before"), before);
    m_client.call(QStringLiteral("blocks.list"), params, this, [=, this](const EngineClient::Reply& reply) {
        if (generation != m_generation)
            return;
        // More pages than the engine answers in a second.
        if (!reply && reply.error().code == QLatin1String("busy")) {
            QTimer::singleShot(kBusyMs, this, [=, this] { load(onlyActive, before, generation); });
            return;
        }
        if (!reply) {
            m_loading = false;
            emit loadFailed(reply.error().message, reply.error().cure);
            return;
        }
        const QJsonArray page = reply->value(QLatin1String("blocks")).toArray();
        for (const QJsonValue& value : page)
            m_arriving.append(Block::fromJson(value.toObject()));
        const bool more = reply->value(QLatin1String("more")).toBool() && !page.isEmpty();
        if (more && (onlyActive || m_arriving.size() < kMaxHistory)) {
            load(onlyActive, m_arriving.last().id, generation);
        } else if (onlyActive) {
            load(false, 0, generation);
        } else {
            m_loading = false;
            m_model.setBlocks(std::exchange(m_arriving, {}));
            m_model.merge(std::exchange(m_meanwhile, {}));
            emit loaded();
        }
    });
}

} // namespace bartizan::app
