// bartizand that kills itself: at the step of persistence whose number is in BARTIZAN_TEST_KILL_AT, counted
// from 1.
#include "engine/main/daemon.h"

#include <atomic>
#include <csignal>
#include <cstdlib>

int main(int argc, char** argv)
{
    const char* wanted = std::getenv("BARTIZAN_TEST_KILL_AT"); // NOLINT(concurrency-mt-unsafe): no thread yet
    const int killAt = wanted != nullptr ? std::atoi(wanted) : 0; // NOLINT(cert-err34-c): written by the test
    std::atomic<int> step = 0;
    return bartizan::runDaemon(argc, argv, [&step, killAt](std::string_view) {
        if (++step == killAt)
            std::raise(SIGKILL);
    });
}
