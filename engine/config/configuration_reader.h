// Reads the configuration language (spec §10.1, §11; architecture.md §4.3): the text of an ossec.conf, or of
// a piece of one as pasted from documentation, works unchanged. Pure: bytes in, data out.
#pragma once

#include "engine/base/geo_locator.h"
#include "engine/base/problem.h"
#include "engine/base/result.h"
#include "engine/config/configuration.h"

#include <memory>
#include <string>
#include <string_view>

namespace bartizan {

// Roots may be <ossec_config>, <bartizan_config> or the blocks themselves; several roots and repeated blocks
// add up. Whatever is wrong, unknown or not supported is appended to `problems` with its place, and the rest
// is used. An Error only where the XML can't be read at all.
[[nodiscard]] Result<Configuration> readConfiguration(std::string_view text, std::string_view fileName,
                                                      Problems& problems);

// Reads `path` and then as above. NotFound where there is no such file, which a caller may take for the
// defaults.
[[nodiscard]] Result<Configuration> readConfigurationFile(const std::string& path, Problems& problems);

// The location database that `configuration` names, or nullptr; what is wrong with it is reported.
[[nodiscard]] std::shared_ptr<const GeoLocator>
openGeoDatabase(const Configuration& configuration, const GeoDatabaseOpener& open, Problems& problems);
// Whether a block of that name means anything here.
enum class BlockSupport {
    Known,
    Foreign,   // of the reference, without a counterpart
    Misplaced, // belongs into a file of rules or decoders
    Unknown,
};
[[nodiscard]] BlockSupport blockSupport(std::string_view name);

} // namespace bartizan
