#include "engine/lists/formats/stix_pattern.h"

#include "engine/base/strings.h"
#include "engine/lists/formats/address_text.h"

#include <algorithm>
#include <array>

namespace bartizan::formats {

namespace {

constexpr std::size_t kMostValues = 10'000;

struct Token
{
    enum class Kind { Word, Text, Sign, End };
    Kind kind = Kind::End;
    std::string text;
};

bool isWordCharacter(char c)
{
    const char lower = lowerAscii(c);
    return (lower >= 'a' && lower <= 'z') || isDigit(c) || c == '-' || c == '_' || c == ':' || c == '.' ||
           c == '*';
}

class Tokens
{
public:
    explicit Tokens(std::string_view text)
        : m_text(text)
    {
    }

    Token next()
    {
        while (m_at < m_text.size() && isBlank(m_text[m_at]))
            ++m_at;
        if (m_at >= m_text.size())
            return {};
        const char c = m_text[m_at];
        if (c == '\'')
            return {Token::Kind::Text, quoted()};
        if (isWordCharacter(c))
            return {Token::Kind::Word, word()};
        ++m_at;
        const bool isDouble =
            m_at < m_text.size() && m_text[m_at] == '=' && (c == '!' || c == '<' || c == '>');
        m_at += isDouble ? 1 : 0;
        return {Token::Kind::Sign, isDouble ? std::string{c, '='} : std::string(1, c)};
    }

private:
    std::string quoted()
    {
        std::string text;
        for (++m_at; m_at < m_text.size() && m_text[m_at] != '\''; ++m_at) {
            if (m_text[m_at] == '\\' && m_at + 1 < m_text.size())
                ++m_at;
            text += m_text[m_at];
        }
        ++m_at;
        return text;
    }

    // A path may hold a part in quotes: file:hashes.'SHA-256'.
    std::string word()
    {
        std::string text;
        while (m_at < m_text.size()) {
            if (isWordCharacter(m_text[m_at]))
                text += m_text[m_at++];
            else if (m_text[m_at] == '\'' && text.ends_with('.'))
                text += quoted();
            else
                break;
        }
        return text;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
};

StixPattern::Kind kindOf(std::string_view path)
{
    static constexpr std::array<std::string_view, 4> kHashes{"file:hashes.md5", "file:hashes.sha-256",
                                                             "file:hashes.sha256", "file:hashes.\"sha-256\""};
    const auto lower = toLower(path);
    if (lower == "ipv4-addr:value" || lower == "ipv6-addr:value")
        return StixPattern::Kind::Address;
    if (lower == "domain-name:value")
        return StixPattern::Kind::Domain;
    return std::ranges::find(kHashes, lower) != kHashes.end() ? StixPattern::Kind::Hash
                                                              : StixPattern::Kind::Other;
}

class PatternReader
{
public:
    explicit PatternReader(std::string_view text)
        : m_tokens(text)
    {
        advance();
    }

    StixPattern read()
    {
        if (!isSign("["))
            stop("it does not begin with '['");
        while (m_pattern.obstacle.empty() && m_token.kind != Token::Kind::End)
            readPart();
        if (m_pattern.obstacle.empty() && m_depth != 0)
            stop("a ']' is missing");
        return std::move(m_pattern);
    }

private:
    void advance() { m_token = m_tokens.next(); }
    [[nodiscard]] bool isSign(std::string_view sign) const
    {
        return m_token.kind == Token::Kind::Sign && m_token.text == sign;
    }
    void stop(std::string obstacle) { m_pattern.obstacle = std::move(obstacle); }

    void readPart()
    {
        if (isSign("[") || isSign("]")) {
            m_depth += m_token.text == "[" ? 1 : -1;
            if (m_depth < 0 || m_depth > 1)
                return stop("its brackets don't match");
            return advance();
        }
        // All around is joined by OR, so parentheses change nothing.
        if (isSign("(") || isSign(")") || (m_token.kind == Token::Kind::Word && m_token.text == "OR"))
            return advance();
        if (m_token.kind != Token::Kind::Word)
            return stop("it can't be read at " + shown(m_token.text));
        if (m_depth == 0 || m_token.text.find(':') == std::string::npos)
            return stop("it says " + shown(m_token.text) + ", so no part of it stands for itself");
        readComparison();
    }

    void readComparison()
    {
        const auto kind = kindOf(m_token.text);
        advance();
        if (m_token.kind == Token::Kind::Word && m_token.text == "IN") {
            advance();
            if (!isSign("("))
                return stop("a '(' is missing behind IN");
            do {
                advance();
                readLiteral(kind);
            } while (m_pattern.obstacle.empty() && isSign(","));
            if (m_pattern.obstacle.empty() && !isSign(")"))
                return stop("a ')' is missing");
            return advance();
        }
        const bool isSubset = m_token.kind == Token::Kind::Word && m_token.text == "ISSUBSET";
        if (!isSign("=") && !isSubset)
            return stop("it compares with " + shown(m_token.text) + ", not with '='");
        advance();
        readLiteral(kind);
    }

    void readLiteral(StixPattern::Kind kind)
    {
        if (m_token.kind != Token::Kind::Text && m_token.kind != Token::Kind::Word)
            return stop("a value is missing");
        if (m_pattern.values.size() >= kMostValues)
            return stop("it has more than " + std::to_string(kMostValues) + " values");
        m_pattern.values.push_back({kind, std::move(m_token.text)});
        advance();
    }

    Tokens m_tokens;
    Token m_token;
    StixPattern m_pattern;
    int m_depth = 0;
};

} // namespace

StixPattern readStixPattern(std::string_view pattern)
{
    return PatternReader(pattern).read();
}

} // namespace bartizan::formats
