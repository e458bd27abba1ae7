#include "app/models/alert_table_model.h"

#include "app/client/display_text.h"
#include "app/client/engine_client.h"
#include "app/models/time_text.h"

#include <QJsonArray>
#include <QLocale>

#include <algorithm>
#include <utility>

namespace bartizan::app {

namespace {

auto placeOf(QList<Alert>& alerts, qint64 id)
{
    return std::ranges::lower_bound(alerts, id, std::ranges::greater(), &Alert::id);
}

} // namespace

LevelBand levelBand(int level)
{
    if (level >= 12)
        return LevelBand::Critical;
    if (level >= 10)
        return LevelBand::High;
    if (level >= 7)
        return LevelBand::Medium;
    return level >= 4 ? LevelBand::Low : LevelBand::Info;
}

QString levelBandText(LevelBand band)
{
    switch (band) {
    case LevelBand::Info:
        return AlertTableModel::tr("Info");
    case LevelBand::Low:
        return AlertTableModel::tr("Low");
    case LevelBand::Medium:
        return AlertTableModel::tr("Medium");
    case LevelBand::High:
        return AlertTableModel::tr("High");
    case LevelBand::Critical:
        return AlertTableModel::tr("Critical");
    }
    return {};
}

AlertTableModel::AlertTableModel(EngineClient& client, QObject* parent, Now now)
    : QAbstractTableModel(parent)
    , m_client(client)
    , m_now(now ? std::move(now) : Now(&QDateTime::currentMSecsSinceEpoch))
{
    connect(&client, &EngineClient::ready, this, &AlertTableModel::reload);
    connect(&client, &EngineClient::alertReceived, this, &AlertTableModel::onAlert);
}

void AlertTableModel::setQuery(const AlertQuery& query)
{
    if (m_query == query)
        return;
    m_query = query;
    reload();
}

void AlertTableModel::setTail(Tail tail)
{
    m_tail = tail;
    if (tail == Tail::Live)
        showWaiting();
}

void AlertTableModel::showWaiting()
{
    if (m_waiting.isEmpty())
        return;
    const auto waiting = std::exchange(m_waiting, {});
    for (const Alert& alert : waiting)
        insertAtTop(alert);
    emit waitingChanged(0);
}

void AlertTableModel::reload()
{
    if (!m_client.may(protocol::PermissionClass::History))
        return;
    ++m_generation;
    m_loading = false;
    m_meanwhile.clear();
    request(0);
}

void AlertTableModel::request(qint64 before)
{
    if (m_loading)
        return;
    m_loading = true;
    QJsonObject params{{QStringLiteral("limit"), kPageSize}};
    if (before > 0)
        params.insert(QStringLiteral("before"), before);
    if (!m_query.search.isEmpty())
        params.insert(QStringLiteral("search"), m_query.search);
    if (m_query.minLevel > 0)
        params.insert(QStringLiteral("min_level"), m_query.minLevel);
    const int generation = m_generation;
    m_client.call(QStringLiteral("alerts.list"), params, this, [=, this](const EngineClient::Reply& reply) {
        if (generation != m_generation)
            return;
        m_loading = false;
        if (!reply) {
            m_meanwhile.clear();
            m_more = false;
            emit loadFailed(reply.error().message, reply.error().cure);
            return;
        }
        QList<Alert> page;
        const QJsonArray array = reply->value(QLatin1String("alerts")).toArray();
        for (const QJsonValue& value : array)
            page.append(Alert::fromJson(value.toObject()));
        // The next request asks for what lies before the last row: an unordered page would break that.
        std::ranges::sort(page, std::ranges::greater(), &Alert::id);
        m_more = reply->value(QLatin1String("more")).toBool() && !page.isEmpty();
        if (before == 0) {
            beginResetModel();
            m_alerts = page;
            m_waiting.clear();
            endResetModel();
            emit waitingChanged(0);
            const auto meanwhile = std::exchange(m_meanwhile, {});
            for (const Alert& alert : meanwhile)
                onAlert(alert);
        } else if (!page.isEmpty()) {
            page.removeIf([&](const Alert& alert) { return alert.id >= before; });
            if (!page.isEmpty()) {
                const int first = static_cast<int>(m_alerts.size());
                beginInsertRows({}, first, first + static_cast<int>(page.size()) - 1);
                m_alerts.append(page);
                endInsertRows();
            }
        }
        m_meanwhile.clear();
        emit loaded();
    });
}

bool AlertTableModel::matches(const Alert& alert) const
{
    if (alert.rule.level < m_query.minLevel)
        return false;
    if (m_query.search.isEmpty())
        return true;
    const auto has = [&](const QString& text) { return text.contains(m_query.search, Qt::CaseInsensitive); };
    return has(alert.rule.description) || has(alert.sourceAddress) || has(alert.fullLog) ||
           has(alert.lastLog) || has(alert.location) || has(alert.programName) ||
           alert.rule.id == m_query.search;
}

void AlertTableModel::onAlert(const Alert& alert)
{
    if (m_loading)
        m_meanwhile.append(alert);
    const auto shown = placeOf(m_alerts, alert.id);
    if (shown != m_alerts.end() && shown->id == alert.id) {
        // A fold: the row stays where it is.
        *shown = alert;
        const int row = static_cast<int>(shown - m_alerts.begin());
        emit dataChanged(index(row, 0), index(row, ColumnCount - 1));
        return;
    }
    const auto waiting = std::ranges::find(m_waiting, alert.id, &Alert::id);
    if (waiting != m_waiting.end()) {
        *waiting = alert;
        return;
    }
    // A fold of a row that is not loaded is no news.
    if (!matches(alert) || (alert.count > 1 && !m_alerts.isEmpty() && alert.id < m_alerts.first().id))
        return;
    if (m_tail == Tail::Held) {
        m_waiting.append(alert);
        emit waitingChanged(waitingCount());
    } else {
        insertAtTop(alert);
    }
}

void AlertTableModel::insertAtTop(const Alert& alert)
{
    const auto place = placeOf(m_alerts, alert.id);
    if (place != m_alerts.end() && place->id == alert.id)
        return;
    const int row = static_cast<int>(place - m_alerts.begin());
    beginInsertRows({}, row, row);
    m_alerts.insert(row, alert);
    endInsertRows();
    if (m_alerts.size() > kMaxRows) {
        const int last = static_cast<int>(m_alerts.size()) - 1;
        const int first = last - kPageSize + 1;
        beginRemoveRows({}, first, last);
        m_alerts.erase(m_alerts.begin() + first, m_alerts.end());
        endRemoveRows();
        m_more = true;
    }
}

int AlertTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_alerts.size());
}

int AlertTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant AlertTableModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Alert& alert = m_alerts.at(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return text(alert, index.column());
    case Qt::ToolTipRole:
        if (index.column() == Count && alert.count > 1)
            return tr("Seen %n time(s), last at %1", nullptr, static_cast<int>(alert.count))
                .arg(momentWithSeconds(alert.lastTime, m_now()))
                .toHtmlEscaped();
        return text(alert, index.column()).toHtmlEscaped();
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1: %2").arg(
            headerData(index.column(), Qt::Horizontal, Qt::DisplayRole).toString(),
            text(alert, index.column()));
    case IdRole:
        return alert.id;
    case LevelRole:
        return alert.rule.level;
    case CountRole:
        return alert.count;
    default:
        return {};
    }
}

QString AlertTableModel::text(const Alert& alert, int column) const
{
    switch (column) {
    case Level:
        //: level of an alert, as in "High 10"
        return tr("%1 %2").arg(levelBandText(levelBand(alert.rule.level))).arg(alert.rule.level);
    case Time:
        return momentWithSeconds(alert.time, m_now());
    case Description:
        return displayLine(alert.rule.description);
    case Source:
        return alert.sourceAddress.isEmpty() ? QStringLiteral("–") : displayLine(alert.sourceAddress);
    case Location:
        return displayLine(alert.programName.isEmpty() ? alert.location : alert.programName);
    case Count:
        return alert.count > 1 ? QStringLiteral("×%1").arg(QLocale().toString(alert.count)) : QString();
    default:
        return {};
    }
}

QVariant AlertTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return QAbstractTableModel::headerData(section, orientation, role);
    switch (section) {
    case Level:
        return tr("Level");
    case Time:
        return tr("Time");
    case Description:
        return tr("What happened");
    case Source:
        return tr("From");
    case Location:
        return tr("Log");
    case Count:
        return tr("Times");
    default:
        return {};
    }
}

bool AlertTableModel::canFetchMore(const QModelIndex& parent) const
{
    return !parent.isValid() && m_more && !m_loading && m_client.isReady();
}

void AlertTableModel::fetchMore(const QModelIndex& parent)
{
    if (canFetchMore(parent) && !m_alerts.isEmpty())
        request(m_alerts.last().id);
}

} // namespace bartizan::app
