#include "engine/rules/description.h"

namespace bartizan {

namespace {

constexpr std::size_t kLongest = 1024;

} // namespace

Description::Description(std::string text)
    : m_text(std::move(text))
{
    std::string_view rest = m_text;
    while (true) {
        const auto open = rest.find("$(");
        const auto close = open == std::string_view::npos ? open : rest.find(')', open);
        if (close == std::string_view::npos)
            break;
        if (open > 0)
            m_parts.push_back({Part::Kind::Literal, {}, std::string(rest.substr(0, open))});
        const auto name = rest.substr(open + 2, close - open - 2);
        Part part{Part::Kind::Dynamic, {}, std::string(name)};
        // `user` is an alias in decoders only.
        if (const auto field = staticFieldFromName(name); field && name != "user")
            part = {Part::Kind::Static, *field, {}};
        else if (name == "program_name")
            part.kind = Part::Kind::ProgramName;
        else if (name == "hostname")
            part.kind = Part::Kind::Hostname;
        else if (const auto place = geoFieldFromName(name))
            part = {Part::Kind::Static, *place, {}};
        m_parts.push_back(std::move(part));
        rest.remove_prefix(close + 1);
    }
    if (!m_parts.empty() && !rest.empty())
        m_parts.push_back({Part::Kind::Literal, {}, std::string(rest)});
}

std::string_view Description::valueOf(const Part& part, const Event& event, std::string_view localHost)
{
    switch (part.kind) {
    case Part::Kind::Literal:
        return part.text;
    case Part::Kind::Static:
        return event.field(part.field).value_or(std::string_view{});
    case Part::Kind::ProgramName:
        return event.programName.value_or(std::string_view{});
    case Part::Kind::Hostname:
        return event.hostname.value_or(localHost);
    case Part::Kind::Dynamic:
        return event.dynamic(part.text).value_or(std::string_view{});
    }
    return {};
}

void Description::expand(const Event& event, std::string_view localHost, std::string& result) const
{
    if (m_parts.empty()) {
        result = m_text;
        return;
    }
    result.clear();
    for (const auto& part : m_parts) {
        result += valueOf(part, event, localHost);
        if (result.size() >= kLongest) {
            result = m_text;
            return;
        }
    }
}

} // namespace bartizan
