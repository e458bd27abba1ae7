#include "tests/hostile/hostile_texts.h"

#include "engine/pattern/match_budget.h"
#include "tests/hostile/pattern_sketch.h"

#include <set>

namespace bartizan::test {

namespace {

constexpr std::size_t kMostAlternatives = 4;
constexpr std::size_t kMostParts = 10; // of which each gets texts of its own

void addTexts(const Sketch& sketch, std::size_t size, std::set<std::string>& texts)
{
    const std::string whole = sampleOf(sketch);
    if (whole.empty())
        return;
    const auto add = [&](std::string_view head, std::string_view piece) {
        if (!piece.empty())
            texts.insert(filled(std::string(head), piece, size));
    };
    add("", whole);
    add("", whole.substr(0, whole.size() - 1)); // all but the last byte, over and over
    const std::size_t step = sketch.size() / kMostParts + 1;
    for (std::size_t i = 0; i < sketch.size(); i += step) {
        const std::string before = sampleOf(sketch, i);
        const std::string upTo = before + sketch[i].sample;
        const std::string rest = whole.substr(upTo.size());
        add("", upTo);
        if (!sketch[i].repeats)
            continue;
        add(before, sketch[i].sample); // a run that never ends
        add(before, sketch[i].sample + " ");
        add(before, rest); // a run in which the rest is tried over and over
        if (rest.size() > 1)
            add(before, rest.substr(0, rest.size() - 1));
        add(before + filled("", sketch[i].sample, size / 2), rest);
    }
}

} // namespace

std::string filled(std::string head, std::string_view piece, std::size_t size)
{
    head.reserve(size + piece.size());
    while (head.size() < size)
        head += piece;
    head.resize(size);
    return head;
}

std::vector<std::string> hostileTexts(PatternType type, std::string_view pattern, std::size_t size)
{
    std::set<std::string> texts;
    auto sketches = sketchesOf(type, pattern);
    if (sketches.size() > kMostAlternatives)
        sketches.resize(kMostAlternatives);
    for (const Sketch& sketch : sketches)
        addTexts(sketch, size, texts);
    return {texts.begin(), texts.end()};
}

std::string dearestText(const Pattern& pattern, std::size_t size)
{
    std::string dearest;
    std::int64_t most = -1;
    std::vector<std::string_view> captures;
    MatchBudget& budget = MatchBudget::current();
    for (std::string& text : hostileTexts(pattern.type(), pattern.text(), size)) {
        budget.beginRecord();
        static_cast<void>(pattern.matchEnd(text, captures));
        if (budget.spent() > most) {
            most = budget.spent();
            dearest = std::move(text);
        }
    }
    budget.endRecord();
    static_cast<void>(takeExhausted());
    return dearest;
}

} // namespace bartizan::test
