// What is known about the selected row, at the right of a table. The page fills it: title, actions, then
// content from top to bottom. All of it is plain text that can be selected and copied.
#pragma once

#include "app/widgets/chain_view.h"
#include "app/widgets/theme.h"

#include <QFrame>

class QAction;
class QHBoxLayout;
class QLabel;
class QToolButton;
class QVBoxLayout;

namespace bartizan::app {

class DetailPane : public QFrame
{
    Q_OBJECT

public:
    explicit DetailPane(const Theme& theme, QWidget* parent = nullptr);

    // One button for each, which follows its action.
    void setActions(const QList<QAction*>& actions);
    // Empties it: what stands there when nothing is selected.
    void presentNothing(const QString& hint);
    void begin(const QString& title, const QString& subtitle);
    void addHeading(const QString& text);
    void addField(const QString& name, const QString& value);
    void addCode(const QString& name, const QString& text);
    void addNote(const QString& text);
    ChainView* addChain(const QList<ChainStep>& steps);
    void end();

    [[nodiscard]] QString title() const;
    QSize minimumSizeHint() const override;
    // All text of the content, for tests and for copying.
    [[nodiscard]] QString plainText() const;

signals:
    void closeWanted();

private:
    void clearContent();
    void takeColours();

    const Theme& m_theme;
    QLabel* m_title;
    QLabel* m_subtitle;
    QToolButton* m_close;
    QWidget* m_actionRow;
    QWidget* m_content;
    QVBoxLayout* m_contentLayout;
};

} // namespace bartizan::app
