// The answer to "am I protected?" above every page: state, cause, cure; problems to unfold; pause and resume.
#pragma once

#include "app/models/protection.h"
#include "app/pages/page_context.h"

#include <QFrame>
#include <QTimer>

class QLabel;
class QPushButton;
class QToolButton;
class QVBoxLayout;

namespace bartizan::app {

class StatusHeader : public QFrame
{
    Q_OBJECT

public:
    explicit StatusHeader(const PageContext& context, QWidget* parent = nullptr);
    [[nodiscard]] QString headline() const;

private:
    void refresh();
    void showCounters();
    void showProblems();
    void showButton(Protection state);
    void setUnfolded(bool unfolded);

    PageContext m_context;
    QLabel* m_icon;
    QLabel* m_headline;
    QLabel* m_cause;
    QLabel* m_cure;
    QLabel* m_command;
    QPushButton* m_copy;
    QWidget* m_commandRow;
    QWidget* m_counters;
    QLabel* m_blockedCount;
    QLabel* m_alertCount;
    QLabel* m_lineCount;
    QPushButton* m_pause;
    QToolButton* m_more;
    QWidget* m_problemList;
    QVBoxLayout* m_problemLayout;
    QList<EngineProblem> m_shownProblems;
    Protection m_shownState = Protection::Off;
    QTimer m_timer;
};

} // namespace bartizan::app
