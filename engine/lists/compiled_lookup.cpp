#include "engine/base/strings.h"
#include "engine/lists/compiled_list.h"
#include "engine/lists/formats/value_text.h"
#include "engine/lists/lookup_list.h"
#include "engine/net/ip_address.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace bartizan {

namespace {

constexpr std::size_t kLongestDomain = 253;

class CompiledLookup final : public LookupList
{
public:
    CompiledLookup(const CompiledList& list, std::shared_ptr<const void> image)
        : m_image(std::move(image))
        , m_list(list)
        , m_size(list.addresses().rangeCount(IpFamily::V4) + list.addresses().rangeCount(IpFamily::V6) +
                 list.hashCount() + list.domainCount())
    {
    }

    [[nodiscard]] std::optional<std::string_view> find(std::string_view key) const override
    {
        if (const auto address = IpAddress::parse(key))
            return foundIf(m_list.addresses().contains(*address));
        if (const auto hash = formats::readHash(key))
            return foundIf(m_list.holds(*hash));
        return foundIf(holdsDomain(key));
    }
    [[nodiscard]] std::optional<std::string_view> findAddress(std::string_view text,
                                                              AddressKeys) const override
    {
        const auto address = IpAddress::parse(text);
        return foundIf(address && m_list.addresses().contains(*address));
    }
    [[nodiscard]] std::uint64_t size() const override { return m_size; }

private:
    [[nodiscard]] static std::optional<std::string_view> foundIf(bool found)
    {
        return found ? std::optional<std::string_view>(std::string_view{}) : std::nullopt;
    }
    [[nodiscard]] bool holdsDomain(std::string_view name) const
    {
        if (name.ends_with('.'))
            name.remove_suffix(1);
        if (name.empty() || name.front() == '.' || name.size() > kLongestDomain)
            return false;
        std::array<char, kLongestDomain> lower{};
        std::ranges::transform(name, lower.begin(), lowerAscii);
        return m_list.holdsDomain({lower.data(), name.size()});
    }

    const std::shared_ptr<const void> m_image;
    const CompiledList m_list;
    const std::uint64_t m_size;
};

} // namespace

std::shared_ptr<const LookupList> makeLookupList(const CompiledList& list, std::shared_ptr<const void> image)
{
    return std::make_shared<const CompiledLookup>(list, std::move(image));
}

} // namespace bartizan
