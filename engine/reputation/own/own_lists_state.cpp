#include "engine/reputation/own/own_lists_state.h"

#include "engine/base/utf8.h"
#include "engine/reputation/own/overlap_search.h"

#include <algorithm>

namespace bartizan {

namespace {

constexpr std::size_t kLongestPerson = 100;

struct PlannedFacts
{
    own::FactsToSet set;
    std::vector<std::pair<std::uint64_t, own::EntryFact>> before; // for the undo step
    std::uint64_t changedOnly = 0;                                // entries whose expiry alone changes
};

PlannedFacts planFacts(const own::EntryFacts& facts, std::string_view name, std::span<const ReadyEntry> put,
                       const own::TextChange& change, const own::EntryFact& fresh)
{
    PlannedFacts planned;
    const auto& known = facts.of(name);
    const auto factBefore = [&](std::uint64_t hash) {
        const auto* fact = known.find(hash);
        return fact != nullptr ? *fact : own::EntryFact{};
    };
    // Entries of one import mostly share one fact.
    auto last = planned.set.end();
    const auto set = [&](const own::EntryFact& fact, std::uint64_t hash) {
        if (last == planned.set.end() || last->first != fact)
            last = planned.set.try_emplace(fact).first;
        last->second.push_back(hash);
    };
    auto addedFact = fresh;
    for (std::size_t i = 0; i < put.size(); ++i) {
        const auto hash = facts.hashOf(put[i].key);
        if (change.put[i] == own::PutResult::Added) {
            addedFact.expiresAt = put[i].expiresAt;
            set(addedFact, hash);
            continue;
        }
        const auto before = factBefore(hash);
        const bool changesExpiry = before.expiresAt != put[i].expiresAt;
        if (change.put[i] == own::PutResult::Same && !changesExpiry)
            continue;
        planned.changedOnly += change.put[i] == own::PutResult::Same ? 1 : 0;
        planned.before.emplace_back(hash, before);
        auto after = before;
        after.expiresAt = put[i].expiresAt;
        set(after, hash);
    }
    for (const auto& removed : change.step.removed) {
        own::TextLine line;
        (void)own::LineWalk(removed.whole).next(line);
        const auto hash = facts.hashOf(line.key);
        if (auto before = factBefore(hash); !before.isEmpty())
            planned.before.emplace_back(hash, std::move(before));
    }
    return planned;
}

void noteOverlaps(EditOutcome& outcome, std::span<const ReadyEntry> put, const own::TextChange& change,
                  const ListsHolding& others)
{
    std::vector<std::string_view> added;
    for (std::size_t i = 0; i < put.size(); ++i) {
        if (change.put[i] == own::PutResult::Added)
            added.push_back(put[i].key);
    }
    auto found = own::findOverlaps(added, change.text, others);
    outcome.overlaps = std::move(found.first);
    outcome.overlapCount = found.count;
}

} // namespace

Result<void> OwnLists::State::change(std::string_view name, const std::string& text,
                                     std::span<const ReadyEntry> put,
                                     const std::function<bool(const own::TextLine&)>& removes,
                                     std::string_view by, EpochMs now, EditOutcome& outcome)
{
    std::vector<own::NewEntry> entries;
    entries.reserve(put.size());
    for (const auto& entry : put)
        entries.push_back({entry.key, entry.note});
    auto change = own::changeText(text, entries, removes);
    for (const auto line : change.stubborn)
        outcome.problems.push_back(
            {Severity::Error, "lists", std::string(name), static_cast<int>(line), 0,
             "The entry's line in the file can't be given another note as it is written",
             "Correct its quotes in the file, or remove the entry first."});
    noteOverlaps(outcome, put, change, others);
    auto planned = planFacts(facts, name, put, change, {now, {}, forDisplay(by, kLongestPerson)});
    if (!outcome.isWritten())
        return {};
    const auto count = [&](own::PutResult result) {
        return static_cast<std::uint64_t>(std::ranges::count(change.put, result));
    };
    outcome.added = count(own::PutResult::Added);
    outcome.changed = count(own::PutResult::Changed) + planned.changedOnly;
    outcome.removed = change.step.removed.size();
    if (outcome.added + outcome.changed + outcome.removed == 0)
        return {};
    own::UndoStep step;
    step.text = std::move(change.step);
    step.facts = std::move(planned.before);
    const auto number = undo.add(name, step);
    if (!number)
        return std::unexpected(number.error());
    auto written = write(name, change.text, planned.set);
    if (!written)
        undo.drop(name, *number);
    return written;
}

Result<void> OwnLists::State::write(std::string_view name, std::string_view text, const own::FactsToSet& set)
{
    const auto before = facts.of(name);
    if (!set.empty()) {
        facts.edit(name).set(set);
        if (auto saved = facts.save(); !saved) {
            facts.edit(name) = before;
            return saved;
        }
    }
    if (auto written = folder.write(name, text); !written) {
        facts.edit(name) = before;
        (void)facts.save(); // should it fail as well, facts of lines that are not there harm nobody
        return written;
    }
    forgetMissing(name, text);
    return {};
}

void OwnLists::State::forgetMissing(std::string_view name, std::string_view text)
{
    if (!facts.of(name).isEmpty() && facts.edit(name).keepOnly(facts.hashesIn(text)))
        (void)facts.save(); // the next change saves them otherwise
}

} // namespace bartizan
