// Renders each page of the real app with sample data, light and dark, small and large, to PNG files, for
// looking at.
//     QT_QPA_PLATFORM=offscreen screenshots FOLDER
// All addresses are of the documentation ranges (RFC 5737, RFC 3849).
#include "app/desktop/desktop_services.h"
#include "app/shell/desktop_app.h"
#include "app/widgets/data_table.h"
#include "app/widgets/message_bar.h"
#include "tests/support/fake_engine.h"

#include <QApplication>
#include <QComboBox>
#include <QDialog>
#include <QDir>
#include <QLineEdit>
#include <QTest>
#include <QToolButton>
#include <QTranslator>

namespace {

using namespace bartizan;
using test::FakeEngine;
using test::isoTime;

QJsonObject blockOf(qint64 id, const char* address, const char* state, qint64 age, qint64 length,
                    const char* rule, int level, const char* description)
{
    QJsonObject block = test::sampleBlock(id, QLatin1String(address), QLatin1String(state), age, length);
    block.insert(QStringLiteral("rule"),
                 QJsonObject{{QStringLiteral("id"), QLatin1String(rule)},
                             {QStringLiteral("level"), level},
                             {QStringLiteral("description"), QLatin1String(description)}});
    return block;
}

QJsonObject alertOf(qint64 id, int level, const char* rule, const char* description, const char* address,
                    qint64 age, const char* program, const char* location, const char* log, qint64 count = 1)
{
    QJsonObject alert = test::sampleAlert(id, level, QLatin1String(description), QLatin1String(address), age);
    QJsonObject ruleObject = alert.value(QLatin1String("rule")).toObject();
    ruleObject.insert(QStringLiteral("id"), QLatin1String(rule));
    alert.insert(QStringLiteral("rule"), ruleObject);
    alert.insert(QStringLiteral("program_name"), QLatin1String(program));
    alert.insert(QStringLiteral("location"), QLatin1String(location));
    alert.insert(QStringLiteral("full_log"), QLatin1String(log));
    alert.insert(QStringLiteral("last_log"), QLatin1String(log));
    alert.insert(QStringLiteral("count"), count);
    return alert;
}

void fill(FakeEngine& engine)
{
    QJsonObject counters = engine.status.value(QLatin1String("counters")).toObject();
    counters.insert(QStringLiteral("active_blocks"), 5);
    engine.status.insert(QStringLiteral("counters"), counters);
    const char* ssh = "Several failed ssh logins from one address";
    QJsonObject manual =
        test::sampleBlock(7, QStringLiteral("203.0.113.0/28"), QStringLiteral("active"), 5200, 86400);
    manual.insert(QStringLiteral("origin"), QStringLiteral("person"));
    manual.insert(QStringLiteral("rule"), QJsonValue());
    manual.insert(QStringLiteral("reason"), QStringLiteral("Scans the office printer"));
    manual.insert(QStringLiteral("requested_by"), QStringLiteral("anna"));
    QJsonObject permanent = manual;
    permanent.insert(QStringLiteral("id"), 3);
    permanent.insert(QStringLiteral("address"), QStringLiteral("192.0.2.77"));
    permanent.insert(QStringLiteral("permanent"), true);
    permanent.insert(QStringLiteral("expires"), QJsonValue());
    permanent.insert(QStringLiteral("created"), isoTime(4 * 86400));
    permanent.insert(QStringLiteral("reason"), QStringLiteral("Reported by the provider"));
    QJsonObject refused = blockOf(9, "192.0.2.1", "refused", 1900, 600, "5712", 10, ssh);
    refused.insert(QStringLiteral("guard"), QStringLiteral("gateway"));
    QJsonObject failed =
        blockOf(6, "2001:db8:40::9", "failed", 7400, 86400, "31164", 12, "SQL injection attempt");
    failed.insert(QStringLiteral("error"),
                  QStringLiteral("the kernel did not show the block: table bartizan is gone"));
    QJsonObject released =
        blockOf(5, "198.51.100.30", "released", 9100, 600, "31153", 10, "Many web attacks");
    released.insert(QStringLiteral("released"), isoTime(8800));
    released.insert(QStringLiteral("released_by"), QStringLiteral("anna"));
    engine.blocks = {blockOf(12, "198.51.100.7", "active", 35, 600, "5712", 10, ssh),
                     blockOf(11, "2001:db8:7::1f", "active", 410, 600, "31153", 10,
                             "Many web attacks from the same address"),
                     blockOf(10, "203.0.113.66", "active", 900, 3600, "100100", 10,
                             "IP address found in a reputation list"),
                     refused,
                     blockOf(8, "198.51.100.201", "expired", 4100, 600, "5712", 10, ssh),
                     manual,
                     failed,
                     released,
                     permanent,
                     blockOf(2, "203.0.113.9", "expired", 90000, 600, "31151", 10, "Web scanner")};
    engine.alerts = {
        alertOf(12, 10, "5712", ssh, "198.51.100.7", 36, "sshd", "/var/log/auth.log",
                "Nov 24 08:14:02 desk sshd[4711]: Failed password for invalid user admin from 198.51.100.7 "
                "port 51234 "
                "ssh2",
                8),
        alertOf(41, 5, "5710", "ssh login with a user name that does not exist", "198.51.100.7", 52, "sshd",
                "/var/log/auth.log",
                "Nov 24 08:13:46 desk sshd[4711]: Invalid user admin from 198.51.100.7 port 51230", 6),
        alertOf(40, 3, "5501", "Login session opened", "", 140, "systemd-logind", "/var/log/auth.log",
                "Nov 24 08:12:18 desk systemd-logind[801]: New session 14 of user anna."),
        alertOf(39, 13, "31166", "Shellshock attack in a web request", "203.0.113.66", 300, "nginx",
                "/var/log/nginx/access.log",
                "203.0.113.66 - - [24/Nov/2026:08:09:38 +0000] \"GET /cgi-bin/status HTTP/1.1\" 404 153 "
                "\"-\" \"() { "
                ":;}; /bin/ping -c 3 203.0.113.66\""),
        alertOf(38, 7, "31103", "SQL injection attempt in a web request", "2001:db8:7::1f", 412, "nginx",
                "/var/log/nginx/access.log",
                "2001:db8:7::1f - - [24/Nov/2026:08:07:46 +0000] \"GET /item?id=1%27%20OR%201=1-- HTTP/1.1\" "
                "200 512",
                23),
        alertOf(37, 6, "31104", "Path traversal in a web request", "2001:db8:7::1f", 431, "nginx",
                "/var/log/nginx/access.log", "GET /../../etc/passwd HTTP/1.1", 4),
        alertOf(36, 3, "5402", "sudo used to become root", "", 1300, "sudo", "/var/log/auth.log",
                "Nov 24 07:52:58 desk sudo: anna : TTY=pts/0 ; PWD=/home/anna ; USER=root ; "
                "COMMAND=/usr/bin/apt update"),
        alertOf(35, 10, "5712", ssh, "192.0.2.1", 1900, "sshd", "/var/log/auth.log",
                "Failed password for root", 6),
        alertOf(34, 5, "31101", "Web server answered with an error", "198.51.100.30", 2600, "nginx",
                "/var/log/nginx/access.log", "GET /favicon.ico HTTP/1.1 404", 2),
        alertOf(33, 4, "5521", "Password changed", "", 5400, "passwd", "/var/log/auth.log",
                "passwd[3301]: pam_unix(passwd:chauthtok): password changed for anna")};
    qint64 id = 32;
    for (; id > 2; --id)
        engine.alerts.append(alertOf(id, id % 4 == 0 ? 7 : 5, "31101", "Web server answered with an error",
                                     "198.51.100.30", 6000 + (32 - id) * 340, "nginx",
                                     "/var/log/nginx/access.log", "GET /wp-login.php HTTP/1.1 404"));
    // The stamp in a syslog line is that of its alert.
    for (QJsonObject& alert : engine.alerts) {
        QString line = alert.value(QLatin1String("full_log")).toString();
        if (!line.startsWith(QLatin1String("Nov 24 ")))
            continue;
        const QDateTime time =
            QDateTime::fromString(alert.value(QLatin1String("time")).toString(), Qt::ISODateWithMs)
                .toLocalTime();
        line.replace(0, 15, QLocale::c().toString(time, QStringLiteral("MMM dd HH:mm:ss")));
        alert.insert(QStringLiteral("full_log"), line);
        alert.insert(QStringLiteral("last_log"), line);
    }
    // Ids fall from the newest on; the first rows were numbered by hand.
    for (qsizetype i = 0; i < engine.alerts.size(); ++i)
        engine.alerts[i].insert(QStringLiteral("id"), 500 - i);
    engine.blocks[0].insert(QStringLiteral("alert_id"), 500);
}

class Photographer
{
public:
    Photographer(QApplication& application, const QDir& folder)
        : m_application(application)
        , m_folder(folder)
    {
    }

    void shoot(QWidget& widget, const QString& name)
    {
        QTest::qWait(150);
        widget.grab().save(m_folder.filePath(name + QStringLiteral(".png")));
    }

    void shootScheme(app::ColourScheme scheme, const QString& suffix)
    {
        FakeEngine engine;
        fill(engine);
        engine.listen();
        app::DesktopApp desktop(m_application, engine.socketPath(), {});
        desktop.theme().setScheme(scheme);
        desktop.start(app::DesktopApp::Start::Window, {});
        auto& window = desktop.window();
        window.resize(1000, 640);
        if (!QTest::qWaitFor([&] { return desktop.client().isReady(); }, 5000))
            qFatal("the app did not connect");
        QTest::qWait(300);

        shoot(window, QStringLiteral("blocks-%1-1000").arg(suffix));
        window.resize(1440, 900);
        auto* blocks = window.findChild<app::DataTable*>(QStringLiteral("blocksTable"));
        blocks->setFocus();
        blocks->selectRow(0);
        QTest::keyClick(blocks, Qt::Key_Space);
        shoot(window, QStringLiteral("blocks-details-%1-1440").arg(suffix));
        window.resize(1000, 640);
        shoot(window, QStringLiteral("blocks-details-%1-1000").arg(suffix));
        QTest::keyClick(blocks, Qt::Key_Delete);
        QTest::qWait(200);
        shoot(window, QStringLiteral("blocks-undo-%1").arg(suffix));
        QTest::keyClick(blocks, Qt::Key_Space);

        window.findChild<app::MessageBar*>()->hide();
        window.showPage(app::MainWindow::Page::Activity);
        shoot(window, QStringLiteral("activity-%1-1000").arg(suffix));
        window.resize(1440, 900);
        auto* alerts = window.findChild<app::DataTable*>(QStringLiteral("alertsTable"));
        alerts->setFocus();
        alerts->selectRow(0);
        QTest::keyClick(alerts, Qt::Key_Space);
        shoot(window, QStringLiteral("activity-details-%1-1440").arg(suffix));

        shootStates(engine, desktop, suffix);
    }

private:
    void shootStates(FakeEngine& engine, app::DesktopApp& desktop, const QString& suffix)
    {
        auto& window = desktop.window();
        window.showPage(app::MainWindow::Page::Blocks);
        window.resize(1000, 640);
        auto* search = window.findChild<QLineEdit*>(QStringLiteral("blocksSearch"));
        search->setText(QStringLiteral("no such thing"));
        shoot(window, QStringLiteral("blocks-nothing-%1").arg(suffix));
        search->clear();

        QTest::keyClick(&window, Qt::Key_B, Qt::ControlModifier);
        if (auto* dialog = window.findChild<QDialog*>()) {
            dialog->findChild<QLineEdit*>()->setText(QStringLiteral("203.0.113.0/24"));
            shoot(*dialog, QStringLiteral("dialog-%1").arg(suffix));
            dialog->findChild<QLineEdit*>()->setText(QStringLiteral("printer.example"));
            shoot(*dialog, QStringLiteral("dialog-bad-%1").arg(suffix));
            dialog->reject();
        }
        QJsonObject status = test::sampleStatus(QStringLiteral("degraded"));
        const auto problem = [](const char* file, const char* message, const char* cure,
                                const char* severity) {
            return QJsonObject{{QStringLiteral("severity"), QLatin1String(severity)},
                               {QStringLiteral("component"), QStringLiteral("source")},
                               {QStringLiteral("file"), QLatin1String(file)},
                               {QStringLiteral("line"), 0},
                               {QStringLiteral("message"), QLatin1String(message)},
                               {QStringLiteral("cure"), QLatin1String(cure)}};
        };
        status.insert(
            QStringLiteral("problems"),
            QJsonArray{problem("/var/log/auth.log", "may not be read: permission denied",
                               "Add the engine's user to the group adm, then restart it.", "error"),
                       problem("/etc/bartizan/rules/local.xml", "unknown element <if_sd> in rule 100200",
                               "Did you mean <if_sid>?", "error"),
                       problem("/etc/bartizan/lists/blacklist", "line 812 is no address and was left out",
                               "Correct or remove the line.", "warning")});
        engine.status = status;
        engine.sendEvent(QStringLiteral("status"), status);
        QTest::qWait(100);
        shoot(window, QStringLiteral("degraded-%1").arg(suffix));
        if (auto* more = window.findChild<QToolButton*>(QStringLiteral("moreProblems")))
            more->click();
        shoot(window, QStringLiteral("degraded-open-%1").arg(suffix));
        status = test::sampleStatus(QStringLiteral("paused"));
        status.insert(QStringLiteral("paused_until"), isoTime(-871));
        engine.status = status;
        engine.sendEvent(QStringLiteral("status"), status);
        QTest::qWait(100);
        shoot(window, QStringLiteral("paused-%1").arg(suffix));
        engine.stop();
        QTest::qWait(1500);
        shoot(window, QStringLiteral("offline-%1").arg(suffix));

        app::DesktopApp fresh(m_application, engine.socketPath(), {});
        fresh.theme().setScheme(desktop.theme().scheme());
        fresh.start(app::DesktopApp::Start::Window, {});
        fresh.window().resize(1000, 640);
        QTest::qWait(300);
        shoot(fresh.window(), QStringLiteral("offline-fresh-%1").arg(suffix));
    }

    QApplication& m_application;
    QDir m_folder;
};

} // namespace

int main(int argc, char* argv[])
{
    QGuiApplication::setHighDpiScaleFactorRoundingPolicy(Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
    QApplication application(argc, argv);
    QGuiApplication::setQuitOnLastWindowClosed(false);
    QTranslator translator;
    if (translator.load(QLocale(), QStringLiteral("bartizan"), QStringLiteral("_"), QStringLiteral(":/i18n")))
        QCoreApplication::installTranslator(&translator);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() != 2)
        qFatal("usage: screenshots FOLDER");
    QDir folder(arguments.at(1));
    if (!folder.mkpath(QStringLiteral(".")))
        qFatal("the folder can't be made");
    Photographer photographer(application, folder);
    photographer.shootScheme(app::ColourScheme::Light, QStringLiteral("light"));
    photographer.shootScheme(app::ColourScheme::Dark, QStringLiteral("dark"));
    return 0;
}
