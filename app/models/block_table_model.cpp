#include "app/models/block_table_model.h"

#include "app/client/display_text.h"
#include "app/models/time_text.h"

#include "engine/net/cidr.h"

#include <QDateTime>
#include <QLocale>

#include <algorithm>

namespace bartizan::app {

namespace {

// Orders addresses as addresses, not as text: 9.… before 10.…, IPv4 before IPv6.
QByteArray addressKey(const QString& address)
{
    const auto cidr = Cidr::parse(address.toStdString());
    if (!cidr)
        return "z" + address.toUtf8();
    const auto bytes = cidr->address().byteView();
    return (cidr->address().isV4() ? "4" : "6") +
           QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())).toHex();
}

} // namespace

BlockTableModel::BlockTableModel(QObject* parent, Now now)
    : QAbstractTableModel(parent)
    , m_now(now ? std::move(now) : Now(&QDateTime::currentMSecsSinceEpoch))
{
    connect(&m_timer, &QTimer::timeout, this, &BlockTableModel::tick);
    m_timer.start(1000);
}

void BlockTableModel::setBlocks(const QList<Block>& blocks)
{
    beginResetModel();
    m_blocks = blocks;
    std::ranges::stable_sort(m_blocks, std::ranges::greater(), &Block::id);
    const auto twins = std::ranges::unique(m_blocks, {}, &Block::id);
    m_blocks.erase(twins.begin(), twins.end());
    endResetModel();
}

void BlockTableModel::merge(const QList<Block>& blocks)
{
    for (const Block& block : blocks) {
        const auto place = std::ranges::lower_bound(m_blocks, block.id, std::ranges::greater(), &Block::id);
        const int row = static_cast<int>(place - m_blocks.begin());
        if (place != m_blocks.end() && place->id == block.id) {
            *place = block;
            emit dataChanged(index(row, 0), index(row, ColumnCount - 1));
        } else {
            beginInsertRows({}, row, row);
            m_blocks.insert(row, block);
            endInsertRows();
        }
    }
}

const Block* BlockTableModel::findById(qint64 id) const
{
    const auto place = std::ranges::lower_bound(m_blocks, id, std::ranges::greater(), &Block::id);
    return place != m_blocks.end() && place->id == id ? &*place : nullptr;
}

QList<Block> BlockTableModel::standing() const
{
    QList<Block> list;
    std::ranges::copy_if(m_blocks, std::back_inserter(list), &Block::stands);
    return list;
}

int BlockTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_blocks.size());
}

int BlockTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant BlockTableModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Block& block = m_blocks.at(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return text(block, index.column());
    case Qt::ToolTipRole:
        if (const QString problem = blockProblem(block); !problem.isEmpty())
            return QStringLiteral("%1\n%2").arg(problem, blockCure(block)).toHtmlEscaped();
        // Escaped, because a tool tip guesses whether its text is markup.
        if (index.column() == Since)
            return QLocale().toString(block.created.toLocalTime(), QLocale::LongFormat).toHtmlEscaped();
        return text(block, index.column()).toHtmlEscaped();
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1: %2").arg(
            headerData(index.column(), Qt::Horizontal, Qt::DisplayRole).toString(),
            text(block, index.column()));
    case IdRole:
        return block.id;
    case StateRole:
        return static_cast<int>(block.state);
    case SortRole:
        return sortKey(block, index.column());
    case FractionRole:
        return fraction(block);
    default:
        return {};
    }
}

QString BlockTableModel::text(const Block& block, int column) const
{
    switch (column) {
    case Address:
        return displayLine(block.address);
    case Reason:
        return blockReason(block);
    case Since:
        return momentText(block.created, m_now());
    case Remaining: {
        if (!block.stands())
            return QStringLiteral("–");
        const auto seconds = block.remainingSeconds(m_now());
        if (!seconds)
            return tr("Permanent");
        return *seconds == 0 ? tr("ending…") : durationText(*seconds);
    }
    case State:
        return blockStateText(block.state);
    case Origin:
        if (!block.byPerson)
            return block.rule ? tr("Rule %1").arg(displayLine(block.rule->id)) : tr("Rule");
        return block.requestedBy.isEmpty() ? tr("By hand") : displayLine(block.requestedBy);
    default:
        return {};
    }
}

QVariant BlockTableModel::sortKey(const Block& block, int column) const
{
    switch (column) {
    case Address:
        return addressKey(block.address);
    case Since:
        return block.created.toMSecsSinceEpoch();
    case Remaining: {
        if (!block.stands())
            return -1;
        const auto seconds = block.remainingSeconds(m_now());
        return seconds ? QVariant(*seconds) : QVariant(std::numeric_limits<qint64>::max());
    }
    case State:
        return static_cast<int>(block.state);
    default:
        return text(block, column).toLower();
    }
}

double BlockTableModel::fraction(const Block& block) const
{
    const auto length = block.lengthSeconds();
    const auto left = block.remainingSeconds(m_now());
    if (!block.stands() || !length || !left || *length == 0)
        return -1;
    return std::clamp(static_cast<double>(*left) / static_cast<double>(*length), 0.0, 1.0);
}

QVariant BlockTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return QAbstractTableModel::headerData(section, orientation, role);
    switch (section) {
    case Address:
        return tr("Address");
    case Reason:
        return tr("Reason");
    case Since:
        return tr("Since");
    case Remaining:
        return tr("Remaining");
    case State:
        return tr("State");
    case Origin:
        return tr("Origin");
    default:
        return {};
    }
}

void BlockTableModel::tick()
{
    // One signal per run of neighbours that count down, not one per row.
    for (int row = 0; row < m_blocks.size();) {
        if (!m_blocks.at(row).stands() || m_blocks.at(row).permanent) {
            ++row;
            continue;
        }
        const int first = row;
        while (row < m_blocks.size() && m_blocks.at(row).stands() && !m_blocks.at(row).permanent)
            ++row;
        emit dataChanged(index(first, Remaining), index(row - 1, Remaining), {Qt::DisplayRole, FractionRole});
    }
}

} // namespace bartizan::app
