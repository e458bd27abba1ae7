// What `check` does, for others that show the state of a configuration.
#pragma once

#include "engine/base/json_writer.h"
#include "engine/ctl/offline/ruleset_arguments.h"

namespace bartizan::offline {

// Everything that is wrong with what was loaded is added to `problems`.
RulesetSummary checkLoaded(const Environment& environment, const Loaded& loaded, Problems& problems);

// The member "problems" of an object.
void writeProblems(JsonWriter& json, const Problems& problems);

} // namespace bartizan::offline
