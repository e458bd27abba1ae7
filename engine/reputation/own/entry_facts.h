// What the CDB form can't hold of an entry: who added it, when, and until when it counts. In one file for all
// lists of one's own, where keys stand as keyed hashes. Losing it loses no list. Main thread.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/keyed_hash.h"
#include "engine/base/problem.h"
#include "engine/base/result.h"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bartizan::own {

struct EntryFact
{
    std::optional<EpochMs> addedAt;
    std::optional<EpochMs> expiresAt;
    std::string addedBy;

    [[nodiscard]] bool isEmpty() const { return !addedAt && !expiresAt && addedBy.empty(); }
    auto operator<=>(const EntryFact&) const = default;
};

using FactsToSet = std::map<EntryFact, std::vector<std::uint64_t>>;

// Of one list; hashes of keys. A million entries that came together take 16 bytes each.
class ListFacts
{
public:
    [[nodiscard]] const EntryFact* find(std::uint64_t hash) const;
    // An empty fact forgets.
    void set(const FactsToSet& facts);
    // `hashes` ascending. True where anything was forgotten.
    bool keepOnly(std::span<const std::uint64_t> hashes);
    void forget(std::span<const std::uint64_t> hashes); // ascending

    [[nodiscard]] bool isEmpty() const { return m_entries.empty(); }
    [[nodiscard]] std::uint64_t expiring() const;
    [[nodiscard]] std::optional<EpochMs> nextExpiry() const;
    // Ascending.
    [[nodiscard]] std::vector<std::uint64_t> due(EpochMs now) const;
    // Each fact with its hashes, ascending.
    [[nodiscard]] FactsToSet all() const;

private:
    struct Entry
    {
        std::uint64_t hash;
        std::uint32_t group;
    };
    std::uint32_t groupOf(const EntryFact& fact);
    void countGroups();

    std::vector<Entry> m_entries; // by hash
    std::vector<EntryFact> m_groups;
    std::vector<std::uint64_t> m_sizes; // of the groups
    std::map<EntryFact, std::uint32_t> m_groupOf;
};

class EntryFacts
{
public:
    // Reads the file; a damaged one is set aside with a warning.
    EntryFacts(std::string path, Problems& problems);

    [[nodiscard]] std::uint64_t hashOf(std::string_view key) const { return m_hash(key); }
    // Of the keys of a list's text; ascending.
    [[nodiscard]] std::vector<std::uint64_t> hashesIn(std::string_view text) const;

    [[nodiscard]] const ListFacts& of(std::string_view list) const;
    [[nodiscard]] ListFacts& edit(std::string_view list) { return m_lists[std::string(list)]; }
    void forgetList(std::string_view list);
    [[nodiscard]] const std::map<std::string, ListFacts, std::less<>>& lists() const { return m_lists; }

    [[nodiscard]] Result<void> save() const;

private:
    bool read(std::string_view bytes);

    std::string m_path;
    std::uint64_t m_secret;
    KeyedHash m_hash;
    std::map<std::string, ListFacts, std::less<>> m_lists;
};

} // namespace bartizan::own
