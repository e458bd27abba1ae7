// What the engine would do about the verdicts of a replay: its own policy and guard, without this machine's
// addresses, since the log may come from another one.
#pragma once

#include "engine/ctl/offline/offline.h"

namespace bartizan::ctl {

[[nodiscard]] offline::Responder makeReplayResponder(const Configuration& configuration, Problems& problems);

} // namespace bartizan::ctl
