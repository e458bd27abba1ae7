#define PCRE2_CODE_UNIT_WIDTH 8
#include "engine/pattern/pcre2_pattern.h"

#include "engine/pattern/required_literals.h"

#include <pcre2.h>

#include <array>
#include <utility>

namespace bartizan {

namespace {

// Far above what any real pattern needs on a log line, far below what an attacker could use to stall the
// engine.
constexpr std::uint32_t kMatchLimit = 1'000'000;
constexpr std::uint32_t kDepthLimit = 100'000;
constexpr std::uint32_t kHeapLimitKiB = 16'384;
constexpr std::size_t kMostExhausted = 64;
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
        pcre2_set_match_limit(m_context.get(), kMatchLimit);
        pcre2_set_depth_limit(m_context.get(), kDepthLimit);
        pcre2_set_heap_limit(m_context.get(), kHeapLimitKiB);
        pcre2_jit_stack_assign(m_context.get(), nullptr, m_jitStack.get());
    }

    // The number of pairs set in offsets(), 0 or less when there is no match.
    // `jit`: the code was compiled to machine code, which runs without the checks for everybody else's
    // mistakes.
    int match(const pcre2_code* code, bool jit, unsigned pairs, std::string_view subject)
    {
        if (pairs > m_pairs) {
            m_data.reset(pcre2_match_data_create(pairs, nullptr));
            m_pairs = m_data != nullptr ? pairs : 0;
        }
        if (m_data == nullptr || m_context == nullptr)
            return PCRE2_ERROR_NOMEMORY;
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

std::vector<const Pattern*>& exhausted()
{
    thread_local std::vector<const Pattern*> patterns;
    return patterns;
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
    // Without JIT support this fails and pcre2_match interprets: slower, equal.
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    return std::make_unique<const Pcre2Pattern>(text, code);
}

Pcre2Pattern::Pcre2Pattern(std::string_view text, pcre2_real_code_8* code)
    : m_text(text)
    , m_code(code)
{
    std::uint32_t groups = 0;
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
    m_pairs = groups + 1;
    std::size_t jitSize = 0;
    m_hasJit = pcre2_pattern_info(code, PCRE2_INFO_JITSIZE, &jitSize) == 0 && jitSize > 0;
    requireOneOf(requiredLiterals(text));
}

Pcre2Pattern::~Pcre2Pattern()
{
    pcre2_code_free(m_code);
}

int Pcre2Pattern::match(std::string_view subject) const
{
    const int result = workspace().match(m_code, m_hasJit, m_pairs, subject);
    if (result < PCRE2_ERROR_NOMATCH && exhausted().size() < kMostExhausted)
        exhausted().push_back(this);
    return result;
}

std::vector<const Pattern*> takeExhausted()
{
    return std::exchange(exhausted(), {});
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
