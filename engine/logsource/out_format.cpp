#include "engine/logsource/out_format.h"

#include "engine/base/json_writer.h"
#include "engine/base/strings.h"
#include "engine/logsource/date_names.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace bartizan {

namespace {

constexpr std::string_view kSyslogStamp = "%b %e %T";

std::string base64(std::string_view bytes)
{
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j)
            group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        for (std::size_t j = 0; j < 4; ++j)
            text += i + j <= bytes.size() ? kDigits[group >> (18 - 6 * j) & 63U] : '=';
    }
    return text;
}

std::string jsonEscaped(std::string_view text)
{
    JsonWriter json;
    json.string(text);
    const std::string quoted = json.take();
    return quoted.substr(1, quoted.size() - 2);
}

} // namespace

OutFormat::OutFormat(std::string_view text)
{
    static constexpr std::array<std::pair<std::string_view, Token>, 9> kTokens{
        {{"log", Token::Log},
         {"output", Token::Log},
         {"json_escaped_log", Token::JsonLog},
         {"base64_log", Token::Base64Log},
         {"location", Token::Location},
         {"command", Token::Command},
         {"hostname", Token::HostName},
         {"host_ip", Token::HostAddress},
         {"timestamp", Token::Timestamp}}};
    const auto addText = [this](std::string_view piece) {
        if (m_parts.empty() || m_parts.back().token != Token::Text)
            m_parts.push_back({Token::Text, {}});
        m_parts.back().text += piece;
    };
    while (!text.empty()) {
        const auto begin = text.find("$(");
        const auto end = begin == std::string_view::npos ? begin : text.find(')', begin);
        if (end == std::string_view::npos) {
            addText(text);
            break;
        }
        addText(text.substr(0, begin));
        const std::string_view whole = text.substr(begin + 2, end - begin - 2);
        const std::string_view name = whole.substr(0, whole.find(' '));
        const std::string_view argument = trim(whole.substr(name.size()));
        const auto found = std::ranges::find(kTokens, name, [](const auto& token) { return token.first; });
        if (found == kTokens.end() || (!argument.empty() && found->second != Token::Timestamp))
            addText(text.substr(begin, end + 1 - begin));
        else
            m_parts.push_back({found->second, std::string(argument.empty() ? kSyslogStamp : argument)});
        text.remove_prefix(end + 1);
    }
}

std::string OutFormat::applied(const Values& values, const HostIdentity& host) const
{
    std::string text;
    for (const Part& part : m_parts) {
        switch (part.token) {
        case Token::Text:
            text += part.text;
            break;
        case Token::Log:
            text += values.log;
            break;
        case Token::JsonLog:
            text += jsonEscaped(values.log);
            break;
        case Token::Base64Log:
            text += base64(values.log);
            break;
        case Token::Location:
            text += values.location;
            break;
        case Token::Command:
            text += values.command;
            break;
        case Token::HostName:
            text += host.name;
            break;
        case Token::HostAddress:
            text += host.address;
            break;
        case Token::Timestamp:
            text += expandDateNames(part.text, values.now);
            break;
        }
    }
    return text;
}

} // namespace bartizan
