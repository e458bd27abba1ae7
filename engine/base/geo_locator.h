// Where in the world an address is: for the conditions srcgeoip and dstgeoip (spec §6.2). Whoever implements
// it has its database open already; looking up opens nothing.
#pragma once

#include "engine/base/result.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace bartizan {

class GeoLocator
{
public:
    GeoLocator() = default;
    GeoLocator(const GeoLocator&) = delete;
    GeoLocator& operator=(const GeoLocator&) = delete;
    virtual ~GeoLocator() = default;

    // "US" or "US / California", as the reference writes it; nothing for a text that is no address or not in
    // the database. Thread-safe.
    [[nodiscard]] virtual std::optional<std::string> locate(std::string_view address) const = 0;
};

// Opens the database in a file.
using GeoDatabaseOpener = std::function<Result<std::shared_ptr<const GeoLocator>>(const std::string& path)>;

} // namespace bartizan
