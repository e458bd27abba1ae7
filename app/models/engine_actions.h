// What a person can tell the engine to do: one place for window, tray and notification. Each action ends in
// exactly one finished() or failed(); what can be undone says how.
#pragma once

#include "app/client/protocol_objects.h"

#include <QObject>

#include <functional>
#include <optional>

namespace bartizan::app {

class EngineClient;
struct CallError;

struct BlockRequest
{
    QString address;
    std::optional<qint64> seconds; // nothing = permanent
    QString reason;
};

class EngineActions : public QObject
{
    Q_OBJECT

public:
    static constexpr qint64 kPauseSeconds = 900;
    static constexpr int kMostUndone = 200;

    explicit EngineActions(EngineClient& client, QObject* parent = nullptr);

    [[nodiscard]] bool mayRespond() const;
    [[nodiscard]] bool mayConfigure() const;
    // Why an action is not to be had now, for a tool tip; empty when it is.
    [[nodiscard]] QString respondHindrance() const;

    void unblock(const QList<Block>& blocks);
    // `known` are the blocks that stand as far as the app knows, for undoing.
    void unblockAll(const QList<Block>& known);
    void block(const BlockRequest& request);
    // Again, for the time that is left of them; addresses whose time is over are left alone.
    void blockAgain(const QList<Block>& blocks);
    void pause(qint64 seconds = kPauseSeconds);
    void resume();

    // A sentence on an error of the engine, and what to do.
    [[nodiscard]] static QString explain(const CallError& error);

signals:
    // `undo` are blocks that blockAgain() takes back; empty when there is nothing to undo.
    void finished(const QString& text, const QList<bartizan::app::Block>& undo);
    void failed(const QString& text, const QString& cure);

private:
    void remove(const QJsonObject& params, const QList<Block>& known);
    void blockNext(const QList<BlockRequest>& queue, int done, const QString& text);

    EngineClient& m_client;
};

} // namespace bartizan::app
