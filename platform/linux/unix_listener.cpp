#include "platform/linux/unix_listener.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace bartizan {

namespace {

constexpr int kBacklog = 64;
constexpr int kAcceptedAtOnce = 16; // then the rest of the engine has its turn
constexpr std::chrono::milliseconds kRest{500};

std::unexpected<Error> systemFailure(const std::string& what, const std::filesystem::path& path, int error,
                                     std::string cure = {})
{
    const auto code =
        error == EACCES || error == EPERM ? ErrorCode::PermissionDenied : ErrorCode::Unavailable;
    return fail(code, what + " " + path.string() + ": " + std::strerror(error), std::move(cure));
}

FileDescriptor openSpare()
{
    return FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

} // namespace

UnixListener::UnixListener(std::filesystem::path runFolder, Identify identify)
    : m_folder(std::move(runFolder))
    , m_identify(std::move(identify))
{
    m_resting.setSingleShot(true);
    QObject::connect(&m_resting, &QTimer::timeout, &m_resting, [this] {
        if (m_notifier)
            m_notifier->setEnabled(true);
    });
}

UnixListener::~UnixListener()
{
    close();
}

Result<void> UnixListener::listen(Accepted accepted)
{
    m_accepted = std::move(accepted);
    if (auto prepared = prepareFolder(); !prepared)
        return prepared;
    if (auto locked = takeLock(); !locked)
        return locked;
    if (auto bound = bindSocket(); !bound) {
        m_lock = {};
        return bound;
    }
    m_spare = openSpare();
    m_notifier = std::make_unique<QSocketNotifier>(m_socket.get(), QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(),
                     [this] { acceptPending(); });
    return {};
}

void UnixListener::close()
{
    m_resting.stop();
    m_notifier.reset();
    if (m_socket.isOpen())
        ::unlink(socketPath().c_str());
    m_socket = {};
    m_spare = {};
    // The lock file stays: removing it would let two engines hold locks on two files of the same name.
    m_lock = {};
}

Result<void> UnixListener::prepareFolder() const
{
    std::error_code error;
    std::filesystem::create_directories(m_folder.parent_path(), error);
    const bool made = ::mkdir(m_folder.c_str(), 0755) == 0;
    if (!made && errno != EEXIST)
        return systemFailure("can't create the run folder", m_folder, errno,
                             "Start the engine as root, or give it a folder with --run DIR.");
    struct stat status{};
    if (::stat(m_folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
        return fail(ErrorCode::Unavailable, "the run folder " + m_folder.string() + " is not a folder",
                    "Remove it, or choose another one with --run DIR.");
    const mode_t forOthers = status.st_mode & (S_IWGRP | S_IWOTH);
    if (made || (forOthers != 0 && status.st_uid == ::geteuid())) {
        const mode_t mode = made ? 0755 : (status.st_mode & 07777 & ~static_cast<mode_t>(S_IWGRP | S_IWOTH));
        if (::chmod(m_folder.c_str(), mode) != 0)
            return systemFailure("can't set the mode of the run folder", m_folder, errno);
    } else if (forOthers != 0) {
        return fail(ErrorCode::PermissionDenied, "others may write in the run folder " + m_folder.string(),
                    "Run: chmod 0755 " + m_folder.string());
    }
    return {};
}

Result<void> UnixListener::takeLock()
{
    const auto path = m_folder / "engine.lock";
    FileDescriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock.isOpen())
        return systemFailure("can't open", path, errno,
                             "Start the engine as root, or give it a folder with --run DIR.");
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            return fail(ErrorCode::Busy, "another engine is running with the run folder " + m_folder.string(),
                        "Stop it first, or choose another folder with --run DIR.");
        return systemFailure("can't lock", path, errno);
    }
    m_lock = std::move(lock);
    return {};
}

// Made under another name and moved over whatever a dead engine left: no moment without a socket or with a
// wrong mode.
Result<void> UnixListener::bindSocket()
{
    const auto path = socketPath();
    const std::string temporary = path.string() + ".new";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (temporary.size() >= sizeof address.sun_path)
        return fail(ErrorCode::InvalidArgument,
                    "the path of the control socket is too long: " + path.string(),
                    "Choose a run folder with a shorter path (--run DIR).");
    std::memcpy(address.sun_path, temporary.c_str(), temporary.size());
    FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.isOpen())
        return systemFailure("can't make the control socket", path, errno);
    ::unlink(temporary.c_str());
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::chmod(temporary.c_str(), 0666) != 0 || ::listen(socket.get(), kBacklog) != 0 ||
        ::rename(temporary.c_str(), path.c_str()) != 0) {
        const int error = errno;
        ::unlink(temporary.c_str());
        return systemFailure("can't make the control socket", path, error);
    }
    m_socket = std::move(socket);
    return {};
}

void UnixListener::acceptPending()
{
    for (int i = 0; i < kAcceptedAtOnce; ++i) {
        FileDescriptor connection(::accept4(m_socket.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (connection.isOpen()) {
            greet(std::move(connection));
            continue;
        }
        switch (errno) {
        case EAGAIN:
            return;
        case EINTR:
        case ECONNABORTED:
            continue;
        case EMFILE:
        case ENFILE:
            if (dropOne())
                continue;
            [[fallthrough]];
        default:
            rest();
            return;
        }
    }
}

void UnixListener::greet(FileDescriptor connection)
{
    const auto peer = m_identify(connection.get());
    if (!peer)
        return;
    auto socket = std::make_unique<QLocalSocket>();
    if (!socket->setSocketDescriptor(connection.get()))
        return;
    (void)connection.release(); // the socket owns it now
    m_accepted(std::move(socket), *peer);
}

// Out of descriptors: whoever waits is let in and out again, so that the queue does not stay readable for
// ever.
bool UnixListener::dropOne()
{
    if (!m_spare.isOpen())
        m_spare = openSpare();
    if (!m_spare.isOpen())
        return false;
    m_spare = {};
    FileDescriptor dropped(::accept4(m_socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
    const bool done = dropped.isOpen();
    dropped = {};
    m_spare = openSpare();
    return done;
}

void UnixListener::rest()
{
    m_notifier->setEnabled(false);
    m_resting.start(kRest);
}

} // namespace bartizan
