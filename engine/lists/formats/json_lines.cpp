#include "engine/lists/formats/json_lines.h"

#include "engine/base/strings.h"
#include "engine/lists/formats/address_text.h"
#include "engine/lists/formats/json_cursor.h"
#include "engine/lists/formats/value_text.h"

#include <algorithm>
#include <array>
#include <span>

namespace bartizan::formats {

namespace {

// Where a list's author puts the value; earlier ones are preferred.
constexpr std::array<std::string_view, 20> kValueNames{
    "cidr",    "network", "prefix", "range",  "ip",          "ip_address", "ipaddress",
    "address", "src_ip",  "dst_ip", "sha256", "sha256_hash", "md5",        "md5_hash",
    "hash",    "domain",  "host",   "ioc",    "indicator",   "value"};
constexpr std::array<std::string_view, 12> kNoteNames{"type",        "category",    "malware",     "threat",
                                                      "threat_type", "risk",        "country",     "cc",
                                                      "sblid",       "reliability", "description", "comment"};

std::size_t rankOf(std::string_view name, std::span<const std::string_view> names)
{
    return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
}

class JsonLineReader
{
public:
    explicit JsonLineReader(Reading& reading)
        : m_reading(reading)
    {
    }

    void read(const Line& line)
    {
        if (isBlankOrComment(line.text))
            return m_reading.blank();
        JsonCursor cursor(line.text, m_reading.limits().deepestJson, m_reading.limits().longestLine);
        if (cursor.kind() != JsonCursor::Kind::Object) {
            m_reading.bad(line.number, [&] {
                return Complaint{shown(line.text) + " is no JSON object",
                                 "Write an object in braces on each line."};
            });
            return;
        }
        readObject(cursor);
        if (cursor.hasFailed() || !cursor.isAtEnd()) {
            m_reading.bad(line.number, [&] { return explainJson(cursor); });
            return;
        }
        if (m_rank < kNone)
            takeAny(m_reading, line.number, m_value, m_reading.noteStorage);
        else if (m_isMetadata)
            m_reading.leaveOut();
        else
            m_reading.bad(line.number, [&] { return explainMissing(); });
    }

private:
    static constexpr std::size_t kNone = kValueNames.size();

    void readObject(JsonCursor& cursor)
    {
        m_rank = kNone;
        m_isMetadata = false;
        m_reading.noteStorage.clear();
        cursor.enter();
        while (cursor.nextMember(m_key)) {
            if (cursor.kind() == JsonCursor::Kind::String && cursor.readString(m_text))
                readMember();
            else if (cursor.kind() == JsonCursor::Kind::Other && isNote(m_key))
                addNote(cursor.readWord());
            else if (!cursor.hasFailed())
                cursor.skip();
        }
    }

    void readMember()
    {
        const auto lower = toLower(m_key);
        const auto rank = rankOfValue(lower);
        if (rank < m_rank) {
            m_rank = rank;
            m_value = trim(m_text);
        } else if (isNote(lower)) {
            addNote(m_text);
        }
        m_isMetadata = m_isMetadata || (lower == "type" && m_text == "metadata");
    }

    [[nodiscard]] std::size_t rankOfValue(const std::string& lower) const
    {
        const auto& wanted = m_reading.options().column;
        if (!wanted.empty())
            return m_key == wanted ? 0 : kNone;
        return rankOf(lower, kValueNames);
    }

    static bool isNote(std::string_view name) { return rankOf(name, kNoteNames) < kNoteNames.size(); }

    void addNote(std::string_view text)
    {
        auto& note = m_reading.noteStorage;
        if (text.empty() || text == "null" || note.size() > m_reading.limits().longestNote)
            return;
        if (!note.empty())
            note += ", ";
        note.append(text);
    }

    static Complaint explainJson(const JsonCursor& cursor)
    {
        if (!cursor.hasFailed())
            return {"Something stands behind the JSON object", "Write one object a line."};
        return {"The JSON object is broken: " + std::string(cursor.mistake()),
                "Correct it, or remove the line."};
    }

    [[nodiscard]] Complaint explainMissing() const
    {
        const auto& wanted = m_reading.options().column;
        if (!wanted.empty())
            return {"The object has no text named " + shown(wanted),
                    "Name the member that holds the address."};
        return {"No member of the object is known to hold an address, hash or domain",
                "Name the member that does."};
    }

    Reading& m_reading;
    std::size_t m_rank = kNone;
    bool m_isMetadata = false;
    std::string m_key;
    std::string m_text;
    std::string m_value;
};

} // namespace

void readJsonLines(std::string_view bytes, Reading& reading)
{
    JsonLineReader reader(reading);
    LineCursor lines(bytes, reading.limits().longestLine);
    for (Line line; reading.goesOn() && lines.next(line);) {
        if (line.isTooLong)
            reading.badLongLine(line.number);
        else
            reader.read(line);
    }
}

} // namespace bartizan::formats
