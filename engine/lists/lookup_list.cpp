#include "engine/lists/lookup_list.h"

#include "engine/base/strings.h"
#include "engine/lists/cdb_list.h"

#include <array>
#include <utility>

namespace bartizan {

namespace {

class TextLookup final : public LookupList
{
public:
    explicit TextLookup(CdbList list)
        : m_list(std::move(list))
    {
    }

    [[nodiscard]] std::optional<std::string_view> find(std::string_view key) const override
    {
        return m_list.find(key);
    }
    [[nodiscard]] std::optional<std::string_view> findAddress(std::string_view text,
                                                              AddressKeys keys) const override
    {
        const auto found = m_list.findAddress(text);
        return found || keys == AddressKeys::Texts ? found : m_list.findNetwork(text);
    }
    [[nodiscard]] std::uint64_t size() const override { return m_list.size(); }

private:
    const CdbList m_list;
};

} // namespace

std::shared_ptr<const LookupList> makeLookupList(CdbList list)
{
    return std::make_shared<const TextLookup>(std::move(list));
}

std::optional<ListLookup> listLookupFromName(std::string_view name)
{
    static constexpr std::array<std::pair<std::string_view, ListLookup>, 6> kNames{{
        {"match_key", ListLookup::MatchKey},
        {"not_match_key", ListLookup::NotMatchKey},
        {"match_key_value", ListLookup::MatchKeyValue},
        {"address_match_key", ListLookup::AddressMatchKey},
        {"not_address_match_key", ListLookup::NotAddressMatchKey},
        {"address_match_key_value", ListLookup::AddressMatchKeyValue},
    }};
    for (const auto& [known, lookup] : kNames) {
        if (equalsIgnoreCase(known, name))
            return lookup;
    }
    return std::nullopt;
}

} // namespace bartizan
