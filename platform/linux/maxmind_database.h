// GeoLocator over a MaxMind database file (libmaxminddb): country and city databases alike.
#pragma once

#include "engine/base/geo_locator.h"
#include "engine/base/result.h"

#include <memory>
#include <string>

namespace bartizan {

// The file is mapped into memory. NotFound, or InvalidArgument where it is no such database.
[[nodiscard]] Result<std::shared_ptr<const GeoLocator>> openMaxMindDatabase(const std::string& path);

} // namespace bartizan
