#include "app/desktop/block_notifications.h"

#include "app/client/display_text.h"
#include "app/client/engine_client.h"
#include "app/models/block_table_model.h"
#include "app/models/engine_actions.h"

#include <QCoreApplication>
#include <QDateTime>

#include <algorithm>

namespace bartizan::app {

namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Notification)
};

const QString kUnblock = QStringLiteral("unblock");
const QString kDetails = QStringLiteral("details");

QString addressesOf(const BlockNews& news)
{
    QStringList addresses;
    std::ranges::transform(news.blocks, std::back_inserter(addresses),
                           [](const Block& block) { return displayLine(block.address); });
    std::ranges::reverse(addresses);
    const int more = news.count - static_cast<int>(addresses.size());
    const QString list = addresses.join(QLatin1String(", "));
    return more > 0 ? Words::tr("%1 and %n more", nullptr, more).arg(list) : list;
}

} // namespace

Notification notificationFor(const BlockNews& news, bool mayUnblock)
{
    Notification notification;
    const Block& block = news.blocks.last();
    switch (news.kind) {
    case BlockNews::Kind::Blocked: {
        const auto length = block.lengthSeconds();
        notification.title =
            length ? Words::tr("%1 blocked for %2").arg(displayLine(block.address), durationInWords(*length))
                   : Words::tr("%1 blocked permanently").arg(displayLine(block.address));
        notification.body = blockReason(block);
        if (mayUnblock)
            notification.actions.append({kUnblock, Words::tr("Unblock")});
        break;
    }
    case BlockNews::Kind::Several:
        notification.title = Words::tr("%n address(es) blocked in the last minute", nullptr, news.count);
        notification.body = addressesOf(news);
        break;
    case BlockNews::Kind::Failed:
        notification.title = Words::tr("%1 could not be blocked").arg(displayLine(block.address));
        notification.body = blockProblem(block);
        notification.urgency = Notification::Urgency::Critical;
        break;
    }
    notification.actions.append({kDetails, Words::tr("Details")});
    return notification;
}

BlockNotifications::BlockNotifications(EngineClient& client, EngineActions& actions, Notifier& notifier,
                                       QObject* parent, Now now)
    : QObject(parent)
    , m_actions(actions)
    , m_notifier(notifier)
    , m_now(now ? std::move(now) : Now(&QDateTime::currentMSecsSinceEpoch))
{
    m_flushTimer.setSingleShot(true);
    connect(&client, &EngineClient::blockReceived, this, &BlockNotifications::onBlock);
    connect(&notifier, &Notifier::actionInvoked, this, &BlockNotifications::onAction);
    connect(&notifier, &Notifier::closed, this, &BlockNotifications::onClosed);
    connect(&m_flushTimer, &QTimer::timeout, this, [this] {
        if (const auto news = m_policy.flush(m_now()))
            show(*news);
        scheduleFlush();
    });
}

void BlockNotifications::onBlock(const Block& block)
{
    if (const auto news = m_policy.onBlock(block, m_now()))
        show(*news);
    scheduleFlush();
}

void BlockNotifications::scheduleFlush()
{
    if (const auto at = m_policy.flushAt())
        m_flushTimer.start(std::chrono::milliseconds(std::max<qint64>(*at - m_now(), 0) + 10));
    else
        m_flushTimer.stop();
}

void BlockNotifications::show(const BlockNews& news)
{
    const Notifier::Handle replaced = news.place == BlockNews::Place::Replace ? m_shown : 0;
    m_shownBlocks = news.count == 1 ? news.blocks : QList<Block>();
    m_shownAt = m_now();
    m_shown = m_notifier.show(notificationFor(news, m_actions.mayRespond()), replaced);
}

void BlockNotifications::onAction(Notifier::Handle handle, const QString& key)
{
    if (handle != m_shown || m_now() - m_shownAt < kClickGuardMs)
        return;
    if (key == kUnblock)
        m_actions.unblock(m_shownBlocks);
    else
        emit detailsWanted(m_shownBlocks.isEmpty() ? 0 : m_shownBlocks.first().id);
}

void BlockNotifications::onClosed(Notifier::Handle handle, Notifier::Closed reason)
{
    if (handle != m_shown)
        return;
    m_shown = 0;
    m_shownBlocks.clear();
    if (reason == Notifier::Closed::ByUser)
        m_policy.dismissed();
}

} // namespace bartizan::app
