#include "engine/reputation/own/list_text_change.h"

#include <unordered_map>
#include <utility>

namespace bartizan::own {

namespace {

// What a step says about a key.
struct Told
{
    enum class What : std::uint8_t { Added, Changed, Removed };
    What what = What::Added;
    std::string_view now;  // the line as the step left it
    std::string_view then; // as it was before
    bool isDone = false;
};

using ToldByKey = std::unordered_map<std::string_view, Told>;

ToldByKey toldByKey(const TextStep& step)
{
    ToldByKey told;
    TextLine line;
    for (LineWalk added(step.added); added.next(line);)
        told.emplace(line.key, Told{Told::What::Added, line.text, {}});
    for (const auto& changed : step.changed)
        told.emplace(readLine(changed.after).key, Told{Told::What::Changed, changed.after, changed.before});
    for (const auto& removed : step.removed) {
        (void)LineWalk(removed.whole).next(line);
        told.emplace(line.key, Told{Told::What::Removed, {}, line.text});
    }
    return told;
}

class Rebuilt
{
public:
    Rebuilt(std::string_view text, const TextStep& step)
        : m_lineEnd(lineEndOf(text))
        , m_removed(step.removed)
    {
        m_text.reserve(text.size());
    }
    // `bringsBack` tells whether a removed line is wanted.
    template<class BringsBack>
    void put(std::string_view text, std::string_view end, const BringsBack& bringsBack)
    {
        for (; m_next < m_removed.size() && m_removed[m_next].index <= m_lines; ++m_next)
            bringBack(m_removed[m_next], bringsBack);
        append(text, end);
    }
    template<class BringsBack> std::string finish(const BringsBack& bringsBack)
    {
        for (; m_next < m_removed.size(); ++m_next)
            bringBack(m_removed[m_next], bringsBack);
        return std::move(m_text);
    }

private:
    template<class BringsBack> void bringBack(const RemovedLine& removed, const BringsBack& bringsBack)
    {
        if (bringsBack(removed))
            append(removed.whole, {});
    }
    void append(std::string_view text, std::string_view end)
    {
        if (!m_text.empty() && m_text.back() != '\n')
            m_text += m_lineEnd;
        m_text.append(text).append(end);
        ++m_lines;
    }

    std::string_view m_lineEnd;
    std::span<const RemovedLine> m_removed;
    std::size_t m_next = 0;
    std::string m_text;
    std::uint64_t m_lines = 0;
};

std::string_view lastLineOf(std::string_view text)
{
    const auto end = text.ends_with('\n') ? text.size() - 1 : text.size();
    const auto before = end == 0 ? std::string_view::npos : text.rfind('\n', end - 1);
    return before == std::string_view::npos ? text : text.substr(before + 1);
}

void takeEndBack(std::string& text, const TextStep& step)
{
    if (step.addedEnd.empty() || !text.ends_with(step.addedEnd))
        return;
    TextLine last;
    if (LineWalk(lastLineOf(text)).next(last) && last.text == step.endedLine)
        text.resize(text.size() - step.addedEnd.size());
}

} // namespace

TextChange changeText(std::string_view text, std::span<const NewEntry> put,
                      const std::function<bool(const TextLine&)>& removes)
{
    TextChange change;
    change.put.assign(put.size(), PutResult::Added);
    std::unordered_map<std::string_view, std::size_t> wanted;
    wanted.reserve(put.size());
    for (std::size_t i = 0; i < put.size(); ++i)
        wanted.emplace(put[i].key, i);
    change.text.reserve(text.size() + put.size() * 20);
    TextLine line;
    for (LineWalk walk(text); walk.next(line);) {
        const auto found = line.kind == LineKind::Entry ? wanted.find(line.key) : wanted.end();
        const bool isFirst = found != wanted.end() && change.put[found->second] == PutResult::Added;
        if (isFirst)
            change.put[found->second] = PutResult::Same;
        if (isFirst && put[found->second].note != line.value) {
            if (auto changed = withValue(line, put[found->second].note)) {
                change.put[found->second] = PutResult::Changed;
                change.text.append(*changed).append(line.end());
                change.step.changed.push_back({std::string(line.text), std::move(*changed)});
                continue;
            }
            change.stubborn.push_back(line.number);
        }
        if (line.kind == LineKind::Entry && found == wanted.end() && removes(line))
            change.step.removed.push_back({line.number - 1, std::string(line.whole)});
        else
            change.text.append(line.whole);
    }
    const auto lineEnd = lineEndOf(text);
    for (std::size_t i = 0; i < put.size(); ++i) {
        if (change.put[i] != PutResult::Added)
            continue;
        if (const auto written = writeLine(put[i].key, put[i].note))
            change.step.added.append(*written).append(lineEnd);
    }
    if (!change.step.added.empty() && !change.text.empty() && change.text.back() != '\n') {
        (void)LineWalk(lastLineOf(text)).next(line);
        change.step.endedLine = line.text;
        change.step.addedEnd = lineEnd;
        change.text += lineEnd;
    }
    change.text += change.step.added;
    return change;
}

TextReturn takeBack(std::string_view text, const TextStep& step)
{
    TextReturn result;
    auto told = toldByKey(step);
    // Of removed keys: whether they stand in the list again.
    TextLine line;
    for (LineWalk walk(text); walk.next(line);) {
        const auto found = line.kind == LineKind::Entry ? told.find(line.key) : told.end();
        if (found == told.end() || found->second.what != Told::What::Removed)
            continue;
        found->second.isDone = true;
        if (line.text != found->second.then)
            result.clashes.push_back({line.number, std::string(line.key)});
    }
    const auto bringsBack = [&](const RemovedLine& removed) {
        TextLine wanted;
        (void)LineWalk(removed.whole).next(wanted);
        const bool isWanted = !told.at(wanted.key).isDone;
        ++(isWanted ? result.added : result.gone);
        return isWanted;
    };
    Rebuilt rebuilt(text, step);
    for (LineWalk walk(text); walk.next(line);) {
        auto shown = line.text;
        const auto found = line.kind == LineKind::Entry ? told.find(line.key) : told.end();
        if (found != told.end() && found->second.what != Told::What::Removed && !found->second.isDone) {
            auto& [what, now, then, isDone] = found->second;
            isDone = true;
            if (line.text == now) {
                ++(what == Told::What::Added ? result.removed : result.changed);
                if (what == Told::What::Added)
                    continue;
                shown = then;
            } else if (what == Told::What::Changed && line.text == then) {
                ++result.gone;
            } else {
                result.clashes.push_back({line.number, std::string(line.key)});
            }
        }
        rebuilt.put(shown, line.end(), bringsBack);
    }
    result.text = rebuilt.finish(bringsBack);
    for (const auto& [key, what] : told) {
        if (what.what != Told::What::Removed && !what.isDone)
            ++result.gone;
    }
    takeEndBack(result.text, step);
    return result;
}

} // namespace bartizan::own
