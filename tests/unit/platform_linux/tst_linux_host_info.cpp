// What the guard knows of the machine, read in a network namespace and from files of the test's own.
#include "platform/linux/host_info_linux.h"
#include "tests/support/network_namespace.h"
#include "tests/support/private_run_folder.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest/QtTest>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utmp.h>

using namespace bartizan;
using namespace std::chrono_literals;

namespace {

QString text(const std::vector<IpAddress>& addresses)
{
    QStringList all;
    for (const IpAddress& address : addresses)
        all << QString::fromStdString(address.toString());
    return all.join(u' ');
}

bool holds(const std::vector<IpAddress>& addresses, const char* wanted)
{
    return std::ranges::find(addresses, *IpAddress::parse(wanted)) != addresses.end();
}

utmp login(short type, const char* user, const char* host, const char* address, pid_t process)
{
    utmp record{};
    record.ut_type = type;
    record.ut_pid = process;
    std::strncpy(record.ut_user, user, sizeof(record.ut_user));
    std::strncpy(record.ut_host, host, sizeof(record.ut_host));
    if (const auto parsed = IpAddress::parse(address))
        std::memcpy(record.ut_addr_v6, parsed->bytes().data(), parsed->isV4() ? 4 : 16);
    return record;
}

pid_t deadProcess()
{
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(0);
    ::waitpid(child, nullptr, 0);
    return child;
}

} // namespace

class LinuxHostInfoTest : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::unique_ptr<test::NetworkNamespace> m_host;
    std::unique_ptr<test::NetworkNamespace> m_router;

    std::string path(const char* name) const
    {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

    void write(const char* name, const QByteArray& bytes) const
    {
        QFile file(m_folder.filePath(QString::fromUtf8(name)));
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(bytes);
    }

    LinuxHostInfo::Sources sources() const
    {
        return {{path("resolv.conf"), path("upstream.conf")}, path("utmp")};
    }

    HostAddresses readIn(const test::NetworkNamespace& space, Problems& problems) const
    {
        HostAddresses addresses;
        space.run([&] { addresses = LinuxHostInfo(sources()).read(problems); });
        return addresses;
    }

    void ip(const QString& command) const
    {
        std::vector<std::string> arguments{"ip"};
        for (const QString& word : command.split(u' '))
            arguments.push_back(word.toStdString());
        const auto result = m_host->exec(arguments);
        QVERIFY2(result.exitCode == 0,
                 qPrintable(command + u": "_qs + QString::fromStdString(result.output)));
    }

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        ::chmod(m_folder.path().toUtf8().constData(), 0755);
    }

    void init()
    {
        for (const char* name : {"resolv.conf", "upstream.conf", "utmp"})
            ::unlink(path(name).c_str());
        if (!test::missingPrivilege().empty())
            return;
        m_host = std::make_unique<test::NetworkNamespace>("host");
        m_router = std::make_unique<test::NetworkNamespace>("router");
        m_host->connect("eth0", {"192.0.2.10/24", "198.51.100.1/31", "2001:db8::10/64"}, *m_router, "eth0",
                        {"192.0.2.254/24", "2001:db8::fe/64"});
    }

    void cleanup()
    {
        m_host.reset();
        m_router.reset();
    }

    void readsAddressesOfItsInterfaces()
    {
        if (const std::string missing = test::missingPrivilege(); !missing.empty())
            QSKIP(missing.c_str());
        Problems problems;
        const HostAddresses host = readIn(*m_host, problems);
        QVERIFY2(problems.empty(), problems.empty() ? "" : describe(problems.front()).c_str());
        for (const char* own : {"192.0.2.10", "198.51.100.1", "2001:db8::10", "127.0.0.1", "::1"})
            QVERIFY2(holds(host.own, own), qPrintable(text(host.own)));
        QVERIFY(!holds(host.own, "192.0.2.254"));
        QCOMPARE(text(host.broadcast), u"192.0.2.255"_qs); // a /31 has none
        QCOMPARE(text(host.gateways), QString());
    }

    void readsGateways_data()
    {
        QTest::addColumn<QStringList>("commands");
        QTest::addColumn<QString>("gateways");
        QTest::newRow("both families") << QStringList{u"route add default via 192.0.2.254"_qs,
                                                      u"-6 route add default via 2001:db8::fe"_qs}
                                       << u"192.0.2.254 2001:db8::fe"_qs;
        QTest::newRow("several paths")
            << QStringList{u"route add default nexthop via 192.0.2.253 nexthop via 192.0.2.254"_qs,
                           u"-6 route add default nexthop via 2001:db8::fd nexthop via 2001:db8::fe"_qs}
            << u"192.0.2.253 192.0.2.254 2001:db8::fd 2001:db8::fe"_qs;
        QTest::newRow("other metric and table")
            << QStringList{u"route add default via 192.0.2.254"_qs,
                           u"route add default via 192.0.2.253 metric 500"_qs,
                           u"route add default via 192.0.2.252 table 100"_qs}
            << u"192.0.2.252 192.0.2.253 192.0.2.254"_qs;
        QTest::newRow("halves of a tunnel") << QStringList{u"route add 0.0.0.0/1 via 192.0.2.254"_qs,
                                                           u"route add 128.0.0.0/1 via 192.0.2.253"_qs}
                                            << u"192.0.2.253 192.0.2.254"_qs;
        QTest::newRow("IPv4 through IPv6")
            << QStringList{u"route add default via inet6 2001:db8::fe dev eth0"_qs} << u"2001:db8::fe"_qs;
        QTest::newRow("none without address")
            << QStringList{u"route add default dev eth0"_qs, u"route add 10.0.0.0/8 via 192.0.2.254"_qs,
                           u"route add blackhole default metric 900"_qs}
            << QString();
    }
    void readsGateways()
    {
        if (const std::string missing = test::missingPrivilege(); !missing.empty())
            QSKIP(missing.c_str());
        QFETCH(QStringList, commands);
        QFETCH(QString, gateways);
        for (const QString& command : commands)
            ip(command);
        Problems problems;
        QCOMPARE(text(readIn(*m_host, problems).gateways), gateways);
        QVERIFY(problems.empty());
    }

    void readsNameServers()
    {
        write("resolv.conf",
              "# nameserver 192.0.2.1\nnameserver 127.0.0.53\nsearch example.org\nnameserver fe80::1%eth0\n"
              "nameserver\t192.0.2.53  \nnameserver\nnameserver dns.example.org\nnameservers 192.0.2.2\n"
              "nameserver 2001:db8::53");
        write("upstream.conf", "nameserver 192.0.2.54\r\nnameserver 192.0.2.53\n");
        Problems problems;
        const HostAddresses host = LinuxHostInfo(sources()).read(problems);
        QCOMPARE(text(host.nameServers), u"127.0.0.53 192.0.2.53 192.0.2.54 2001:db8::53 fe80::1"_qs);
        QVERIFY(problems.empty());
    }

    void readsLoginsOfAdministratorsFromUtmp()
    {
        const pid_t self = ::getpid();
        const utmp records[] = {
            login(USER_PROCESS, "root", "desk.example.org", "192.0.2.21", self),
            login(USER_PROCESS, "root", "2001:db8::22", "2001:db8::22", self),
            login(USER_PROCESS, "root", "192.0.2.23", "", self),
            login(USER_PROCESS, "root", "fe80::24%eth0", "", self),
            login(USER_PROCESS, "root", ":0", "", self),
            login(USER_PROCESS, "root", "name.example.org", "", self),
            login(USER_PROCESS, "nobody", "192.0.2.31", "192.0.2.31", self),
            login(USER_PROCESS, "no-such-user", "192.0.2.32", "192.0.2.32", self),
            login(DEAD_PROCESS, "root", "192.0.2.33", "192.0.2.33", self),
            login(LOGIN_PROCESS, "root", "192.0.2.34", "192.0.2.34", self),
            login(USER_PROCESS, "root", "192.0.2.35", "192.0.2.35", deadProcess()),
        };
        write("utmp", QByteArray(reinterpret_cast<const char*>(records), sizeof(records)) + "half a record");
        Problems problems;
        const HostAddresses host = LinuxHostInfo(sources()).read(problems);
        QCOMPARE(text(host.administratorPeers), u"192.0.2.21 192.0.2.23 2001:db8::22 fe80::24"_qs);
    }

    void readsLoginsOfAdministratorsFromLogind()
    {
        if (const std::string missing = test::missingPrivilege(); !missing.empty())
            QSKIP(missing.c_str());
        const std::string remote = "UID=0\nUSER=root\nACTIVE=1\nREMOTE=1\nSTATE=active\nREMOTE_HOST=";
        const std::map<std::string, std::string> files{
            {"sessions/1", remote + "192.0.2.41\n"},
            {"sessions/2", remote + "2001:db8::42\n"},
            {"sessions/3", remote + "name.example.org\n"},
            {"sessions/4",
             "UID=65534\nUSER=nobody\nACTIVE=1\nREMOTE=1\nSTATE=active\nREMOTE_HOST=192.0.2.44\n"},
            {"sessions/5", "UID=0\nUSER=root\nACTIVE=0\nREMOTE=1\nSTATE=closing\nREMOTE_HOST=192.0.2.45\n"},
            {"sessions/6", "UID=0\nUSER=root\nACTIVE=1\nREMOTE=0\nSTATE=active\nSEAT=seat0\n"},
        };
        HostAddresses host;
        Problems problems;
        test::runWithSystemdFiles(files, [&] { host = LinuxHostInfo(sources()).read(problems); });
        QCOMPARE(text(host.administratorPeers), u"192.0.2.41 2001:db8::42"_qs);
    }

    void saysWhatItCanNotRead()
    {
        if (::geteuid() != 0)
            QSKIP("needs root to become another user");
        write("resolv.conf", "nameserver 192.0.2.53\n");
        write("utmp", {});
        ::chmod(path("resolv.conf").c_str(), 0);
        ::chmod(path("utmp").c_str(), 0);
        Problems problems;
        std::thread([&] {
            ::syscall(SYS_setresuid, 65534, 65534, 65534); // this thread only
            (void)LinuxHostInfo(sources()).read(problems);
        }).join();
        QCOMPARE(problems.size(), std::size_t{2});
        for (const Problem& problem : problems) {
            QVERIFY(problem.severity == Severity::Warning);
            QVERIFY(!problem.cure.empty());
            QVERIFY(problem.file == path("resolv.conf") || problem.file == path("utmp"));
        }
    }

    void hostNameIsShort()
    {
        const std::string name = LinuxHostInfo().hostName();
        QVERIFY(!name.empty());
        QVERIFY(name.find('.') == std::string::npos);
    }

    void tellsOfChanges()
    {
        if (const std::string missing = test::missingPrivilege(); !missing.empty())
            QSKIP(missing.c_str());
        write("real.conf", "nameserver 192.0.2.1\n");
        QVERIFY(QFile::link(m_folder.filePath(u"real.conf"_qs), m_folder.filePath(u"resolv.conf"_qs)));
        std::atomic<int> calls = 0;
        LinuxHostInfo info(sources());
        m_host->run([&] { info.watch([&] { ++calls; }); });
        const auto told = [&](const char* what, const std::function<void()>& change) {
            calls = 0;
            change();
            QElapsedTimer timer;
            timer.start();
            while (calls == 0 && timer.elapsed() < 1000)
                std::this_thread::sleep_for(1ms);
            QVERIFY2(calls > 0, what);
            std::this_thread::sleep_for(100ms); // let a burst end
        };
        told("address added", [&] { ip(u"address add 192.0.2.11/24 dev eth0"_qs); });
        told("address removed", [&] { ip(u"address del 192.0.2.11/24 dev eth0"_qs); });
        told("default route added", [&] { ip(u"route add default via 192.0.2.254"_qs); });
        told("default route removed", [&] { ip(u"route del default"_qs); });
        told("IPv6 default route", [&] { ip(u"-6 route add default via 2001:db8::fe"_qs); });
        told("file behind the link written", [&] { write("real.conf", "nameserver 192.0.2.2\n"); });
        told("file behind the link replaced", [&] {
            write("new.conf", "nameserver 192.0.2.3\n");
            ::rename(path("new.conf").c_str(), path("real.conf").c_str());
        });
        told("the replaced file written", [&] { write("real.conf", "nameserver 192.0.2.4\n"); });
        told("link replaced by a file", [&] {
            write("new.conf", "nameserver 192.0.2.5\n");
            ::rename(path("new.conf").c_str(), path("resolv.conf").c_str());
        });
        told("file that appears", [&] { write("utmp", "x"); });
        told("file written in place", [&] {
            const int descriptor = ::open(path("utmp").c_str(), O_WRONLY | O_CLOEXEC);
            QCOMPARE(::write(descriptor, "y", 1), ssize_t{1});
            ::close(descriptor);
        });
        told("file removed", [&] { ::unlink(path("utmp").c_str()); });

        calls = 0;
        for (int i = 0; i < 8; ++i)
            ip(u"address add 192.0.2.%1/24 dev eth0"_qs.arg(100 + i));
        std::this_thread::sleep_for(300ms);
        const int burst = calls.exchange(0);
        QVERIFY2(burst >= 1 && burst <= 3, "a burst of changes is not gathered");
        ip(u"route add 10.0.0.0/8 via 192.0.2.254"_qs);
        write("unrelated", "x");
        std::this_thread::sleep_for(200ms);
        QCOMPARE(calls.load(), 0);
        told("link down", [&] { ip(u"link set eth0 down"_qs); });
        calls = 0;
        info.unwatch();
        ip(u"address add 192.0.2.12/24 dev eth0"_qs);
        std::this_thread::sleep_for(150ms);
        QCOMPARE(calls.load(), 0);
    }
};

QTEST_GUILESS_MAIN(LinuxHostInfoTest)
#include "tst_linux_host_info.moc"
