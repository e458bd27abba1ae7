#include "tests/support/fake_engine.h"

#include <QDateTime>
#include <QLocalSocket>

#include <algorithm>

namespace bartizan::test {

using protocol::Frame;
using protocol::FrameKind;

FakeEngine::FakeEngine(const QStringList& permissions)
    : status(sampleStatus())
    , m_permissions(permissions)
{
    connect(&m_server, &QLocalServer::newConnection, this, &FakeEngine::onConnection);
}

FakeEngine::~FakeEngine()
{
    stop();
}

QString FakeEngine::socketPath() const
{
    return m_folder.filePath(QStringLiteral("engine.sock"));
}

void FakeEngine::listen()
{
    QLocalServer::removeServer(socketPath());
    if (!m_server.listen(socketPath()))
        qFatal("the fake engine can't listen: %s", qUtf8Printable(m_server.errorString()));
}

void FakeEngine::stop()
{
    m_server.close();
    const auto connections = std::exchange(m_connections, {});
    for (auto it = connections.begin(); it != connections.end(); ++it) {
        it.key()->disconnect(this);
        it.key()->abort();
        it.key()->deleteLater();
    }
}

void FakeEngine::onConnection()
{
    while (QLocalSocket* socket = m_server.nextPendingConnection()) {
        m_connections.insert(socket, protocol::FrameDecoder());
        connect(socket, &QLocalSocket::readyRead, this, [this, socket] { onReadyRead(socket); });
        connect(socket, &QLocalSocket::disconnected, this, [this, socket] {
            m_connections.remove(socket);
            socket->deleteLater();
        });
        onReadyRead(socket);
    }
}

void FakeEngine::onReadyRead(QLocalSocket* socket)
{
    m_connections[socket].append(socket->readAll());
    while (m_connections.contains(socket)) {
        const auto frame = m_connections[socket].next();
        if (!frame)
            qFatal("the app sent a broken frame: %s", frame.error().message.c_str());
        if (!*frame)
            return;
        if ((*frame)->kind == FrameKind::Acknowledgement)
            m_acknowledged = (*frame)->body.value(QLatin1String("seq")).toInteger();
        else
            onRequest(socket, (*frame)->body);
    }
}

void FakeEngine::onRequest(QLocalSocket* socket, const QJsonObject& body)
{
    const QString method = body.value(QLatin1String("method")).toString();
    const QJsonObject params = body.value(QLatin1String("params")).toObject();
    m_requests.append({method, params});
    emit requestReceived(method);
    if (m_ignored.contains(method))
        return;
    const Answer result = answer(method, params);
    QJsonObject reply{{QStringLiteral("jsonrpc"), QStringLiteral("2.0")},
                      {QStringLiteral("id"), body.value(QLatin1String("id"))}};
    if (result) {
        reply.insert(QStringLiteral("result"), *result);
    } else {
        QJsonObject data{{QStringLiteral("code"), result.error().code}};
        if (!result.error().cure.isEmpty())
            data.insert(QStringLiteral("cure"), result.error().cure);
        if (!result.error().guard.isEmpty())
            data.insert(QStringLiteral("guard"), result.error().guard);
        reply.insert(QStringLiteral("error"), QJsonObject{{QStringLiteral("code"), -32000},
                                                          {QStringLiteral("message"), result.error().message},
                                                          {QStringLiteral("data"), data}});
    }
    if (m_connections.contains(socket))
        socket->write(protocol::encode({FrameKind::Response, reply}));
}

FakeEngine::Answer FakeEngine::answer(const QString& method, const QJsonObject& params)
{
    if (method == QLatin1String("hello"))
        ++m_helloCount;
    if (const auto handler = m_handlers.constFind(method); handler != m_handlers.constEnd())
        return (*handler)(params);
    if (method == QLatin1String("hello"))
        return QJsonObject{{QStringLiteral("protocol"), 1},
                           {QStringLiteral("engine_version"), QStringLiteral("0.1.0")},
                           {QStringLiteral("capabilities"), QJsonArray()},
                           {QStringLiteral("permissions"), QJsonArray::fromStringList(m_permissions)}};
    if (method == QLatin1String("status"))
        return status;
    if (method == QLatin1String("events.subscribe"))
        return QJsonObject{{QStringLiteral("seq"), m_seq}};
    if (method == QLatin1String("blocks.list"))
        return listBlocks(params);
    if (method == QLatin1String("alerts.list"))
        return listAlerts(params);
    if (method == QLatin1String("block.remove"))
        return removeBlocks(params);
    if (method == QLatin1String("block.add")) {
        QJsonObject block =
            sampleBlock(1000 + blocks.size(), params.value(QLatin1String("address")).toString(),
                        QStringLiteral("active"), 0, params.value(QLatin1String("seconds")).toInteger(600));
        block.insert(QStringLiteral("origin"), QStringLiteral("person"));
        block.insert(QStringLiteral("rule"), QJsonValue());
        block.insert(QStringLiteral("reason"), params.value(QLatin1String("reason")));
        return QJsonObject{{QStringLiteral("block"), block}};
    }
    if (method == QLatin1String("why")) {
        const QJsonValue address = params.value(QLatin1String("address"));
        QJsonArray ofBlocks;
        QJsonArray ofAlerts;
        for (const QJsonObject& block : std::as_const(blocks)) {
            if (block.value(QLatin1String("address")) == address)
                ofBlocks.append(block);
        }
        for (const QJsonObject& alert : std::as_const(alerts)) {
            if (alert.value(QLatin1String("srcip")) == address)
                ofAlerts.append(alert);
        }
        return QJsonObject{{QStringLiteral("address"), address},
                           {QStringLiteral("verdict"),
                            ofBlocks.isEmpty() ? QStringLiteral("not_blocked") : QStringLiteral("blocked")},
                           {QStringLiteral("text"), QString()},
                           {QStringLiteral("blocks"), ofBlocks},
                           {QStringLiteral("alerts"), ofAlerts},
                           {QStringLiteral("lists"), QJsonArray()}};
    }
    return QJsonObject();
}

FakeEngine::Answer FakeEngine::listBlocks(const QJsonObject& params) const
{
    const bool onlyActive = params.value(QLatin1String("active")).toBool(true);
    const qint64 before = params.value(QLatin1String("before")).toInteger(std::numeric_limits<qint64>::max());
    const qint64 limit = params.value(QLatin1String("limit")).toInteger(100);
    QList<QJsonObject> found;
    std::ranges::copy_if(blocks, std::back_inserter(found), [&](const QJsonObject& block) {
        const QString state = block.value(QLatin1String("state")).toString();
        return block.value(QLatin1String("id")).toInteger() < before &&
               (!onlyActive || state == QLatin1String("active") || state == QLatin1String("pending"));
    });
    std::ranges::sort(found, std::ranges::greater(),
                      [](const QJsonObject& block) { return block.value(QLatin1String("id")).toInteger(); });
    QJsonArray page;
    for (const QJsonObject& block : found.first(std::min<qsizetype>(found.size(), limit)))
        page.append(block);
    return QJsonObject{{QStringLiteral("blocks"), page}, {QStringLiteral("more"), found.size() > limit}};
}

FakeEngine::Answer FakeEngine::listAlerts(const QJsonObject& params) const
{
    const qint64 before = params.value(QLatin1String("before")).toInteger(std::numeric_limits<qint64>::max());
    const qint64 limit = params.value(QLatin1String("limit")).toInteger(100);
    const int minLevel = params.value(QLatin1String("min_level")).toInt();
    const QString search = params.value(QLatin1String("search")).toString();
    QJsonArray page;
    bool more = false;
    for (const QJsonObject& alert : alerts) {
        const QJsonObject rule = alert.value(QLatin1String("rule")).toObject();
        if (alert.value(QLatin1String("id")).toInteger() >= before ||
            rule.value(QLatin1String("level")).toInt() < minLevel ||
            !rule.value(QLatin1String("description")).toString().contains(search, Qt::CaseInsensitive))
            continue;
        if (page.size() == limit) {
            more = true;
            break;
        }
        page.append(alert);
    }
    return QJsonObject{{QStringLiteral("alerts"), page}, {QStringLiteral("more"), more}};
}

FakeEngine::Answer FakeEngine::removeBlocks(const QJsonObject& params)
{
    const bool all = params.value(QLatin1String("all")).toBool();
    const QJsonArray addresses = params.value(QLatin1String("addresses")).toArray();
    QJsonArray released;
    for (QJsonObject& block : blocks) {
        if (block.value(QLatin1String("state")) != QLatin1String("active") ||
            (!all && !addresses.contains(block.value(QLatin1String("address")))))
            continue;
        block.insert(QStringLiteral("state"), QStringLiteral("released"));
        block.insert(QStringLiteral("released"), isoTime(0));
        block.insert(QStringLiteral("released_by"), QStringLiteral("anna"));
        released.append(block.value(QLatin1String("address")));
        sendEvent(QStringLiteral("block"), block);
    }
    return QJsonObject{{QStringLiteral("released"), released}, {QStringLiteral("not_found"), QJsonArray()}};
}

void FakeEngine::sendEvent(const QString& event, const QJsonObject& data)
{
    sendRaw(protocol::encode({FrameKind::Event, QJsonObject{{QStringLiteral("seq"), ++m_seq},
                                                            {QStringLiteral("event"), event},
                                                            {QStringLiteral("data"), data}}}));
}

void FakeEngine::sendRaw(const QByteArray& bytes)
{
    for (auto it = m_connections.begin(); it != m_connections.end(); ++it)
        it.key()->write(bytes);
}

QList<QJsonObject> FakeEngine::requestsOf(const QString& method) const
{
    QList<QJsonObject> found;
    for (const Request& request : m_requests) {
        if (request.method == method)
            found.append(request.params);
    }
    return found;
}

QString isoTime(qint64 secondsAgo)
{
    return QDateTime::currentDateTimeUtc().addSecs(-secondsAgo).toString(Qt::ISODateWithMs);
}

QJsonObject sampleStatus(const QString& state)
{
    const auto source = [](const char* path) {
        return QJsonObject{{QStringLiteral("path"), QLatin1String(path)},
                           {QStringLiteral("state"), QStringLiteral("reading")},
                           {QStringLiteral("detail"), QString()}};
    };
    return {{QStringLiteral("version"), QStringLiteral("0.1.0")},
            {QStringLiteral("state"), state},
            {QStringLiteral("mode"), QStringLiteral("respond")},
            {QStringLiteral("problems"), QJsonArray()},
            {QStringLiteral("firewall"), QJsonObject{{QStringLiteral("backend"), QStringLiteral("nftables")},
                                                     {QStringLiteral("ready"), true}}},
            {QStringLiteral("ruleset"), QJsonObject{{QStringLiteral("rules"), 120}}},
            {QStringLiteral("sources"),
             QJsonArray{source("/var/log/auth.log"), source("/var/log/nginx/access.log")}},
            {QStringLiteral("counters"), QJsonObject{{QStringLiteral("lines"), 48213},
                                                     {QStringLiteral("alerts"), 128},
                                                     {QStringLiteral("active_blocks"), 3}}}};
}

QJsonObject sampleBlock(qint64 id, const QString& address, const QString& state, qint64 ageSeconds,
                        qint64 lengthSeconds)
{
    return {{QStringLiteral("id"), id},
            {QStringLiteral("address"), address},
            {QStringLiteral("state"), state},
            {QStringLiteral("origin"), QStringLiteral("rule")},
            {QStringLiteral("rule"), QJsonObject{{QStringLiteral("id"), QStringLiteral("5712")},
                                                 {QStringLiteral("level"), 10},
                                                 {QStringLiteral("description"),
                                                  QStringLiteral("6 failed ssh logins from one address")}}},
            {QStringLiteral("alert_id"), id},
            {QStringLiteral("command"), QStringLiteral("firewall-drop")},
            {QStringLiteral("created"), isoTime(ageSeconds)},
            {QStringLiteral("expires"), isoTime(ageSeconds - lengthSeconds)},
            {QStringLiteral("permanent"), false},
            {QStringLiteral("backend"), QStringLiteral("nftables")}};
}

QJsonObject sampleAlert(qint64 id, int level, const QString& description, const QString& address,
                        qint64 ageSeconds)
{
    const QString log =
        QStringLiteral("Nov 24 08:14:02 desk sshd[4711]: Failed password for invalid user admin from "
                       "%1 port 51234 ssh2")
            .arg(address);
    return {
        {QStringLiteral("id"), id},
        {QStringLiteral("time"), isoTime(ageSeconds)},
        {QStringLiteral("last_time"), isoTime(ageSeconds)},
        {QStringLiteral("count"), 1},
        {QStringLiteral("rule"), QJsonObject{{QStringLiteral("id"), QStringLiteral("5710")},
                                             {QStringLiteral("level"), level},
                                             {QStringLiteral("description"), description},
                                             {QStringLiteral("groups"),
                                              QJsonArray{QStringLiteral("syslog"), QStringLiteral("sshd")}}}},
        {QStringLiteral("decoder"), QJsonObject{{QStringLiteral("name"), QStringLiteral("sshd")}}},
        {QStringLiteral("srcip"), address},
        {QStringLiteral("location"), QStringLiteral("/var/log/auth.log")},
        {QStringLiteral("hostname"), QStringLiteral("desk")},
        {QStringLiteral("program_name"), QStringLiteral("sshd")},
        {QStringLiteral("full_log"), log},
        {QStringLiteral("last_log"), log},
        {QStringLiteral("data"), QJsonObject{{QStringLiteral("srcip"), address},
                                             {QStringLiteral("srcuser"), QStringLiteral("admin")}}}};
}

} // namespace bartizan::test
