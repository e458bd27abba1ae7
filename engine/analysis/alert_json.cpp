#include "engine/analysis/alert_json.h"

#include "engine/analysis/mitre_attack.h"
#include "engine/base/json_writer.h"
#include "engine/base/strings.h"
#include "engine/base/timestamp.h"
#include "engine/decode/json_scanner.h"
#include "engine/decode/predecode.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace bartizan {

namespace {

constexpr std::size_t kDeepestName = 64; // parts of a dotted name; a hostile one could have thousands
constexpr std::size_t kIndexedFrom = 16; // children; a hostile record has thousands

void copyJson(JsonScanner& scanner, JsonWriter& json);

void copyArray(JsonScanner& scanner, JsonWriter& json)
{
    json.beginArray();
    if (scanner.enter()) {
        do
            copyJson(scanner, json);
        while (scanner.next());
    }
    json.endArray();
}

void copyObject(JsonScanner& scanner, JsonWriter& json)
{
    json.beginObject();
    if (scanner.enter()) {
        do {
            json.key(unescapeJson(scanner.takeRawString()));
            scanner.skipColon();
            copyJson(scanner, json);
        } while (scanner.next());
    }
    json.endObject();
}

void copyWord(JsonScanner& scanner, JsonWriter& json, JsonKind kind)
{
    scanner.skipWord();
    if (kind == JsonKind::Null)
        json.null();
    else
        json.boolean(kind == JsonKind::True);
}

void copyNumber(JsonScanner& scanner, JsonWriter& json)
{
    const double value = scanner.takeNumber();
    if (std::trunc(value) == value && std::fabs(value) < 9007199254740992.0)
        json.number(static_cast<std::int64_t>(value));
    else
        json.real(value);
}

// The scanner has accepted the text, which bounds the depth.
void copyJson(JsonScanner& scanner, JsonWriter& json)
{
    switch (const auto kind = scanner.kind()) {
    case JsonKind::Object:
        copyObject(scanner, json);
        break;
    case JsonKind::Array:
        copyArray(scanner, json);
        break;
    case JsonKind::String:
        json.string(unescapeJson(scanner.takeRawString()));
        break;
    case JsonKind::Number:
        copyNumber(scanner, json);
        break;
    case JsonKind::True:
    case JsonKind::False:
    case JsonKind::Null:
        copyWord(scanner, json, kind);
        break;
    case JsonKind::None:
        json.null();
        break;
    }
}

// Fields on their way from dotted names to nested objects.
struct FieldNode
{
    std::string_view name;
    const Field* leaf = nullptr; // nullptr: an object
    std::vector<std::unique_ptr<FieldNode>> children;
    std::unordered_map<std::string, FieldNode*> index; // by lower-case name, where there are many children

    // As the reference's JSON library looks up: ASCII case ignored.
    FieldNode* child(std::string_view wanted)
    {
        if (children.size() > kIndexedFrom) {
            const auto found = index.find(toLower(wanted));
            return found == index.end() ? nullptr : found->second;
        }
        const auto found = std::ranges::find_if(
            children, [&](const auto& node) { return equalsIgnoreCase(node->name, wanted); });
        return found == children.end() ? nullptr : found->get();
    }

    void add(const Field& field)
    {
        FieldNode* node = this;
        std::string_view rest = field.name;
        for (std::size_t depth = 1; depth < kDeepestName && !field.isStatic; ++depth) {
            const auto dot = rest.find('.');
            if (dot == std::string_view::npos)
                break;
            node = node->objectNamed(rest.substr(0, dot));
            if (node == nullptr)
                return;
            rest.remove_prefix(dot + 1);
        }
        if (node->child(rest) == nullptr)
            node->append(rest)->leaf = &field;
    }

    FieldNode* objectNamed(std::string_view wanted)
    {
        FieldNode* known = child(wanted);
        if (known == nullptr)
            return append(wanted);
        return known->leaf == nullptr ? known : nullptr;
    }

    FieldNode* append(std::string_view newName)
    {
        children.push_back(std::make_unique<FieldNode>());
        children.back()->name = newName;
        if (children.size() == kIndexedFrom + 1) {
            for (const auto& node : children)
                index.emplace(toLower(node->name), node.get());
        } else if (children.size() > kIndexedFrom) {
            index.emplace(toLower(newName), children.back().get());
        }
        return children.back().get();
    }

    void write(JsonWriter& json) const
    {
        json.beginObject();
        for (const auto& node : children) {
            json.key(node->name);
            if (node->leaf == nullptr)
                node->write(json);
            else
                writeLeaf(*node->leaf, json);
        }
        json.endObject();
    }

    static void writeLeaf(const Field& field, JsonWriter& json)
    {
        if (!field.isStatic && field.value.starts_with('[') && JsonScanner(field.value).skipValue()) {
            JsonScanner scanner(field.value);
            copyJson(scanner, json);
        } else {
            json.string(field.value);
        }
    }
};

void writeStrings(JsonWriter& json, std::string_view name, const std::vector<std::string>& values)
{
    json.key(name).beginArray();
    for (const auto& value : values)
        json.string(value);
    json.endArray();
}

// Tactics and names as far as the ids are known, each once.
void writeMitre(JsonWriter& json, const std::vector<std::string>& ids)
{
    std::vector<std::string> tactics;
    std::vector<std::string> names;
    const auto add = [](std::vector<std::string>& texts, std::string_view text) {
        if (!text.empty() && std::ranges::find(texts, text) == texts.end())
            texts.emplace_back(text);
    };
    for (const auto& id : ids) {
        const MitreTechnique technique = mitreTechnique(id);
        add(names, technique.name);
        for (const auto tactic : technique.tactics)
            add(tactics, tactic);
    }
    writeStrings(json, "id", ids);
    if (!tactics.empty())
        writeStrings(json, "tactic", tactics);
    if (!names.empty())
        writeStrings(json, "technique", names);
}

void writeRule(JsonWriter& json, const RuleInfo& rule)
{
    json.key("rule").beginObject();
    json.key("level").number(rule.level);
    json.key("description").string(rule.description);
    json.key("id").string(std::to_string(rule.id));
    if (!rule.facts->mitreIds.empty()) {
        json.key("mitre").beginObject();
        writeMitre(json, rule.facts->mitreIds);
        json.endObject();
    }
    if (rule.frequency > 0)
        json.key("frequency").number(rule.frequency);
    if (rule.firedTimes > 0)
        json.key("firedtimes").number(static_cast<std::int64_t>(rule.firedTimes));
    json.key("mail").boolean(rule.mail);
    writeStrings(json, "groups", rule.facts->groups);
    for (const auto& [standard, items] : rule.facts->compliance)
        writeStrings(json, standard, items);
    if (!rule.facts->info.empty())
        json.key("info").string(rule.facts->info);
    if (!rule.facts->cve.empty())
        json.key("cve").string(rule.facts->cve);
    json.endObject();
}

void writePredecoder(JsonWriter& json, const Verdict& verdict)
{
    if (!verdict.programName && !verdict.timestamp && !verdict.hostname)
        return;
    json.key("predecoder").beginObject();
    if (verdict.programName)
        json.key("program_name").string(*verdict.programName);
    if (verdict.timestamp)
        json.key("timestamp").string(*verdict.timestamp);
    if (verdict.hostname)
        json.key("hostname").string(*verdict.hostname);
    json.endObject();
}

void writeDecoder(JsonWriter& json, const Verdict& verdict)
{
    json.key("decoder").beginObject();
    if (!verdict.decoderParent.empty())
        json.key("parent").string(verdict.decoderParent);
    if (!verdict.decoderName.empty())
        json.key("name").string(verdict.decoderName);
    if (!verdict.decoderComment.empty())
        json.key("ftscomment").string(verdict.decoderComment);
    if (verdict.decoderAccumulates)
        json.key("accumulate").number(1);
    json.endObject();
}

} // namespace

std::string fieldsJson(const Verdict& verdict)
{
    FieldNode root;
    for (const auto& field : verdict.fields) {
        if (!field.value.empty())
            root.add(field);
    }
    JsonWriter json;
    root.write(json);
    return json.take();
}

std::string alertJson(const Verdict& verdict, std::string_view recordText, std::string_view location,
                      EpochMs time, std::string_view hostName, std::string_view alertId)
{
    JsonWriter json;
    json.beginObject();
    json.key("timestamp").string(alertTimestamp(time));
    if (verdict.rule)
        writeRule(json, *verdict.rule);
    const LocationParts sender = locationParts(location);
    json.key("agent").beginObject().key("id").string(sender.agent);
    json.key("name").string(sender.host.value_or(hostName));
    if (!sender.address.empty())
        json.key("ip").string(sender.address);
    json.endObject();
    json.key("manager").beginObject().key("name").string(hostName).endObject();
    json.key("id").string(alertId);
    if (!verdict.previousOutput.empty())
        json.key("previous_output").string(verdict.previousOutput);
    if (!verdict.rule || !verdict.rule->noFullLog)
        json.key("full_log").string(recordText);
    writePredecoder(json, verdict);
    writeDecoder(json, verdict);
    if (const auto data = fieldsJson(verdict); data != "{}")
        json.key("data").raw(data);
    json.key("location").string(sender.path);
    json.endObject();
    return json.take();
}

} // namespace bartizan
