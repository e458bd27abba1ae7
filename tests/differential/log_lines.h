// Log lines of the usual kinds, all of our own making, from few addresses and users so that composites fire.
#pragma once

#include "tests/differential/random_source.h"

#include <string>

namespace bartizan::test {

// ssh, web server, sudo, su, PAM, kernel, JSON.
[[nodiscard]] std::string usualLine(RandomSource& random);

// A few of: bytes flipped, pieces cut, doubled or exchanged with `other`, case changed, punctuation and
// non-ASCII bytes put in.
[[nodiscard]] std::string mutated(std::string line, const std::string& other, RandomSource& random);

} // namespace bartizan::test
