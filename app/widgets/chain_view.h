// A chain of events from top to bottom, joined by a line: what led to what.
#pragma once

#include "app/widgets/delegates.h"

#include <QWidget>

namespace bartizan::app {

struct ChainStep
{
    Mark mark{Shape::Dot, ColourRole::Muted};
    QString title;  // "Log line"
    QString moment; // when, as short text; may be empty
    QString text;   // one sentence
    QString code;   // a log line; may be empty
    QString note;   // what is wrong or to be done; may be empty
};

class ChainView : public QWidget
{
    Q_OBJECT

public:
    explicit ChainView(const Theme& theme, QWidget* parent = nullptr);
    void setSteps(const QList<ChainStep>& steps);

private:
    const Theme& m_theme;
};

} // namespace bartizan::app
