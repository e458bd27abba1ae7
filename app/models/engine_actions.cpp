#include "app/models/engine_actions.h"

#include "app/client/display_text.h"
#include "app/client/engine_client.h"
#include "app/models/block_table_model.h"

#include <QDateTime>
#include <QJsonArray>

#include <algorithm>

namespace bartizan::app {

EngineActions::EngineActions(EngineClient& client, QObject* parent)
    : QObject(parent)
    , m_client(client)
{
}

bool EngineActions::mayRespond() const
{
    return m_client.may(protocol::PermissionClass::Respond);
}

bool EngineActions::mayConfigure() const
{
    return m_client.may(protocol::PermissionClass::Configure);
}

QString EngineActions::respondHindrance() const
{
    if (!m_client.isReady())
        return tr("The engine is not running.");
    if (!mayRespond())
        return tr("Your account may not change blocks. An administrator can add it to the group “bartizan”.");
    return {};
}

QString EngineActions::explain(const CallError& error)
{
    if (error.code == QLatin1String("not_authorized"))
        return tr("Your account may not do this on this computer.");
    if (error.code == QLatin1String("refused") && !error.guard.isEmpty())
        return tr("Refused: %1.").arg(guardText(error.guard));
    return displayLine(error.message);
}

void EngineActions::unblock(const QList<Block>& blocks)
{
    QJsonArray addresses;
    for (const Block& block : blocks)
        addresses.append(block.address);
    if (!addresses.isEmpty())
        remove({{QStringLiteral("addresses"), addresses}}, blocks);
}

void EngineActions::unblockAll(const QList<Block>& known)
{
    remove({{QStringLiteral("all"), true}}, known);
}

void EngineActions::remove(const QJsonObject& params, const QList<Block>& known)
{
    m_client.call(QStringLiteral("block.remove"), params, this, [=, this](const EngineClient::Reply& reply) {
        if (!reply) {
            emit failed(explain(reply.error()), displayLine(reply.error().cure));
            return;
        }
        QStringList released;
        const QJsonArray array = reply->value(QLatin1String("released")).toArray();
        for (const QJsonValue& address : array)
            released.append(address.toString());
        if (released.isEmpty()) {
            emit finished(tr("Nothing to unblock: it had ended already."), {});
            return;
        }
        QList<Block> undo;
        std::ranges::copy_if(known, std::back_inserter(undo), [&](const Block& block) {
            return released.contains(block.address) && (!block.permanent || mayConfigure());
        });
        if (undo.size() > kMostUndone)
            undo.clear();
        const QString text = released.size() == 1 ? tr("%1 is unblocked.").arg(displayLine(released.first()))
                                                  : tr("%n address(es) unblocked.", nullptr,
                                                       static_cast<int>(released.size()));
        emit finished(text, undo);
    });
}

void EngineActions::block(const BlockRequest& request)
{
    const QString text =
        request.seconds
            ? tr("%1 is blocked for %2.").arg(displayLine(request.address), durationInWords(*request.seconds))
            : tr("%1 is blocked permanently.").arg(displayLine(request.address));
    blockNext({request}, 0, text);
}

void EngineActions::blockAgain(const QList<Block>& blocks)
{
    QList<BlockRequest> queue;
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    for (const Block& block : blocks) {
        const auto left = block.remainingSeconds(now);
        if (left && *left == 0)
            continue;
        queue.append({.address = block.address,
                      .seconds = block.permanent ? std::nullopt : left,
                      .reason = block.byPerson || !block.rule ? block.reason : block.rule->description});
    }
    if (queue.isEmpty()) {
        emit finished(tr("Nothing to block again: the time is over."), {});
        return;
    }
    const QString text = queue.size() == 1
                             ? tr("%1 is blocked again.").arg(displayLine(queue.first().address))
                             : tr("%n address(es) blocked again.", nullptr, static_cast<int>(queue.size()));
    blockNext(queue, 0, text);
}

// One after the other: the engine takes 16 requests at a time and 50 a second from one user.
void EngineActions::blockNext(const QList<BlockRequest>& queue, int done, const QString& text)
{
    if (done == queue.size()) {
        emit finished(text, {});
        return;
    }
    const BlockRequest& next = queue.at(done);
    QJsonObject params{{QStringLiteral("address"), next.address}};
    if (next.seconds)
        params.insert(QStringLiteral("seconds"), *next.seconds);
    else
        params.insert(QStringLiteral("permanent"), true);
    if (!next.reason.isEmpty())
        params.insert(QStringLiteral("reason"), next.reason);
    m_client.call(QStringLiteral("block.add"), params, this, [=, this](const EngineClient::Reply& reply) {
        if (!reply) {
            emit failed(
                tr("%1 was not blocked. %2").arg(displayLine(queue.at(done).address), explain(reply.error())),
                displayLine(reply.error().cure));
            return;
        }
        const Block block = Block::fromJson(reply->value(QLatin1String("block")).toObject());
        if (const QString problem = blockProblem(block); !problem.isEmpty()) {
            emit failed(QStringLiteral("%1: %2").arg(displayLine(block.address), problem), blockCure(block));
            return;
        }
        blockNext(queue, done + 1, text);
    });
}

void EngineActions::pause(qint64 seconds)
{
    m_client.call(QStringLiteral("pause"), {{QStringLiteral("seconds"), seconds}}, this,
                  [=, this](const EngineClient::Reply& reply) {
                      if (!reply)
                          emit failed(explain(reply.error()), displayLine(reply.error().cure));
                      else
                          emit finished(tr("Blocking is paused for %1.").arg(durationInWords(seconds)), {});
                  });
}

void EngineActions::resume()
{
    m_client.call(QStringLiteral("resume"), {}, this, [this](const EngineClient::Reply& reply) {
        if (!reply)
            emit failed(explain(reply.error()), displayLine(reply.error().cure));
        else
            emit finished(tr("Blocking goes on."), {});
    });
}

} // namespace bartizan::app
