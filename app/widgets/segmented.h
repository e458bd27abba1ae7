// A row of joined buttons, one of which is chosen: a filter with few values.
#pragma once

#include <QWidget>

class QButtonGroup;

namespace bartizan::app {

class Segmented : public QWidget
{
    Q_OBJECT

public:
    // `name` says what is chosen, for a screen reader.
    Segmented(const QString& name, const QStringList& texts, QWidget* parent = nullptr);
    void choose(int index);
    [[nodiscard]] int chosen() const;
    void setText(int index, const QString& text);

signals:
    void chosenChanged(int index);

private:
    QString m_name;
    QButtonGroup* m_group;
};

} // namespace bartizan::app
