// Configuration text.
#include "engine/config/configuration_reader.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    bartizan::Problems problems;
    (void)bartizan::readConfiguration(std::string_view(reinterpret_cast<const char*>(data), size),
                                      "fuzz.conf", problems);
    return 0;
}
