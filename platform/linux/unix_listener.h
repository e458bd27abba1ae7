// The control socket RUN/engine.sock. Its mode is 0666: every local user may ask, and the kernel's word on
// who asks decides what they get. The folder is the protection against impostors: created 0755, only its
// owner can put a socket there.
#pragma once

#include "engine/ipc/listener.h"
#include "platform/linux/file_descriptor.h"

#include <QSocketNotifier>
#include <QTimer>

#include <filesystem>

namespace bartizan {

class UnixListener final : public ipc::Listener
{
public:
    using Identify = std::function<Result<PeerIdentity>(int socket)>;

    // `identify` asks the kernel who stands at the other end: identityOfSocket().
    UnixListener(std::filesystem::path runFolder, Identify identify);
    ~UnixListener() override;

    // A socket left over by a dead engine is replaced. Errors: Busy (another engine holds RUN/engine.lock),
    // PermissionDenied and Unavailable (folder or socket can't be made).
    Result<void> listen(Accepted accepted) override;
    void close() override;

    [[nodiscard]] std::filesystem::path socketPath() const { return m_folder / "engine.sock"; }

private:
    Result<void> prepareFolder() const;
    Result<void> takeLock();
    Result<void> bindSocket();
    void acceptPending();
    void greet(FileDescriptor connection);
    // False: nothing could be done either.
    bool dropOne();
    void rest();

    const std::filesystem::path m_folder;
    const Identify m_identify;
    Accepted m_accepted;
    FileDescriptor m_lock;
    FileDescriptor m_socket;
    FileDescriptor
        m_spare; // given up for a moment when descriptors run out, so that the queue can be emptied
    std::unique_ptr<QSocketNotifier> m_notifier;
    QTimer m_resting;
};

} // namespace bartizan
