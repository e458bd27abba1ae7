// SIGTERM, SIGINT and SIGHUP as a call on the Qt main thread.
#pragma once

#include <functional>
#include <memory>

class QSocketNotifier;

namespace bartizan {

// One per process.
class Termination
{
public:
    explicit Termination(std::function<void()> asked);
    ~Termination();
    Termination(const Termination&) = delete;
    Termination& operator=(const Termination&) = delete;

private:
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace bartizan
