// From the engine's block events to the desktop's notifications, and from their buttons back.
#pragma once

#include "app/desktop/notification_policy.h"
#include "app/desktop/notifier.h"

#include <QElapsedTimer>
#include <QTimer>

#include <functional>

namespace bartizan::app {

class EngineActions;
class EngineClient;

// The words of a notification. Log text stays out of it but for the rule's description.
[[nodiscard]] Notification notificationFor(const BlockNews& news, bool mayUnblock);

class BlockNotifications : public QObject
{
    Q_OBJECT

public:
    // Within this time after the words changed a click was meant for what stood there before.
    static constexpr qint64 kClickGuardMs = 500;
    using Now = std::function<qint64()>;

    BlockNotifications(EngineClient& client, EngineActions& actions, Notifier& notifier,
                       QObject* parent = nullptr, Now now = {});

signals:
    // Details was asked for; of one block where there is one, else 0.
    void detailsWanted(qint64 blockId);

private:
    void onBlock(const Block& block);
    void show(const BlockNews& news);
    void onAction(Notifier::Handle handle, const QString& key);
    void onClosed(Notifier::Handle handle, Notifier::Closed reason);
    void scheduleFlush();

    EngineActions& m_actions;
    Notifier& m_notifier;
    Now m_now;
    NotificationPolicy m_policy;
    QTimer m_flushTimer;
    Notifier::Handle m_shown = 0;
    QList<Block> m_shownBlocks;
    qint64 m_shownAt = 0;
};

} // namespace bartizan::app
