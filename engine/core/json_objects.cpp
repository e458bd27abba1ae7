#include "engine/core/json_objects.h"

#include "engine/base/timestamp.h"
#include "engine/base/utf8.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace bartizan {

using namespace Qt::Literals::StringLiterals;

namespace {

QJsonObject ruleJson(std::uint32_t id, int level, std::string_view description)
{
    return {{u"id"_s, QString::number(id)}, {u"level"_s, level}, {u"description"_s, jsonText(description)}};
}

QJsonValue textOrNull(std::string_view text)
{
    return text.empty() ? QJsonValue() : QJsonValue(jsonText(text));
}

QString severityName(Severity severity)
{
    switch (severity) {
    case Severity::Note:
        return u"note"_s;
    case Severity::Warning:
        return u"warning"_s;
    case Severity::Error:
        break;
    }
    return u"error"_s;
}

} // namespace

QString jsonText(std::string_view bytes)
{
    return QString::fromStdString(repairUtf8(bytes));
}

QJsonValue jsonTime(std::optional<EpochMs> time)
{
    return time ? QJsonValue(QString::fromStdString(isoUtc(*time))) : QJsonValue();
}

QJsonObject toJson(const AlertRecord& alert)
{
    QJsonObject rule = ruleJson(alert.ruleId, alert.level, alert.description);
    QJsonArray groups;
    for (const auto& group : alert.groups)
        groups.append(jsonText(group));
    rule.insert(u"groups"_s, groups);
    return {
        {u"id"_s, static_cast<qint64>(alert.id)},
        {u"time"_s, jsonTime(alert.firstTime)},
        {u"last_time"_s, jsonTime(alert.lastTime)},
        {u"count"_s, static_cast<qint64>(alert.count)},
        {u"rule"_s, rule},
        {u"decoder"_s,
         QJsonObject{{u"name"_s, jsonText(alert.decoderName)}, {u"parent"_s, jsonText(alert.decoderParent)}}},
        {u"srcip"_s, textOrNull(alert.sourceAddress)},
        {u"location"_s, jsonText(alert.location)},
        {u"hostname"_s, textOrNull(alert.hostname)},
        {u"program_name"_s, textOrNull(alert.programName)},
        {u"full_log"_s, jsonText(alert.firstLog)},
        {u"last_log"_s, jsonText(alert.lastLog)},
        {u"previous_output"_s, jsonText(alert.previousOutput)},
        {u"data"_s, QJsonDocument::fromJson(QByteArray::fromStdString(alert.dataJson)).object()},
        {u"origin"_s, alert.originJson.empty()
                          ? QJsonValue()
                          : QJsonDocument::fromJson(QByteArray::fromStdString(alert.originJson)).object()},
    };
}

QJsonObject toJson(const BlockRecord& block, EpochMs now)
{
    const bool stands = block.state == BlockState::Active || block.state == BlockState::Pending;
    QJsonValue remaining;
    if (stands && block.expiresAt)
        remaining = static_cast<qint64>(std::max<EpochMs>(0, *block.expiresAt - now + 999) / 1000);
    return {
        {u"id"_s, static_cast<qint64>(block.id)},
        {u"address"_s, QString::fromStdString(block.address.toString())},
        {u"state"_s, QString::fromUtf8(blockStateName(block.state))},
        {u"origin"_s, QString::fromUtf8(blockOriginName(block.origin))},
        {u"rule"_s, block.ruleId != 0
                        ? QJsonValue(ruleJson(block.ruleId, block.ruleLevel, block.ruleDescription))
                        : QJsonValue()},
        {u"alert_id"_s, block.alertId != 0 ? QJsonValue(static_cast<qint64>(block.alertId)) : QJsonValue()},
        {u"command"_s, jsonText(block.command)},
        {u"reason"_s, jsonText(block.reason)},
        {u"requested_by"_s, jsonText(block.requestedBy)},
        {u"created"_s, jsonTime(block.createdAt)},
        {u"expires"_s, jsonTime(block.expiresAt)},
        {u"remaining"_s, remaining},
        {u"permanent"_s, !block.expiresAt.has_value()},
        {u"backend"_s, jsonText(block.backend)},
        {u"error"_s, textOrNull(block.error)},
        {u"guard"_s, textOrNull(block.guard)},
        {u"released"_s, jsonTime(block.releasedAt)},
        {u"released_by"_s, textOrNull(block.releasedBy)},
    };
}

QJsonObject toJson(const Problem& problem)
{
    return {{u"severity"_s, severityName(problem.severity)},
            {u"component"_s, jsonText(problem.component)},
            {u"file"_s, jsonText(problem.file)},
            {u"line"_s, problem.line},
            {u"column"_s, problem.column},
            {u"message"_s, jsonText(problem.message)},
            {u"cure"_s, jsonText(problem.cure)}};
}

QJsonArray toJson(const Problems& problems)
{
    QJsonArray array;
    for (const auto& problem : problems)
        array.append(toJson(problem));
    return array;
}

Result<Cidr> addressParameter(const QJsonObject& params, QLatin1String name)
{
    const auto text = params.value(name).toString().toStdString();
    if (const auto cidr = Cidr::parse(text))
        return *cidr;
    return fail(ErrorCode::InvalidArgument,
                (text.empty() ? "no address is given"
                              : '"' + repairUtf8(text) + "\" is not an IP address or network"),
                "write it like 198.51.100.7, 198.51.100.0/24 or 2001:db8::7");
}

} // namespace bartizan
