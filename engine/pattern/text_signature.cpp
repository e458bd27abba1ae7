#include "engine/pattern/text_signature.h"

#include "engine/pattern/literal_search.h"

namespace bartizan {

std::optional<TextSignature::Needle> TextSignature::needle(std::string_view literal)
{
    if (literal.empty())
        return std::nullopt;
    const auto byteAt = [literal](std::size_t at) {
        return static_cast<std::uint16_t>(kFirstByte + kLower[static_cast<unsigned char>(literal[at])]);
    };
    if (literal.size() == 1)
        return Needle{byteAt(0), byteAt(0), byteAt(0)};
    if (literal.size() == 2) {
        const auto pair = placeOfPair(static_cast<std::uint32_t>(byteAt(0) - kFirstByte) << 8 |
                                      static_cast<std::uint32_t>(byteAt(1) - kFirstByte));
        return Needle{pair, byteAt(0), byteAt(1)};
    }
    // The rarest group tells most; the ends of the literal are likely to be groups of other words.
    std::size_t rarest = 0;
    for (std::size_t i = 1; i + 3 <= literal.size(); ++i) {
        if (rarity(literal.substr(i, 3)) > rarity(literal.substr(rarest, 3)))
            rarest = i;
    }
    const auto place = [literal](std::size_t at) {
        std::uint32_t group = 0;
        for (std::size_t i = at; i < at + 3; ++i)
            group = group << 8 | kLower[static_cast<unsigned char>(literal[i])];
        return placeOfThree(group);
    };
    return Needle{place(rarest), place(0), place(literal.size() - 3)};
}

} // namespace bartizan
