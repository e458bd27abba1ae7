// What somebody else publishes, compiled: the addresses, file hashes and domains of one list, in one block of
// bytes that processes may share. Made by CompiledListBuilder, of which nobody has to believe anything.
#pragma once

#include "engine/base/result.h"
#include "engine/lists/address_table.h"
#include "engine/lists/address_table_builder.h"
#include "engine/lists/formats/list_entry.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
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
    using Md5 = std::array<std::uint8_t, 16>;
    using Sha256 = std::array<std::uint8_t, 32>;

    explicit CompiledList(const AddressTable& addresses)
        : m_addresses(addresses)
    {
    }
    [[nodiscard]] DomainName domainAt(std::size_t index) const noexcept;
    [[nodiscard]] bool holdsListedDomain(std::string_view name, bool withSubdomains) const noexcept;
    [[nodiscard]] bool domainsAreSound() const noexcept;

    AddressTable m_addresses;
    AddressTableSection<Md5> m_md5;
    AddressTableSection<Sha256> m_sha256;
    // Where the name ends in m_domainBytes, times two; one more where all below it is listed as well.
    AddressTableSection<std::uint32_t> m_domainEnds;
    std::span<const std::byte> m_domainBytes;
};

// Takes entries in any order, repeated, overlapping.
class CompiledListBuilder final : public ListEntrySink
{
public:
    // What would need more than this many entries is refused by build().
    explicit CompiledListBuilder(std::uint64_t mostEntries);

    // Notes and validity are the caller's business. False once there are too many.
    [[nodiscard]] bool take(const ListEntry& entry) override;
    // The label of every address is a combination of these numbers (see AddressTableBuilder); take() uses 0.
    void add(std::uint16_t number, const AddressRange& range);

    // The builder is used up. Exhausted: too many entries. InvalidArgument: one that can't be: a range whose
    // ends do not fit, a domain that is not in lower case or longer than 253 bytes.
    [[nodiscard]] Result<std::vector<std::byte>> build() &&;

private:
    struct Domain
    {
        std::uint32_t offset;
        std::uint8_t size;
        bool withSubdomains;
    };

    [[nodiscard]] bool hasRoom();
    void addDomain(const DomainName& domain);
    [[nodiscard]] std::string_view nameOf(const Domain& domain) const;
    void normaliseDomains();

    std::uint64_t m_mostEntries;
    std::uint64_t m_entries = 0;
    bool m_isTooLarge = false;
    std::string m_mistake; // the first
    AddressTableBuilder m_addresses;
    std::vector<std::array<std::uint8_t, 16>> m_md5;
    std::vector<std::array<std::uint8_t, 32>> m_sha256;
    std::vector<Domain> m_domains;
    std::string m_domainBytes;
};

} // namespace bartizan
