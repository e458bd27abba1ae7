// What a text has to look like to keep a pattern busy, read roughly from the pattern itself: enough to write
// lines against it, not enough to match with.
#pragma once

#include "engine/pattern/pattern.h"

#include <string>
#include <string_view>
#include <vector>

namespace bartizan::test {

struct SketchPart
{
    std::string sample; // a text that this part of the pattern accepts
    bool repeats = false;
};
using Sketch = std::vector<SketchPart>;

// One per alternative at the top level, in order, at most a few dozen.
[[nodiscard]] std::vector<Sketch> sketchesOf(PatternType type, std::string_view pattern);

// The samples of the first `count` parts, one behind the other.
[[nodiscard]] std::string sampleOf(const Sketch& sketch, std::size_t count);
[[nodiscard]] inline std::string sampleOf(const Sketch& sketch)
{
    return sampleOf(sketch, sketch.size());
}

} // namespace bartizan::test
