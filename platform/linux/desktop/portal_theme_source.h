// The desktop's light or dark setting, from the settings portal (org.freedesktop.appearance, color-scheme).
// QStyleHints::colorScheme exists only from Qt 6.5.
#pragma once

#include "app/desktop/desktop_services.h"

#include <QDBusConnection>
#include <QDBusVariant>

namespace bartizan::app {

class PortalThemeSource : public ThemeSource
{
    Q_OBJECT

public:
    // Asks at once, and answers by preferenceChanged(): a portal that hangs does not hold up the start.
    explicit PortalThemeSource(QDBusConnection bus, QObject* parent = nullptr);
    [[nodiscard]] Preference preference() const override { return m_preference; }

private slots:
    void onSettingChanged(const QString& group, const QString& key, const QDBusVariant& value);

private:
    void take(const QVariant& value);

    Preference m_preference = Preference::None;
};

} // namespace bartizan::app
