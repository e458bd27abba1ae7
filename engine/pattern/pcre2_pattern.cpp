#define PCRE2_CODE_UNIT_WIDTH 8
#include "engine/pattern/pcre2_pattern.h"

#include "engine/pattern/required_literals.h"

#include <pcre2.h>

#include <algorithm>
#include <array>
#include <mutex>

namespace bartizan {

namespace {

constexpr std::uint32_t kDepthLimit = 100'000;
constexpr std::uint32_t kHeapLimitKiB = 16'384;
// Of a match whose work is counted: that ends it long before.
constexpr std::uint32_t kCountedMatchLimit = 50'000'000;

// How often an uncounted match may go back.
constexpr std::uint32_t kUncountedMatchLimit = 500;
// From each start to the end of a run is not even bounded by that: the square of the subject.
constexpr std::size_t kLongestUncounted = 2048;
constexpr std::int64_t kBytesPerStep = 16;
constexpr std::int64_t kStepsPerItem = 6; // of a counted match, and
constexpr std::int64_t kCountedBytesPerStep = 8;

constexpr std::size_t kJitStackStart = std::size_t{32} * 1024;
constexpr std::size_t kJitStackLimit = std::size_t{4} * 1024 * 1024;

template<class T, void (*release)(T*)> struct Releaser
{
    void operator()(T* object) const { release(object); }
};
using MatchData = std::unique_ptr<pcre2_match_data, Releaser<pcre2_match_data, pcre2_match_data_free>>;
using MatchContext =
    std::unique_ptr<pcre2_match_context, Releaser<pcre2_match_context, pcre2_match_context_free>>;
using JitStack = std::unique_ptr<pcre2_jit_stack, Releaser<pcre2_jit_stack, pcre2_jit_stack_free>>;

// What a match that reports each item has looked at.
struct Counter
{
    std::int64_t left;
    PCRE2_SIZE lastPosition = 0;

    static int atItem(pcre2_callout_block* block, void* data)
    {
        auto& counter = *static_cast<Counter*>(data);
        const auto from = std::min(counter.lastPosition, block->current_position);
        const auto to = std::max(counter.lastPosition, block->current_position);
        counter.lastPosition = block->current_position;
        counter.left -= kStepsPerItem + static_cast<std::int64_t>(to - from) / kCountedBytesPerStep;
        return counter.left > 0 ? 0 : PCRE2_ERROR_CALLOUT;
    }
};

// What a match needs besides the pattern: one per thread, grown to the pattern with the most groups.
class Workspace
{
public:
    Workspace()
        : m_context(pcre2_match_context_create(nullptr))
        , m_jitStack(pcre2_jit_stack_create(kJitStackStart, kJitStackLimit, nullptr))
    {
        if (m_context == nullptr)
            return;
        pcre2_set_depth_limit(m_context.get(), kDepthLimit);
        pcre2_set_heap_limit(m_context.get(), kHeapLimitKiB);
        pcre2_jit_stack_assign(m_context.get(), nullptr, m_jitStack.get());
    }

    // The number of pairs set in offsets(), 0 or less when there is no match.
    // `jit`: the code was compiled to machine code, which runs without the checks for everybody else's
    // mistakes. `counter`: is charged for the match; nullptr where the code does not count.
    int match(const pcre2_code* code, bool jit, unsigned pairs, std::string_view subject,
              std::uint32_t matchLimit, Counter* counter)
    {
        if (pairs > m_pairs) {
            m_data.reset(pcre2_match_data_create(pairs, nullptr));
            m_pairs = m_data != nullptr ? pairs : 0;
        }
        if (m_data == nullptr || m_context == nullptr)
            return PCRE2_ERROR_NOMEMORY;
        pcre2_set_match_limit(m_context.get(), matchLimit);
        pcre2_set_callout(m_context.get(), counter != nullptr ? &Counter::atItem : nullptr, counter);
        // An empty view may have no address, which is not an empty subject here.
        const auto* text = reinterpret_cast<PCRE2_SPTR>(subject.empty() ? "" : subject.data());
        return (jit ? pcre2_jit_match : pcre2_match)(code, text, subject.size(), 0, 0, m_data.get(),
                                                     m_context.get());
    }

    [[nodiscard]] const PCRE2_SIZE* offsets() const { return pcre2_get_ovector_pointer(m_data.get()); }

private:
    MatchContext m_context;
    JitStack m_jitStack;
    MatchData m_data;
    unsigned m_pairs = 0;
};

Workspace& workspace()
{
    thread_local Workspace instance;
    return instance;
}

// Held while a pattern is compiled once more, which is rare.
std::mutex& compileMutex()
{
    static std::mutex mutex;
    return mutex;
}

// Whether matching may take more than the subject's length, times the pattern's. True where that is not
// plain.
bool isOpen(std::string_view pattern)
{
    constexpr std::array<std::string_view, 8> kOpen{"+", "*", "{", "(?R", "(?&", "(?P", "\\g", "(?("};
    const bool isCalling = pattern.find("(?") != std::string_view::npos &&
                           pattern.find_first_of("0123456789") != std::string_view::npos;
    return isCalling || std::ranges::any_of(kOpen, [pattern](std::string_view sign) {
               return pattern.find(sign) != std::string_view::npos;
           });
}

// The most that a match may take which is not counted.
std::int64_t uncountedSteps(std::size_t subject)
{
    const auto bytes = static_cast<std::int64_t>(subject);
    return bytes * bytes / kBytesPerStep + kUncountedMatchLimit * (1 + bytes / kBytesPerStep);
}

std::string messageOf(int error)
{
    std::array<PCRE2_UCHAR, 160> text{};
    const int length = pcre2_get_error_message(error, text.data(), text.size());
    return length > 0 ? std::string(text.begin(), text.begin() + length) : "error " + std::to_string(error);
}

} // namespace

Result<std::unique_ptr<const Pattern>> Pcre2Pattern::compile(std::string_view text)
{
    int error = 0;
    PCRE2_SIZE offset = 0;
    pcre2_code* code =
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, &error, &offset, nullptr);
    if (code == nullptr) {
        return fail(ErrorCode::InvalidArgument,
                    "PCRE2: " + messageOf(error) + " at byte " + std::to_string(offset),
                    "correct the pattern");
    }
    return std::make_unique<const Pcre2Pattern>(text, code);
}

Pcre2Pattern::Pcre2Pattern(std::string_view text, pcre2_real_code_8* code)
    : m_text(text)
    , m_code(code)
    , m_isOpen(isOpen(text))
{
    std::uint32_t groups = 0;
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
    m_pairs = groups + 1;
    requireOneOf(requiredLiterals(text));
}

Pcre2Pattern::~Pcre2Pattern()
{
    pcre2_code_free(m_counting.load());
    pcre2_code_free(m_code);
}

Pcre2Pattern::Jit Pcre2Pattern::compileJit() const
{
    const std::lock_guard lock(compileMutex());
    if (m_jit == Jit::Untried) {
        // Without JIT support this fails and pcre2_match interprets: slower, equal.
        m_jit.store(pcre2_jit_compile(m_code, PCRE2_JIT_COMPLETE) == 0 ? Jit::Ready : Jit::Missing,
                    std::memory_order_release);
    }
    return m_jit;
}

const pcre2_real_code_8* Pcre2Pattern::countingCode() const
{
    if (const auto* code = m_counting.load(std::memory_order_acquire))
        return code;
    const std::lock_guard lock(compileMutex());
    if (m_counting == nullptr) {
        int error = 0;
        PCRE2_SIZE offset = 0;
        auto* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(m_text.data()), m_text.size(),
                                   PCRE2_AUTO_CALLOUT, &error, &offset, nullptr);
        if (code != nullptr)
            pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
        m_counting.store(code, std::memory_order_release);
    }
    return m_counting;
}

int Pcre2Pattern::match(std::string_view subject) const
{
    MatchBudget& budget = MatchBudget::current();
    if (budget.isSpent())
        return PCRE2_ERROR_NOMATCH;
    auto jit = m_jit.load(std::memory_order_acquire);
    if (jit == Jit::Untried)
        jit = compileJit();
    if (m_isOpen && (subject.size() > kLongestUncounted || budget.mustCount()))
        return matchCounted(subject, budget);
    budget.charge(*this, kStepsPerItem + static_cast<std::int64_t>(subject.size()) / kBytesPerStep);
    if (m_isOpen)
        budget.chargeUncounted(uncountedSteps(subject.size()));
    const int result = workspace().match(m_code, jit == Jit::Ready, m_pairs, subject,
                                         m_isOpen ? kUncountedMatchLimit : kCountedMatchLimit, nullptr);
    return result >= PCRE2_ERROR_NOMATCH ? result : matchCounted(subject, budget);
}

int Pcre2Pattern::matchCounted(std::string_view subject, MatchBudget& budget) const
{
    const auto* code = countingCode();
    const auto most = budget.forOneMatch();
    Counter counter{most};
    const int result = code == nullptr
                           ? PCRE2_ERROR_NOMEMORY
                           : workspace().match(code, false, m_pairs, subject, kCountedMatchLimit, &counter);
    budget.charge(*this, most - counter.left);
    if (result >= PCRE2_ERROR_NOMATCH)
        return result;
    if (!budget.isSpent())
        noteExhausted(*this);
    return PCRE2_ERROR_NOMATCH;
}

bool Pcre2Pattern::matches(std::string_view subject) const
{
    return match(subject) > 0;
}

std::optional<std::size_t> Pcre2Pattern::matchEnd(std::string_view subject) const
{
    return match(subject) > 0 ? std::optional<std::size_t>(workspace().offsets()[1]) : std::nullopt;
}

std::optional<std::size_t> Pcre2Pattern::matchEnd(std::string_view subject,
                                                  std::vector<std::string_view>& captures) const
{
    captures.clear();
    const int set = match(subject);
    if (set <= 0)
        return std::nullopt;
    const PCRE2_SIZE* offsets = workspace().offsets();
    for (std::size_t i = 1; i < static_cast<std::size_t>(set); ++i) {
        const auto start = offsets[2 * i];
        const auto end = offsets[2 * i + 1];
        captures.push_back(start == PCRE2_UNSET || end < start ? subject.substr(0, 0)
                                                               : subject.substr(start, end - start));
    }
    return offsets[1];
}

} // namespace bartizan
