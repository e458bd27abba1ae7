#include "tests/hostile/hostile_lines.h"

#include "engine/decode/decoder_model.h"
#include "engine/rules/rule_reader.h"
#include "tests/hostile/hostile_texts.h"
#include "tests/hostile/pattern_sketch.h"

#include <algorithm>
#include <map>
#include <set>

namespace bartizan::test {

namespace {

constexpr int kLongestWay = 12; // from a rule up to one that names its decoder

std::string firstSample(PatternType type, const std::string& text)
{
    return sampleOf(sketchesOf(type, text).front());
}

// Reads the rule set and writes a line per pattern.
class Writer
{
public:
    Writer(const RulesetSource& source, std::size_t size)
        : m_size(size)
    {
        Problems ignored;
        for (const auto& file : source.decoders)
            std::ranges::move(loadDecoders(file, ignored), std::back_inserter(m_decoders));
        for (const auto& file : source.rules)
            readRuleFile(file, m_rules, ignored);
        for (const auto& decoder : m_decoders)
            m_byName.emplace(decoder.name, &decoder);
        for (const auto& rule : m_rules)
            m_byId.emplace(rule.id, &rule);
    }

    std::vector<HostileLine> lines()
    {
        for (const auto& decoder : m_decoders)
            against(decoder);
        for (const auto& rule : m_rules)
            against(rule);
        return std::move(m_lines);
    }

private:
    // What leads to a decoder's children, or to its own regex.
    [[nodiscard]] std::string wayTo(const DecoderModel& decoder) const
    {
        const auto parent = decoder.parent ? m_byName.find(*decoder.parent) : m_byName.end();
        const DecoderModel& top = parent == m_byName.end() ? decoder : *parent->second;
        std::string way;
        if (top.programName)
            way = "Nov 24 10:00:00 host " + firstSample(top.programName->type, top.programName->text) +
                  "[77]: ";
        if (top.prematch)
            way += firstSample(top.prematch->type, top.prematch->text);
        return way;
    }

    // The rule that `rule` hangs below, or nullptr.
    [[nodiscard]] const RuleText* above(const RuleText& rule) const
    {
        const auto found =
            rule.ifSid
                ? m_byId.find(static_cast<std::uint32_t>(std::strtoul(rule.ifSid->text.c_str(), nullptr, 10)))
                : m_byId.end();
        return found == m_byId.end() ? nullptr : found->second;
    }

    [[nodiscard]] std::string wayTo(const RuleText& rule) const
    {
        const RuleText* at = &rule;
        for (int steps = 0; at != nullptr && steps < kLongestWay; ++steps, at = above(*at)) {
            const auto decoder = at->decodedAs ? m_byName.find(at->decodedAs->text) : m_byName.end();
            if (decoder != m_byName.end())
                return wayTo(*decoder->second);
            const auto& program = at->texts[static_cast<std::size_t>(RuleTextSource::ProgramName)];
            if (program)
                return "Nov 24 10:00:00 host " + firstSample(PatternType::OsMatch, program->text) + "[77]: ";
        }
        return {};
    }

    // Members with what the rules above ask of fields.
    [[nodiscard]] std::string membersFor(const RuleText& rule) const
    {
        std::string members;
        const RuleText* at = above(rule);
        for (int steps = 0; at != nullptr && steps < kLongestWay; ++steps, at = above(*at)) {
            for (const auto& field : at->fields) {
                const auto type = field.pattern.type.value_or(PatternType::OsRegex);
                members += member(field.name, firstSample(type, field.pattern.text)) + ',';
            }
        }
        return members;
    }

    void against(const DecoderModel& decoder)
    {
        const std::string way = wayTo(decoder);
        for (const auto* pattern : {&decoder.prematch, &decoder.regex}) {
            if (!*pattern)
                continue;
            const bool isTopPrematch = !decoder.parent && pattern == &decoder.prematch;
            const bool isBehindPrematch = decoder.parent && decoder.prematch && pattern == &decoder.regex;
            add("decoder", "decoder " + decoder.name, (*pattern)->type, (*pattern)->text,
                isTopPrematch ? way.substr(0, way.find(": ") == std::string::npos ? 0 : way.find(": ") + 2)
                : isBehindPrematch ? way + firstSample(decoder.prematch->type, decoder.prematch->text)
                                   : way);
        }
    }

    void against(const RuleText& rule)
    {
        const std::string owner = "rule " + std::to_string(rule.id);
        const std::string way = wayTo(rule);
        for (std::size_t i = 0; i < rule.texts.size(); ++i) {
            const auto& text = rule.texts[i];
            const bool isRegex = i == static_cast<std::size_t>(RuleTextSource::Regex);
            if (text)
                add("rule", owner, text->type.value_or(isRegex ? PatternType::OsRegex : PatternType::OsMatch),
                    text->text, way);
        }
        if (rule.ifMatchedRegex)
            add("rule", owner, rule.ifMatchedRegex->type.value_or(PatternType::OsRegex),
                rule.ifMatchedRegex->text, way);
        const std::string members = rule.fields.empty() ? std::string() : membersFor(rule);
        for (const auto& field : rule.fields)
            add("field", owner, field.pattern.type.value_or(PatternType::OsRegex), field.pattern.text,
                members, field.name);
    }

    void add(const std::string& kind, const std::string& owner, PatternType type, const std::string& pattern,
             const std::string& way, const std::string& field = {})
    {
        // For a field, the way is other members of the object.
        if (!m_seen.insert({type, pattern, way, field}).second)
            return;
        auto& text = m_dearest[{type, pattern}];
        if (text.empty()) {
            const auto compiled = compilePattern(type, pattern);
            text = compiled ? dearestText(**compiled, m_size) : std::string();
        }
        if (text.empty())
            return;
        m_lines.push_back({kind, owner, field.empty() ? way + text : '{' + way + member(field, text) + '}'});
    }

    // "a.b": "v" as "a":{"b":"v"}
    static std::string member(std::string_view name, std::string_view value)
    {
        std::string head;
        std::string tail;
        for (auto dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
            head.append("\"").append(name.substr(0, dot)).append("\":{");
            tail += '}';
            name.remove_prefix(dot + 1);
        }
        head.append("\"").append(name).append("\":\"");
        for (const char c : value) {
            if (c == '"' || c == '\\')
                head += '\\';
            head += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
        return head + '"' + tail;
    }

    std::size_t m_size;
    std::vector<DecoderModel> m_decoders;
    std::vector<RuleText> m_rules;
    std::map<std::string, const DecoderModel*> m_byName;
    std::map<std::uint32_t, const RuleText*> m_byId;
    std::set<std::tuple<PatternType, std::string, std::string, std::string>> m_seen;
    std::map<std::pair<PatternType, std::string>, std::string> m_dearest;
    std::vector<HostileLine> m_lines;
};

std::string junk(std::size_t size)
{
    std::string text;
    std::uint32_t state = 12345;
    while (text.size() < size) {
        state = state * 1664525U + 1013904223U;
        const auto byte = static_cast<char>(state >> 24);
        text += byte == '\n' ? ' ' : byte;
    }
    return text;
}

// As many different groups of three bytes as fit in, so that no pattern is ruled out by what the line lacks.
std::string everyGroup(std::size_t size)
{
    constexpr std::string_view kBytes = "etaoinsrhldcumfpgwybvkxjqz0123456789 .:=/-_[]()\"'";
    std::string text;
    for (std::size_t i = 0; text.size() < size; ++i) {
        text += kBytes[i % kBytes.size()];
        text += kBytes[i / kBytes.size() % kBytes.size()];
        text += kBytes[i * 7 % kBytes.size()];
    }
    return text;
}

std::string manyFields(std::size_t size)
{
    std::string text = "{\"win\":{\"eventdata\":{\"image\":\"x\"";
    for (int i = 0; text.size() + 40 < size; ++i)
        text += ",\"f" + std::to_string(i) + "\":\"\\u0041 powershell.exe\"";
    return text + "}}}";
}

} // namespace

std::vector<HostileLine> hostileLines(const RulesetSource& source, std::size_t size)
{
    return Writer(source, size).lines();
}

std::vector<HostileLine> oddLines(std::size_t size)
{
    const std::string syslog = "Nov 24 10:00:00 host ";
    const std::size_t depth = std::min<std::size_t>(size / 6, 900);
    const std::string deep = filled("", "{\"a\":", depth * 5);
    const std::string windows = "<Event><System><Provider Name='x'/></System><EventData>";
    return {
        {"binary junk", {}, junk(size)},
        {"binary junk", {}, syslog + "sshd[1]: " + junk(size)},
        {"one endless word", {}, filled("", "a", size)},
        {"one endless program name", {}, filled(syslog, "a", size) + ": x"},
        {"blanks", {}, filled(syslog + "sshd[1]:", " ", size)},
        {"dots", {}, filled(syslog + "sshd[1]: Failed password for x from ", "1.", size)},
        {"every group of bytes", {}, everyGroup(size)},
        {"every group of bytes", {}, syslog + "kernel: " + everyGroup(size)},
        {"denial of service for dovecot rules of others",
         {},
         syslog + filled("dovecot: pop3-login: Disconnected: ", "a: ", 110) + "x"},
        {"denial of service for dovecot rules of others",
         {},
         filled(syslog + "dovecot: pop3-login: Disconnected: ", "a: ", size) + "x"},
        {"deep JSON", {}, filled("{\"a\":", "[", depth) + std::string(depth - 5, ']') + "}"},
        {"deep JSON", {}, deep + "1" + std::string(depth, '}')},
        {"JSON deep and wide",
         {},
         "{\"a\":" + filled("", "[{\"b\":", 5400) + filled("[", "1,", size) + "1]" + filled("", "}]", 1800) +
             "}"},
        {"JSON of many fields", {}, manyFields(size)},
        {"JSON that breaks off", {}, filled("{\"a\":\"", "\\\\", size)},
        {"a Windows event of many fields",
         {},
         filled(windows, "<Data Name='a'>powershell.exe</Data>", size) + "</EventData></Event>",
         "EventChannel"},
        {"a Windows event that breaks off", {}, filled(windows, "<a>", size), "EventChannel"},
    };
}

} // namespace bartizan::test
