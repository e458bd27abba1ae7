#include "engine/reputation/own/own_lists.h"

#include "engine/reputation/own/list_export.h"
#include "engine/reputation/own/own_list_page.h"
#include "engine/reputation/own/own_lists_state.h"

#include <algorithm>

namespace bartizan {

bool EditOutcome::isWritten() const
{
    return std::ranges::none_of(problems,
                                [](const Problem& problem) { return problem.severity == Severity::Error; });
}

OwnLists::OwnLists(std::string listsFolder, const std::string& stateFolder, ListsHolding others)
    : m_state(std::make_unique<State>(std::move(listsFolder), stateFolder, std::move(others)))
{
}

OwnLists::~OwnLists() = default;

std::vector<std::string> OwnLists::names() const
{
    return m_state->folder.names();
}

Result<OwnListInfo> OwnLists::info(std::string_view name) const
{
    const auto modified = m_state->folder.modified(name);
    const auto text = modified ? m_state->folder.read(name) : std::unexpected(modified.error());
    if (!text)
        return std::unexpected(text.error());
    OwnListInfo info;
    own::TextLine line;
    for (own::LineWalk walk(*text); walk.next(line);)
        info.entries += line.kind == own::LineKind::Entry ? 1 : 0;
    info.modified = *modified;
    info.expiring = m_state->facts.of(name).expiring();
    return info;
}

Result<EntryPage> OwnLists::entries(std::string_view name, std::uint64_t offset, std::size_t limit,
                                    std::string_view filter) const
{
    const auto text = m_state->folder.read(name);
    if (!text)
        return std::unexpected(text.error());
    return own::pageOf(*text, offset, limit, filter, m_state->facts, name);
}

Result<std::string> OwnLists::exportText(std::string_view name, ExportForm form) const
{
    const auto text = m_state->folder.read(name);
    return text ? own::exportList(*text, form, m_state->facts, name) : text;
}

Result<void> OwnLists::create(std::string_view name)
{
    if (!own::isListName(name))
        return fail(ErrorCode::InvalidArgument, "That can't be the name of a list",
                    "Use up to 64 letters a to z, digits, '-', '_' and '.', not ending in \".cdb\".");
    if (m_state->folder.isTaken(name))
        return fail(ErrorCode::InvalidArgument, "There is a list " + std::string(name) + " already",
                    "Choose another name.");
    own::UndoStep step;
    step.what = own::UndoStep::What::Created;
    const auto number = m_state->undo.add(name, step);
    if (!number)
        return std::unexpected(number.error());
    m_state->facts.forgetList(name); // of one that somebody deleted
    auto written = m_state->folder.write(name, {});
    if (!written)
        m_state->undo.drop(name, *number);
    return written;
}

Result<void> OwnLists::remove(std::string_view name)
{
    auto text = m_state->folder.read(name);
    if (!text)
        return std::unexpected(text.error());
    own::UndoStep step;
    step.what = own::UndoStep::What::Removed;
    step.content = std::move(*text);
    for (const auto& [fact, hashes] : m_state->facts.of(name).all()) {
        for (const auto hash : hashes)
            step.facts.emplace_back(hash, fact);
    }
    const auto number = m_state->undo.add(name, step);
    if (!number)
        return std::unexpected(number.error());
    if (auto removed = m_state->folder.remove(name); !removed) {
        m_state->undo.drop(name, *number);
        return removed;
    }
    m_state->facts.forgetList(name);
    (void)m_state->facts.save(); // what is left of a list that is not there harms nobody
    return {};
}

Problems OwnLists::problems() const
{
    auto problems = m_state->foundProblems;
    for (const auto& [name, failure] : m_state->expiryFailures)
        problems.push_back(failure.problem);
    return problems;
}

} // namespace bartizan
