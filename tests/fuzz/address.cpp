// Addresses and networks: what is accepted reads the same again after being written.
#include "engine/net/cidr.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto cidr = bartizan::Cidr::parse(text)) {
        if (bartizan::Cidr::parse(cidr->toString()) != cidr)
            std::abort();
    }
    return 0;
}
