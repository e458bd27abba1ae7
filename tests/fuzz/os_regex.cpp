// Patterns of all three kinds against subjects; what stands before the first NUL is the pattern. OS_Regex and
// OS_Match have to agree with their plain evaluation in everything.
#include "engine/pattern/pattern.h"
#include "tests/plain/plain_os_regex.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace bartizan;

// A plain run of more steps than this may have been given up by the engine's, which counts them otherwise.
constexpr std::uint64_t kFewSteps = 100'000;
constexpr std::size_t kLongestSubject = 400;

void require(bool condition)
{
    if (!condition)
        std::abort();
}

// False where the plain run took too many steps to tell.
bool compareWithPlain(const Pattern& pattern, const plain::PlainPattern& plainPattern,
                      std::string_view subject)
{
    plain::PlainOsRegex::setMostSteps(kFewSteps);
    const auto withCaptures = plainPattern.find(subject, plain::Captures::Yes);
    bool comparable = plain::PlainOsRegex::lastSteps() < kFewSteps;
    const auto without = plainPattern.find(subject, plain::Captures::No);
    comparable = comparable && plain::PlainOsRegex::lastSteps() < kFewSteps;
    if (!comparable)
        return false;
    std::vector<std::string_view> captures;
    const auto end = pattern.matchEnd(subject, captures);
    require(end.has_value() == withCaptures.has_value());
    require(!end || (*end == withCaptures->end && captures == withCaptures->captures));
    const auto plainEnd = pattern.matchEnd(subject);
    require(plainEnd.has_value() == without.has_value() && (!plainEnd || *plainEnd == without->end));
    require(pattern.matches(subject) == without.has_value());
    return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto middle = text.find('\0', 1);
    if (middle == std::string_view::npos)
        return 0;
    const auto patternText = text.substr(1, middle - 1);
    const auto subject = text.substr(middle + 1, kLongestSubject);
    const auto kind = static_cast<PatternType>(static_cast<unsigned char>(text[0]) % 3);
    const auto pattern = compilePattern(kind, patternText);
    require(wordMatch(patternText, subject) == plain::plainWordMatch(patternText, subject));
    if (kind != PatternType::Pcre2) {
        const auto plainPattern = plain::compilePlain(kind, patternText);
        require(pattern.has_value() == (plainPattern != nullptr));
        if (plainPattern && !compareWithPlain(**pattern, *plainPattern, subject))
            return -1; // and breed no more of the kind
    }
    if (!pattern)
        return 0;
    // Nothing points outside of the subject, and what is ruled out does not match.
    std::vector<std::string_view> captures;
    const auto end = (*pattern)->matchEnd(subject, captures);
    if ((*pattern)->isRuledOutBy(TextSignature(subject)))
        require(!end && !(*pattern)->matches(subject));
    require(!end || *end <= subject.size());
    for (const auto& capture : captures)
        require(capture.empty() || (capture.data() >= subject.data() &&
                                    capture.data() + capture.size() <= subject.data() + subject.size()));
    return 0;
}
