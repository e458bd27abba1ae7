#include "engine/decode/json_decoder.h"

#include "engine/decode/json_scanner.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

namespace bartizan {

namespace {

constexpr std::size_t kMaxNameBytes = 1024;
constexpr std::size_t kMaxDynamicFields = 256;

bool isInteger32(double value)
{
    return value >= std::numeric_limits<int>::min() && value <= std::numeric_limits<int>::max() &&
           value == std::trunc(value);
}

template<class Value> std::string printed(const char* format, Value value)
{
    std::array<char, 400> text{};
    const int length = std::snprintf(text.data(), text.size(), format, value); // NOLINT: formats are ours
    return std::string(text.data(), static_cast<std::size_t>(length));
}

// As a field's value.
std::string fieldNumber(double value)
{
    return isInteger32(value) ? std::to_string(static_cast<int>(value)) : printed("%f", value);
}

// As within the text of an array.
std::string arrayNumber(double value)
{
    if (isInteger32(value))
        return std::to_string(static_cast<int>(value));
    const std::string brief = printed("%1.15g", value);
    double back = 0;
    const auto read = std::from_chars(brief.data(), brief.data() + brief.size(), back);
    return read.ec == std::errc{} && back == value ? brief : printed("%1.17g", value);
}

// One value in the layout that the reference prints arrays in.
class ArrayPrinter
{
public:
    explicit ArrayPrinter(JsonScanner& scanner)
        : m_scanner(scanner)
    {
    }

    std::string print()
    {
        value(0);
        return std::move(m_text);
    }

private:
    void value(std::size_t depth)
    {
        switch (m_scanner.kind()) {
        case JsonKind::Object:
            object(depth + 1);
            break;
        case JsonKind::Array:
            array(depth + 1);
            break;
        case JsonKind::String:
            string();
            break;
        case JsonKind::Number:
            m_text += arrayNumber(m_scanner.takeNumber());
            break;
        case JsonKind::True:
            word("true");
            break;
        case JsonKind::False:
            word("false");
            break;
        case JsonKind::Null:
        case JsonKind::None:
            word("null");
            break;
        }
    }

    void object(std::size_t depth)
    {
        m_text += "{\n";
        bool more = m_scanner.enter();
        while (more) {
            m_text.append(depth, '\t');
            string();
            m_scanner.skipColon();
            m_text += ":\t";
            value(depth);
            more = m_scanner.next();
            m_text += more ? ",\n" : "\n";
        }
        m_text.append(depth - 1, '\t');
        m_text += '}';
    }

    void array(std::size_t depth)
    {
        m_text += '[';
        bool more = m_scanner.enter();
        while (more) {
            value(depth);
            more = m_scanner.next();
            if (more)
                m_text += ", ";
        }
        m_text += ']';
    }

    void string()
    {
        static constexpr std::string_view kSpecial = "\"\\\b\f\n\r\t";
        static constexpr std::string_view kLetters = "\"\\bfnrt";
        m_text += '"';
        for (const char c : unescapeJson(m_scanner.takeRawString())) {
            if (const auto special = kSpecial.find(c); special != std::string_view::npos) {
                m_text += '\\';
                m_text += kLetters[special];
            } else if (static_cast<unsigned char>(c) < 0x20) {
                m_text += printed("\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
            } else {
                m_text += c;
            }
        }
        m_text += '"';
    }

    void word(std::string_view text)
    {
        m_scanner.skipWord();
        m_text += text;
    }

    JsonScanner& m_scanner;
    std::string m_text;
};

class JsonFields
{
public:
    JsonFields(Event& event, std::string_view text, JsonNull nulls, JsonArray arrays)
        : m_event(event)
        , m_scanner(text)
        , m_nulls(nulls)
        , m_arrays(arrays)
    {
    }

    void object()
    {
        const std::size_t outer = m_name.size();
        for (bool more = m_scanner.enter(); more; more = m_scanner.next()) {
            if (outer > 0)
                m_name += '.';
            m_name += textOf(m_scanner.takeRawString());
            m_scanner.skipColon();
            value(outer == 0);
            m_name.resize(outer);
        }
    }

private:
    void value(bool isTopLevel)
    {
        switch (m_scanner.kind()) {
        case JsonKind::Object:
            object();
            return;
        case JsonKind::Array:
            return m_arrays == JsonArray::Csv
                       ? csv(isTopLevel)
                       : set(isTopLevel, m_event.keep(ArrayPrinter(m_scanner).print()));
        case JsonKind::Null:
            m_scanner.skipWord();
            if (m_nulls == JsonNull::Text)
                set(isTopLevel, "null");
            return;
        default:
            set(isTopLevel, scalar());
        }
    }

    std::string_view scalar()
    {
        switch (m_scanner.kind()) {
        case JsonKind::String:
            return textOf(m_scanner.takeRawString());
        case JsonKind::Number:
            return m_event.keep(fieldNumber(m_scanner.takeNumber()));
        case JsonKind::True:
            m_scanner.skipWord();
            return "true";
        case JsonKind::False:
            m_scanner.skipWord();
            return "false";
        default:
            m_scanner.skipWord();
            return "null";
        }
    }

    // The scalars of an array, joined; nothing for an empty array.
    void csv(bool isTopLevel)
    {
        std::string joined;
        bool any = false;
        for (bool more = m_scanner.enter(); more; more = m_scanner.next()) {
            const auto kind = m_scanner.kind();
            if (kind == JsonKind::Object || kind == JsonKind::Array) {
                static_cast<void>(m_scanner.skipValue());
                continue;
            }
            if (any)
                joined += ',';
            joined += scalar();
            any = true;
        }
        if (any)
            set(isTopLevel, m_event.keep(std::move(joined)));
    }

    std::string_view textOf(std::string_view raw)
    {
        return raw.find('\\') == std::string_view::npos ? raw : m_event.keep(unescapeJson(raw));
    }

    void set(bool isTopLevel, std::string_view value)
    {
        if (isTopLevel) {
            if (const auto field = staticFor(m_name)) {
                m_event.setField(*field, value);
                return;
            }
        }
        if (m_name.size() <= kMaxNameBytes && m_event.dynamicFields().size() < kMaxDynamicFields)
            m_event.addDynamic(m_event.keep(m_name), value);
    }

    // `systemname` is the static one here and `system_name` is not; `user` is dstuser unless that is set.
    std::optional<StaticField> staticFor(std::string_view name) const
    {
        if (name == "systemname")
            return StaticField::SystemName;
        if (name == "system_name")
            return std::nullopt;
        const auto field = staticFieldFromName(name);
        return name == "user" && m_event.field(StaticField::DstUser) ? std::nullopt : field;
    }

    Event& m_event;
    JsonScanner m_scanner;
    JsonNull m_nulls;
    JsonArray m_arrays;
    std::string m_name;
};

} // namespace

void decodeJson(Event& event, std::string_view text, JsonNull nulls, JsonArray arrays)
{
    JsonScanner check(text);
    if (check.kind() == JsonKind::Object && check.skipValue())
        JsonFields(event, text, nulls, arrays).object();
}

} // namespace bartizan
