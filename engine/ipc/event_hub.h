// Numbered events for subscribers: a bounded memory of the last ones, and what each subscriber has
// acknowledged.
#pragma once

#include "engine/ipc/connection.h"
#include "engine/platform/authoriser.h"
#include "engine/protocol/methods.h"

#include <QByteArray>
#include <QJsonObject>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string_view>

namespace bartizan::ipc {

class EventHub
{
public:
    using Sequence = std::int64_t;

    // Events are numbered from `first` on. It grows from one run of the engine to the next, so that a number
    // of an earlier run is never mistaken for one of this.
    EventHub(const Limits& limits, Sequence first)
        : m_limits(limits)
        , m_last(first - 1)
    {
    }

    void publish(std::string_view name, const QJsonObject& data);

    struct Start
    {
        Sequence sequence = 0; // what follows has higher numbers
        bool missed = false;   // events after `since` are gone: the client reads the lists anew
    };
    // `history`: whether the subscriber may see events of class history. Nothing is sent before resume().
    Start subscribe(Connection& connection, Permission history, std::optional<Sequence> since);
    void resume(Connection& connection);
    void acknowledge(Connection& connection, Sequence sequence);
    void remove(Connection& connection) { m_subscribers.erase(connection.id()); }

private:
    struct Event
    {
        Sequence sequence = 0;
        protocol::EventKind kind;
        QJsonObject data;
        std::size_t weight = 0;
        QByteArray frame; // encoded for the first subscriber that gets it
    };
    enum class Phase { Announced, CatchingUp, Live };
    struct Subscriber
    {
        Connection* connection = nullptr;
        Permission history = Permission::Denied;
        Phase phase = Phase::Announced;
        Sequence sent = 0; // last event looked at for this subscriber
        std::deque<Sequence> unacknowledged;
    };

    void trim();
    void sendLatest(Subscriber& subscriber);
    void catchUp(Subscriber& subscriber);
    void send(Subscriber& subscriber, Event& event);
    [[nodiscard]] Sequence oldest() const
    {
        return m_events.empty() ? m_last + 1 : m_events.front().sequence;
    }

    const Limits m_limits;
    Sequence m_last;
    std::deque<Event> m_events;
    std::size_t m_weight = 0;
    std::map<std::uint64_t, Subscriber> m_subscribers;
};

} // namespace bartizan::ipc
