#include "engine/store/records.h"

#include <array>

namespace bartizan {

std::string_view blockStateName(BlockState state)
{
    static constexpr std::array<std::string_view, 7> kNames = {"pending",  "active",   "failed", "refused",
                                                               "observed", "released", "expired"};
    return kNames[static_cast<std::size_t>(state)];
}

std::string_view blockOriginName(BlockOrigin origin)
{
    return origin == BlockOrigin::Rule ? "rule" : "person";
}

} // namespace bartizan
