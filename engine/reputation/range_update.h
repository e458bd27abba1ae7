// The way of one family's ranges from a fetched list to the list that is put in force: put together where
// they touch, cut by the protected networks, compared with what is in force. One pass over three sorted
// sequences.
#pragma once

#include "engine/reputation/address_keys.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace bartizan {

template<class Key> struct MarkedRange
{
    Key first;
    Key last;
    std::uint32_t mark; // of a protected range: its number; of one in force: the label of its generation
};

struct RangeCounts
{
    std::uint64_t ranges = 0;
    std::uint64_t addresses = 0; // of IPv4
    std::uint64_t added = 0;
    std::uint64_t removed = 0;
    std::uint64_t pieces = 0; // parts of one generation each
};

// `Sink`: cut(first, last, number of the protected range); piece(first, last, std::optional<label>), without
// a label where it is not in force; kept(first, last, whether something of it is new) after its pieces.
template<class Key, class Sink> class RangeUpdate
{
public:
    // Both ascending, without overlaps.
    RangeUpdate(std::span<const MarkedRange<Key>> protectedRanges, std::span<const MarkedRange<Key>> inForce,
                Sink& sink)
        : m_protected(protectedRanges)
        , m_inForce(inForce)
        , m_sink(sink)
    {
    }

    // In ascending order; what is not is left out, as it would go past the protected ranges.
    void take(const Key& first, const Key& last)
    {
        if (last < first || (m_open && first <= m_open->second))
            return;
        if (m_open && after(m_open->second) == first) {
            m_open->second = last;
            return;
        }
        flush();
        m_open.emplace(first, last);
    }

    RangeCounts finish()
    {
        flush();
        leave(std::nullopt);
        return m_counts;
    }

private:
    using Range = MarkedRange<Key>;

    void flush()
    {
        if (m_open)
            cut(m_open->first, m_open->second);
        m_open.reset();
    }

    void cut(Key first, const Key& last)
    {
        while (!m_protected.empty() && m_protected.front().last < first)
            m_protected = m_protected.subspan(1);
        while (!m_protected.empty() && m_protected.front().first <= last) {
            const Range& range = m_protected.front();
            if (first < range.first)
                keep(first, before(range.first));
            m_sink.cut(std::max(first, range.first), std::min(last, range.last), range.mark);
            if (last <= range.last)
                return;
            first = after(range.last);
            m_protected = m_protected.subspan(1);
        }
        keep(first, last);
    }

    void keep(const Key& first, const Key& last)
    {
        leave(first);
        const bool hasNews = label(first, last);
        ++m_counts.ranges;
        m_counts.addresses += countOf(first, last);
        m_sink.kept(first, last, hasNews);
    }

    bool label(Key at, const Key& last)
    {
        bool hasNews = false;
        for (; !m_inForce.empty() && m_inForce.front().first <= last; m_inForce = m_inForce.subspan(1)) {
            const Range& old = m_inForce.front();
            if (at < old.first) {
                hasNews = true;
                addNew(at, before(old.first));
            }
            const Key end = std::min(last, old.last);
            addPiece(std::max(at, old.first), end, old.mark);
            m_seen = end;
            if (last < old.last)
                return hasNews;
            at = after(end);
            if (end == last) {
                m_inForce = m_inForce.subspan(1);
                return hasNews;
            }
        }
        addNew(at, last);
        return true;
    }

    // What was in force from where we are up to `end`, and is not any more.
    void leave(const std::optional<Key>& end)
    {
        std::optional<Key> gone;
        for (; !m_inForce.empty(); m_inForce = m_inForce.subspan(1)) {
            const Range& old = m_inForce.front();
            if (end && *end <= old.first)
                return;
            const Key first = m_seen && old.first <= *m_seen ? after(*m_seen) : old.first;
            if (!gone || after(*gone) != first)
                ++m_counts.removed;
            gone = old.last;
            if (end && *end <= old.last)
                return;
        }
    }

    void addNew(const Key& first, const Key& last)
    {
        ++m_counts.added;
        addPiece(first, last, std::nullopt);
    }

    void addPiece(const Key& first, const Key& last, std::optional<std::uint32_t> mark)
    {
        ++m_counts.pieces;
        m_sink.piece(first, last, mark);
    }

    std::span<const Range> m_protected;
    std::span<const Range> m_inForce;
    Sink& m_sink;
    std::optional<std::pair<Key, Key>> m_open; // may still grow
    std::optional<Key> m_seen;                 // of those in force, what was kept last
    RangeCounts m_counts;
};

} // namespace bartizan
