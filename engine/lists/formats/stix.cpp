#include "engine/lists/formats/stix.h"

#include "engine/lists/formats/address_text.h"
#include "engine/lists/formats/json_cursor.h"
#include "engine/lists/formats/stix_pattern.h"
#include "engine/lists/formats/value_text.h"

#include <algorithm>
#include <array>
#include <optional>

namespace bartizan::formats {

namespace {

// The members of an object that matter here.
struct Indicator
{
    std::string type;
    std::string pattern;
    std::string patternType;
    std::string name;
    std::string validUntil;
    bool isRevoked = false;

    void clear()
    {
        for (auto* text : {&type, &pattern, &patternType, &name, &validUntil})
            text->clear();
        isRevoked = false;
    }
};

class StixReader
{
public:
    StixReader(std::string_view bytes, Reading& reading)
        : m_bytes(bytes)
        , m_reading(reading)
        , m_cursor(bytes, reading.limits().deepestJson, reading.limits().longestLine)
    {
    }

    void read()
    {
        if (m_cursor.kind() != JsonCursor::Kind::Object)
            return m_reading.refuse(0, {"It is no STIX bundle: it does not begin with '{'",
                                        "Name the format that it has, or none to have it found."});
        bool hasObjects = false;
        std::string key;
        m_cursor.enter();
        while (m_reading.goesOn() && m_cursor.nextMember(key)) {
            if (key != "objects" || m_cursor.kind() != JsonCursor::Kind::Array) {
                m_cursor.skip();
                continue;
            }
            hasObjects = true;
            m_cursor.enter();
            while (m_reading.goesOn() && m_cursor.nextElement())
                readObject();
        }
        if (!m_reading.goesOn())
            return;
        if (m_cursor.hasFailed())
            m_reading.refuse(lineAt(m_cursor.position()),
                             {"The JSON text is broken: " + std::string(m_cursor.mistake()),
                              m_cursor.isCutOff() ? "Fetch the whole file." : "Correct it there."});
        else if (!m_cursor.isAtEnd())
            m_reading.refuse(lineAt(m_cursor.position()), {"Something stands behind the bundle",
                                                           "Read a list with an object a line as jsonl."});
        else if (!hasObjects)
            m_reading.refuse(0, {"It is JSON, but no STIX bundle: it has no \"objects\"",
                                 "Ask its author for a STIX 2.1 bundle or a plain list."});
    }

private:
    void readObject()
    {
        ++m_number;
        const auto kind = m_cursor.kind(); // leads over the blanks, to where the object is
        const auto line = lineAt(m_cursor.position());
        if (kind != JsonCursor::Kind::Object) {
            m_cursor.skip();
            m_reading.bad(line, [&] { return complain("it is no object"); });
            return;
        }
        readMembers();
        if (!m_cursor.hasFailed())
            takeIndicator(line);
    }

    void readMembers()
    {
        m_indicator.clear();
        m_cursor.enter();
        while (m_cursor.nextMember(m_key)) {
            if (auto* text = textOf(m_key); text != nullptr && m_cursor.kind() == JsonCursor::Kind::String)
                m_cursor.readString(*text);
            else if (m_key == "revoked" && m_cursor.kind() == JsonCursor::Kind::Other)
                m_indicator.isRevoked = m_cursor.readWord() == "true";
            else
                m_cursor.skip();
        }
    }

    [[nodiscard]] std::string* textOf(std::string_view key)
    {
        return key == "type"           ? &m_indicator.type
               : key == "pattern"      ? &m_indicator.pattern
               : key == "pattern_type" ? &m_indicator.patternType
               : key == "name"         ? &m_indicator.name
               : key == "valid_until"  ? &m_indicator.validUntil
                                       : nullptr;
    }

    void takeIndicator(std::uint64_t line)
    {
        const bool isStix = m_indicator.patternType.empty() || m_indicator.patternType == "stix";
        if (m_indicator.type != "indicator" || m_indicator.isRevoked || !isStix)
            return m_reading.leaveOut();
        const auto pattern = readStixPattern(m_indicator.pattern);
        if (!pattern.obstacle.empty()) {
            m_reading.bad(line, [&] { return complain(pattern.obstacle); });
            return;
        }
        const auto isOther = [](const auto& part) { return part.kind == StixPattern::Kind::Other; };
        if (std::ranges::all_of(pattern.values, isOther))
            return m_reading.leaveOut();
        const auto wrong = std::ranges::find_if(
            pattern.values, [&](const auto& part) { return !isOther(part) && !valueOf(part); });
        if (wrong != pattern.values.end()) {
            m_reading.bad(line, [&] { return complain(explain(*wrong)); });
            return;
        }
        m_reading.good();
        for (const auto& part : pattern.values) {
            if (!isOther(part))
                m_reading.take(line, *valueOf(part), m_indicator.name, m_indicator.validUntil);
        }
    }

    std::optional<Value> valueOf(const StixPattern::Value& part)
    {
        if (part.kind == StixPattern::Kind::Address)
            return readNetworks(part.text);
        if (part.kind == StixPattern::Kind::Hash) {
            const auto hash = readHash(part.text);
            return hash ? std::optional<Value>(*hash) : std::nullopt;
        }
        const auto domain = readDomain(part.text, m_reading.domainStorage);
        return domain ? std::optional<Value>(*domain) : std::nullopt;
    }

    static std::string explain(const StixPattern::Value& part)
    {
        return (part.kind == StixPattern::Kind::Address ? explainNetworks(part.text)
                : part.kind == StixPattern::Kind::Hash  ? explainHash(part.text)
                                                        : explainDomain(part.text))
            .message;
    }

    [[nodiscard]] Complaint complain(std::string_view why) const
    {
        std::string which = "Object " + std::to_string(m_number);
        if (!m_indicator.name.empty())
            which += " (" + shown(m_indicator.name) + ')';
        return {which + " can't be taken: " + std::string(why),
                "The rest of the bundle is taken without it."};
    }

    // Asked in ascending order, so each byte is looked at once.
    std::uint64_t lineAt(std::size_t position)
    {
        const auto part = m_bytes.substr(m_counted, position - m_counted);
        m_line += static_cast<std::uint64_t>(std::ranges::count(part, '\n'));
        m_counted = position;
        return m_line;
    }

    std::string_view m_bytes;
    Reading& m_reading;
    JsonCursor m_cursor;
    Indicator m_indicator;
    std::string m_key;
    std::uint64_t m_number = 0;
    std::uint64_t m_line = 1;
    std::size_t m_counted = 0;
};

} // namespace

void readStix(std::string_view bytes, Reading& reading)
{
    StixReader(bytes, reading).read();
}

StixLikeness looksLikeStix(std::string_view bytes, const ListLimits& limits)
{
    JsonCursor cursor(bytes, limits.deepestJson, limits.longestLine);
    if (cursor.kind() != JsonCursor::Kind::Object)
        return StixLikeness::No;
    auto likeness = StixLikeness::No;
    std::string key;
    std::string text;
    cursor.enter();
    while (likeness != StixLikeness::Bundle && cursor.nextMember(key)) {
        if (key == "type" && cursor.kind() == JsonCursor::Kind::String) {
            if (cursor.readString(text) && text == "bundle")
                likeness = StixLikeness::Bundle;
            continue;
        }
        if (key == "objects" && cursor.kind() == JsonCursor::Kind::Array)
            likeness = StixLikeness::ListOfObjects;
        cursor.skip();
    }
    return likeness;
}

} // namespace bartizan::formats
