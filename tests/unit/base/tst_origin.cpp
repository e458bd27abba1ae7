#include <QTest> // first: moc 6.4 stumbles over <compare> before it

#include "engine/base/origin_requirement.h"

using namespace bartizan;

namespace {

RecordOrigin journal(std::optional<std::uint32_t> user, const char* unit, const char* transport = "syslog")
{
    return {RecordOrigin::Kind::Journal, user, transport, unit};
}

const RecordOrigin kUnknown;
const RecordOrigin kFile{RecordOrigin::Kind::Unverified, {}, {}, {}};

} // namespace

Q_DECLARE_METATYPE(RecordOrigin)

class TestOrigin : public QObject
{
    Q_OBJECT

private slots:
    void requirementsAreRead_data();
    void requirementsAreRead();
    void requirementsFit_data();
    void requirementsFit();
    void doubts_data();
    void doubts();
    void json();
};

void TestOrigin::requirementsAreRead_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("good");
    for (const char* text : {"ssh.service", " a.service, b@*.service ", "! cron.service", "kernel", "any",
                             "system-getty\\x2d1.service", "session-*.scope"})
        QTest::newRow(text) << QByteArray(text) << true;
    for (const char* text : {"", "  ", "!", "! any", "a/b.service", "a;b", "<x>", "a*b*c*d*e*f"})
        QTest::newRow(text) << QByteArray(text) << false;
}

void TestOrigin::requirementsAreRead()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, good);
    const auto requirement = OriginRequirement::parse(text.toStdString());
    QCOMPARE(requirement.has_value(), good);
    if (!requirement) {
        QCOMPARE(requirement.error().code, ErrorCode::InvalidArgument);
        QVERIFY(!requirement.error().cure.empty());
    }
}

void TestOrigin::requirementsFit_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<RecordOrigin>("origin");
    QTest::addColumn<bool>("fits");
    const auto row = [](const char* name, const char* text, const RecordOrigin& origin, bool fits) {
        QTest::newRow(name) << QByteArray(text) << origin << fits;
    };
    const char* ssh = "ssh.service sshd.service ssh@*.service";
    row("the unit", ssh, journal(0, "ssh.service"), true);
    row("an instance", ssh, journal(0, "ssh@4-192.0.2.1:22-192.0.2.7:4000.service"), true);
    row("another unit", ssh, journal(0, "cron.service"), false);
    row("a longer name", ssh, journal(0, "ssh.service.service"), false);
    row("a session", ssh, journal(0, "session-3.scope"), false);
    row("no unit", ssh, journal(0, ""), false);
    row("a user", ssh, journal(1000, "ssh.service"), false);
    row("nobody says who", ssh, journal(std::nullopt, "ssh.service"), false);
    row("the kernel", ssh, journal(std::nullopt, "", "kernel"), false);
    row("the kernel, asked for", "kernel", journal(std::nullopt, "", "kernel"), true);
    row("a program that says kernel", "kernel", journal(0, "kernel"), true); // root's, in a unit of that name
    row("unknown", ssh, kUnknown, true);
    row("a file", ssh, kFile, false);
    row("any: a user", "any", journal(1000, ""), true);
    row("any: a file", "any", kFile, true);
    row("others: the unit", "! ssh.service", journal(0, "ssh.service"), false);
    row("others: a user", "! ssh.service", journal(1000, "ssh.service"), true);
    row("others: unknown", "! ssh.service", kUnknown, false);
    row("others: a file", "! ssh.service", kFile, false);
}

void TestOrigin::requirementsFit()
{
    QFETCH(QByteArray, text);
    QFETCH(RecordOrigin, origin);
    QFETCH(bool, fits);
    QCOMPARE(OriginRequirement::parse(text.toStdString())->fits(origin), fits);
}

void TestOrigin::doubts_data()
{
    QTest::addColumn<RecordOrigin>("origin");
    QTest::addColumn<QByteArray>("program");
    QTest::addColumn<QByteArray>("doubt"); // what it says; empty: none
    const auto row = [](const char* name, const RecordOrigin& origin, const char* program,
                        const char* doubt) {
        QTest::newRow(name) << origin << QByteArray(program) << QByteArray(doubt);
    };
    row("unknown", kUnknown, "sshd", "");
    row("a syslog line from a file", kFile, "sshd", "journal");
    row("an access log", kFile, "", "");
    row("the ssh service", journal(0, "ssh.service"), "sshd", "");
    row("its instance", journal(0, "sshd@1.service"), "sshd-session", "");
    row("another service", journal(0, "nginx.service"), "nginx", "");
    row("another service as sshd", journal(0, "nginx.service"), "sshd", "nginx.service");
    row("sudo", journal(0, "session-3.scope"), "sudo", "session-3.scope");
    row("a local log-in", journal(0, "gdm.service"), "gdm-password", "at this computer");
    row("cron", journal(0, "cron.service"), "CRON", "at this computer");
    row("a user's service manager", journal(0, "user@1000.service"), "su", "user@1000.service");
    row("no unit", journal(0, ""), "su", "none");
    row("a user", journal(1000, "ssh.service"), "sshd", "user 1000");
    row("nobody says who", journal(std::nullopt, "ssh.service"), "sshd", "does not say");
    row("the kernel", journal(std::nullopt, "", "kernel"), "kernel", "");
}

void TestOrigin::doubts()
{
    QFETCH(RecordOrigin, origin);
    QFETCH(QByteArray, program);
    QFETCH(QByteArray, doubt);
    const auto found = QByteArray::fromStdString(doubtAbout(
        origin, program.isEmpty() ? std::nullopt : std::optional<std::string_view>(program.constData())));
    QVERIFY2(doubt.isEmpty() ? found.isEmpty() : found.contains(doubt), found.constData());
}

void TestOrigin::json()
{
    QCOMPARE(originJson(kUnknown), std::string());
    QCOMPARE(originJson(kFile), std::string(R"({"kind":"unverified"})"));
    QCOMPARE(originJson(journal(0, "ssh.service")),
             std::string(R"({"kind":"journal","uid":0,"unit":"ssh.service","transport":"syslog"})"));
}

QTEST_APPLESS_MAIN(TestOrigin)
#include "tst_origin.moc"
