// The steps of one's own lists that can be taken back, on disk: STATE/lists/undo/LIST/NUMBER. Main thread.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/problem.h"
#include "engine/base/result.h"
#include "engine/reputation/own/entry_facts.h"
#include "engine/reputation/own/list_text_change.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bartizan::own {

struct UndoStep
{
    enum class What : std::uint8_t { Edited, Created, Removed };
    What what = What::Edited;
    std::string content; // of a list that was removed, its text
    TextStep text;
    // What was known of the entries that were changed or removed, by hash; nothing known: an empty fact.
    std::vector<std::pair<std::uint64_t, EntryFact>> facts;
};

class UndoSteps
{
public:
    static constexpr std::size_t kMostSteps = 20;
    // Of a list's steps but the last, which is kept whatever its size.
    static constexpr std::int64_t kMostBytes = std::int64_t{64} << 20;

    explicit UndoSteps(std::string folder)
        : m_folder(std::move(folder))
    {
    }

    // Steps that are too old or too much are dropped. The number of the step.
    [[nodiscard]] Result<std::uint64_t> add(std::string_view list, const UndoStep& step);
    struct Last
    {
        std::uint64_t number = 0;
        UndoStep step;
    };
    // NotFound where there is none. A damaged one is set aside: Corrupt.
    [[nodiscard]] Result<Last> last(std::string_view list);
    void drop(std::string_view list, std::uint64_t number);

private:
    [[nodiscard]] std::string folderOf(std::string_view list) const;
    [[nodiscard]] std::string pathOf(std::string_view list, std::uint64_t number) const;
    void dropOld(std::string_view list) const;

    std::string m_folder;
};

} // namespace bartizan::own
