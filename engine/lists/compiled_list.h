// What somebody else publishes, compiled: the addresses, file hashes and domains of one list, in one block of
// bytes that processes may share. Made by CompiledListBuilder, of which nobody has to believe anything.
#pragma once

#include "engine/base/result.h"
#include "engine/lists/address_table.h"
#include "engine/lists/formats/list_entry.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace bartizan {

// A view: the image has to outlive it and its copies. Safe to read from any thread.
class CompiledList
{
public:
    // All of the image is read once and refused (Corrupt; Unsupported for another version) unless magic,
    // counts, bounds and order are right. It starts at a multiple of 8.
    [[nodiscard]] static Result<CompiledList> open(std::span<const std::byte> image);

    [[nodiscard]] const AddressTable& addresses() const noexcept { return m_addresses; }
    [[nodiscard]] bool holds(const FileHash& hash) const noexcept;
    // `name` in lower case, without a dot at its end: listed itself, or below one that is listed with all
    // below it.
    [[nodiscard]] bool holdsDomain(std::string_view name) const noexcept;

    [[nodiscard]] std::uint64_t hashCount() const noexcept;
    [[nodiscard]] std::uint64_t domainCount() const noexcept;
    // In ascending order: MD5 before SHA-256.
    void forEachHash(const std::function<void(const FileHash&)>& visit) const;
    void forEachDomain(const std::function<void(const DomainName&)>& visit) const;

private:
    CompiledList() = default;

    AddressTable m_addresses;
};

// Takes entries in any order, repeated, overlapping.
class CompiledListBuilder final : public ListEntrySink
{
public:
    // What would need more than this many entries is refused by build().
    explicit CompiledListBuilder(std::uint64_t mostEntries);

    // Notes and validity are the caller's business.
    [[nodiscard]] bool take(const ListEntry& entry) override;
    // The label of every address is a combination of these numbers (see AddressTableBuilder); take() uses 0.
    void add(std::uint16_t number, const AddressRange& range);

    // The builder is used up. Exhausted: too many entries.
    [[nodiscard]] Result<std::vector<std::byte>> build() &&;
};

} // namespace bartizan
