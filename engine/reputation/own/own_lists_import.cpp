#include "engine/reputation/own/list_import.h"
#include "engine/reputation/own/own_lists_state.h"

#include <unordered_set>

namespace bartizan {

namespace {

// The first of each key.
std::vector<ReadyEntry> withoutRepeated(std::vector<own::ReadImport::Entry> entries)
{
    std::vector<ReadyEntry> ready;
    ready.reserve(entries.size()); // the set looks at the keys where they stay
    std::unordered_set<std::string_view> seen;
    seen.reserve(entries.size());
    for (auto& [key, note, expiresAt] : entries) {
        if (seen.contains(key))
            continue;
        ready.push_back({std::move(key), std::move(note), expiresAt});
        seen.insert(ready.back().key);
    }
    return ready;
}

} // namespace

Result<ImportOutcome> OwnLists::importText(std::string_view name, std::string_view bytes,
                                           std::optional<ListFormat> format, std::string_view column,
                                           ImportMode mode, std::string_view by, EpochMs now)
{
    const auto text = m_state->folder.read(name);
    if (!text)
        return std::unexpected(text.error());
    auto import = own::readImport(bytes, format, column, now);
    if (!import)
        return std::unexpected(import.error());
    if (import->entries.empty())
        return fail(ErrorCode::InvalidArgument, "No entry was found in what is to be imported",
                    import->problems.empty() ? "Check that it is the right file."
                                             : describe(import->problems.front()));
    ImportOutcome outcome;
    outcome.format = import->format;
    outcome.detection = std::move(import->detection);
    outcome.counts = import->counts;
    outcome.expired = import->expired;
    outcome.edit.problems = std::move(import->problems);
    for (auto& problem : outcome.edit.problems)
        problem.file = name;
    const auto put = withoutRepeated(std::move(import->entries));
    const auto removes = [mode](const own::TextLine&) { return mode == ImportMode::Replace; };
    if (auto changed = m_state->change(name, *text, put, removes, by, now, outcome.edit); !changed)
        return std::unexpected(changed.error());
    return outcome;
}

} // namespace bartizan
