#include "engine/core/alert_builder.h"

#include "engine/analysis/alert_json.h"
#include "engine/base/json_writer.h"
#include "engine/base/origin_requirement.h"
#include "engine/base/timestamp.h"

#include <algorithm>

namespace bartizan {

namespace {

std::string capped(std::string_view text)
{
    return std::string(text.substr(0, kStoredLogLimit));
}

// What the rules saw.
std::string_view loggedText(const Verdict& verdict, const RecordBatch& records)
{
    return verdict.fullLog.empty() ? records.text(records.records()[verdict.record]) : verdict.fullLog;
}

std::string sourceAddress(const Verdict& verdict)
{
    if (const auto address = ResponsePolicy::target(verdict))
        return address->toString();
    const auto found = std::ranges::find(verdict.fields, "srcip", &Field::name);
    return found != verdict.fields.end() ? found->value.substr(0, 255) : std::string();
}

} // namespace

AlertRecord alertRecord(const Verdict& verdict, const RecordBatch& records)
{
    const auto& record = records.records()[verdict.record];
    AlertRecord alert;
    alert.firstTime = record.receivedAt;
    alert.lastTime = record.receivedAt;
    alert.ruleId = verdict.rule->id;
    alert.level = verdict.rule->level;
    alert.description = verdict.rule->description;
    alert.groups = verdict.rule->facts->groups;
    alert.decoderName = verdict.decoderName;
    alert.decoderParent = verdict.decoderParent;
    alert.sourceAddress = sourceAddress(verdict);
    alert.location = records.location(record);
    alert.hostname = verdict.hostname.value_or("");
    alert.programName = verdict.programName.value_or("");
    alert.firstLog = capped(loggedText(verdict, records));
    alert.lastLog = alert.firstLog;
    alert.previousOutput = capped(verdict.previousOutput);
    alert.dataJson = fieldsJson(verdict);
    alert.originJson = originJson(records.origin(record));
    return alert;
}

std::string alertLine(const Verdict& verdict, const RecordBatch& records, std::int64_t number,
                      const std::string& hostName)
{
    const auto& record = records.records()[verdict.record];
    return alertJson(verdict, loggedText(verdict, records), records.location(record), record.receivedAt,
                     hostName, std::to_string(record.receivedAt / 1000) + '.' + std::to_string(number));
}

BlockRequest blockRequest(const ResponseOrder& order, const Verdict& verdict, const RecordBatch& records,
                          AlertId alertId, const std::string& hostName)
{
    BlockRequest request;
    request.address = order.address;
    request.duration = order.duration;
    request.origin = BlockOrigin::Rule;
    request.ruleId = verdict.rule->id;
    request.ruleLevel = verdict.rule->level;
    request.ruleDescription = verdict.rule->description;
    request.alertId = alertId;
    request.command = order.program;
    request.reason = capped(loggedText(verdict, records));
    request.doubt = order.doubt;
    request.alertJson = alertLine(verdict, records, alertId, hostName);
    return request;
}

std::string briefAlertJson(const BlockRecord& block)
{
    JsonWriter json;
    json.beginObject();
    json.key("timestamp").string(alertTimestamp(block.createdAt));
    json.key("rule").beginObject();
    json.key("level").number(block.ruleLevel);
    json.key("description").string(block.ruleDescription);
    json.key("id").string(std::to_string(block.ruleId));
    json.endObject();
    json.key("id").string(std::to_string(block.createdAt / 1000) + '.' + std::to_string(block.alertId));
    json.key("data").beginObject();
    json.key("srcip").string(block.address.toString());
    json.endObject();
    json.endObject();
    return json.take();
}

} // namespace bartizan
