// What OwnLists is made of, and the one way by which all of its changes get to the disk.
#pragma once

#include "engine/reputation/own/entry_facts.h"
#include "engine/reputation/own/list_folder.h"
#include "engine/reputation/own/list_text_change.h"
#include "engine/reputation/own/own_lists.h"
#include "engine/reputation/own/undo_steps.h"

#include <map>
#include <span>

namespace bartizan {

// An entry as it will stand: its key checked, its note fitting.
struct ReadyEntry
{
    std::string key;
    std::string note;
    std::optional<EpochMs> expiresAt{};
};

struct OwnLists::State
{
    State(std::string listsFolder, const std::string& stateFolder, ListsHolding holding)
        : folder(std::move(listsFolder))
        , facts(stateFolder + "/lists/entries.json", foundProblems)
        , undo(stateFolder + "/lists/undo")
        , others(std::move(holding))
    {
    }

    // Puts the entries, whose keys differ, removes the lines, and counts. Without an Error in
    // `outcome.problems` it is on the disk.
    [[nodiscard]] Result<void> change(std::string_view name, const std::string& text,
                                      std::span<const ReadyEntry> put,
                                      const std::function<bool(const own::TextLine&)>& removes,
                                      std::string_view by, EpochMs now, EditOutcome& outcome);
    // The facts go first, so that nothing that is meant to end stays for good after a crash; those of lines
    // that are gone are forgotten afterwards, so that nothing that stays loses its own.
    [[nodiscard]] Result<void> write(std::string_view name, std::string_view text,
                                     const own::FactsToSet& set);
    void forgetMissing(std::string_view name, std::string_view text);

    own::ListFolder folder;
    Problems foundProblems;
    own::EntryFacts facts;
    own::UndoSteps undo;
    ListsHolding others;
    struct Failure
    {
        EpochMs retryAt = 0;
        Problem problem;
    };
    std::map<std::string, Failure, std::less<>> expiryFailures; // by list
};

} // namespace bartizan
