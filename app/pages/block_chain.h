// The full chain of a block for a person: log line → rule → list → block → release.
#pragma once

#include "app/client/protocol_objects.h"
#include "app/widgets/chain_view.h"

namespace bartizan::app {

// `why` may hold more than this block; what concerns others of the same address is left out.
[[nodiscard]] QList<ChainStep> chainOf(const Block& block, const Why& why, qint64 nowMs);
// One sentence for the verdict on an address.
[[nodiscard]] QString verdictText(const Why& why);

} // namespace bartizan::app
