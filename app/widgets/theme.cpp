#include "app/widgets/theme.h"

#include "app/widgets/style_sheet.h"

#include <QApplication>
#include <QPainter>
#include <QPixmap>
#include <QStyleFactory>

#include <algorithm>
#include <array>
#include <cmath>

namespace bartizan::app {

namespace {

struct Pair
{
    ColourRole role;
    QRgb light;
    QRgb dark;
};

constexpr std::array kColours{
    Pair{ColourRole::Window, 0xfff4f5f8, 0xff1b1e24},
    Pair{ColourRole::Surface, 0xffffffff, 0xff22262d},
    Pair{ColourRole::Sidebar, 0xffe9ecf1, 0xff15181d},
    Pair{ColourRole::Hover, 0xffeef1f6, 0xff2b3038},
    Pair{ColourRole::Border, 0xffd5dae2, 0xff363c46},
    Pair{ColourRole::Text, 0xff1a1e25, 0xffe7eaef},
    Pair{ColourRole::Muted, 0xff545c69, 0xffa4acb9},
    Pair{ColourRole::Accent, 0xff2850bd, 0xff93b3ff},
    Pair{ColourRole::OnAccent, 0xffffffff, 0xff10151a},
    Pair{ColourRole::Selection, 0xffdfe8fb, 0xff2d3a57},
    Pair{ColourRole::Ok, 0xff14653a, 0xff6fd39a},
    Pair{ColourRole::Observe, 0xff1b5898, 0xff8cc0f7},
    Pair{ColourRole::Warning, 0xff7a4a00, 0xfff2bb66},
    Pair{ColourRole::High, 0xff9a3a00, 0xffffa873},
    Pair{ColourRole::Danger, 0xffa81f18, 0xffff9c93},
    Pair{ColourRole::OkSoft, 0xffe0f2e7, 0xff1f3629},
    Pair{ColourRole::ObserveSoft, 0xffe1edf9, 0xff1f3145},
    Pair{ColourRole::WarningSoft, 0xfffaeed6, 0xff3a2f1b},
    Pair{ColourRole::HighSoft, 0xfffbe6da, 0xff3e2a1f},
    Pair{ColourRole::DangerSoft, 0xfffbe4e2, 0xff422524},
    Pair{ColourRole::MutedSoft, 0xffeaedf2, 0xff2e333b},
};
static_assert(kColours.size() == static_cast<std::size_t>(ColourRole::Count));

double linear(double channel)
{
    return channel <= 0.03928 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& colour)
{
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
           0.0722 * linear(colour.blueF());
}

QPixmap tinted(const QString& file, const QColor& colour)
{
    QPixmap pixmap(file);
    QPainter painter(&pixmap);
    painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
    painter.fillRect(pixmap.rect(), colour);
    return pixmap;
}

} // namespace

Theme::Theme(ColourScheme scheme, QObject* parent)
    : QObject(parent)
    , m_scheme(scheme)
{
}

QColor Theme::colourOf(ColourScheme scheme, ColourRole role)
{
    const Pair& pair = *std::ranges::find(kColours, role, &Pair::role);
    return QColor::fromRgb(scheme == ColourScheme::Light ? pair.light : pair.dark);
}

double Theme::contrast(const QColor& a, const QColor& b)
{
    const auto [darker, lighter] = std::minmax({luminance(a), luminance(b)});
    return (lighter + 0.05) / (darker + 0.05);
}

void Theme::applyTo(QApplication& application)
{
    m_application = &application;
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QApplication::setPalette(palette());
    application.setStyleSheet(styleSheet(*this));
    emit changed();
}

void Theme::setScheme(ColourScheme scheme)
{
    if (scheme == m_scheme)
        return;
    m_scheme = scheme;
    if (m_application)
        applyTo(*m_application);
    else
        emit changed();
}

QPalette Theme::palette() const
{
    QPalette palette;
    const auto set = [&](QPalette::ColorRole part, ColourRole role) { palette.setColor(part, colour(role)); };
    set(QPalette::Window, ColourRole::Window);
    set(QPalette::WindowText, ColourRole::Text);
    set(QPalette::Base, ColourRole::Surface);
    set(QPalette::AlternateBase, ColourRole::Hover);
    set(QPalette::Text, ColourRole::Text);
    set(QPalette::Button, ColourRole::Surface);
    set(QPalette::ButtonText, ColourRole::Text);
    set(QPalette::BrightText, ColourRole::Danger);
    set(QPalette::Highlight, ColourRole::Accent);
    set(QPalette::HighlightedText, ColourRole::OnAccent);
    set(QPalette::PlaceholderText, ColourRole::Muted);
    set(QPalette::ToolTipBase, ColourRole::Surface);
    set(QPalette::ToolTipText, ColourRole::Text);
    set(QPalette::Link, ColourRole::Accent);
    set(QPalette::Mid, ColourRole::Border);
    set(QPalette::Dark, ColourRole::Border);
    set(QPalette::Light, ColourRole::Hover);
    for (const auto part : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, part, colour(ColourRole::Muted));
    return palette;
}

QIcon Theme::icon(const QString& name, ColourRole role) const
{
    QIcon icon;
    QColor dim = colour(ColourRole::Muted);
    dim.setAlphaF(0.5F);
    for (const int size : {16, 24, 32, 48}) {
        const QString file = QStringLiteral(":/icons/actions/%1-%2.png").arg(name).arg(size);
        icon.addPixmap(tinted(file, colour(role)), QIcon::Normal);
        icon.addPixmap(tinted(file, dim), QIcon::Disabled);
    }
    return icon;
}

QIcon Theme::statusIcon(const QString& name) const
{
    QIcon icon;
    const QString variant =
        m_scheme == ColourScheme::Light ? QStringLiteral("light") : QStringLiteral("dark");
    for (const int size : {16, 22, 24, 32, 48, 64, 96})
        icon.addFile(QStringLiteral(":/icons/status/%1-%2-%3.png").arg(name, variant).arg(size));
    return icon;
}

} // namespace bartizan::app
