// A hash of texts that others choose: who does not know the secret cannot make texts that collide, so that a
// hash table over them keeps its constant time. SipHash-1-3.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace bartizan {

class KeyedHash
{
public:
    explicit KeyedHash(std::uint64_t secret)
        : m_first(secret)
        , m_second(std::rotl(secret, 32) * 0x9E3779B97F4A7C15U + 1)
    {
    }

    [[nodiscard]] std::uint64_t operator()(std::string_view text) const
    {
        State state{m_first ^ 0x736F6D6570736575U, m_second ^ 0x646F72616E646F6DU,
                    m_first ^ 0x6C7967656E657261U, m_second ^ 0x7465646279746573U};
        std::uint64_t tail = static_cast<std::uint64_t>(text.size()) << 56U;
        for (; text.size() >= sizeof tail; text.remove_prefix(sizeof tail)) {
            std::uint64_t word = 0;
            std::memcpy(&word, text.data(), sizeof word);
            state.take(word);
        }
        for (std::size_t i = 0; i < text.size(); ++i)
            tail |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[i])) << (8 * i);
        state.take(tail);
        return state.finish();
    }

    // Of a number: no two have the same.
    [[nodiscard]] std::uint64_t operator()(std::uint64_t number) const
    {
        number = mixed(number ^ m_first) ^ m_second;
        return mixed(number);
    }

    // Of a sequence, from the hash of what is before and that of the next.
    [[nodiscard]] static std::uint64_t joined(std::uint64_t before, std::uint64_t next)
    {
        return mixed(before * 0x9E3779B97F4A7C15U + next);
    }

private:
    struct State
    {
        std::uint64_t a, b, c, d;

        void round()
        {
            a += b;
            b = std::rotl(b, 13) ^ a;
            a = std::rotl(a, 32);
            c += d;
            d = std::rotl(d, 16) ^ c;
            a += d;
            d = std::rotl(d, 21) ^ a;
            c += b;
            b = std::rotl(b, 17) ^ c;
            c = std::rotl(c, 32);
        }
        void take(std::uint64_t word)
        {
            d ^= word;
            round();
            a ^= word;
        }
        [[nodiscard]] std::uint64_t finish()
        {
            c ^= 0xFFU;
            round();
            round();
            round();
            return a ^ b ^ c ^ d;
        }
    };

    // One to one.
    [[nodiscard]] static std::uint64_t mixed(std::uint64_t number)
    {
        number = (number ^ number >> 30U) * 0xBF58476D1CE4E5B9U;
        number = (number ^ number >> 27U) * 0x94D049BB133111EBU;
        return number ^ number >> 31U;
    }

    std::uint64_t m_first;
    std::uint64_t m_second;
};

} // namespace bartizan
