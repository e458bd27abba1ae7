#include "engine/ctl/offline/logtest_output.h"

#include "engine/analysis/alert_json.h"
#include "engine/base/json_writer.h"
#include "engine/base/utf8.h"

#include <algorithm>

namespace bartizan::offline {

namespace {

constexpr std::size_t kLongestShown = 4000;

void writeOptional(JsonWriter& json, std::string_view name, const std::optional<std::string>& value)
{
    json.key(name);
    if (value)
        json.string(*value);
    else
        json.null();
}

void writeRule(JsonWriter& json, const std::optional<RuleInfo>& rule)
{
    json.key("rule");
    if (!rule) {
        json.null();
        return;
    }
    json.beginObject();
    json.key("id").string(std::to_string(rule->id));
    json.key("level").number(rule->level);
    json.key("description").string(rule->description);
    json.key("groups").beginArray();
    for (const auto& group : rule->facts->groups)
        json.string(group);
    json.endArray().endObject();
}

std::string_view stepName(DecoderStep step)
{
    switch (step) {
    case DecoderStep::ProgramName:
        return "program_name";
    case DecoderStep::Prematch:
        return "prematch";
    case DecoderStep::Regex:
        return "regex";
    case DecoderStep::Plugin:
        break;
    }
    return "plugin_decoder";
}

void writeAttempts(JsonWriter& json, const Attempts& attempts)
{
    json.key("explain").beginObject();
    json.key("decoders").beginArray();
    for (const auto& attempt : attempts.decoders()) {
        json.beginObject();
        json.key("decoder").string(attempt.name);
        if (!attempt.parent.empty())
            json.key("parent").string(attempt.parent);
        json.key("step").string(stepName(attempt.step));
        if (!attempt.pattern.empty())
            json.key("pattern").string(attempt.pattern);
        json.key("matched").boolean(attempt.held).endObject();
    }
    json.endArray();
    json.key("rules").beginArray();
    for (const auto& attempt : attempts.rules()) {
        json.beginObject();
        json.key("rule").string(std::to_string(attempt.rule));
        json.key("level").number(attempt.level);
        json.key("matched").boolean(attempt.failed.empty());
        if (!attempt.failed.empty()) {
            json.key("held").number(static_cast<std::int64_t>(attempt.held));
            json.key("failed").beginArray();
            for (const auto& failed : attempt.failed) {
                json.beginObject().key("condition").string(failed.condition);
                json.key("why").string(failed.why).endObject();
            }
            json.endArray();
        }
        json.endObject();
    }
    json.endArray().endObject();
}

class TextPage
{
public:
    void heading(std::string_view text) { m_text.append(text).append("\n"); }
    void line(std::string_view name, std::string_view value)
    {
        m_text.append("    ").append(forDisplay(name)).append(": ");
        m_text.append(forDisplay(value, kLongestShown)).append("\n");
    }
    void optionalLine(std::string_view name, const std::optional<std::string>& value)
    {
        if (value)
            line(name, *value);
    }
    [[nodiscard]] std::string take() { return std::move(m_text); }

private:
    std::string m_text;
};

std::string joined(const std::vector<std::string>& parts)
{
    std::string text;
    for (const auto& part : parts) {
        if (!text.empty())
            text += ", ";
        text += part;
    }
    return text;
}

// Top-level decoders without a program name are tried by the hundred; those that refuse say nothing.
void showDecoders(TextPage& page, const Attempts& attempts)
{
    page.heading("   Decoders tried, in order:");
    std::size_t refused = 0;
    for (const auto& attempt : attempts.decoders()) {
        if (attempt.parent.empty() && !attempt.held && attempt.step == DecoderStep::Prematch) {
            ++refused;
            continue;
        }
        const std::string name = (attempt.parent.empty() ? "" : attempt.parent + " > ") + attempt.name +
                                 ", " + std::string(stepName(attempt.step)) +
                                 (attempt.pattern.empty() ? "" : " \"" + attempt.pattern + '"');
        page.line(name, attempt.held ? "matches" : "no");
    }
    if (refused > 0)
        page.line(std::to_string(refused) + " other decoders", "no: their prematch is not in the log");
}

void showRules(TextPage& page, const Attempts& attempts)
{
    page.heading("   Rules tried, in order:");
    std::size_t otherDecoders = 0;
    for (const auto& attempt : attempts.rules()) {
        const std::string name =
            "rule " + std::to_string(attempt.rule) + " (level " + std::to_string(attempt.level) + ")";
        if (attempt.failed.empty()) {
            page.line(name, "matches");
        } else if (attempt.failed.front().condition.starts_with("decoded_as")) {
            ++otherDecoders; // hundreds; they say nothing
        } else {
            const std::size_t all = attempt.held + attempt.failed.size();
            std::string text = all == 1 ? "no"
                                        : "no, " + std::to_string(attempt.held) + " of " +
                                              std::to_string(all) + " conditions hold";
            for (const auto& failed : attempt.failed)
                text += "; " + failed.condition + ": " + failed.why;
            page.line(name, text);
        }
    }
    if (otherDecoders > 0)
        page.line(std::to_string(otherDecoders) + " rules", "no: for other decoders");
}

void showRule(TextPage& page, const Verdict& verdict)
{
    if (!verdict.rule) {
        page.heading("3. Rules: none matches");
        return;
    }
    const RuleInfo& rule = *verdict.rule;
    page.heading("3. Rules:");
    page.line("id", std::to_string(rule.id));
    page.line("level", std::to_string(rule.level));
    page.line("description", rule.description);
    page.line("groups", joined(rule.facts->groups));
    if (rule.firedTimes > 0)
        page.line("fired", std::to_string(rule.firedTimes));
    for (const auto& [standard, items] : rule.facts->compliance)
        page.line(standard, joined(items));
    if (!rule.facts->mitreIds.empty())
        page.line("mitre", joined(rule.facts->mitreIds));
    if (!verdict.previousOutput.empty())
        page.line("earlier", verdict.previousOutput);
    page.heading(verdict.alert ? "An alert would be raised." : "No alert.");
}

} // namespace

std::string errorJson(std::string_view message)
{
    JsonWriter json;
    json.beginObject().key("error").string(message).endObject();
    return json.take();
}

std::string verdictJson(const Verdict& verdict, std::string_view session, const Attempts* attempts)
{
    JsonWriter json;
    json.beginObject();
    json.key("session").string(session);
    writeOptional(json, "timestamp", verdict.timestamp);
    writeOptional(json, "hostname", verdict.hostname);
    writeOptional(json, "program_name", verdict.programName);
    json.key("decoder").beginObject();
    if (!verdict.decoderName.empty())
        json.key("name").string(verdict.decoderName);
    if (!verdict.decoderParent.empty())
        json.key("parent").string(verdict.decoderParent);
    json.endObject();
    json.key("fields").raw(fieldsJson(verdict));
    writeRule(json, verdict.rule);
    json.key("alert").boolean(verdict.alert);
    if (attempts != nullptr)
        writeAttempts(json, *attempts);
    json.endObject();
    return json.take();
}

std::string verdictText(const Verdict& verdict, std::string_view log, const Attempts* attempts)
{
    TextPage page;
    page.heading("1. Header:");
    page.line("log", log);
    page.optionalLine("timestamp", verdict.timestamp);
    page.optionalLine("host name", verdict.hostname);
    page.optionalLine("program", verdict.programName);
    if (verdict.decoderName.empty()) {
        page.heading("2. Decoders: none matches");
    } else {
        page.heading("2. Decoders:");
        page.line("name", verdict.decoderName);
        if (!verdict.decoderParent.empty())
            page.line("parent", verdict.decoderParent);
        for (const auto& field : verdict.fields)
            page.line(field.name, field.value);
    }
    if (attempts != nullptr)
        showDecoders(page, *attempts);
    showRule(page, verdict);
    if (attempts != nullptr)
        showRules(page, *attempts);
    return page.take();
}

} // namespace bartizan::offline
