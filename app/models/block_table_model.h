// Blocks as a table: what the engine tells, newest first, with the remaining time counting down.
#pragma once

#include "app/client/protocol_objects.h"

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>
#include <QTimer>

#include <functional>

namespace bartizan::app {

class EngineClient;

// "blocked", "not blocked: failed", ... for a person.
[[nodiscard]] QString blockStateText(BlockState state);
// What a guard protects, and what to do about a block that failed or was refused; empty where there is
// nothing to do.
[[nodiscard]] QString guardText(const QString& guard);
[[nodiscard]] QString blockProblem(const Block& block);
[[nodiscard]] QString blockCure(const Block& block);
// Why it was blocked: the rule's description, or the person's reason.
[[nodiscard]] QString blockReason(const Block& block);

class BlockTableModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Address, Reason, Since, Remaining, State, Origin, ColumnCount };
    enum Role {
        IdRole = Qt::UserRole + 1,
        StateRole,    // BlockState as int
        SortRole,     // a number or text that orders the column
        FractionRole, // of the time that is left, 0…1; -1 where there is none
    };
    using Now = std::function<qint64()>; // ms since 1970

    explicit BlockTableModel(QObject* parent = nullptr, Now now = {});

    // Replaces everything / adds or renews by id.
    void setBlocks(const QList<Block>& blocks);
    void merge(const QList<Block>& blocks);
    void apply(const Block& block) { merge({block}); }
    void clear() { setBlocks({}); }

    [[nodiscard]] const Block& blockAt(int row) const { return m_blocks.at(row); }
    [[nodiscard]] const Block* findById(qint64 id) const;
    // Newest first.
    [[nodiscard]] QList<Block> standing() const;
    [[nodiscard]] qint64 now() const { return m_now(); }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    // Called each second by itself; tests call it.
    void tick();

private:
    [[nodiscard]] QString text(const Block& block, int column) const;
    [[nodiscard]] QVariant sortKey(const Block& block, int column) const;
    [[nodiscard]] double fraction(const Block& block) const;

    QList<Block> m_blocks; // id descending
    Now m_now;
    QTimer m_timer;
};

// What of it is shown.
class BlockFilterModel : public QSortFilterProxyModel
{
    Q_OBJECT

public:
    enum class Scope { Current, Problems, All };

    explicit BlockFilterModel(QObject* parent = nullptr);
    void setScope(Scope scope);
    [[nodiscard]] Scope scope() const { return m_scope; }
    // Every word must appear in address, reason, rule id or origin.
    void setSearch(const QString& text);
    [[nodiscard]] static bool inScope(const Block& block, Scope scope, qint64 nowMs);

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    Scope m_scope = Scope::Current;
    QStringList m_words;
};

// Fills a block model from the engine and keeps it true: a snapshot at each connection, events in between.
class BlockFeed : public QObject
{
    Q_OBJECT

public:
    BlockFeed(EngineClient& client, BlockTableModel& model, QObject* parent = nullptr);
    void reload();

signals:
    void loaded();
    void loadFailed(const QString& message, const QString& cure);

private:
    void load(bool onlyActive, qint64 before, int generation);

    EngineClient& m_client;
    BlockTableModel& m_model;
    QList<Block> m_arriving;
    QList<Block> m_meanwhile; // told by events while a snapshot is on its way
    bool m_loading = false;
    int m_generation = 0;
};

} // namespace bartizan::app
