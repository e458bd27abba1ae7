#include "tests/differential/verdict_compare.h"

namespace bartizan::test {

namespace {

std::string shown(const std::string& text)
{
    return '"' + text + '"';
}
std::string shown(const std::optional<std::string>& text)
{
    return text ? shown(*text) : "(unset)";
}
template<class Number>
    requires std::is_arithmetic_v<Number>
std::string shown(Number number)
{
    return std::to_string(number);
}
std::string shown(const std::vector<std::string>& texts)
{
    std::string all;
    for (const auto& text : texts)
        all += shown(text) + ' ';
    return all;
}
std::string shown(const std::vector<std::pair<std::string, std::vector<std::string>>>& lists)
{
    std::string all;
    for (const auto& [name, items] : lists)
        all += name + ": " + shown(items);
    return all;
}
std::string shown(const std::vector<Field>& fields)
{
    std::string all;
    for (const auto& field : fields)
        all += (field.isStatic ? "" : "*") + field.name + '=' + shown(field.value) + ' ';
    return all;
}

class Comparison
{
public:
    template<class Value> void check(const char* what, const Value& fast, const Value& plain)
    {
        const std::string one = shown(fast);
        const std::string two = shown(plain);
        if (one != two)
            m_text.append(what).append(": ").append(one).append(", plain ").append(two).append("\n");
    }
    [[nodiscard]] std::string text() const { return m_text; }

private:
    std::string m_text;
};

} // namespace

std::string verdictDifference(const Verdict& fast, const Verdict& plain)
{
    Comparison compare;
    compare.check("record", fast.record, plain.record);
    compare.check("full log", fast.fullLog, plain.fullLog);
    compare.check("timestamp", fast.timestamp, plain.timestamp);
    compare.check("host name", fast.hostname, plain.hostname);
    compare.check("program", fast.programName, plain.programName);
    compare.check("decoder", fast.decoderName, plain.decoderName);
    compare.check("parent", fast.decoderParent, plain.decoderParent);
    compare.check("fields", fast.fields, plain.fields);
    compare.check("alert", fast.alert, plain.alert);
    compare.check("respond", fast.respond, plain.respond);
    compare.check("counted doubted", fast.countedDoubted, plain.countedDoubted);
    compare.check("previous output", fast.previousOutput, plain.previousOutput);
    compare.check("has a rule", fast.rule.has_value(), plain.rule.has_value());
    const RuleInfo one = fast.rule.value_or(RuleInfo{});
    const RuleInfo two = plain.rule.value_or(RuleInfo{});
    compare.check("rule", one.id, two.id);
    compare.check("level", one.level, two.level);
    compare.check("description", one.description, two.description);
    compare.check("raw groups", one.facts->rawGroups, two.facts->rawGroups);
    compare.check("groups", one.facts->groups, two.facts->groups);
    compare.check("compliance", one.facts->compliance, two.facts->compliance);
    compare.check("mitre", one.facts->mitreIds, two.facts->mitreIds);
    compare.check("frequency", one.frequency, two.frequency);
    compare.check("fired times", one.firedTimes, two.firedTimes);
    compare.check("mail", one.mail, two.mail);
    compare.check("no active response", one.noActiveResponse, two.noActiveResponse);
    compare.check("no full log", one.noFullLog, two.noFullLog);
    return compare.text();
}

std::string verdictSummary(const Verdict& verdict)
{
    std::string text = verdict.rule ? "rule " + std::to_string(verdict.rule->id) + " level " +
                                          std::to_string(verdict.rule->level)
                                    : "no rule";
    text += ", decoder " + shown(verdict.decoderName) + " of " + shown(verdict.decoderParent) + ", ";
    text += shown(verdict.fields) + (verdict.alert ? "alert" : "no alert");
    return text + ", previous " + shown(verdict.previousOutput);
}

} // namespace bartizan::test
