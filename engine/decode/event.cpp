#include "engine/decode/event.h"

#include "engine/base/strings.h"

#include <algorithm>

namespace bartizan {

namespace {

constexpr std::array<std::string_view, kStaticFieldCount> kNames = {
    "protocol", "action", "srcip", "srcport", "srcuser",    "dstip",       "dstport",  "dstuser",
    "id",       "status", "url",   "data",    "extra_data", "system_name", "srcgeoip", "dstgeoip",
};
constexpr std::size_t kDecodedCount = 14; // the names a decoder can set

} // namespace

std::optional<StaticField> staticFieldFromName(std::string_view name)
{
    if (name == "user")
        return StaticField::DstUser;
    const auto end = kNames.begin() + kDecodedCount;
    const auto found = std::find(kNames.begin(), end, name);
    if (found == end)
        return std::nullopt;
    return static_cast<StaticField>(found - kNames.begin());
}

std::optional<StaticField> geoFieldFromName(std::string_view name)
{
    if (name == "srcgeoip")
        return StaticField::SrcGeoIp;
    return name == "dstgeoip" ? std::optional(StaticField::DstGeoIp) : std::nullopt;
}

std::string_view staticFieldName(StaticField field)
{
    return kNames[static_cast<std::size_t>(field)];
}

std::optional<std::string_view> Event::dynamic(std::string_view name) const
{
    const auto found = std::ranges::find_if(
        m_dynamic, [name](const DynamicField& field) { return equalsIgnoreCase(field.name, name); });
    return found == m_dynamic.end() ? std::nullopt : std::optional(found->value);
}

} // namespace bartizan
