#include "app/widgets/style_sheet.h"

#include "app/widgets/theme.h"

#include <array>
#include <utility>

namespace bartizan::app {

namespace {

constexpr auto kSheet = R"(
QToolTip { background: @surface; color: @text; border: 1px solid @border; padding: 4px 6px; }

QPushButton { background: @surface; color: @text; border: 1px solid @border; border-radius: 6px;
              padding: 5px 12px; min-height: 18px; }
QPushButton:hover { background: @hover; }
QPushButton:pressed { background: @selection; }
QPushButton:focus { border: 2px solid @accent; padding: 4px 11px; }
QPushButton:disabled { color: @muted; background: @window; }
QPushButton[look="primary"] { background: @accent; color: @onaccent; border-color: @accent; font-weight: 600; }
QPushButton[look="primary"]:focus { border: 2px solid @text; }
QPushButton[look="primary"]:disabled { background: @mutedsoft; color: @muted; border-color: @mutedsoft; }
QPushButton[look="quiet"] { background: transparent; border-color: transparent; color: @accent; font-weight: 600; }
QPushButton[look="quiet"]:hover { background: @hover; }
QPushButton[look="quiet"]:focus { border: 2px solid @accent; }

QToolButton { background: transparent; color: @text; border: 1px solid transparent; border-radius: 6px; padding: 5px; }
QToolButton:hover { background: @hover; }
QToolButton:checked { background: @selection; }
QToolButton:focus { border: 2px solid @accent; padding: 4px; }
QToolButton:disabled { color: @muted; }

QToolButton[look="segment"] { background: @surface; border: 1px solid @border; border-radius: 0; padding: 5px 12px;
                              min-height: 18px; margin-right: -1px; }
QToolButton[look="segment"][place="first"] { border-top-left-radius: 6px; border-bottom-left-radius: 6px; }
QToolButton[look="segment"][place="last"] { border-top-right-radius: 6px; border-bottom-right-radius: 6px;
                                            margin-right: 0; }
QToolButton[look="segment"]:checked { background: @selection; color: @text; font-weight: 600; }
QToolButton[look="segment"]:focus { border: 2px solid @accent; padding: 4px 11px; }

QToolButton[look="link"] { color: @accent; padding: 3px 4px; font-weight: 600; }
QToolButton[look="link"]:checked { background: transparent; }
QToolButton[look="link"]:focus { border: 2px solid @accent; padding: 2px 3px; }

QToolButton[look="nav"] { text-align: left; padding: 8px 10px; border-radius: 6px; color: @text; }
QToolButton[look="nav"]:hover { background: @mutedsoft; }
QToolButton[look="nav"]:checked { background: @selection; color: @accent; font-weight: 600; }
QToolButton[look="nav"]:focus { border: 2px solid @accent; padding: 7px 9px; }

QLineEdit, QComboBox, QSpinBox { background: @surface; color: @text; border: 1px solid @border; border-radius: 6px;
                                 padding: 5px 8px; min-height: 18px; selection-background-color: @accent;
                                 selection-color: @onaccent; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus { border: 2px solid @accent; padding: 4px 7px; }
QLineEdit[invalid="true"] { border: 2px solid @danger; padding: 4px 7px; }
QLineEdit > QToolButton { padding: 0; border: none; background: transparent; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url(:/icons/actions/expand-@variant-16.png); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: @surface; color: @text; border: 1px solid @border; outline: none;
                              selection-background-color: @selection; selection-color: @text; }

QMenu { background: @surface; color: @text; border: 1px solid @border; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: @selection; }
QMenu::item:disabled { color: @muted; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: @border; margin: 4px 8px; }

QTableView { background: @surface; color: @text; border: 1px solid @border; border-radius: 8px; outline: none;
             selection-background-color: @selection; selection-color: @text; }
QTableView:focus { border: 1px solid @accent; }
QTableView::item { padding: 0 8px; border: none; }
QHeaderView { background: @surface; border: none; border-top-left-radius: 8px; border-top-right-radius: 8px; }
QHeaderView::section { background: transparent; color: @muted; border: none; border-bottom: 1px solid @border;
                       padding: 7px 8px; font-weight: 600; }
QHeaderView::section:hover { color: @text; }
QHeaderView::up-arrow { image: url(:/icons/actions/collapse-@variant-16.png); width: 11px; height: 11px;
                        subcontrol-position: right center; right: 6px; }
QHeaderView::down-arrow { image: url(:/icons/actions/expand-@variant-16.png); width: 11px; height: 11px;
                          subcontrol-position: right center; right: 6px; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar::handle:vertical { background: @border; border-radius: 3px; min-height: 28px; }
QScrollBar::handle:vertical:hover { background: @muted; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
QScrollBar::handle:horizontal { background: @border; border-radius: 3px; min-width: 28px; }
QScrollBar::handle:horizontal:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QScrollArea { background: transparent; border: none; }
QSplitter::handle { background: transparent; }

QFrame[look="card"] { background: @surface; border: 1px solid @border; border-radius: 8px; }
QFrame[look="sidebar"] { background: @sidebar; border: none; border-right: 1px solid @border; }
QFrame[look="header"] { background: @surface; border: none; border-bottom: 1px solid @border; }
QFrame[look="messagebar"] { border-radius: 8px; border: 1px solid @border; background: @surface; }
QFrame[look="messagebar"][kind="done"] { background: @oksoft; border-color: @ok; }
QFrame[look="messagebar"][kind="failed"] { background: @dangersoft; border-color: @danger; }
QFrame[look="problem"] { background: @warningsoft; border: none; border-radius: 6px; }
QFrame[look="problem"][kind="error"] { background: @dangersoft; }

QLabel { background: transparent; }
QLabel[look="muted"], QLabel[look="caption"] { color: @muted; }
QLabel[look="danger"] { color: @danger; }
QLabel[look="badge"] { background: @mutedsoft; color: @text; border-radius: 8px; padding: 1px 6px; }
QPlainTextEdit[look="code"] { background: @window; color: @text; border: 1px solid @border; border-radius: 6px;
                              padding: 4px; selection-background-color: @accent; selection-color: @onaccent; }
QPlainTextEdit[look="code"]:focus { border: 1px solid @accent; }
)";

constexpr std::array kNames{
    std::pair{"@window", ColourRole::Window},
    std::pair{"@surface", ColourRole::Surface},
    std::pair{"@sidebar", ColourRole::Sidebar},
    std::pair{"@hover", ColourRole::Hover},
    std::pair{"@border", ColourRole::Border},
    std::pair{"@text", ColourRole::Text},
    std::pair{"@mutedsoft", ColourRole::MutedSoft},
    std::pair{"@muted", ColourRole::Muted},
    std::pair{"@accent", ColourRole::Accent},
    std::pair{"@onaccent", ColourRole::OnAccent},
    std::pair{"@selection", ColourRole::Selection},
    std::pair{"@oksoft", ColourRole::OkSoft},
    std::pair{"@ok", ColourRole::Ok},
    std::pair{"@warningsoft", ColourRole::WarningSoft},
    std::pair{"@dangersoft", ColourRole::DangerSoft},
    std::pair{"@danger", ColourRole::Danger},
};

} // namespace

QString styleSheet(const Theme& theme)
{
    QString sheet = QString::fromLatin1(kSheet);
    sheet.replace(QLatin1String("@variant"),
                  theme.scheme() == ColourScheme::Light ? QLatin1String("light") : QLatin1String("dark"));
    // A name that begins with another one stands before it in the table.
    for (const auto& [name, role] : kNames)
        sheet.replace(QLatin1String(name), theme.colour(role).name());
    return sheet;
}

} // namespace bartizan::app
