#include "engine/xml/xml_reader.h"

#include "engine/base/strings.h"
#include "engine/xml/variables.h"

#include <algorithm>
#include <utility>

namespace bartizan::xml {

namespace {

constexpr std::size_t kMaxTextBytes = 20480;
constexpr std::size_t kMaxAttributes = 48;
constexpr std::size_t kMaxDepth = 1024;

// From an offset in the text to line and column.
class LineIndex
{
public:
    explicit LineIndex(std::string_view text)
    {
        for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
            m_starts.push_back(at + 1);
    }

    [[nodiscard]] Position position(std::size_t offset) const
    {
        const auto next = std::ranges::upper_bound(m_starts, offset);
        return {static_cast<int>(next - m_starts.begin()), static_cast<int>(offset - *(next - 1)) + 1};
    }

private:
    std::vector<std::size_t> m_starts{0};
};

class Reader
{
public:
    Reader(std::string_view text, std::string_view fileName, LongText longText)
        : m_text(text)
        , m_fileName(fileName)
        , m_longText(longText)
        , m_lines(text)
    {
    }

    Document read()
    {
        while (m_at < m_text.size()) {
            if (!step())
                return std::move(m_document);
        }
        if (!m_open.empty()) {
            fail(m_openedAt.back(), "element '" + m_open.back().name + "' is not closed",
                 "add </" + m_open.back().name + ">");
        } else if (m_document.roots.empty() && !m_text.empty()) {
            fail(0, "the file holds no element", "remove it, or put a root element into it");
        }
        return std::move(m_document);
    }

private:
    // One piece of text, a comment, or a tag. False at an error.
    bool step()
    {
        const char c = m_text[m_at];
        const char next = m_at + 1 < m_text.size() ? m_text[m_at + 1] : '\0';
        if (c == '\\' && (next == '<' || next == '\\')) {
            return appendContent(2);
        }
        if (c != '<')
            return appendContent(std::min(m_text.find_first_of("<\\", m_at + 1), m_text.size()) - m_at);
        if (next == '!')
            return skipComment();
        return next == '/' ? readClosingTag() : readOpeningTag();
    }

    bool appendContent(std::size_t count)
    {
        if (!m_open.empty()) {
            std::string& content = m_open.back().content;
            const std::size_t room = kMaxTextBytes - content.size();
            if (count > room && m_longText == LongText::Cut) {
                content += m_text.substr(m_at, room);
            } else if (count > room) {
                return fail(m_openedAt.back(),
                            "the text of element '" + m_open.back().name + "' is longer than 20480 bytes",
                            "split it into several elements");
            } else {
                content += m_text.substr(m_at, count);
            }
        }
        m_at += count;
        return true;
    }

    bool skipComment()
    {
        const auto modern = m_text.find("-->", m_at + 2);
        const auto old = m_text.find("!>", m_at + 2);
        const auto end = std::min(modern, old);
        if (end == std::string_view::npos)
            return fail(m_at, "the comment is not closed", "end it with -->");
        m_at = end + (modern < old ? 3 : 2);
        return true;
    }

    bool readClosingTag()
    {
        const auto start = m_at;
        const auto end = m_text.find('>', m_at);
        const auto name = trim(m_text.substr(m_at + 2, std::min(end, m_text.size()) - m_at - 2));
        if (m_open.empty())
            return fail(start, "a closing tag without an open element", "remove it");
        if (end == std::string_view::npos || name != m_open.back().name) {
            return fail(start, "element '" + m_open.back().name + "' is not closed here",
                        "the closing tag must be </" + m_open.back().name + ">");
        }
        m_at = end + 1;
        closeElement();
        return true;
    }

    void closeElement()
    {
        Element element = std::move(m_open.back());
        m_open.pop_back();
        element.begin = m_openedAt.back();
        element.end = m_at;
        m_openedAt.pop_back();
        if (m_open.empty()) {
            m_document.roots.push_back(std::move(element));
        } else {
            m_open.back().content.clear();
            m_open.back().children.push_back(std::move(element));
        }
    }

    bool readOpeningTag()
    {
        const auto start = m_at++;
        const auto name = takeUntilTagPunctuation(">");
        if (name.empty())
            return fail(start, "'<' without an element name", "write \\< for a plain '<'");
        if (name.size() > kMaxTextBytes)
            return fail(start, "the element name is longer than 20480 bytes", "");
        if (m_open.size() == kMaxDepth)
            return fail(start, "elements are nested deeper than 1024", "");
        Element element;
        element.name = name;
        element.position = m_lines.position(start);
        m_open.push_back(std::move(element));
        m_openedAt.push_back(start);
        return readTagRest();
    }

    // Attributes and the end of an opening tag.
    bool readTagRest()
    {
        for (;;) {
            skipBlanks();
            if (m_at >= m_text.size())
                return fail(m_openedAt.back(), "the tag of '" + m_open.back().name + "' is not closed",
                            "add '>'");
            if (m_text[m_at] == '>') {
                ++m_at;
                return true;
            }
            if (m_text.substr(m_at, 2) == "/>") {
                m_at += 2;
                closeElement();
                return true;
            }
            if (!readAttribute())
                return false;
        }
    }

    bool readAttribute()
    {
        const auto start = m_at;
        std::string name(takeUntilTagPunctuation("=>"));
        if (m_at >= m_text.size() || m_text[m_at] != '=' || name.empty()) {
            return fail(start, "attribute '" + name + "' has no value",
                        "write " + name + "=\"value\", without a blank before '='");
        }
        ++m_at;
        skipBlanks();
        const char quote = m_at < m_text.size() ? m_text[m_at] : '\0';
        const auto end =
            quote == '"' || quote == '\'' ? m_text.find(quote, m_at + 1) : std::string_view::npos;
        if (end == std::string_view::npos)
            return fail(start, "the value of attribute '" + name + "' is not in quotes",
                        "put it between \" and \"");
        std::string value(m_text.substr(m_at + 1, end - m_at - 1));
        m_at = end + 1;
        if (m_at < m_text.size() && !isBlank(m_text[m_at]) && m_text[m_at] != '>' && m_text[m_at] != '/')
            return fail(start, "attribute '" + name + "' is not followed by a blank or '>'",
                        "add a blank behind it");
        return addAttribute(start, {std::move(name), std::move(value), m_lines.position(start)});
    }

    bool addAttribute(std::size_t start, Attribute attribute)
    {
        Element& element = m_open.back();
        if (element.attribute(attribute.name) != nullptr)
            return fail(start, "attribute '" + attribute.name + "' is given twice", "remove one of them");
        if (element.attributes.size() == kMaxAttributes)
            return fail(start, "element '" + element.name + "' has more than 48 attributes", "");
        if (attribute.name.size() > kMaxTextBytes || attribute.value.size() > kMaxTextBytes)
            return fail(start, "the attribute is longer than 20480 bytes", "");
        element.attributes.push_back(std::move(attribute));
        return true;
    }

    // Up to a blank, "/>" or one of `ends`.
    std::string_view takeUntilTagPunctuation(std::string_view ends)
    {
        const auto start = m_at;
        while (m_at < m_text.size() && !isBlank(m_text[m_at]) &&
               ends.find(m_text[m_at]) == std::string_view::npos && m_text.substr(m_at, 2) != "/>")
            ++m_at;
        return m_text.substr(start, m_at - start);
    }

    void skipBlanks()
    {
        while (m_at < m_text.size() && isBlank(m_text[m_at]))
            ++m_at;
    }

    bool fail(std::size_t offset, std::string message, std::string cure)
    {
        const Position position = m_lines.position(offset);
        m_document.problems.push_back({Severity::Error,
                                       {},
                                       std::string(m_fileName),
                                       position.line,
                                       position.column,
                                       std::move(message),
                                       std::move(cure)});
        return false;
    }

    std::string_view m_text;
    std::string_view m_fileName;
    LongText m_longText;
    LineIndex m_lines;
    std::size_t m_at = 0;
    std::vector<Element> m_open; // the path to the current element
    std::vector<std::size_t> m_openedAt;
    Document m_document;
};

} // namespace

const Attribute* Element::attribute(std::string_view attributeName) const
{
    const auto found = std::ranges::find(attributes, attributeName, &Attribute::name);
    return found == attributes.end() ? nullptr : &*found;
}

const Element* Element::child(std::string_view childName) const
{
    const auto found = std::ranges::find(children, childName, &Element::name);
    return found == children.end() ? nullptr : &*found;
}

Document read(std::string_view text, std::string_view fileName, LongText longText)
{
    Document document = Reader(text, fileName, longText).read();
    applyVariables(document, fileName);
    return document;
}

} // namespace bartizan::xml
