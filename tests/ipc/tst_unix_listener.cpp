#include "platform/linux/peer_identity_linux.h"
#include "platform/linux/server_identity.h"
#include "tests/ipc/ipc_fixture.h"

#include <QFileInfo>

#include <filesystem>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace bartizan;
using namespace bartizan::test;

namespace {

unsigned modeOf(const std::filesystem::path& path)
{
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

Result<PeerIdentity> nobody(int)
{
    return PeerIdentity{};
}
void ignore(std::unique_ptr<QLocalSocket>, const PeerIdentity&) {}

} // namespace

class TestUnixListener : public QObject
{
    Q_OBJECT

private slots:
    void everybodyMayConnectAndOnlyTheOwnerMayReplaceIt();
    void aDeadEnginesSocketIsReplaced();
    void aLivingEngineKeepsItsSocket();
    void whatCanNotBeDoneIsAnError();
    void theKernelTellsWhoConnected();
    void whoCanNotBeIdentifiedIsDropped();
    void runningOutOfDescriptorsIsSurvived();
    void clientsTrustOnlyAnEnginesSocket();
};

void TestUnixListener::everybodyMayConnectAndOnlyTheOwnerMayReplaceIt()
{
    const QTemporaryDir folder;
    const std::filesystem::path run = folder.path().toStdString() + "/deep/run";
    const auto oldMask = ::umask(0077);
    UnixListener listener(run, nobody);
    QVERIFY(listener.listen(ignore));
    ::umask(oldMask);
    QCOMPARE(modeOf(run), 0755U);
    QCOMPARE(modeOf(listener.socketPath()), 0666U);
    QVERIFY(verifySocketPath(listener.socketPath()));
    listener.close();
    QVERIFY(!std::filesystem::exists(listener.socketPath()));

    ::chmod(run.c_str(), 0777);
    QVERIFY(listener.listen(ignore));
    QCOMPARE(modeOf(run), 0755U);
    ::chmod(run.c_str(), 0700); // a person's choice
    listener.close();
    QVERIFY(listener.listen(ignore));
    QCOMPARE(modeOf(run), 0700U);
}

void TestUnixListener::aDeadEnginesSocketIsReplaced()
{
    const QTemporaryDir folder;
    const std::filesystem::path run = folder.path().toStdString();
    UnixListener listener(run, nobody);
    QVERIFY(listener.listen(ignore));
    const auto kept = run / "kept.sock";
    std::filesystem::rename(listener.socketPath(), kept);
    listener.close();
    std::filesystem::rename(kept, listener.socketPath());
    QVERIFY(std::filesystem::exists(listener.socketPath()));

    bool accepted = false;
    QVERIFY(listener.listen([&](std::unique_ptr<QLocalSocket>, const PeerIdentity&) { accepted = true; }));
    const Client client(QString::fromStdString(listener.socketPath().string()));
    QVERIFY(waitFor([&] { return accepted; }));
}

void TestUnixListener::aLivingEngineKeepsItsSocket()
{
    Engine engine;
    QVERIFY(engine.start());
    UnixListener second(engine.listener.socketPath().parent_path(), nobody);
    const auto failed = second.listen(ignore);
    QVERIFY(!failed);
    QCOMPARE(failed.error().code, ErrorCode::Busy);
    QVERIFY(!failed.error().cure.empty());
    second.close();
    Client client(engine.path());
    QVERIFY(client.hello().contains(u"result"_s));
    engine.server->stop();
    QVERIFY(second.listen(ignore));
}

void TestUnixListener::whatCanNotBeDoneIsAnError()
{
    const QTemporaryDir folder;
    const std::filesystem::path place = folder.path().toStdString();
    UnixListener tooLong(place / std::string(120, 'x'), nobody);
    QCOMPARE(tooLong.listen(ignore).error().code, ErrorCode::InvalidArgument);
    QFile file(folder.filePath(u"file"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    UnixListener notAFolder(place / "file", nobody);
    QCOMPARE(notAFolder.listen(ignore).error().code, ErrorCode::Unavailable);
    UnixListener belowAFile(place / "file" / "run", nobody);
    QCOMPARE(belowAFile.listen(ignore).error().code, ErrorCode::Unavailable);
    UnixListener outside("/proc/bartizan-test", nobody);
    QVERIFY(!outside.listen(ignore));
}

void TestUnixListener::theKernelTellsWhoConnected()
{
    const QTemporaryDir folder;
    UnixListener listener(folder.path().toStdString(), identityOfSocket);
    std::optional<PeerIdentity> peer;
    QVERIFY(listener.listen(
        [&](std::unique_ptr<QLocalSocket>, const PeerIdentity& identity) { peer = identity; }));
    const Client client(QString::fromStdString(listener.socketPath().string()));
    QVERIFY(waitFor([&] { return peer.has_value(); }));
    QCOMPARE(peer->userId, std::uint32_t{::geteuid()});
    QCOMPARE(peer->processId, qint64{::getpid()});
}

void TestUnixListener::whoCanNotBeIdentifiedIsDropped()
{
    const QTemporaryDir folder;
    UnixListener listener(folder.path().toStdString(),
                          [](int) -> Result<PeerIdentity> { return fail(ErrorCode::Unavailable, "who?"); });
    bool accepted = false;
    QVERIFY(listener.listen([&](std::unique_ptr<QLocalSocket>, const PeerIdentity&) { accepted = true; }));
    Client client(QString::fromStdString(listener.socketPath().string()));
    QVERIFY(waitFor([&] { return !client.isConnected(); }));
    QVERIFY(!accepted);
}

void TestUnixListener::runningOutOfDescriptorsIsSurvived()
{
    Engine engine;
    QVERIFY(engine.start());
    Client before(engine.path());
    QVERIFY(before.hello().contains(u"result"_s));

    rlimit usual{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &usual), 0);
    const rlimit small{.rlim_cur = 128, .rlim_max = usual.rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &small), 0);
    std::vector<std::unique_ptr<QFile>> fillers;
    while (true) {
        auto filler = std::make_unique<QFile>(u"/dev/null"_s);
        if (!filler->open(QIODevice::ReadOnly))
            break;
        fillers.push_back(std::move(filler));
    }
    for (int i = 0; i < 3; ++i) {
        // One descriptor for the client's own end, none for the engine's.
        fillers.pop_back();
        Client unlucky(engine.path());
        QVERIFY(waitFor([&] { return !unlucky.isConnected(); }));
        unlucky.socket.abort();
        auto filler = std::make_unique<QFile>(u"/dev/null"_s);
        if (filler->open(QIODevice::ReadOnly))
            fillers.push_back(std::move(filler));
    }
    QVERIFY(QFile::exists(engine.path()));
    fillers.clear();
    ::setrlimit(RLIMIT_NOFILE, &usual);
    Client after(engine.path());
    QVERIFY(after.hello().contains(u"result"_s));
    QVERIFY(before.isConnected());
}

void TestUnixListener::clientsTrustOnlyAnEnginesSocket()
{
    Engine engine;
    const auto socket = engine.listener.socketPath();
    QCOMPARE(verifySocketPath(socket).error().code, ErrorCode::NotFound);
    QVERIFY(engine.start());
    QVERIFY(verifySocketPath(socket));
    Client client(engine.path());
    QVERIFY(verifyServerProcess(static_cast<int>(client.socket.socketDescriptor()), socket));

    const auto run = socket.parent_path();
    ::chmod(run.c_str(), 0777);
    QCOMPARE(verifySocketPath(socket).error().code, ErrorCode::PermissionDenied);
    ::chmod(run.c_str(), 01777);
    QCOMPARE(verifySocketPath(socket).error().code, ErrorCode::PermissionDenied);
    ::chmod(run.c_str(), 0755);
    QCOMPARE(verifySocketPath(run / "engine.lock").error().code, ErrorCode::InvalidArgument);

    if (::geteuid() != 0)
        QSKIP("handing files to other users takes root: the rest is not tested here");
    constexpr uid_t kStranger = 65534;
    QCOMPARE(::chown(socket.c_str(), kStranger, static_cast<gid_t>(-1)), 0);
    QCOMPARE(verifySocketPath(socket).error().code, ErrorCode::PermissionDenied);
    // A service's own folder, put where only root writes.
    QCOMPARE(::chown(run.c_str(), kStranger, static_cast<gid_t>(-1)), 0);
    QVERIFY(verifySocketPath(socket));
    const auto above = run.parent_path();
    ::chmod(above.c_str(), 01777);
    QCOMPARE(verifySocketPath(socket).error().code, ErrorCode::PermissionDenied);
    ::chmod(above.c_str(), 0700);
    QCOMPARE(::chown(above.c_str(), kStranger, static_cast<gid_t>(-1)), 0);
    QCOMPARE(verifySocketPath(socket).error().code, ErrorCode::PermissionDenied);
    QCOMPARE(::chown(above.c_str(), 0, static_cast<gid_t>(-1)), 0);
}

QTEST_GUILESS_MAIN(TestUnixListener)
#include "tst_unix_listener.moc"
