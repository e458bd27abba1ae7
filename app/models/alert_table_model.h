// Alerts as a table, newest first: read page by page from the engine as the view scrolls (by id, never by
// offset), and grown at the top by events. While the tail is held, new rows wait, so that nothing moves under
// the mouse.
#pragma once

#include "app/client/protocol_objects.h"

#include <QAbstractTableModel>

#include <functional>

namespace bartizan::app {

class EngineClient;

// What a level means to a person: by shape, colour and word.
enum class LevelBand { Info, Low, Medium, High, Critical };
[[nodiscard]] LevelBand levelBand(int level);
[[nodiscard]] QString levelBandText(LevelBand band);

struct AlertQuery
{
    QString search;
    int minLevel = 0;

    bool operator==(const AlertQuery&) const = default;
};

class AlertTableModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Level, Time, Description, Source, Location, Count, ColumnCount };
    enum Role { IdRole = Qt::UserRole + 1, LevelRole, CountRole };
    enum class Tail { Live, Held };
    using Now = std::function<qint64()>;

    // Rows kept in memory; older ones are read again when scrolled to.
    static constexpr int kMaxRows = 5000;
    static constexpr int kPageSize = 200;

    explicit AlertTableModel(EngineClient& client, QObject* parent = nullptr, Now now = {});

    void setQuery(const AlertQuery& query);
    [[nodiscard]] const AlertQuery& query() const { return m_query; }
    void setTail(Tail tail);
    [[nodiscard]] Tail tail() const { return m_tail; }
    [[nodiscard]] int waitingCount() const { return static_cast<int>(m_waiting.size()); }
    // Lets in what waits, without changing the tail.
    void showWaiting();
    void reload();

    [[nodiscard]] const Alert& alertAt(int row) const { return m_alerts.at(row); }
    [[nodiscard]] bool isLoading() const { return m_loading; }
    [[nodiscard]] qint64 now() const { return m_now(); }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    bool canFetchMore(const QModelIndex& parent) const override;
    void fetchMore(const QModelIndex& parent) override;

signals:
    void waitingChanged(int count);
    void loaded();
    void loadFailed(const QString& message, const QString& cure);

private:
    void request(qint64 before);
    void onAlert(const Alert& alert);
    void insertAtTop(const Alert& alert);
    [[nodiscard]] bool matches(const Alert& alert) const;
    [[nodiscard]] QString text(const Alert& alert, int column) const;

    EngineClient& m_client;
    Now m_now;
    AlertQuery m_query;
    Tail m_tail = Tail::Live;
    QList<Alert> m_alerts;    // id descending
    QList<Alert> m_waiting;   // in the order they came
    QList<Alert> m_meanwhile; // told by events while a snapshot is on its way
    bool m_more = false;
    bool m_loading = false;
    int m_generation = 0;
};

} // namespace bartizan::app
