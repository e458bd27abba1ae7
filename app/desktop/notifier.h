// Shows one notification of the desktop's own kind. Implementations stand in platform/; a null pointer means
// that there is none. Text is plain: the implementation escapes it as its desktop needs.
#pragma once

#include <QList>
#include <QObject>
#include <QString>

namespace bartizan::app {

struct NotificationAction
{
    QString key;
    QString text;
};

struct Notification
{
    enum class Urgency { Normal, Critical };

    QString title;
    QString body;
    Urgency urgency = Urgency::Normal;
    QList<NotificationAction> actions; // a click on the notification itself is the key "default"
};

class Notifier : public QObject
{
    Q_OBJECT

public:
    enum class Closed { Expired, ByUser, ByUs };
    using Handle = quint64; // 0 is none

    using QObject::QObject;

    // `replaces` is updated in place if it is still there. Returns the handle that signals carry.
    virtual Handle show(const Notification& notification, Handle replaces) = 0;
    virtual void close(Handle handle) = 0;

signals:
    // Of our own notifications only.
    void actionInvoked(bartizan::app::Notifier::Handle handle, const QString& key);
    void closed(bartizan::app::Notifier::Handle handle, bartizan::app::Notifier::Closed reason);
};

} // namespace bartizan::app
