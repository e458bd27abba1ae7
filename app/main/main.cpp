#include "app/desktop/desktop_services.h"
#include "app/shell/desktop_app.h"
#include "app/shell/single_instance.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QLibraryInfo>
#include <QLocale>
#include <QStandardPaths>
#include <QTextStream>
#include <QTranslator>

namespace {

using namespace bartizan::app;

void loadTranslations(QApplication& application)
{
    const auto load = [&](const QLocale& locale, const QString& name, const QString& folder) {
        auto* translator = new QTranslator(&application);
        if (translator->load(locale, name, QStringLiteral("_"), folder))
            QCoreApplication::installTranslator(translator);
    };
    // English is the source, but for its plurals; another language stands before it.
    load(QLocale(QLocale::English), QStringLiteral("bartizan"), QStringLiteral(":/i18n"));
    load(QLocale(), QStringLiteral("qtbase"), QLibraryInfo::path(QLibraryInfo::TranslationsPath));
    load(QLocale(), QStringLiteral("bartizan"), QStringLiteral(":/i18n"));
}

QIcon applicationIcon()
{
    QIcon icon;
    for (const int size : {16, 24, 32, 48, 64, 128, 256})
        icon.addFile(QStringLiteral(":/icons/app/bartizan-%1.png").arg(size));
    return icon;
}

} // namespace

int main(int argc, char* argv[])
{
    QGuiApplication::setHighDpiScaleFactorRoundingPolicy(Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
    QApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("bartizan"));
    QCoreApplication::setApplicationVersion(QStringLiteral(BARTIZAN_VERSION));
    QGuiApplication::setApplicationDisplayName(QStringLiteral("Bartizan"));
    QGuiApplication::setDesktopFileName(QStringLiteral("org.bartizan"));
    QGuiApplication::setQuitOnLastWindowClosed(false);
    QApplication::setWindowIcon(applicationIcon());
    loadTranslations(application);

    const auto translated = [](const char* text) { return QCoreApplication::translate("main", text); };
    QCommandLineParser parser;
    parser.setApplicationDescription(
        translated(QT_TRANSLATE_NOOP("main", "Shows and controls the Bartizan engine.")));
    const QCommandLineOption socket(QStringLiteral("socket"),
                                    translated(QT_TRANSLATE_NOOP("main", "The engine's socket.")),
                                    QStringLiteral("PATH"), defaultEngineSocket());
    const QCommandLineOption background(
        QStringLiteral("background"),
        translated(QT_TRANSLATE_NOOP("main", "Start without a window: tray icon and notifications only.")));
    const QCommandLineOption show(
        QStringLiteral("show"),
        translated(QT_TRANSLATE_NOOP("main", "The page to show: blocks or activity.")),
        QStringLiteral("PAGE"));
    parser.addOptions({socket, background, show});
    parser.addHelpOption();
    parser.addVersionOption();
    parser.process(application);
    const QString page = parser.value(show);
    if ((parser.isSet(show) && !DesktopApp::isPage(page)) || !parser.positionalArguments().isEmpty()) {
        QTextStream(stderr) << parser.helpText();
        return 2;
    }

    SingleInstance instance(QStandardPaths::writableLocation(QStandardPaths::RuntimeLocation));
    if (instance.claim() == SingleInstance::Role::Second)
        return instance.handOver(page) ? 0 : 1;

    DesktopApp app(application, parser.value(socket), makeDesktopServices());
    QObject::connect(&instance, &SingleInstance::startedAgain, &app, &DesktopApp::open);
    app.start(parser.isSet(background) ? DesktopApp::Start::Background : DesktopApp::Start::Window, page);
    return QApplication::exec();
}
