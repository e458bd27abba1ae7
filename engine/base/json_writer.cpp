#include "engine/base/json_writer.h"

#include "engine/base/utf8.h"

#include <array>
#include <charconv>
#include <cmath>

namespace bartizan {

namespace {

void appendQuoted(std::string& out, std::string_view value)
{
    static constexpr std::string_view kHex = "0123456789abcdef";
    out += '"';
    while (!value.empty()) {
        const char c = value.front();
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x80) {
            const auto length = utf8SequenceLength(value);
            out += length > 0 ? value.substr(0, length) : std::string_view("\xEF\xBF\xBD");
            value.remove_prefix(length > 0 ? length : 1);
            continue;
        }
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        case '\b':
            out += "\\b";
            break;
        case '\f':
            out += "\\f";
            break;
        default:
            if (byte < 0x20 || byte == 0x7F) {
                out += "\\u00";
                out += kHex[byte >> 4];
                out += kHex[byte & 0x0F];
            } else {
                out += c;
            }
        }
        value.remove_prefix(1);
    }
    out += '"';
}

} // namespace

void JsonWriter::separate()
{
    if (m_needsComma)
        m_text += ',';
    m_needsComma = true;
}

JsonWriter& JsonWriter::beginObject()
{
    separate();
    m_text += '{';
    m_needsComma = false;
    return *this;
}

JsonWriter& JsonWriter::endObject()
{
    m_text += '}';
    m_needsComma = true;
    return *this;
}

JsonWriter& JsonWriter::beginArray()
{
    separate();
    m_text += '[';
    m_needsComma = false;
    return *this;
}

JsonWriter& JsonWriter::endArray()
{
    m_text += ']';
    m_needsComma = true;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name)
{
    separate();
    appendQuoted(m_text, name);
    m_text += ':';
    m_needsComma = false;
    return *this;
}

JsonWriter& JsonWriter::string(std::string_view value)
{
    separate();
    appendQuoted(m_text, value);
    return *this;
}

JsonWriter& JsonWriter::number(std::int64_t value)
{
    separate();
    m_text += std::to_string(value);
    return *this;
}

JsonWriter& JsonWriter::real(double value)
{
    if (!std::isfinite(value))
        return null();
    separate();
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    m_text.append(digits.data(), end);
    return *this;
}

JsonWriter& JsonWriter::boolean(bool value)
{
    separate();
    m_text += value ? "true" : "false";
    return *this;
}

JsonWriter& JsonWriter::null()
{
    separate();
    m_text += "null";
    return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json)
{
    separate();
    m_text += json;
    return *this;
}

std::string jsonQuoted(std::string_view value)
{
    std::string out;
    appendQuoted(out, value);
    return out;
}

} // namespace bartizan
