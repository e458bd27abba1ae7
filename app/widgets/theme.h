// Every colour the app paints with, by the part it plays. No other file names a colour.
//
// Contrast of text roles on every surface they stand on is at least 4.5:1 in both schemes; tst_theme holds it
// to that. One theme per application, made by the shell and handed to whoever paints; changed() tells that
// all colours are others now. Main thread.
#pragma once

#include <QColor>
#include <QIcon>
#include <QObject>
#include <QPalette>

class QApplication;

namespace bartizan::app {

enum class ColourScheme { Light, Dark };

enum class ColourRole {
    Window,  // behind everything
    Surface, // tables, fields, cards
    Sidebar,
    Hover,
    Border,
    Text,
    Muted,     // secondary text
    Accent,    // links, the primary button, the current page
    OnAccent,  // text on it
    Selection, // of rows; Text stands on it
    Ok,
    Observe,
    Warning,
    High,
    Danger,
    OkSoft, // backgrounds of the same
    ObserveSoft,
    WarningSoft,
    HighSoft,
    DangerSoft,
    MutedSoft,
    Count
};

class Theme : public QObject
{
    Q_OBJECT

public:
    // Spacing grid, in logical pixels.
    static constexpr int kGap = 8;
    static constexpr int kRowHeight = 36;

    explicit Theme(ColourScheme scheme = ColourScheme::Light, QObject* parent = nullptr);

    [[nodiscard]] ColourScheme scheme() const { return m_scheme; }
    [[nodiscard]] QColor colour(ColourRole role) const { return colourOf(m_scheme, role); }
    [[nodiscard]] static QColor colourOf(ColourScheme scheme, ColourRole role);
    // WCAG 2.1 contrast ratio.
    [[nodiscard]] static double contrast(const QColor& a, const QColor& b);

    // Fusion, our palette and style sheet, on the whole application; again at each change of scheme.
    void applyTo(QApplication& application);
    void setScheme(ColourScheme scheme);

    // An action icon ("unblock", "search", ...) in a role's colour, dimmed when disabled.
    [[nodiscard]] QIcon icon(const QString& name, ColourRole role = ColourRole::Text) const;
    // A state shield ("protecting", "off", ...) for this scheme.
    [[nodiscard]] QIcon statusIcon(const QString& name) const;

signals:
    void changed();

private:
    [[nodiscard]] QPalette palette() const;

    ColourScheme m_scheme;
    QApplication* m_application = nullptr;
};

} // namespace bartizan::app
