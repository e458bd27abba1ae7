// From the ranges of many lists to disjoint ranges with labels: one pass over all ends in ascending order,
// which follows the combination of lists that hold the current address.
#pragma once

#include "engine/lists/label_table.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

namespace bartizan {

// `Traits`: Key, Range, and first, last, make, next, previous of them, kLast.
template<class Traits> class RangeSweep
{
public:
    using Key = typename Traits::Key;
    using Range = typename Traits::Range;

    // Sorts, and puts together what overlaps or touches.
    static void normalise(std::vector<Range>& ranges)
    {
        if (!std::ranges::is_sorted(ranges))
            std::ranges::sort(ranges);
        std::size_t count = 0;
        for (const Range& range : ranges) {
            if (count > 0) {
                const Key last = Traits::last(ranges[count - 1]);
                if (last == Traits::kLast || Traits::first(range) <= Traits::next(last)) {
                    ranges[count - 1] =
                        Traits::make(Traits::first(ranges[count - 1]), std::max(last, Traits::last(range)));
                    continue;
                }
            }
            ranges[count++] = range;
        }
        ranges.resize(count);
    }

    // `lists` are normalised. Calls emit(first, last, label) in ascending order, for ranges as long as can
    // be. False when there are no labels left.
    template<class Emit>
    [[nodiscard]] static bool run(const std::vector<std::vector<Range>>& lists, LabelTable& labels,
                                  Emit&& emit)
    {
        std::priority_queue<End, std::vector<End>, std::greater<>> ends;
        for (std::size_t list = 0; list < lists.size(); ++list) {
            if (!lists[list].empty())
                ends.push({Traits::first(lists[list].front()), static_cast<std::uint16_t>(list), 0});
        }
        LabelTable::Combination combination = 0;
        Key begin{};
        const auto emitUpTo = [&](const Key& last) {
            if (combination == 0)
                return true;
            const auto label = labels.labelOf(combination);
            if (label)
                emit(begin, last, *label);
            return label.has_value();
        };
        while (!ends.empty()) {
            const Key at = ends.top().at;
            if (!emitUpTo(Traits::previous(at)))
                return false;
            while (!ends.empty() && ends.top().at == at) {
                const End end = ends.top();
                ends.pop();
                combination = labels.toggled(combination, end.list);
                if (const auto following = after(lists[end.list], end))
                    ends.push(*following);
            }
            begin = at;
        }
        return emitUpTo(Traits::kLast);
    }

private:
    // Where a list begins (even) or ceases (odd) to hold the addresses.
    struct End
    {
        Key at;
        std::uint16_t list;
        std::size_t number; // of the range, times two, plus one for its end

        bool operator>(const End& other) const { return other.at < at; }
    };

    static std::optional<End> after(const std::vector<Range>& ranges, const End& end)
    {
        const std::size_t number = end.number + 1;
        const std::size_t range = number / 2;
        if (range == ranges.size())
            return std::nullopt;
        if (number % 2 == 0)
            return End{Traits::first(ranges[range]), end.list, number};
        const Key last = Traits::last(ranges[range]);
        return last == Traits::kLast ? std::nullopt
                                     : std::optional(End{Traits::next(last), end.list, number});
    }
};

} // namespace bartizan
