#include "platform/linux/termination.h"

#include <QSocketNotifier>

#include <csignal>
#include <sys/signalfd.h>
#include <unistd.h>

namespace bartizan {

namespace {

sigset_t terminationSignals()
{
    sigset_t signalSet;
    sigemptyset(&signalSet);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        sigaddset(&signalSet, signal);
    return signalSet;
}

} // namespace

Termination::Termination(std::function<void()> asked)
{
    const sigset_t signalSet = terminationSignals();
    pthread_sigmask(SIG_BLOCK, &signalSet, nullptr);
    const int descriptor = signalfd(-1, &signalSet, SFD_NONBLOCK | SFD_CLOEXEC);
    m_notifier = std::make_unique<QSocketNotifier>(descriptor, QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(),
                     [descriptor, asked = std::move(asked)] {
                         signalfd_siginfo information{};
                         if (read(descriptor, &information, sizeof information) == sizeof information)
                             asked();
                     });
}

Termination::~Termination()
{
    const auto descriptor = static_cast<int>(m_notifier->socket());
    m_notifier.reset();
    close(descriptor);
}

} // namespace bartizan
