#include "engine/ipc/server_implementation.h"
#include "engine/protocol/errors.h"

namespace bartizan::ipc {

void Responder::succeed(const QJsonObject& result) const
{
    m_pending->answer(result);
}

void Responder::fail(const Error& error, const QJsonObject& details) const
{
    m_pending->answer(error, details);
}

void Responder::reply(const Result<QJsonObject>& result) const
{
    if (result)
        succeed(*result);
    else
        fail(result.error());
}

Responder::Pending::~Pending()
{
    if (!m_answered)
        answer({ErrorCode::Internal, m_request.method.toStdString() + " was not answered",
                "Look into the engine's log."},
               {});
}

void Responder::Pending::answer(const QJsonObject& result)
{
    if (std::exchange(m_answered, true))
        return;
    if (const auto server = m_server.lock())
        server->finish(*this, {{QLatin1String("result"), result}}, {});
}

void Responder::Pending::answer(const Error& error, const QJsonObject& details)
{
    if (std::exchange(m_answered, true))
        return;
    if (const auto server = m_server.lock())
        server->finish(*this, {{QLatin1String("error"), protocol::errorObject(error, details)}},
                       protocol::errorName(error.code));
}

} // namespace bartizan::ipc
