#include "engine/response/response_event.h"

#include "engine/base/json_writer.h"
#include "engine/base/timestamp.h"

namespace bartizan {

namespace {

std::string_view actionName(ResponseAction action)
{
    switch (action) {
    case ResponseAction::Add:
        return "add";
    case ResponseAction::Delete:
        return "delete";
    case ResponseAction::Refused:
        return "refused";
    case ResponseAction::Failed:
        return "failed";
    }
    return "failed";
}

} // namespace

std::string responseEventLine(const ResponseEvent& event, EpochMs time)
{
    const std::string program = "active-response/bin/" + event.program;
    JsonWriter json;
    json.beginObject();
    json.key("version").number(1);
    json.key("origin").beginObject();
    json.key("name").string(event.program);
    json.key("module").string("active-response");
    json.endObject();
    json.key("command").string(actionName(event.action));
    json.key("parameters").beginObject();
    json.key("extra_args").beginArray();
    for (const auto& argument : event.extraArguments)
        json.string(argument);
    json.endArray();
    // Before the alert: an attacker chooses how many fields that has, and decoders keep only so many.
    json.key("program").string(program);
    if (!event.reason.empty())
        json.key("reason").string(event.reason);
    json.key("alert").raw(event.alertJson.empty() ? "{}" : event.alertJson);
    json.endObject();
    json.endObject();
    return responseLogTimestamp(time) + ' ' + program + ": " + json.text();
}

} // namespace bartizan
