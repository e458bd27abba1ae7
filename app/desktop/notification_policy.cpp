#include "app/desktop/notification_policy.h"

#include <algorithm>

namespace bartizan::app {

bool NotificationPolicy::isNews(const Block& block, qint64 nowMs)
{
    const bool blocked = block.state == BlockState::Active && !block.byPerson;
    if (!blocked && block.state != BlockState::Failed)
        return false;
    if (block.created.isValid() && nowMs - block.created.toMSecsSinceEpoch() > kReplayMs)
        return false;
    const QString key = QStringLiteral("%1 %2 %3")
                            .arg(block.rule ? block.rule->id : QString(), block.address)
                            .arg(static_cast<int>(block.state));
    if (const auto told = m_told.constFind(key); told != m_told.constEnd() && nowMs - *told < kRepeatMs)
        return false;
    m_told.insert(key, nowMs);
    return true;
}

void NotificationPolicy::forgetOld(qint64 nowMs)
{
    m_told.removeIf([&](const auto& entry) { return nowMs - entry.value() >= kRepeatMs; });
    m_changes.removeIf([&](qint64 at) { return nowMs - at >= kWindowMs; });
    if (nowMs - m_lastNews >= kWindowMs && !m_held) {
        // A minute of peace ends a burst.
        m_recent.clear();
        m_shownInBurst = false;
        m_dismissed = false;
    }
    m_recent.removeIf([&](const Entry& entry) { return nowMs - entry.at >= kWindowMs; });
}

std::optional<BlockNews> NotificationPolicy::onBlock(const Block& block, qint64 nowMs)
{
    forgetOld(nowMs);
    if (!isNews(block, nowMs))
        return std::nullopt;
    m_recent.append({block, nowMs});
    m_lastNews = nowMs;
    if (m_dismissed)
        return std::nullopt;
    if (m_changes.size() >= kChangesPerWindow) {
        m_held = true;
        return std::nullopt;
    }
    return tell(nowMs);
}

std::optional<qint64> NotificationPolicy::flushAt() const
{
    if (!m_held || m_changes.isEmpty())
        return std::nullopt;
    return m_changes.first() + kWindowMs;
}

std::optional<BlockNews> NotificationPolicy::flush(qint64 nowMs)
{
    if (!m_held || nowMs < flushAt().value_or(0))
        return std::nullopt;
    forgetOld(nowMs);
    m_held = false;
    if (m_dismissed || m_recent.isEmpty())
        return std::nullopt;
    return tell(nowMs);
}

std::optional<BlockNews> NotificationPolicy::tell(qint64 nowMs)
{
    BlockNews news;
    news.count = static_cast<int>(m_recent.size());
    news.place = m_shownInBurst ? BlockNews::Place::Replace : BlockNews::Place::New;
    const bool anyFailed =
        std::ranges::any_of(m_recent, [](const Entry& e) { return e.block.state == BlockState::Failed; });
    if (news.count > 1)
        news.kind = BlockNews::Kind::Several;
    else if (anyFailed)
        news.kind = BlockNews::Kind::Failed;
    const qsizetype named = std::min<qsizetype>(m_recent.size(), kMostNamed);
    for (const Entry& entry : m_recent.last(named))
        news.blocks.append(entry.block);
    m_shownInBurst = true;
    m_changes.append(nowMs);
    return news;
}

} // namespace bartizan::app
