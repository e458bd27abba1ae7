#include "engine/base/utf8.h"
#include "engine/reputation/own/own_lists_state.h"

#include <algorithm>

namespace bartizan {

namespace {

constexpr EpochMs kRetryAfter = 60'000;

own::FactsToSet byFact(const std::vector<std::pair<std::uint64_t, own::EntryFact>>& facts)
{
    own::FactsToSet set;
    for (const auto& [hash, fact] : facts)
        set[fact].push_back(hash);
    return set;
}

std::unexpected<Error> clash(std::string_view name, const own::TextReturn::Clash& first, std::size_t count)
{
    std::string message = "Line " + std::to_string(first.line) + " of " + std::string(name) + " (" +
                          forDisplay(first.key, 60) + ") has been changed by hand since";
    if (count > 1)
        message += ", and " + std::to_string(count - 1) + " more";
    return fail(ErrorCode::Refused, std::move(message), "Edit the list instead. Nothing was changed.");
}

bool hasEntries(std::string_view text)
{
    own::TextLine line;
    for (own::LineWalk walk(text); walk.next(line);) {
        if (line.kind != own::LineKind::Blank)
            return true;
    }
    return false;
}

void noteGone(EditOutcome& outcome, std::string_view name, std::uint64_t gone)
{
    if (gone > 0)
        outcome.problems.push_back({Severity::Note,
                                    "lists",
                                    std::string(name),
                                    0,
                                    0,
                                    std::to_string(gone) +
                                        " lines of the change needed no undoing: they are gone, "
                                        "or as they were before",
                                    {}});
}

} // namespace

Result<EditOutcome> OwnLists::undo(std::string_view name, std::string_view, EpochMs)
{
    auto last = m_state->undo.last(name);
    if (!last)
        return std::unexpected(last.error());
    const auto& step = last->step;
    EditOutcome outcome;
    if (step.what == own::UndoStep::What::Removed) {
        if (m_state->folder.isTaken(name))
            return fail(ErrorCode::Refused, "There is a list " + std::string(name) + " again",
                        "Rename it first. Nothing was changed.");
        if (auto written = m_state->write(name, step.content, byFact(step.facts)); !written)
            return std::unexpected(written.error());
        m_state->undo.drop(name, last->number);
        own::TextLine line;
        for (own::LineWalk walk(step.content); walk.next(line);)
            outcome.added += line.kind == own::LineKind::Entry ? 1 : 0;
        return outcome;
    }
    const auto text = m_state->folder.read(name);
    if (!text)
        return std::unexpected(text.error());
    if (step.what == own::UndoStep::What::Created) {
        if (hasEntries(*text))
            return fail(ErrorCode::Refused,
                        std::string(name) + " has been filled by hand since it was created",
                        "Remove the list instead. Nothing was changed.");
        if (auto removed = m_state->folder.remove(name); !removed)
            return std::unexpected(removed.error());
        m_state->facts.forgetList(name);
        m_state->undo.drop(name, last->number);
        return outcome;
    }
    const auto back = own::takeBack(*text, step.text);
    if (!back.clashes.empty())
        return clash(name, back.clashes.front(), back.clashes.size());
    if (auto written = m_state->write(name, back.text, byFact(step.facts)); !written)
        return std::unexpected(written.error());
    m_state->undo.drop(name, last->number);
    outcome.added = back.added;
    outcome.changed = back.changed;
    outcome.removed = back.removed;
    noteGone(outcome, name, back.gone);
    return outcome;
}

std::vector<std::string> OwnLists::expireDue(EpochMs now)
{
    std::vector<std::string> changed;
    std::vector<std::string> names;
    for (const auto& [name, facts] : m_state->facts.lists())
        names.push_back(name);
    for (const auto& name : names) {
        const auto due = m_state->facts.of(name).due(now);
        if (due.empty())
            continue;
        const auto isDue = [&](const own::TextLine& line) {
            return std::ranges::binary_search(due, m_state->facts.hashOf(line.key));
        };
        const auto text = m_state->folder.read(name);
        if (!text && text.error().code == ErrorCode::NotFound) {
            m_state->facts.edit(name).forget(due);
            continue;
        }
        auto failed = text ? std::optional<Error>() : text.error();
        if (text) {
            const auto change = own::changeText(*text, {}, isDue);
            if (change.step.removed.empty())
                m_state->forgetMissing(name, *text);
            else if (const auto written = m_state->write(name, change.text, {}); written)
                changed.push_back(name);
            else
                failed = written.error();
        }
        if (failed)
            m_state->expiryFailures[name] = {now + kRetryAfter,
                                             {Severity::Warning, "lists", name, 0, 0,
                                              "Entries that are over can't be removed: " + failed->message,
                                              failed->cure}};
        else
            m_state->expiryFailures.erase(name);
    }
    return changed;
}

std::optional<EpochMs> OwnLists::nextExpiry() const
{
    std::optional<EpochMs> next;
    for (const auto& [name, facts] : m_state->facts.lists()) {
        auto at = facts.nextExpiry();
        const auto failure = m_state->expiryFailures.find(name);
        if (at && failure != m_state->expiryFailures.end())
            at = std::max(*at, failure->second.retryAt);
        if (at && (!next || *at < *next))
            next = at;
    }
    return next;
}

} // namespace bartizan
