#include "engine/store/search_text.h"

#include "engine/base/utf8.h"

#include <algorithm>
#include <vector>

namespace bartizan::store {

namespace {

// More runs make the query slower, not much sharper.
constexpr std::size_t kMaxRuns = 32;
constexpr std::size_t kRunLength = 3;

std::vector<std::string_view> characters(std::string_view text)
{
    std::vector<std::string_view> all;
    while (!text.empty()) {
        const std::size_t length = std::max<std::size_t>(utf8SequenceLength(text), 1);
        all.push_back(text.substr(0, length));
        text.remove_prefix(length);
    }
    return all;
}

std::string quoted(std::string_view run)
{
    std::string text = "\"";
    for (const char c : run)
        text.append(c == '"' ? 2 : 1, c);
    return text + '"';
}

} // namespace

std::string indexedText(std::string_view bytes)
{
    std::string text = repairUtf8(bytes);
    std::ranges::replace(text, '\0', '\n');
    return text;
}

std::optional<std::string> indexQuery(std::string_view search)
{
    if (repairUtf8(search) != search)
        return std::nullopt;
    const std::string text = indexedText(search);
    const auto all = characters(text);
    if (all.size() < kRunLength)
        return std::nullopt;
    std::vector<std::string_view> runs;
    for (std::size_t i = 0; i + kRunLength <= all.size() && runs.size() < kMaxRuns; ++i) {
        const std::string_view run(all[i].begin(), all[i + kRunLength - 1].end());
        if (std::ranges::find(runs, run) == runs.end())
            runs.push_back(run);
    }
    std::string query;
    for (const std::string_view run : runs)
        query += (query.empty() ? "" : " AND ") + quoted(run);
    return query;
}

} // namespace bartizan::store
