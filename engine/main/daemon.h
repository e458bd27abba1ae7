// bartizand: the composition root. Reads the arguments, picks the platform's parts, and runs the engine until
// a signal asks it to end.
#pragma once

#include <functional>
#include <string_view>

namespace bartizan {

// The process's exit code. `afterStoreStep` is for crash tests (Store::Options::afterStep).
int runDaemon(int argc, char** argv, std::function<void(std::string_view)> afterStoreStep = {});

} // namespace bartizan
