#include "engine/decode/windows_event.h"

#include "engine/base/json_writer.h"
#include "engine/base/strings.h"
#include "engine/decode/json_decoder.h"
#include "engine/decode/json_scanner.h"
#include "engine/decode/windows_audit_policy.h"
#include "engine/xml/xml_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bartizan {

namespace {

using xml::Element;

constexpr std::string_view kLocation = "EventChannel";
constexpr std::size_t kDeepest = 32; // of elements in a block of the event's own making

// A record taken apart. The reference reads the XML as it stands in the JSON text, so every backslash in its
// values is doubled and quotes read \"; stock rules rely on that. `escapes`: the XML was given in its own
// form, and its values, which have their backslashes doubled, still have to be brought into that one.
struct Parts
{
    xml::Document document;
    std::string message;
    bool escapes = false;

    [[nodiscard]] const Element* event() const
    {
        if (!document.ok() || document.roots.size() != 1 || document.roots.front().name != "Event")
            return nullptr;
        return &document.roots.front();
    }
};

struct Collected
{
    std::string_view message; // raw, as between the quotes
    std::string_view event;
};

std::optional<Collected> readCollected(std::string_view text)
{
    JsonScanner check(text);
    if (check.kind() != JsonKind::Object || !check.skipValue())
        return std::nullopt;
    Collected found;
    JsonScanner scanner(text);
    for (bool more = scanner.enter(); more; more = scanner.next()) {
        const auto key = scanner.takeRawString();
        scanner.skipColon();
        const bool isText = scanner.kind() == JsonKind::String;
        if (isText && key == "Message")
            found.message = scanner.takeRawString();
        else if (isText && key == "Event")
            found.event = scanner.takeRawString();
        else
            static_cast<void>(scanner.skipValue());
    }
    return found.event.empty() ? std::nullopt : std::optional(found);
}

xml::Document readXml(std::string_view text)
{
    return xml::read(text, {}, xml::LongText::Cut);
}

std::string withDoubledBackslashes(std::string_view text)
{
    std::string doubled;
    for (const char c : text)
        doubled.append(c == '\\' ? 2 : 1, c);
    return doubled;
}

// The XML in its own form. A single backslash would hide the tag behind it from the reader.
xml::Document readPlainXml(std::string_view text)
{
    return readXml(withDoubledBackslashes(text));
}

std::string unescaped(std::string_view value)
{
    std::string text;
    for (std::size_t i = 0; i < value.size(); ++i) {
        text += value[i];
        i += value[i] == '\\' ? 1 : 0;
    }
    return text;
}

Parts readParts(std::string_view log)
{
    Parts parts;
    if (const auto collected = readCollected(log)) {
        parts.message = unescapeJson(collected->message);
        parts.document = readXml(collected->event);
        if (parts.event() == nullptr) {
            // Attributes in double quotes are no XML while their quotes are escaped.
            parts.document = readPlainXml(unescapeJson(collected->event));
            parts.escapes = true;
        }
        return parts;
    }
    parts.document = readPlainXml(log);
    parts.escapes = true;
    if (const Element* event = parts.event()) {
        const Element* rendering = event->child("RenderingInfo");
        const Element* message = rendering != nullptr ? rendering->child("Message") : nullptr;
        if (message != nullptr)
            parts.message = unescaped(message->content);
    }
    return parts;
}

std::string lowerFirst(std::string_view name)
{
    std::string text(name);
    if (!text.empty())
        text.front() = lowerAscii(text.front());
    return text;
}

class WindowsEvent
{
public:
    explicit WindowsEvent(const Parts& parts)
        : m_parts(parts)
    {
    }

    std::string json()
    {
        m_json.beginObject().key("win").beginObject();
        for (const Element& block : m_parts.event()->children) {
            if (block.name == "System")
                system(block);
            else if (block.name == "EventData")
                eventData(block);
            else if (block.name != "RenderingInfo")
                for (const Element& element : block.children)
                    generic(element, 1);
        }
        m_json.endObject().endObject();
        return m_json.take();
    }

private:
    [[nodiscard]] std::string shown(std::string_view value) const
    {
        if (!m_parts.escapes)
            return std::string(value);
        const std::string quoted = jsonQuoted(unescaped(value));
        return quoted.substr(1, quoted.size() - 2);
    }

    void put(std::string_view name, std::string_view value)
    {
        if (!value.empty())
            m_json.key(name).string(value);
    }

    void putAttribute(const Element& element, std::string_view attribute, std::string_view name)
    {
        if (const auto* found = element.attribute(attribute))
            put(name, shown(found->value));
    }

    void system(const Element& block)
    {
        m_json.key("system").beginObject();
        std::string level;
        std::string keywords;
        for (const Element& element : block.children) {
            if (element.name == "Provider") {
                putAttribute(element, "Name", "providerName");
                putAttribute(element, "Guid", "providerGuid");
                putAttribute(element, "EventSourceName", "eventSourceName");
            } else if (element.name == "TimeCreated") {
                putAttribute(element, "SystemTime", "systemTime");
            } else if (element.name == "Execution") {
                putAttribute(element, "ProcessID", "processID");
                putAttribute(element, "ThreadID", "threadID");
            } else if (isSystemText(element.name)) {
                put(lowerFirst(element.name), shown(element.content));
                if (element.name == "Level")
                    level = element.content;
                else if (element.name == "Keywords")
                    keywords = element.content;
            }
        }
        put("severityValue", severity(level, keywords));
        put("message", m_parts.message.empty() ? std::string() : '"' + m_parts.message + '"');
        m_json.endObject();
    }

    static bool isSystemText(std::string_view name)
    {
        static constexpr std::array<std::string_view, 9> kNames{"EventID",       "Version", "Level",
                                                                "Task",          "Opcode",  "Keywords",
                                                                "EventRecordID", "Channel", "Computer"};
        return std::ranges::find(kNames, name) != kNames.end();
    }

    static std::string_view severity(std::string_view level, std::string_view keywords)
    {
        static constexpr std::array<std::string_view, 5> kNames{"CRITICAL", "ERROR", "WARNING", "INFORMATION",
                                                                "VERBOSE"};
        constexpr std::uint64_t kAuditFailure = 0x10000000000000;
        constexpr std::uint64_t kAuditSuccess = 0x20000000000000;
        const auto number = parseNumber<unsigned>(level);
        if (number && *number >= 1 && *number <= kNames.size())
            return kNames[*number - 1];
        if (keywords.starts_with("0x"))
            keywords.remove_prefix(2);
        std::uint64_t bits = 0;
        std::from_chars(keywords.data(), keywords.data() + keywords.size(), bits, 16);
        if ((bits & kAuditFailure) != 0)
            return "AUDIT_FAILURE";
        return (bits & kAuditSuccess) != 0 ? "AUDIT_SUCCESS" : "UNKNOWN";
    }

    void eventData(const Element& block)
    {
        m_json.key("eventdata").beginObject();
        std::string unnamed;
        std::string category;
        std::string subcategory;
        std::string changes;
        for (const Element& element : block.children) {
            const std::string value = dataValue(element);
            if (value.empty())
                continue;
            const auto* name = element.attribute("Name");
            if (name == nullptr || name->value.empty()) {
                if (element.name == "Data")
                    (unnamed += unnamed.empty() ? "" : ", ") += value;
                else
                    put(lowerFirst(element.name), value); // Binary
                continue;
            }
            const std::string field = lowerFirst(shown(name->value));
            if (field == "auditPolicyChanges") {
                changes = value;
                put("auditPolicyChangesId", value);
                continue;
            }
            put(field, value);
            if (field == "categoryId")
                category = value;
            else if (field == "subcategoryId")
                subcategory = value;
        }
        put("data", unnamed);
        put("category", auditCategoryName(category).value_or(category));
        put("subcategory", auditSubcategoryName(subcategory).value_or(subcategory));
        put("auditPolicyChanges", auditChangeNames(changes));
        m_json.endObject();
    }

    // Empty where the field is left out.
    [[nodiscard]] std::string dataValue(const Element& element) const
    {
        std::string value = shown(element.content);
        value.erase(value.find_last_not_of(' ') + 1);
        return value == "-" || value == "(NULL)" ? std::string() : value;
    }

    void generic(const Element& element, std::size_t depth)
    {
        const std::string name = lowerFirst(element.name);
        if (element.children.empty()) {
            put(name, shown(element.content));
        } else if (depth < kDeepest) {
            m_json.key(name).beginObject();
            for (const Element& child : element.children)
                generic(child, depth + 1);
            m_json.endObject();
        }
    }

    const Parts& m_parts;
    JsonWriter m_json;
};

} // namespace

bool isWindowsEvent(const Event& event)
{
    const auto location = event.location;
    if (!location.ends_with(kLocation))
        return false;
    const auto before = location.substr(0, location.size() - kLocation.size());
    return before.empty() || (before.starts_with('(') && before.ends_with("->"));
}

bool decodeWindowsEvent(Event& event)
{
    const Parts parts = readParts(event.fullLog);
    if (parts.event() == nullptr)
        return false;
    event.fullLog = event.log = event.keep(WindowsEvent(parts).json());
    decodeJson(event, event.log, JsonNull::Text, JsonArray::Text);
    return true;
}

} // namespace bartizan
