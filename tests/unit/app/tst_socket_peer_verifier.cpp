// Whom the app believes to be the engine.
#include "platform/linux/desktop/socket_peer_verifier.h"

#include <QDir>
#include <QFile>
#include <QLocalServer>
#include <QLocalSocket>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace bartizan::app;

class TestSocketPeerVerifier : public QObject
{
    Q_OBJECT

    static bool trusts(const QString& path)
    {
        QLocalServer server;
        QLocalServer::removeServer(path);
        if (!server.listen(path))
            qFatal("can't listen on %s", qUtf8Printable(path));
        QLocalSocket socket;
        socket.connectToServer(path);
        if (!socket.waitForConnected(2000))
            qFatal("can't connect");
        return SocketPeerVerifier().verify(socket.socketDescriptor(), path).has_value();
    }

private slots:
    void ownProgram_inAnOwnFolder_isBelieved()
    {
        const QTemporaryDir folder;
        QVERIFY(trusts(folder.filePath(QStringLiteral("engine.sock"))));
    }

    void folderThatOthersMayWrite_isNot()
    {
        const QTemporaryDir folder;
        QCOMPARE(::chmod(QFile::encodeName(folder.path()).constData(), 0777), 0);
        QVERIFY(!trusts(folder.filePath(QStringLiteral("engine.sock"))));
    }

    void programOfAnotherUser_isNot()
    {
        if (geteuid() != 0)
            QSKIP("needs root to run a socket of another user");
        const QTemporaryDir folder;
        QCOMPARE(::chmod(QFile::encodeName(folder.path()).constData(), 0755), 0);
        QVERIFY(QDir(folder.path()).mkdir(QStringLiteral("nobody")));
        const QString own = folder.filePath(QStringLiteral("nobody"));
        constexpr uid_t kNobody = 65534;
        QCOMPARE(::chown(QFile::encodeName(own).constData(), kNobody, kNobody), 0);
        // The kernel notes who listens when listen() is called.
        QCOMPARE(::seteuid(kNobody), 0);
        const QString path = own + QStringLiteral("/engine.sock");
        QLocalServer server;
        const bool listens = server.listen(path);
        QCOMPARE(::seteuid(0), 0);
        QVERIFY(listens);
        QLocalSocket socket;
        socket.connectToServer(path);
        QVERIFY(socket.waitForConnected(2000));
        const auto verdict = SocketPeerVerifier().verify(socket.socketDescriptor(), path);
        QVERIFY(!verdict);
        QVERIFY(verdict.error().message.find("user 65534") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestSocketPeerVerifier)
#include "tst_socket_peer_verifier.moc"
