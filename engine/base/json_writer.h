// Writes JSON text from bytes that may be anything: strings are escaped and repaired to valid UTF-8 (RFC
// 8259). Commas and quotes are placed by the writer; the caller only keeps begin/end calls balanced.
//
//     JsonWriter json;
//     json.beginObject();
//     json.key("id").string("5710");
//     json.endObject();
//     json.text();   // {"id":"5710"}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace bartizan {

class JsonWriter
{
public:
    JsonWriter& beginObject();
    JsonWriter& endObject();
    JsonWriter& beginArray();
    JsonWriter& endArray();
    JsonWriter& key(std::string_view name);
    JsonWriter& string(std::string_view value);
    JsonWriter& number(std::int64_t value);
    JsonWriter& real(double value);
    JsonWriter& boolean(bool value);
    JsonWriter& null();
    // Text that is JSON already.
    JsonWriter& raw(std::string_view json);

    [[nodiscard]] const std::string& text() const { return m_text; }
    [[nodiscard]] std::string take() { return std::move(m_text); }

private:
    void separate();

    std::string m_text;
    bool m_needsComma = false;
};

// The quoted, escaped form of one string.
[[nodiscard]] std::string jsonQuoted(std::string_view value);

} // namespace bartizan
