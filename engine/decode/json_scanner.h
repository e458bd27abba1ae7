// Reads JSON from bytes as leniently as the reference does: no UTF-8 check, control characters in strings,
// anything that a C number conversion takes. Works on one text without building a tree.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bartizan {

enum class JsonKind { Object, Array, String, Number, True, False, Null, None };

class JsonScanner
{
public:
    explicit JsonScanner(std::string_view text)
        : m_text(text)
    {
    }

    // Whether a whole value starts here; the scanner is behind it then.
    [[nodiscard]] bool skipValue(int depth = 0);

    // The following expect text that skipValue() has accepted.
    [[nodiscard]] JsonKind kind();
    // At a string: its bytes between the quotes, escapes untouched.
    [[nodiscard]] std::string_view takeRawString();
    [[nodiscard]] double takeNumber();
    // At true, false, null: over it.
    void skipWord();
    // Over '{' or '['; false if the matching end follows and has been taken.
    [[nodiscard]] bool enter();
    // Behind a member: over ','; false if the end follows and has been taken.
    [[nodiscard]] bool next();
    // Over the ':' behind a key.
    void skipColon();

private:
    void skipBlanks();
    [[nodiscard]] char peek() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }
    [[nodiscard]] bool take(char c);
    [[nodiscard]] bool skipContainer(int depth);
    [[nodiscard]] bool skipString();
    [[nodiscard]] bool skipEscape();
    [[nodiscard]] std::optional<double> readNumber();

    std::string_view m_text;
    std::size_t m_at = 0;
};

// Resolves the escapes of a raw string that the scanner has accepted.
[[nodiscard]] std::string unescapeJson(std::string_view raw);

} // namespace bartizan
