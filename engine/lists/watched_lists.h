// Lists whose addresses are to be noticed in every record, whatever the rules say: one question for all of
// them. Immutable; safe to read from any thread.
#pragma once

#include "engine/lists/address_table.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace bartizan {

struct WatchedList
{
    std::string name;
    bool dryRun = false; // its addresses would be blocked, were it in force

    bool operator==(const WatchedList&) const = default;
};

class WatchedLists
{
public:
    // `lists` by their numbers in the table, a view of which `image` keeps alive.
    WatchedLists(const AddressTable& table, std::shared_ptr<const void> image, std::vector<WatchedList> lists)
        : m_image(std::move(image))
        , m_table(table)
        , m_lists(std::move(lists))
    {
    }

    [[nodiscard]] AddressTable::Label find(const IpAddress& address) const noexcept
    {
        return m_table.find(address);
    }
    // Numbers that stand for no list are left out.
    [[nodiscard]] std::vector<const WatchedList*> lists(AddressTable::Label label) const
    {
        std::vector<const WatchedList*> found;
        for (const std::uint16_t number : m_table.lists(label)) {
            if (number < m_lists.size())
                found.push_back(&m_lists[number]);
        }
        return found;
    }

private:
    std::shared_ptr<const void> m_image;
    AddressTable m_table;
    std::vector<WatchedList> m_lists;
};

// A record whose source address is in watched lists.
struct Sighting
{
    std::uint32_t record = 0; // index into the batch
    IpAddress address;
    AddressTable::Label label = AddressTable::kNotListed;
    std::uint32_t rule = 0; // the verdict on the record, 0 for none
    bool doubted = false;   // who wrote the record is not certain
};

struct Sightings
{
    std::vector<Sighting> found;
    std::shared_ptr<const WatchedLists> lists; // that the labels are of; nullptr where nothing was found
};

} // namespace bartizan
