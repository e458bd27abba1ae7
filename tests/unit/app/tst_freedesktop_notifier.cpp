// The notifier against a real bus with a mock notification server (python3-dbusmock), and the tray host and
// colour scheme against objects of this test on the same bus.
#include "platform/linux/desktop/freedesktop_notifier.h"
#include "platform/linux/desktop/portal_theme_source.h"
#include "platform/linux/desktop/status_notifier_tray_host.h"
#include "tests/support/private_bus.h"

#include <QDBusMessage>
#include <QDBusReply>
#include <QSignalSpy>
#include <QTest>

using namespace bartizan;
using namespace bartizan::app;
using namespace std::chrono_literals;

namespace {

const QString kService = QStringLiteral("org.freedesktop.Notifications");
const QString kPath = QStringLiteral("/org/freedesktop/Notifications");

Notification sample()
{
    return {.title = QStringLiteral("198.51.100.7 blocked for 10 minutes"),
            .body = QStringLiteral("6 failed <b>ssh</b> logins & more"),
            .urgency = Notification::Urgency::Normal,
            .actions = {{QStringLiteral("unblock"), QStringLiteral("Unblock")},
                        {QStringLiteral("details"), QStringLiteral("Details")}}};
}

} // namespace

class TestFreedesktopNotifier : public QObject
{
    Q_OBJECT

    // One call of Notify as the mock saw it.
    struct Call
    {
        QVariantList arguments;
        [[nodiscard]] uint replaces() const { return arguments.at(1).toUInt(); }
        [[nodiscard]] QString title() const { return arguments.at(3).toString(); }
        [[nodiscard]] QString body() const { return arguments.at(4).toString(); }
        [[nodiscard]] QStringList actions() const { return arguments.at(5).toStringList(); }
    };

    void emitSignal(const QString& name, const QString& signature, const QVariantList& arguments)
    {
        QDBusMessage signal = QDBusMessage::createMethodCall(
            kService, kPath, QStringLiteral("org.freedesktop.DBus.Mock"), QStringLiteral("EmitSignal"));
        signal << kService << name << signature << QVariant(arguments);
        const QDBusMessage reply = m_bus.connection().call(signal);
        QCOMPARE(reply.type(), QDBusMessage::ReplyMessage);
    }

    QList<Call> calls()
    {
        QDBusMessage get = QDBusMessage::createMethodCall(
            kService, kPath, QStringLiteral("org.freedesktop.DBus.Mock"), QStringLiteral("GetMethodCalls"));
        get << QStringLiteral("Notify");
        const QDBusMessage reply = m_bus.connection().call(get);
        QList<Call> found;
        const auto list = reply.arguments().at(0).value<QDBusArgument>();
        list.beginArray();
        while (!list.atEnd()) {
            list.beginStructure();
            quint64 time = 0;
            QVariantList arguments;
            list >> time >> arguments;
            list.endStructure();
            found.append({arguments});
        }
        list.endArray();
        return found;
    }

    test::PrivateBus m_bus;

private slots:
    void initTestCase()
    {
        if (!m_bus.isRunning())
            QSKIP("dbus-daemon is not installed");
    }

    void init()
    {
        if (!m_bus.startMock(QStringLiteral("notification_daemon"), kService,
                             QStringLiteral(R"({"capabilities": "body body-markup actions"})")))
            QSKIP("python3-dbusmock is not installed");
    }

    void cleanup() { m_bus.stopMock(); }

    void notification_hasEscapedBody_andItsActions()
    {
        FreedesktopNotifier notifier(m_bus.connection());
        notifier.show(sample(), 0);
        QTRY_COMPARE(calls().size(), 1);
        const Call call = calls().first();
        QCOMPARE(call.title(), sample().title);
        QCOMPARE(call.body(), QStringLiteral("6 failed &lt;b&gt;ssh&lt;/b&gt; logins &amp; more"));
        QCOMPARE(call.replaces(), 0U);
        QCOMPARE(call.actions().value(0), QStringLiteral("default"));
        QCOMPARE(call.actions().value(2), QStringLiteral("unblock"));
    }

    void update_replaces_evenBeforeTheFirstAnswer()
    {
        FreedesktopNotifier notifier(m_bus.connection());
        const auto handle = notifier.show(sample(), 0);
        Notification second = sample();
        second.title = QStringLiteral("second");
        QCOMPARE(notifier.show(second, handle), handle);
        QTRY_VERIFY(!calls().isEmpty() && calls().last().title() == second.title);
        Notification third = sample();
        third.title = QStringLiteral("third");
        QTest::qWait(50);
        QCOMPARE(notifier.show(third, handle), handle);
        QTRY_VERIFY(calls().last().title() == third.title);
        QCOMPARE(calls().last().replaces(), 1U);
    }

    void actions_areHeard_ofOwnIdsOnly()
    {
        FreedesktopNotifier notifier(m_bus.connection());
        QSignalSpy invoked(&notifier, &Notifier::actionInvoked);
        const auto handle = notifier.show(sample(), 0);
        QTRY_COMPARE(calls().size(), 1);
        QTest::qWait(50);
        emitSignal(QStringLiteral("ActionInvoked"), QStringLiteral("us"), {77U, QStringLiteral("unblock")});
        emitSignal(QStringLiteral("ActionInvoked"), QStringLiteral("us"), {1U, QStringLiteral("details")});
        QTRY_COMPARE(invoked.size(), 1);
        QTest::qWait(50);
        QCOMPARE(invoked.size(), 1);
        QCOMPARE(invoked.at(0).at(0).toULongLong(), handle);
        QCOMPARE(invoked.at(0).at(1).toString(), QStringLiteral("details"));
    }

    void closedByThePerson_isTold_andForgotten()
    {
        FreedesktopNotifier notifier(m_bus.connection());
        QSignalSpy closed(&notifier, &Notifier::closed);
        QSignalSpy invoked(&notifier, &Notifier::actionInvoked);
        const auto handle = notifier.show(sample(), 0);
        QTRY_COMPARE(calls().size(), 1);
        QTest::qWait(50);
        emitSignal(QStringLiteral("NotificationClosed"), QStringLiteral("uu"), {1U, 2U});
        QTRY_COMPARE(closed.size(), 1);
        QCOMPARE(closed.at(0).at(1).value<Notifier::Closed>(), Notifier::Closed::ByUser);
        emitSignal(QStringLiteral("ActionInvoked"), QStringLiteral("us"), {1U, QStringLiteral("details")});
        QTest::qWait(50);
        QCOMPARE(invoked.size(), 0);
        QVERIFY(notifier.show(sample(), handle) != handle);
    }

    void serverThatWentAway_takesItsIdsAlong()
    {
        FreedesktopNotifier notifier(m_bus.connection());
        QSignalSpy closed(&notifier, &Notifier::closed);
        const auto first = notifier.show(sample(), 0);
        QTRY_COMPARE(calls().size(), 1);
        m_bus.stopMock();
        QTRY_COMPARE(closed.size(), 1);
        QVERIFY(m_bus.startMock(QStringLiteral("notification_daemon"), kService,
                                QStringLiteral(R"({"capabilities": "body"})")));
        QVERIFY(notifier.show(sample(), first) != first);
        QTRY_COMPARE(calls().size(), 1);
        QCOMPARE(calls().first().replaces(), 0U);
        QVERIFY(calls().first().actions().isEmpty());
        QCOMPARE(calls().first().body(), sample().body); // no markup there, so nothing to escape
    }

    void trayHost_givesUp_afterItsPatience()
    {
        StatusNotifierTrayHost host(m_bus.connection(), 200ms);
        QSignalSpy available(&host, &TrayHost::available);
        QSignalSpy unavailable(&host, &TrayHost::unavailable);
        host.start();
        QTRY_COMPARE(unavailable.size(), 1);
        QCOMPARE(available.size(), 0);
    }
};

QTEST_MAIN(TestFreedesktopNotifier)
#include "tst_freedesktop_notifier.moc"
