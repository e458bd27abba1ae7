#include "engine/rules/rule_reader.h"

#include "engine/base/strings.h"
#include "engine/decode/event.h"

#include <algorithm>
#include <utility>

namespace bartizan {

namespace {

constexpr std::array<std::string_view, kRuleTextSourceCount> kTextNames{
    "program_name", "id",         "system_name", "protocol", "action",   "url",
    "location",     "srcport",    "dstport",     "user",     "srcgeoip", "dstgeoip",
    "data",         "extra_data", "hostname",    "status",   "match",    "regex"};

struct RelationName
{
    std::string_view element;
    RelationKind kind;
    std::string_view field;
    bool exactCase = false; // spec §6: these few element names do not ignore case
};

constexpr RelationName kRelations[] = {
    {"same_srcip", RelationKind::Same, "srcip"},
    {"same_source_ip", RelationKind::Same, "srcip"},
    {"same_dstip", RelationKind::Same, "dstip"},
    {"same_srcport", RelationKind::Same, "srcport"},
    {"same_src_port", RelationKind::Same, "srcport"},
    {"same_dstport", RelationKind::Same, "dstport"},
    {"same_dst_port", RelationKind::Same, "dstport"},
    {"same_srcuser", RelationKind::Same, "srcuser"},
    {"same_user", RelationKind::Same, "dstuser"},
    {"same_protocol", RelationKind::Same, "protocol"},
    {"same_action", RelationKind::Same, "action"},
    {"same_location", RelationKind::Same, "location"},
    {"same_id", RelationKind::Same, "id", true},
    {"same_url", RelationKind::Same, "url", true},
    {"same_data", RelationKind::Same, "data", true},
    {"same_extra_data", RelationKind::Same, "extra_data", true},
    {"same_status", RelationKind::Same, "status", true},
    {"same_system_name", RelationKind::Same, "system_name", true},
    {"same_srcgeoip", RelationKind::Same, "srcgeoip", true},
    {"same_dstgeoip", RelationKind::Same, "dstgeoip", true},
    {"different_srcip", RelationKind::Different, "srcip"},
    {"different_source_ip", RelationKind::Different, "srcip"},
    {"not_same_source_ip", RelationKind::Different, "srcip"},
    {"different_dstip", RelationKind::Different, "dstip"},
    {"different_srcport", RelationKind::Different, "srcport"},
    {"different_src_port", RelationKind::Different, "srcport"},
    {"different_dstport", RelationKind::Different, "dstport"},
    {"different_dst_port", RelationKind::Different, "dstport"},
    {"different_srcuser", RelationKind::Different, "srcuser"},
    {"different_user", RelationKind::Different, "dstuser"},
    {"not_same_user", RelationKind::Different, "dstuser"},
    {"different_protocol", RelationKind::Different, "protocol"},
    {"different_action", RelationKind::Different, "action"},
    {"different_location", RelationKind::Different, "location"},
    {"not_same_id", RelationKind::Different, "id"},
    {"different_id", RelationKind::Different, "id", true},
    {"different_url", RelationKind::Different, "url", true},
    {"different_data", RelationKind::Different, "data", true},
    {"different_extra_data", RelationKind::Different, "extra_data", true},
    {"different_status", RelationKind::Different, "status", true},
    {"different_system_name", RelationKind::Different, "system_name", true},
    {"different_srcgeoip", RelationKind::Different, "srcgeoip", true},
    {"different_dstgeoip", RelationKind::Different, "dstgeoip", true},
};

bool sayYes(std::string_view value)
{
    return equalsIgnoreCase(value, "yes");
}

// One rule element on its way to a RuleText. Errors set `m_usable` back; reading goes on so that all are
// reported.
class RuleElementReader
{
public:
    RuleElementReader(const xml::Element& element, const SourceFile& file, const std::string& outerGroups,
                      Problems& problems)
        : m_element(element)
        , m_file(file)
        , m_problems(problems)
    {
        m_rule.file = file.name;
        m_rule.position = element.position;
        m_rule.groups = outerGroups;
    }

    std::optional<RuleText> read()
    {
        readAttributes();
        if (m_element.children.empty())
            error(m_element.position, "Rule " + label() + " has no condition and no description",
                  "Add at least a <description>.");
        for (const auto& child : m_element.children)
            readChild(child);
        if (m_rule.description.empty() && !m_element.children.empty())
            error(m_element.position, "Rule " + label() + " has no <description>", "Add one.");
        std::erase(m_rule.groups, '\n');
        if (const auto newline = m_rule.description.find('\n'); newline != std::string::npos)
            m_rule.description[newline] = ' ';
        const bool wantsCounting = m_rule.frequency.value_or(0) > 2 || !m_rule.relations.empty();
        if (wantsCounting && !m_rule.counts())
            error(m_element.position,
                  "Rule " + label() + " uses frequency, same_ or different_ without saying what is counted",
                  "Add if_matched_sid, if_matched_group or if_matched_regex.");
        if (!m_usable)
            return std::nullopt;
        return std::move(m_rule);
    }

private:
    [[nodiscard]] std::string label() const { return m_rule.id != 0 ? std::to_string(m_rule.id) : "(no id)"; }

    void report(Severity severity, xml::Position at, std::string message, std::string cure)
    {
        m_problems.push_back(
            {severity, "rules", m_file.name, at.line, at.column, std::move(message), std::move(cure)});
    }
    void error(xml::Position at, std::string message, std::string cure)
    {
        report(Severity::Error, at, std::move(message), std::move(cure));
        m_usable = false;
    }

    std::optional<int> number(const xml::Attribute& attribute, int lowest, int highest)
    {
        const auto value = parseNumber<int>(attribute.value);
        if (value && *value >= lowest && *value <= highest)
            return value;
        error(attribute.position, "Attribute " + attribute.name + "=\"" + attribute.value + "\" is not valid",
              "Write a number from " + std::to_string(lowest) + " to " + std::to_string(highest) + ".");
        return std::nullopt;
    }

    void readAttributes()
    {
        bool hasId = false;
        bool hasLevel = false;
        for (const auto& attribute : m_element.attributes) {
            const std::string name = toLower(attribute.name);
            if (name == "id") {
                hasId = true;
                m_rule.id = static_cast<std::uint32_t>(number(attribute, 0, 999999).value_or(0));
            } else if (name == "level") {
                hasLevel = true;
                m_rule.level = number(attribute, 0, 16).value_or(0);
            } else if (name == "maxsize") {
                m_rule.minimumSize = number(attribute, 0, 65536).value_or(0);
            } else if (name == "frequency") {
                m_rule.frequency = number(attribute, 2, 9999);
            } else if (name == "timeframe") {
                m_rule.timeframe = number(attribute, 1, 99999).value_or(m_rule.timeframe);
            } else if (name == "ignore") {
                m_rule.ignore = number(attribute, 1, 999999).value_or(0);
            } else if (name == "overwrite") {
                m_rule.overwrite = sayYes(attribute.value);
                if (!m_rule.overwrite && !equalsIgnoreCase(attribute.value, "no"))
                    error(attribute.position, "overwrite=\"" + attribute.value + "\" is not valid",
                          "Write yes or no.");
            } else if (name == "noalert") {
                m_rule.noAlert = number(attribute, 0, 1).value_or(0) == 1;
            } else if (name == "accuracy") {
                m_rule.accurate = number(attribute, 0, 1).value_or(1) == 1;
            } else if (name == "origin") {
                if (auto origin = OriginRequirement::parse(attribute.value))
                    m_rule.origin = std::move(*origin);
                else
                    error(attribute.position, origin.error().message, origin.error().cure);
            } else {
                error(attribute.position, "Unknown attribute \"" + attribute.name + "\" of a rule",
                      "Known are id, level, maxsize, frequency, timeframe, ignore, overwrite, noalert, "
                      "accuracy "
                      "and origin.");
            }
        }
        if (!hasId || !hasLevel)
            error(m_element.position, std::string("The rule has no ") + (hasId ? "level" : "id"),
                  "Write <rule id=\"100001\" level=\"5\">.");
    }

    void readChild(const xml::Element& child)
    {
        const std::string name = toLower(child.name);
        if (!readText(child, name) && !readPlacement(child, name) && !readCondition(child, name) &&
            !readRelation(child, name) && !readPresentation(child, name))
            error(child.position, "Unknown element <" + child.name + "> in rule " + label(),
                  "Remove it, or check its spelling.");
    }

    void allowAttributes(const xml::Element& child, std::initializer_list<std::string_view> known)
    {
        for (const auto& attribute : child.attributes) {
            if (std::ranges::none_of(known,
                                     [&](auto name) { return equalsIgnoreCase(name, attribute.name); }))
                report(Severity::Warning, attribute.position,
                       "Attribute \"" + attribute.name + "\" of <" + child.name + "> has no effect",
                       "Remove it.");
        }
    }

    static const xml::Attribute* find(const xml::Element& child, std::string_view name)
    {
        for (const auto& attribute : child.attributes) {
            if (equalsIgnoreCase(attribute.name, name))
                return &attribute;
        }
        return nullptr;
    }

    bool negated(const xml::Element& child)
    {
        const auto* attribute = find(child, "negate");
        if (attribute == nullptr)
            return false;
        if (!sayYes(attribute->value) && !equalsIgnoreCase(attribute->value, "no"))
            report(Severity::Warning, attribute->position, "negate=\"" + attribute->value + "\" counts as no",
                   "Write yes or no.");
        return sayYes(attribute->value);
    }

    void append(std::optional<PatternText>& target, const xml::Element& child)
    {
        if (!target)
            target.emplace().position = child.position;
        appendTo(*target, child);
    }

    void appendTo(PatternText& target, const xml::Element& child)
    {
        target.text += child.content;
        target.negate = negated(child);
        target.type.reset();
        if (const auto* attribute = find(child, "type")) {
            target.type = patternTypeFromName(attribute->value);
            if (!target.type)
                error(attribute->position, "Unknown pattern type \"" + attribute->value + "\"",
                      "Write osregex, osmatch or pcre2.");
        }
    }

    static void append(std::optional<PlacedString>& target, const xml::Element& child)
    {
        if (!target)
            target = PlacedString{{}, child.position};
        target->text += child.content;
    }

    bool readText(const xml::Element& child, std::string_view name)
    {
        const auto known = std::ranges::find(kTextNames, name);
        if (known == kTextNames.end())
            return false;
        allowAttributes(child, {"type", "negate"});
        append(m_rule.texts[static_cast<std::size_t>(known - kTextNames.begin())], child);
        return true;
    }

    bool readPlacement(const xml::Element& child, std::string_view name)
    {
        if (name == "if_matched_regex") {
            append(m_rule.ifMatchedRegex, child);
            return true;
        }
        std::optional<PlacedString>* target = name == "if_sid"             ? &m_rule.ifSid
                                              : name == "if_group"         ? &m_rule.ifGroup
                                              : name == "if_level"         ? &m_rule.ifLevel
                                              : name == "if_matched_sid"   ? &m_rule.ifMatchedSid
                                              : name == "if_matched_group" ? &m_rule.ifMatchedGroup
                                              : name == "decoded_as"       ? &m_rule.decodedAs
                                              : name == "category"         ? &m_rule.category
                                                                           : nullptr;
        if (target == nullptr)
            return false;
        allowAttributes(child, {});
        append(*target, child);
        return true;
    }

    bool readCondition(const xml::Element& child, std::string_view name)
    {
        if (name == "field") {
            readField(child);
        } else if (name == "srcip" || name == "dstip") {
            allowAttributes(child, {"negate"});
            AddressesText& target = name == "srcip" ? m_rule.srcIp : m_rule.dstIp;
            target.addresses.push_back({child.content, child.position});
            target.negate = negated(child);
        } else if (name == "time") {
            append(m_rule.time, child);
        } else if (name == "weekday") {
            append(m_rule.weekday, child);
        } else if (name == "compiled_rule") {
            append(m_rule.compiledRule, child);
        } else if (name == "list") {
            readList(child);
        } else if (name == "check_diff") {
            m_rule.checkDiff = true;
        } else if (name == "if_fts") {
            m_rule.ifFirstTimeSeen = true;
        } else {
            return false;
        }
        return true;
    }

    void readField(const xml::Element& child)
    {
        allowAttributes(child, {"name", "type", "negate"});
        const auto* nameAttribute = find(child, "name");
        if (nameAttribute == nullptr || nameAttribute->value.empty()) {
            error(child.position, "<field> has no name", "Write <field name=\"…\">.");
            return;
        }
        if (staticFieldFromName(nameAttribute->value)) {
            error(nameAttribute->position, "\"" + nameAttribute->value + "\" is a static field",
                  "Use <" + nameAttribute->value + "> instead of <field>.");
            return;
        }
        FieldText field;
        field.name = nameAttribute->value;
        field.pattern.position = child.position;
        appendTo(field.pattern, child);
        m_rule.fields.push_back(std::move(field));
    }

    void readList(const xml::Element& child)
    {
        allowAttributes(child, {"field", "lookup", "check_value", "networks"});
        ListText list;
        list.path = child.content;
        list.position = child.position;
        if (const auto* field = find(child, "field"))
            list.field = field->value;
        if (const auto* lookup = find(child, "lookup"))
            list.lookup = lookup->value;
        if (const auto* check = find(child, "check_value")) {
            list.checkValue = check->value;
            list.hasCheckValue = true;
        }
        if (const auto* networks = find(child, "networks")) {
            list.networks = networks->value == "yes";
            if (!list.networks && networks->value != "no")
                error(networks->position, "Attribute networks=\"" + networks->value + "\" is not valid",
                      "Write yes or no.");
        }
        if (list.field.empty())
            error(child.position, "<list> has no field", "Write <list field=\"srcip\" …>.");
        m_rule.lists.push_back(std::move(list));
    }

    bool readRelation(const xml::Element& child, std::string_view name)
    {
        for (const auto& relation : kRelations) {
            if (relation.exactCase ? child.name == relation.element : name == relation.element) {
                m_rule.relations.push_back({relation.kind, std::string(relation.field), false});
                return true;
            }
        }
        if (name == "same_field" || name == "different_field" || name == "not_same_field") {
            m_rule.relations.push_back(
                {name == "same_field" ? RelationKind::Same : RelationKind::Different, child.content, true});
        } else if (name == "global_frequency") {
            m_rule.globalFrequency = true;
        } else if (name == "same_agent" || name == "not_same_agent") {
            report(Severity::Warning, child.position, "<" + child.name + "> has no effect", "Remove it.");
        } else {
            return false;
        }
        return true;
    }

    bool readPresentation(const xml::Element& child, std::string_view name)
    {
        if (name == "description") {
            m_rule.description += child.content;
        } else if (name == "group") {
            m_rule.groups += child.content;
        } else if (name == "options") {
            readOption(child);
        } else if (name == "mitre") {
            readMitre(child);
        } else if (name == "info") {
            allowAttributes(child, {"type"});
            m_rule.info += child.content;
        } else if (name == "cve") {
            allowAttributes(child, {});
            m_rule.cve += child.content;
        } else if (name == "ignore" || name == "check_if_ignored") {
            report(Severity::Note, child.position, "<" + child.name + "> has no effect, as in the reference",
                   {});
        } else {
            return false;
        }
        return true;
    }

    void readOption(const xml::Element& child)
    {
        const std::string_view option = child.content;
        if (option == "alert_by_email")
            m_rule.mail = true;
        else if (option == "no_email_alert")
            m_rule.mail = false;
        else if (option == "log_alert")
            m_rule.logAlways = true;
        else if (option == "no_log")
            m_rule.logNever = true;
        else if (option == "no_ar")
            m_rule.noActiveResponse = true;
        else if (option == "no_full_log")
            m_rule.noFullLog = true;
        else if (option == "no_counter")
            m_rule.noCounter = true;
        else
            error(child.position, "Unknown option \"" + child.content + "\" in rule " + label(),
                  "Known are alert_by_email, no_email_alert, log_alert, no_log, no_ar, no_full_log and "
                  "no_counter.");
    }

    void readMitre(const xml::Element& child)
    {
        for (const auto& item : child.children) {
            const std::string name = toLower(item.name);
            if (name == "id" || name == "techniqueid")
                m_rule.mitreIds.push_back(item.content);
            else if (name != "tacticid")
                error(item.position, "Unknown element <" + item.name + "> in <mitre>",
                      "Write <id>, or <tacticID> and <techniqueID>.");
        }
    }

    const xml::Element& m_element;
    const SourceFile& m_file;
    Problems& m_problems;
    RuleText m_rule;
    bool m_usable = true;
};

class RuleFileReader
{
public:
    RuleFileReader(const SourceFile& file, std::vector<RuleText>& rules, Problems& problems)
        : m_file(file)
        , m_rules(rules)
        , m_problems(problems)
    {
    }

    void read()
    {
        if (m_file.bytes.empty())
            return;
        const xml::Document document = xml::read(m_file.bytes, m_file.name);
        if (!document.ok()) {
            for (Problem problem : document.problems) {
                problem.component = "rules";
                m_problems.push_back(std::move(problem));
            }
            return;
        }
        if (document.roots.empty())
            error({}, "The file holds no <group>", "Add one, or empty the file.");
        for (const auto& root : document.roots)
            readGroup(root);
    }

private:
    void error(xml::Position at, std::string message, std::string cure)
    {
        m_problems.push_back(
            {Severity::Error, "rules", m_file.name, at.line, at.column, std::move(message), std::move(cure)});
    }

    void readGroup(const xml::Element& root)
    {
        if (!equalsIgnoreCase(root.name, "group")) {
            error(root.position, "<" + root.name + "> can't stand here", "Only <group name=\"…\"> can.");
            return;
        }
        if (root.attributes.size() != 1 || !equalsIgnoreCase(root.attributes.front().name, "name")) {
            error(root.position, "<group> needs the attribute name, and no other",
                  "Write <group name=\"local,\">.");
            return;
        }
        if (root.children.empty()) {
            error(root.position, "The group holds no rule", "Add a <rule>, or remove the group.");
            return;
        }
        for (const auto& element : root.children) {
            if (!equalsIgnoreCase(element.name, "rule")) {
                error(element.position, "<" + element.name + "> can't stand in a group", "Only <rule> can.");
                continue;
            }
            RuleElementReader reader(element, m_file, root.attributes.front().value, m_problems);
            if (auto rule = reader.read())
                m_rules.push_back(std::move(*rule));
        }
    }

    const SourceFile& m_file;
    std::vector<RuleText>& m_rules;
    Problems& m_problems;
};

} // namespace

std::string_view ruleTextSourceName(RuleTextSource source)
{
    return kTextNames[static_cast<std::size_t>(source)];
}

void readRuleFile(const SourceFile& file, std::vector<RuleText>& rules, Problems& problems)
{
    RuleFileReader(file, rules, problems).read();
}

} // namespace bartizan
