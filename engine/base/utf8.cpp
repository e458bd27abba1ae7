#include "engine/base/utf8.h"

namespace bartizan {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

unsigned byteAt(std::string_view bytes, std::size_t i)
{
    return static_cast<unsigned char>(bytes[i]);
}

bool isContinuation(std::string_view bytes, std::size_t i, unsigned low = 0x80, unsigned high = 0xBF)
{
    return i < bytes.size() && byteAt(bytes, i) >= low && byteAt(bytes, i) <= high;
}

// Controls (C0, DEL, C1), line and paragraph separators, bidi marks, embeddings, overrides and isolates, BOM.
bool hidesOrReorders(std::string_view sequence)
{
    if (sequence.size() == 1)
        return byteAt(sequence, 0) < 0x20 || byteAt(sequence, 0) == 0x7F;
    if (sequence.size() == 2)
        return (byteAt(sequence, 0) == 0xC2 && byteAt(sequence, 1) < 0xA0) ||
               sequence == "\xD8\x9C"; // U+061C
    if (sequence.size() != 3)
        return false;
    const unsigned code =
        (byteAt(sequence, 0) & 0x0F) << 12 | (byteAt(sequence, 1) & 0x3F) << 6 | (byteAt(sequence, 2) & 0x3F);
    return (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF;
}

} // namespace

std::size_t utf8SequenceLength(std::string_view bytes)
{
    if (bytes.empty())
        return 0;
    const unsigned first = byteAt(bytes, 0);
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return isContinuation(bytes, 1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
        const unsigned high = first == 0xED ? 0x9F : 0xBF;
        return isContinuation(bytes, 1, low, high) && isContinuation(bytes, 2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const unsigned low = first == 0xF0 ? 0x90 : 0x80;
        const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
        return isContinuation(bytes, 1, low, high) && isContinuation(bytes, 2) && isContinuation(bytes, 3)
                   ? 4
                   : 0;
    }
    return 0;
}

std::string repairUtf8(std::string_view bytes)
{
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const auto length = utf8SequenceLength(bytes);
        text += length > 0 ? bytes.substr(0, length) : kReplacement;
        bytes.remove_prefix(length > 0 ? length : 1);
    }
    return text;
}

std::string forDisplay(std::string_view bytes, std::size_t limit)
{
    std::string text;
    std::size_t characters = 0;
    while (!bytes.empty()) {
        if (characters++ == limit)
            return text + "\xE2\x80\xA6";
        const auto length = utf8SequenceLength(bytes);
        const auto sequence = bytes.substr(0, length);
        text += length > 0 && !hidesOrReorders(sequence) ? sequence : kReplacement;
        bytes.remove_prefix(length > 0 ? length : 1);
    }
    return text;
}

void appendUtf8(std::string& text, unsigned code)
{
    const auto tail = [&text, code](unsigned shift) {
        text += static_cast<char>(0x80 | ((code >> shift) & 0x3F));
    };
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xC0 | code >> 6);
        tail(0);
    } else if (code < 0x10000) {
        text += static_cast<char>(0xE0 | code >> 12);
        tail(6);
        tail(0);
    } else {
        text += static_cast<char>(0xF0 | code >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

} // namespace bartizan
