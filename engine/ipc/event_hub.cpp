#include "engine/ipc/event_hub.h"

#include <QJsonArray>

namespace bartizan::ipc {

namespace {

// About what the value takes in memory and on the wire, without encoding it.
std::size_t weigh(const QJsonValue& value)
{
    constexpr std::size_t kNode = 16;
    std::size_t weight = kNode;
    switch (value.type()) {
    case QJsonValue::String:
        weight += static_cast<std::size_t>(value.toString().size());
        break;
    case QJsonValue::Array: {
        const QJsonArray array = value.toArray();
        for (const auto& item : array)
            weight += weigh(item);
        break;
    }
    case QJsonValue::Object: {
        const QJsonObject object = value.toObject();
        for (auto item = object.begin(); item != object.end(); ++item)
            weight += kNode + weigh(item.value());
        break;
    }
    default:
        break;
    }
    return weight;
}

QByteArray encodeEvent(std::int64_t sequence, std::string_view name, const QJsonObject& data)
{
    return protocol::encode(
        {protocol::FrameKind::Event,
         {{QLatin1String("seq"), static_cast<qint64>(sequence)},
          {QLatin1String("event"), QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()))},
          {QLatin1String("data"), data}}});
}

constexpr qsizetype kFrameHeader = 10;

} // namespace

void EventHub::publish(std::string_view name, const QJsonObject& data)
{
    const auto kind = protocol::findEventKind(name);
    Q_ASSERT(kind);
    if (!kind)
        return;
    m_events.push_back(
        {.sequence = ++m_last, .kind = *kind, .data = data, .weight = weigh(data), .frame = {}});
    m_weight += m_events.back().weight;
    trim();
    for (auto& [id, subscriber] : m_subscribers) {
        if (subscriber.phase == Phase::Live)
            sendLatest(subscriber);
        else if (subscriber.sent + 1 < oldest())
            subscriber.connection->close(QLatin1String("lagging"));
    }
}

void EventHub::trim()
{
    while (m_events.size() > 1 &&
           (m_events.size() > m_limits.keptEvents || m_weight > m_limits.keptEventBytes)) {
        m_weight -= m_events.front().weight;
        m_events.pop_front();
    }
}

EventHub::Start EventHub::subscribe(Connection& connection, Permission history, std::optional<Sequence> since)
{
    Start start{.sequence = m_last};
    if (since) {
        start.missed = *since > m_last || *since + 1 < oldest();
        if (!start.missed)
            start.sequence = *since;
    }
    m_subscribers[connection.id()] = Subscriber{
        .connection = &connection, .history = history, .sent = start.sequence, .unacknowledged = {}};
    return start;
}

void EventHub::resume(Connection& connection)
{
    const auto found = m_subscribers.find(connection.id());
    if (found == m_subscribers.end())
        return;
    found->second.phase = Phase::CatchingUp;
    catchUp(found->second);
}

void EventHub::acknowledge(Connection& connection, Sequence sequence)
{
    const auto found = m_subscribers.find(connection.id());
    if (found == m_subscribers.end())
        return;
    Subscriber& subscriber = found->second;
    while (!subscriber.unacknowledged.empty() && subscriber.unacknowledged.front() <= sequence)
        subscriber.unacknowledged.pop_front();
    if (subscriber.phase == Phase::CatchingUp)
        catchUp(subscriber);
}

void EventHub::sendLatest(Subscriber& subscriber)
{
    send(subscriber, m_events.back());
    if (subscriber.unacknowledged.size() > m_limits.unacknowledgedEvents)
        subscriber.connection->close(QLatin1String("lagging"));
}

// What a returning client missed goes out in steps of what it acknowledges: up to 1,000 kept events at once
// would look like lagging.
void EventHub::catchUp(Subscriber& subscriber)
{
    const std::size_t window = m_limits.unacknowledgedEvents / 2;
    while (subscriber.sent < m_last) {
        if (subscriber.connection->closing() || subscriber.unacknowledged.size() >= window)
            return;
        const auto index = static_cast<std::size_t>(subscriber.sent + 1 - oldest());
        send(subscriber, m_events[index]);
    }
    subscriber.phase = Phase::Live;
}

void EventHub::send(Subscriber& subscriber, Event& event)
{
    subscriber.sent = event.sequence;
    if (event.kind.permission != protocol::PermissionClass::Observe &&
        subscriber.history != Permission::Granted)
        return;
    if (event.frame.isEmpty()) {
        event.frame = encodeEvent(event.sequence, event.kind.name, event.data);
        if (event.frame.size() > kFrameHeader + qsizetype{protocol::kMaxBody}) {
            event.frame = encodeEvent(
                event.sequence, event.kind.name,
                {{QLatin1String("id"), event.data[QLatin1String("id")]}, {QLatin1String("truncated"), true}});
        }
        m_weight += static_cast<std::size_t>(event.frame.size());
        event.weight += static_cast<std::size_t>(event.frame.size());
    }
    subscriber.unacknowledged.push_back(event.sequence);
    subscriber.connection->send(event.frame);
}

} // namespace bartizan::ipc
