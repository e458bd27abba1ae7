// With a window system: a session without a tray, and one whose tray comes late. Qt remembers for the life of
// a process whether there is a tray, so each of the two is a run of its own (see CMakeLists.txt), under Xvfb
// with openbox and on a session bus of its own (under_xvfb.sh).
#include "app/shell/desktop_app.h"
#include "platform/linux/desktop/status_notifier_tray_host.h"
#include "tests/support/fake_engine.h"

#include <QDBusConnection>
#include <QDBusConnectionInterface>
#include <QDBusMessage>
#include <QProcess>
#include <QSignalSpy>
#include <QTest>

using namespace bartizan;
using namespace bartizan::app;
using namespace std::chrono_literals;

namespace {

const QString kWatcher = QStringLiteral("org.kde.StatusNotifierWatcher");
const QString kWatcherPath = QStringLiteral("/StatusNotifierWatcher");

DesktopServices withTrayHost(std::chrono::milliseconds patience)
{
    DesktopServices services;
    services.trayHost = std::make_unique<StatusNotifierTrayHost>(QDBusConnection::sessionBus(), patience);
    return services;
}

QDBusMessage mockCall(const QString& method, const QVariantList& arguments)
{
    QDBusMessage call = QDBusMessage::createMethodCall(kWatcher, kWatcherPath,
                                                       QStringLiteral("org.freedesktop.DBus.Mock"), method);
    call.setArguments(arguments);
    return QDBusConnection::sessionBus().call(call);
}

} // namespace

class TestTray : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        if (QGuiApplication::platformName() != QLatin1String("xcb"))
            QSKIP("needs an X server");
    }

    void withoutTray_theWindowNeverVanishes()
    {
        test::FakeEngine engine;
        engine.listen();
        DesktopApp desktop(*qApp, engine.socketPath(), withTrayHost(300ms));
        QSignalSpy absent(&desktop.tray(), &TrayController::absent);
        desktop.start(DesktopApp::Start::Window, {});
        QVERIFY(QTest::qWaitForWindowExposed(&desktop.window()));
        QTRY_COMPARE(absent.size(), 1);
        QVERIFY(!desktop.tray().isShown());
        desktop.window().close();
        QTRY_VERIFY(desktop.window().isMinimized());
        QVERIFY(desktop.window().isVisible());
        // A second start brings it back.
        desktop.open(QStringLiteral("activity"));
        QTRY_VERIFY(!desktop.window().isMinimized());
        QCOMPARE(desktop.window().page(), MainWindow::Page::Activity);
    }

    void lateTray_isUsed_andClosingHides()
    {
        test::FakeEngine engine;
        engine.blocks = {test::sampleBlock(1, QStringLiteral("198.51.100.7"), QStringLiteral("active"))};
        engine.listen();
        DesktopApp desktop(*qApp, engine.socketPath(), withTrayHost(15s));
        QSignalSpy shown(&desktop.tray(), &TrayController::shown);
        desktop.start(DesktopApp::Start::Background, {});
        QTest::qWait(300);
        QVERIFY(!desktop.window().isVisible());
        QVERIFY(!desktop.tray().isShown());

        QProcess watcher;
        watcher.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        watcher.start(QStringLiteral("/usr/bin/python3"),
                      {QStringLiteral("-m"), QStringLiteral("dbusmock"), kWatcher, kWatcherPath, kWatcher});
        if (!watcher.waitForStarted() || !QTest::qWaitFor([] {
                return QDBusConnection::sessionBus().interface()->isServiceRegistered(kWatcher).value();
            }))
            QSKIP("python3-dbusmock is not installed");
        mockCall(QStringLiteral("AddMethod"), {kWatcher, QStringLiteral("RegisterStatusNotifierItem"),
                                               QStringLiteral("s"), QString(), QString()});
        mockCall(QStringLiteral("AddProperty"), {kWatcher, QStringLiteral("IsStatusNotifierHostRegistered"),
                                                 QVariant::fromValue(QDBusVariant(true))});
        mockCall(QStringLiteral("EmitSignal"),
                 {kWatcher, QStringLiteral("StatusNotifierHostRegistered"), QString(), QVariantList()});
        QTRY_COMPARE(shown.size(), 1);
        QVERIFY(desktop.tray().isShown());
        QTRY_VERIFY(
            !mockCall(QStringLiteral("GetMethodCalls"), {QStringLiteral("RegisterStatusNotifierItem")})
                 .arguments()
                 .at(0)
                 .value<QDBusArgument>()
                 .atEnd());

        desktop.open({});
        QVERIFY(QTest::qWaitForWindowExposed(&desktop.window()));
        desktop.window().close();
        QTRY_VERIFY(!desktop.window().isVisible());

        // The menu holds everything, the block to end included.
        QMenu& menu = desktop.tray().menu();
        QAction* recent = nullptr;
        QStringList texts;
        for (QAction* action : menu.actions()) {
            texts << action->text();
            if (action->menu())
                recent = action;
        }
        QVERIFY(texts.first().contains(QStringLiteral("protected")));
        QVERIFY(recent && recent->menu()->actions().size() == 1);
        recent->menu()->actions().first()->trigger();
        QTRY_COMPARE(engine.requestsOf(QStringLiteral("block.remove")).size(), 1);
        watcher.terminate();
        QVERIFY(watcher.waitForFinished(3000));
    }
};

QTEST_MAIN(TestTray)
#include "tst_tray.moc"
