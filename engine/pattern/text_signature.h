// What a text can't hold: one pass over it notes which bytes and which groups of two and of three bytes stand
// in it (the groups folded to a few thousand places), and afterwards hundreds of literals are ruled out by
// looking at three places each.
#pragma once

#include "engine/base/strings.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bartizan {

class TextSignature
{
public:
    // Where a literal's groups, or the bytes of a short one, are noted. ASCII case is ignored.
    using Needle = std::array<std::uint16_t, 3>;

    TextSignature() = default;
    explicit TextSignature(std::string_view text) { note(text); }

    // As of a new text.
    void reset(std::string_view text)
    {
        // What was noted of earlier texts counts no more, without a look at it.
        if (++m_now == 0) {
            m_places = {};
            m_now = 1;
        }
        note(text);
    }

    // Nothing for an empty literal.
    [[nodiscard]] static std::optional<Needle> needle(std::string_view literal);

    // False: the text holds no such literal. True says nothing.
    [[nodiscard]] bool mayHold(const Needle& needle) const
    {
        return has(needle[0]) && has(needle[1]) && has(needle[2]);
    }

private:
    static constexpr unsigned kBits = 12;
    static constexpr std::uint16_t kFirstPair = 1U << kBits; // behind the places of the groups of three
    static constexpr std::uint16_t kFirstByte = 2U << kBits;

    // In lower case, the last byte lowest.
    [[nodiscard]] static constexpr std::uint16_t placeOfThree(std::uint32_t group)
    {
        return static_cast<std::uint16_t>((group * 0x9E3779B1U) >> (32 - kBits));
    }
    [[nodiscard]] static constexpr std::uint16_t placeOfPair(std::uint32_t pair)
    {
        return static_cast<std::uint16_t>(kFirstPair + ((pair * 0x9E3779B1U) >> (32 - kBits)));
    }
    [[nodiscard]] bool has(std::uint16_t place) const { return m_places[place] == m_now; }
    void set(unsigned place) { m_places[place] = m_now; }
    void note(std::string_view text)
    {
        std::uint32_t group = 0;
        const auto take = [&group, this](char c) {
            const std::uint32_t lower = kLower[static_cast<unsigned char>(c)];
            set(kFirstByte + lower);
            group = (group << 8 | lower) & 0xFFFFFFU;
        };
        for (const char c : text.substr(0, 2))
            take(c);
        if (text.size() < 2)
            return;
        set(placeOfPair(group));
        for (const char c : text.substr(2)) {
            take(c);
            set(placeOfPair(group & 0xFFFFU));
            set(placeOfThree(group));
        }
    }

    static constexpr std::array<std::uint8_t, 256> kLower = [] {
        std::array<std::uint8_t, 256> table{};
        for (unsigned c = 0; c < 256; ++c)
            table[c] = static_cast<std::uint8_t>(lowerAscii(static_cast<char>(c)));
        return table;
    }();

    // A byte each: noting one waits for no other. Noted is what bears the number of the text.
    std::array<std::uint8_t, kFirstByte + 256> m_places{};
    std::uint8_t m_now = 1;
};

} // namespace bartizan
