// Patterns of all three kinds against subjects; what stands before the first NUL is the pattern.
#include "engine/pattern/pattern.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace bartizan;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto middle = text.find('\0');
    if (middle == std::string_view::npos || middle == 0)
        return 0;
    const auto subject = text.substr(middle + 1);
    const auto kind = static_cast<PatternType>(static_cast<unsigned char>(text[0]) % 3);
    const auto pattern = compilePattern(kind, text.substr(1, middle - 1));
    if (!pattern)
        return 0;
    std::vector<std::string_view> captures;
    const auto end = (*pattern)->matchEnd(subject, captures);
    // Both ways of asking agree, and nothing points outside of the subject.
    if (end.has_value() != (*pattern)->matches(subject) || (end && *end > subject.size()))
        std::abort();
    for (const auto& capture : captures) {
        if (!capture.empty() && (capture.data() < subject.data() ||
                                 capture.data() + capture.size() > subject.data() + subject.size()))
            std::abort();
    }
    return 0;
}
