// The lists that the owner keeps by hand: CONFIG/lists/NAME in the CDB form, which Wazuh reads unchanged and
// people edit as well. Their lines, order, comments and line ends stay as they are wherever a change is not
// about them. What the form can't hold stands in STATE/lists/entries.json, what can be taken back in
// STATE/lists/undo/.
//
// Main thread. The files are read anew each time: whatever is asked for is true at that moment.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/problem.h"
#include "engine/base/result.h"
#include "engine/lists/formats/list_format.h"
#include "engine/reputation/own/entry_check.h"
#include "engine/reputation/own/own_list_types.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

class OwnLists
{
public:
    // `listsFolder` is CONFIG/lists, `stateFolder` STATE. `others` is asked, while a change is made, for
    // lists besides the changed one.
    OwnLists(std::string listsFolder, const std::string& stateFolder, ListsHolding others = {});
    ~OwnLists();
    OwnLists(const OwnLists&) = delete;
    OwnLists& operator=(const OwnLists&) = delete;

    // In order; those in sub-folders ("amazon/aws-x"), which are made by hand, too.
    [[nodiscard]] std::vector<std::string> names() const;
    [[nodiscard]] Result<OwnListInfo> info(std::string_view name) const;
    // From 0. At most 1,000 entries at a time; `filter` is part of a key or note, or an address.
    [[nodiscard]] Result<EntryPage> entries(std::string_view name, std::uint64_t offset, std::size_t limit,
                                            std::string_view filter) const;
    [[nodiscard]] Result<std::string> exportText(std::string_view name, ExportForm form) const;

    // Names: 1 to 64 of A–Z a–z 0–9 - _ . that neither begin with '.' nor end in ".cdb".
    [[nodiscard]] Result<void> create(std::string_view name);
    // All or nothing: with an Error among the outcome's problems nothing was written.
    [[nodiscard]] Result<EditOutcome> edit(std::string_view name, const EntryEdit& edit, std::string_view by,
                                           EpochMs now);
    // Lines that can't be read are skipped, each with a warning. Without a format it is detected.
    [[nodiscard]] Result<ImportOutcome> importText(std::string_view name, std::string_view bytes,
                                                   std::optional<ListFormat> format, std::string_view column,
                                                   ImportMode mode, std::string_view by, EpochMs now);
    [[nodiscard]] Result<void> remove(std::string_view name);
    // Takes back the last of create, edit, import and remove that is left, up to 20 steps for each list, over
    // restarts as well; what ended by itself meanwhile stays away. Refused where a line that the step wrote
    // or removed has been changed by somebody else since.
    [[nodiscard]] Result<EditOutcome> undo(std::string_view name, std::string_view by, EpochMs now);

    // Removes the entries whose time is over; the names of the lists that changed. What can't be written is
    // told in problems() and tried again.
    [[nodiscard]] std::vector<std::string> expireDue(EpochMs now);
    // Wall-clock time of the next thing that expireDue() has to do. Clocks get set: look again now and then.
    [[nodiscard]] std::optional<EpochMs> nextExpiry() const;

    // Of the state folder as it was found, and of what expireDue() could not do.
    [[nodiscard]] Problems problems() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace bartizan
