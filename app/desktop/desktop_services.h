// What the app asks of a desktop, behind which each platform stands (platform/*/desktop).
#pragma once

#include "app/client/server_verifier.h"
#include "app/desktop/notifier.h"

#include <QObject>

#include <memory>

namespace bartizan::app {

// Light or dark, as the desktop's own setting says, and when it changes.
class ThemeSource : public QObject
{
    Q_OBJECT

public:
    enum class Preference { None, Dark, Light };

    using QObject::QObject;
    [[nodiscard]] virtual Preference preference() const = 0;

signals:
    void preferenceChanged(bartizan::app::ThemeSource::Preference preference);
};

// Whether a tray can be used. Qt 6.4 asks the session once and keeps the answer, so nobody may create or ask
// for a tray icon before this has spoken.
class TrayHost : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;
    // Answers once, within 15 seconds, by one of the signals.
    virtual void start() = 0;

signals:
    void available();
    void unavailable();
};

struct DesktopServices
{
    std::unique_ptr<Notifier> notifier;       // may be null: no notifications
    std::unique_ptr<ThemeSource> theme;       // may be null: light
    std::unique_ptr<TrayHost> trayHost;       // may be null: no tray
    std::unique_ptr<ServerVerifier> verifier; // may be null only where the socket itself proves who listens
};

// The platform's own; defined once per platform, linked by the program.
[[nodiscard]] DesktopServices makeDesktopServices();
// Where the engine of this computer listens.
[[nodiscard]] QString defaultEngineSocket();

} // namespace bartizan::app
