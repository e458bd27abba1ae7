#include "engine/xml/variables.h"

#include "engine/base/strings.h"

#include <algorithm>
#include <utility>

namespace bartizan::xml {

namespace {

constexpr std::size_t kMaxVariableName = 255;
constexpr std::size_t kShortestSubstituted = 3;

class Variables
{
public:
    Variables(Problems& problems, std::string_view fileName)
        : m_problems(problems)
        , m_fileName(fileName)
    {
    }

    void define(const Element& element)
    {
        const Attribute* name = element.attribute("name");
        if (name == nullptr || name->value.empty() || name->value.size() > kMaxVariableName) {
            report(element.position, "a variable needs a name of 1 to 255 bytes",
                   "write <var name=\"NAME\">value</var>");
            return;
        }
        m_values.emplace_back(name->value, element.content);
    }

    void substitute(Element& element)
    {
        for (Attribute& attribute : element.attributes)
            substitute(attribute.value, attribute.position);
        substitute(element.content, element.position);
        for (Element& child : element.children)
            substitute(child);
    }

private:
    void substitute(std::string& text, const Position& position)
    {
        if (m_values.empty() || text.size() < kShortestSubstituted || text.find('$') == std::string::npos)
            return;
        std::string result;
        std::string_view rest = text;
        for (auto dollar = rest.find('$'); dollar != std::string_view::npos; dollar = rest.find('$')) {
            result += rest.substr(0, dollar);
            rest.remove_prefix(dollar + 1);
            const auto end = std::min(rest.find_first_of("$.|, \t\r\n"), rest.size());
            const auto name = rest.substr(0, end);
            if (name.empty() || name.starts_with('(')) { // an anchor, or the description syntax
                result += '$';
                continue;
            }
            const std::string* value = find(name);
            if (value == nullptr) {
                report(position, "unknown variable '" + std::string(name) + "'",
                       "define it before its first use with <var name=\"" + std::string(name) + "\">");
                return;
            }
            result += *value;
            rest.remove_prefix(end);
        }
        result += rest;
        text = std::move(result);
    }

    [[nodiscard]] const std::string* find(std::string_view name) const
    {
        const auto found = std::ranges::find_if(
            m_values, [name](const auto& variable) { return equalsIgnoreCase(variable.first, name); });
        return found == m_values.end() ? nullptr : &found->second;
    }

    void report(const Position& position, std::string message, std::string cure)
    {
        m_problems.push_back({Severity::Error,
                              {},
                              std::string(m_fileName),
                              position.line,
                              position.column,
                              std::move(message),
                              std::move(cure)});
    }

    Problems& m_problems;
    std::string_view m_fileName;
    std::vector<std::pair<std::string, std::string>> m_values;
};

} // namespace

void applyVariables(Document& document, std::string_view fileName)
{
    Variables variables(document.problems, fileName);
    for (Element& root : document.roots) {
        variables.substitute(root);
        if (root.name == "var")
            variables.define(root);
    }
    std::erase_if(document.roots, [](const Element& root) { return root.name == "var"; });
}

} // namespace bartizan::xml
