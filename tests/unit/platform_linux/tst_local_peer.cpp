// Who asks, by the kernel's word, and what they may.
#include "platform/linux/local_authoriser.h"
#include "platform/linux/peer_identity_linux.h"
#include "tests/support/network_namespace.h"
#include "tests/support/private_run_folder.h"

#include <QtTest/QtTest>

#include <algorithm>
#include <sys/socket.h>
#include <unistd.h>

using namespace bartizan;
using protocol::PermissionClass;

class LocalPeerTest : public QObject
{
    Q_OBJECT

private:
    static Result<PeerIdentity> identityOfSelf()
    {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
            return fail(ErrorCode::Internal, "no socket pair");
        auto identity = identityOfSocket(ends[0]);
        ::close(ends[0]);
        ::close(ends[1]);
        return identity;
    }

private slots:
    void identityComesFromTheKernel()
    {
        const auto identity = identityOfSelf();
        QVERIFY(identity);
        QCOMPARE(identity->userId, ::getuid());
        QCOMPARE(identity->processId, std::int64_t{::getpid()});
        if (::getuid() == 0) {
            QCOMPARE(QByteArray::fromStdString(identity->userName), QByteArray("root"));
            QVERIFY(std::ranges::find(identity->groups, "root") != identity->groups.end());
        }
    }

    void aSocketWithoutPeerIsAnError_data()
    {
        QTest::addColumn<int>("family");
        QTest::newRow("not connected") << AF_UNIX;
        QTest::newRow("not local") << AF_INET;
    }
    void aSocketWithoutPeerIsAnError()
    {
        QFETCH(int, family);
        const int socket = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        QVERIFY(!identityOfSocket(socket));
        ::close(socket);
        QVERIFY(!identityOfSocket(socket)); // closed
    }

    void aSeatMakesALocalSession_data()
    {
        QTest::addColumn<QByteArray>("user");
        QTest::addColumn<bool>("local");
        QTest::newRow("active at a seat")
            << QByteArray("SEATS=seat0\nACTIVE_SEATS=seat0\nSTATE=active\n") << true;
        QTest::newRow("another user is in front")
            << QByteArray("SEATS=seat0\nACTIVE_SEATS=\nSTATE=online\n") << false;
        QTest::newRow("logged in from afar") << QByteArray("SEATS=\nACTIVE_SEATS=\nSTATE=active\n") << false;
    }
    void aSeatMakesALocalSession()
    {
        if (const std::string missing = test::missingPrivilege(); !missing.empty())
            QSKIP(missing.c_str());
        QFETCH(QByteArray, user);
        QFETCH(bool, local);
        Result<PeerIdentity> identity;
        test::runWithSystemdFiles({{"users/0", user.toStdString()}}, [&] { identity = identityOfSelf(); });
        QVERIFY(identity);
        QCOMPARE(identity->activeLocalSession, local);
    }

    void permissions_data()
    {
        QTest::addColumn<quint32>("user");
        QTest::addColumn<QStringList>("groups");
        QTest::addColumn<bool>("local");
        QTest::addColumn<QString>("granted"); // observe history respond configure administer
        QTest::newRow("root") << 0U << QStringList{} << false << u"ohrca"_qs;
        QTest::newRow("operator") << 1234U << QStringList{} << false << u"ohrca"_qs;
        QTest::newRow("group bartizan") << 1000U << QStringList{u"bartizan"_qs} << false << u"ohr"_qs;
        QTest::newRow("administrator at the desk")
            << 1000U << QStringList{u"users"_qs, u"sudo"_qs} << true << u"ohr"_qs;
        QTest::newRow("wheel at the desk") << 1000U << QStringList{u"wheel"_qs} << true << u"ohr"_qs;
        QTest::newRow("administrator from afar") << 1000U << QStringList{u"sudo"_qs} << false << u"o"_qs;
        QTest::newRow("guest at the desk") << 1000U << QStringList{u"users"_qs, u"adm"_qs} << true << u"o"_qs;
        QTest::newRow("nobody") << 65534U << QStringList{} << false << u"o"_qs;
        QTest::newRow("unknown") << 0xFFFFFFFFU << QStringList{} << false << u"o"_qs;
    }
    void permissions()
    {
        QFETCH(quint32, user);
        QFETCH(QStringList, groups);
        QFETCH(bool, local);
        QFETCH(QString, granted);
        PeerIdentity peer;
        peer.userId = user;
        peer.activeLocalSession = local;
        for (const QString& group : groups)
            peer.groups.push_back(group.toStdString());
        LocalAuthoriser authoriser(1234);
        QString got;
        for (const auto& [letter, permission] :
             {std::pair(u'o', PermissionClass::Observe), std::pair(u'h', PermissionClass::History),
              std::pair(u'r', PermissionClass::Respond), std::pair(u'c', PermissionClass::Configure),
              std::pair(u'a', PermissionClass::Administer)}) {
            authoriser.authorise(peer, permission, [&, shown = letter](Permission answer) {
                if (answer == Permission::Granted)
                    got += QChar(shown);
            });
        }
        QCOMPARE(got, granted);
    }
};

QTEST_GUILESS_MAIN(LocalPeerTest)
#include "tst_local_peer.moc"
