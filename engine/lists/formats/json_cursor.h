// Walks through JSON text (RFC 8259) without building anything of it. Hostile text: nesting is bounded,
// nothing recurses, and a mistake stops the walk for good.
//
//     for (cursor.enter(); cursor.nextMember(key);)
//         cursor.skip();
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::formats {

class JsonCursor
{
public:
    enum class Kind { Object, Array, String, Other, None };

    JsonCursor(std::string_view text, unsigned deepest, std::size_t longestText)
        : m_text(text)
        , m_deepest(deepest)
        , m_longestText(longestText)
    {
    }

    // Of the value ahead.
    [[nodiscard]] Kind kind();
    // Into the object or array ahead. False if it is none or lies too deep: a mistake.
    bool enter();
    // To the next member of the object entered last, its key taken; false at the end, which is taken too, and
    // on a mistake. Each member's value is to be taken or skipped.
    bool nextMember(std::string& key);
    // The same of an array.
    bool nextElement();
    // The string ahead, with its escapes resolved. One longer than the limit is a mistake.
    bool readString(std::string& text);
    // A number, true, false or null, as written.
    std::string_view readWord();
    // Any value.
    void skip();
    // True at the end of the text, but for blanks.
    [[nodiscard]] bool isAtEnd();

    [[nodiscard]] bool hasFailed() const { return !m_mistake.empty(); }
    // "a ',' is missing"
    [[nodiscard]] std::string_view mistake() const { return m_mistake; }
    // Whether the text ended within a value.
    [[nodiscard]] bool isCutOff() const { return hasFailed() && m_at >= m_text.size(); }
    [[nodiscard]] std::size_t position() const { return m_at; }

private:
    void skipBlanks();
    [[nodiscard]] char ahead();
    bool fail(std::string_view mistake);
    bool nextItem(char end);
    bool skipString();
    bool readEscape(std::string& text);
    bool readHexadecimal(unsigned& code);

    std::string_view m_text;
    unsigned m_deepest;
    std::size_t m_longestText;
    std::size_t m_at = 0;
    std::string_view m_mistake;
    std::vector<bool> m_hasItems; // of the objects and arrays entered
};

} // namespace bartizan::formats
