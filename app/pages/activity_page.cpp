#include "app/pages/activity_page.h"

#include "app/client/display_text.h"
#include "app/client/engine_client.h"
#include "app/models/alert_table_model.h"
#include "app/models/alert_texts.h"
#include "app/models/block_table_model.h"
#include "app/models/engine_actions.h"
#include "app/models/time_text.h"
#include "app/pages/block_chain.h"
#include "app/widgets/data_table.h"
#include "app/widgets/detail_pane.h"
#include "app/widgets/empty_state.h"
#include "app/widgets/labels.h"

#include "engine/net/cidr.h"

#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace bartizan::app {

namespace {

constexpr int kSearchDelayMs = 250;

// "a.b.c: value" lines of nested data, in the order of the names.
void flatten(const QJsonObject& data, const QString& prefix, QList<std::pair<QString, QString>>& out)
{
    for (auto it = data.begin(); it != data.end(); ++it) {
        const QString name = prefix.isEmpty() ? it.key() : QStringLiteral("%1.%2").arg(prefix, it.key());
        if (it->isObject())
            flatten(it->toObject(), name, out);
        else if (it->isArray())
            out.append({name, it->toVariant().toStringList().join(QLatin1String(", "))});
        else
            out.append({name, it->toVariant().toString()});
    }
}

} // namespace

ActivityPage::ActivityPage(const PageContext& context, QWidget* parent)
    : QWidget(parent)
    , m_context(context)
    , m_stack(new QStackedWidget(this))
    , m_splitter(new QSplitter(Qt::Horizontal, this))
    , m_table(new DataTable(this))
    , m_details(new DetailPane(context.theme, this))
    , m_empty(new EmptyState(context.theme, this))
    , m_waiting(new QPushButton(m_table))
    , m_count(makeLabel(TextStyle::Caption, this))
{
    m_empty->setObjectName(QStringLiteral("alertsEmpty"));
    m_details->setObjectName(QStringLiteral("alertDetails"));
    makeActions();
    makeTable();
    m_details->setActions({m_why, m_block, m_copy});
    m_stack->addWidget(m_table);
    m_stack->addWidget(m_empty);
    m_splitter->addWidget(m_stack);
    m_splitter->addWidget(m_details);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(12);
    m_splitter->setSizes({560, 340});
    m_details->hide();

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 10);
    layout->setSpacing(12);
    layout->addWidget(makeToolBar());
    layout->addWidget(m_splitter, 1);
    layout->addWidget(m_count);

    connect(m_details, &DetailPane::closeWanted, this, &ActivityPage::toggleDetails);
    connect(&context.theme, &Theme::changed, this, &ActivityPage::updateIcons);
    connectModels();
    setFocusProxy(m_table);
    updateIcons();
    updateActions();
    updateContent();
}

void ActivityPage::makeActions()
{
    const auto make = [this](const QString& text, const QKeySequence& key, void (ActivityPage::*slot)()) {
        auto* action = new QAction(text, this);
        action->setShortcut(key);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        connect(action, &QAction::triggered, this, slot);
        return action;
    };
    m_why = make(tr("Why?"), {}, &ActivityPage::appendWhy);
    m_why->setToolTip(tr("Ask the engine what it did about this address, and why"));
    m_block = make(tr("Block…"), {}, &ActivityPage::blockOrUnblock);
    m_copy = make(tr("Copy"), QKeySequence::Copy, &ActivityPage::copyAlert);
    m_copy->setToolTip(tr("Copy the alert with its log line"));
    m_toggleDetails = make(tr("Show details"), {}, &ActivityPage::toggleDetails);
    m_table->addAction(m_copy);
}

QWidget* ActivityPage::makeToolBar()
{
    auto* bar = new QWidget(this);
    m_search = new QLineEdit(bar);
    m_search->setPlaceholderText(tr("Search alerts and log lines"));
    m_search->setObjectName(QStringLiteral("alertsSearch"));
    m_search->setAccessibleName(tr("Search the alerts"));
    m_search->setClearButtonEnabled(true);
    m_search->setMinimumWidth(200);
    m_search->setMaximumWidth(360);
    m_level = new QComboBox(bar);
    m_level->setAccessibleName(tr("Lowest level shown"));
    m_level->setToolTip(tr("Lowest level shown"));
    m_level->addItem(tr("All levels"), 0);
    for (const auto& [band, level] : {std::pair{LevelBand::Low, 4}, std::pair{LevelBand::Medium, 7},
                                      std::pair{LevelBand::High, 10}, std::pair{LevelBand::Critical, 12}})
        m_level->addItem(tr("%1 and above (%2+)").arg(levelBandText(band)).arg(level), level);
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(Theme::kGap);
    layout->addWidget(m_search, 2);
    layout->addWidget(m_level);
    layout->addStretch(1);
    m_searchTimer.setSingleShot(true);
    m_searchTimer.setInterval(kSearchDelayMs);
    connect(&m_searchTimer, &QTimer::timeout, this, &ActivityPage::applyQuery);
    connect(m_search, &QLineEdit::textChanged, &m_searchTimer, qOverload<>(&QTimer::start));
    connect(m_search, &QLineEdit::returnPressed, this, &ActivityPage::applyQuery);
    connect(m_level, &QComboBox::currentIndexChanged, this, &ActivityPage::applyQuery);
    return bar;
}

void ActivityPage::makeTable()
{
    using Column = AlertTableModel::Column;
    const Theme& theme = m_context.theme;
    m_table->setModel(&m_context.alerts);
    m_table->setObjectName(QStringLiteral("alertsTable"));
    m_table->setAccessibleName(tr("Alerts"));
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setItemDelegate(new RowDelegate(theme, RowDelegate::Emphasis::Normal, this));
    m_table->setItemDelegateForColumn(Column::Level,
                                      new MarkDelegate(theme, MarkDelegate::Meaning::AlertLevel, this));
    for (const Column column : {Column::Time, Column::Location, Column::Count})
        m_table->setItemDelegateForColumn(column, new RowDelegate(theme, RowDelegate::Emphasis::Muted, this));
    m_table->setItemDelegateForColumn(Column::Source,
                                      new RowDelegate(theme, RowDelegate::Emphasis::Strong, this));
    auto* header = m_table->horizontalHeader();
    header->setSectionResizeMode(Column::Description, QHeaderView::Stretch);
    const std::pair<Column, int> widths[] = {{Column::Level, 112},
                                             {Column::Time, 84},
                                             {Column::Source, 140},
                                             {Column::Location, 88},
                                             {Column::Count, 76}};
    for (const auto& [column, width] : widths)
        m_table->setColumnWidth(column, width);
    m_table->setDropOrder({Column::Location, Column::Count, Column::Time});
    m_table->viewport()->installEventFilter(this);

    setLook(m_waiting, "primary");
    m_waiting->hide();
    connect(m_waiting, &QPushButton::clicked, this, [this] {
        m_context.alerts.showWaiting();
        m_table->scrollToTop();
        m_table->setFocus();
    });
    connect(m_table, &DataTable::detailsWanted, this, &ActivityPage::toggleDetails);
    connect(m_table, &QTableView::doubleClicked, this, [this] {
        if (m_details->isHidden())
            toggleDetails();
    });
    connect(m_table, &QWidget::customContextMenuRequested, this,
            [this](const QPoint& at) { showMenu(m_table->viewport()->mapToGlobal(at)); });
    connect(m_table->verticalScrollBar(), &QScrollBar::valueChanged, this, &ActivityPage::updateTail);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
        updateActions();
        presentAlert();
    });
}

void ActivityPage::connectModels()
{
    const auto* model = &m_context.alerts;
    connect(model, &QAbstractItemModel::modelReset, this, [this] {
        updateActions();
        updateContent();
        presentAlert();
    });
    connect(model, &QAbstractItemModel::rowsInserted, this, &ActivityPage::updateContent);
    connect(model, &AlertTableModel::waitingChanged, this, [this](int count) {
        m_waiting->setVisible(count > 0);
        m_waiting->setText(tr("%n new – show", nullptr, count));
        m_waiting->setAccessibleName(m_waiting->text());
        placeWaitingButton();
        updateContent();
    });
    connect(model, &AlertTableModel::loaded, this, [this] {
        m_loaded = true;
        m_loadError.clear();
        updateContent();
    });
    connect(model, &AlertTableModel::loadFailed, this, [this](const QString& message) {
        m_loadError = message;
        updateContent();
    });
    connect(&m_context.client, &EngineClient::stateChanged, this, [this] {
        updateActions();
        updateContent();
    });
    connect(&m_context.blocks, &QAbstractItemModel::dataChanged, this,
            [this](const QModelIndex&, const QModelIndex&, const QList<int>& roles) {
                if (roles.isEmpty())
                    updateActions();
            });
    connect(&m_context.blocks, &QAbstractItemModel::rowsInserted, this, &ActivityPage::updateActions);
    connect(&m_context.blocks, &QAbstractItemModel::modelReset, this, &ActivityPage::updateActions);
}

void ActivityPage::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

void ActivityPage::refresh()
{
    m_context.alerts.reload();
}

bool ActivityPage::eventFilter(QObject* watched, QEvent* event)
{
    switch (event->type()) {
    case QEvent::Enter:
    case QEvent::Leave:
        // Decided after the event: underMouse() is not yet true in it.
        QTimer::singleShot(0, this, &ActivityPage::updateTail);
        break;
    case QEvent::Resize:
        placeWaitingButton();
        break;
    default:
        break;
    }
    return QWidget::eventFilter(watched, event);
}

// Nothing may move under the mouse or while someone reads further down.
void ActivityPage::updateTail()
{
    const bool reading = m_table->verticalScrollBar()->value() > 0 || m_table->viewport()->underMouse();
    m_context.alerts.setTail(reading ? AlertTableModel::Tail::Held : AlertTableModel::Tail::Live);
}

void ActivityPage::placeWaitingButton()
{
    m_waiting->adjustSize();
    m_waiting->move((m_table->width() - m_waiting->width()) / 2,
                    m_table->horizontalHeader()->height() + Theme::kGap);
    m_waiting->raise();
}

void ActivityPage::applyQuery()
{
    m_searchTimer.stop();
    m_context.alerts.setQuery(
        {.search = m_search->text().trimmed(), .minLevel = m_level->currentData().toInt()});
}

const Alert* ActivityPage::currentAlert() const
{
    const QModelIndex current = m_table->currentIndex();
    return current.isValid() ? &m_context.alerts.alertAt(current.row()) : nullptr;
}

QList<Block> ActivityPage::standingBlocksOf(const QString& address) const
{
    QList<Block> blocks = m_context.blocks.standing();
    blocks.removeIf([&](const Block& block) { return block.address != address; });
    return blocks;
}

void ActivityPage::updateActions()
{
    const Alert* alert = currentAlert();
    const bool hasAddress = alert && Cidr::parse(alert->sourceAddress.toStdString()).has_value();
    const bool blocked = hasAddress && !standingBlocksOf(alert->sourceAddress).isEmpty();
    const QString hindrance = m_context.actions.respondHindrance();
    m_why->setEnabled(hasAddress && m_context.client.isReady());
    m_block->setEnabled(hasAddress && hindrance.isEmpty());
    m_block->setText(blocked ? tr("Unblock") : tr("Block…"));
    m_block->setToolTip(!hindrance.isEmpty() ? hindrance
                        : !hasAddress        ? tr("This alert names no source address")
                        : blocked            ? tr("Let the address in again")
                                             : tr("Block the address this came from"));
    m_block->setIcon(m_context.theme.icon(blocked ? QStringLiteral("unblock") : QStringLiteral("block")));
    m_copy->setEnabled(alert != nullptr);
}

void ActivityPage::updateContent()
{
    const int rows = m_context.alerts.rowCount();
    m_count->setText(rows == 0                     ? QString()
                     : !m_context.client.isReady() ? tr("As it was when the engine last answered")
                                                   : tr("%n alert(s) loaded, newest first", nullptr, rows));
    if (rows > 0 || m_context.alerts.waitingCount() > 0) {
        m_stack->setCurrentWidget(m_table);
        return;
    }
    disconnect(m_empty, &EmptyState::actionClicked, nullptr, nullptr);
    const AlertQuery& query = m_context.alerts.query();
    if (!m_context.client.isReady()) {
        m_empty->present(QStringLiteral("activity"), tr("Activity can't be shown"),
                         tr("The engine keeps the alerts. As soon as it answers, they appear here."));
    } else if (!m_context.client.may(protocol::PermissionClass::History)) {
        m_empty->present(
            QStringLiteral("activity"), tr("Your account may not see the alerts"),
            tr("Log lines hold names and addresses; they are shown to administrators and the group "
               "“bartizan” only. An administrator can add you to it."));
    } else if (!m_loadError.isEmpty()) {
        m_empty->present(QStringLiteral("warning"), tr("The alerts could not be read"),
                         displayLine(m_loadError), tr("Try again"));
        connect(m_empty, &EmptyState::actionClicked, this, &ActivityPage::refresh);
    } else if (!m_loaded) {
        m_empty->present(QStringLiteral("activity"), tr("Reading the alerts…"), {});
    } else if (query != AlertQuery()) {
        m_empty->present(QStringLiteral("search"), tr("Nothing found"),
                         tr("No alert matches the search and the level."), tr("Show all alerts"));
        connect(m_empty, &EmptyState::actionClicked, this, [this] {
            m_search->clear();
            m_level->setCurrentIndex(0);
            applyQuery();
        });
    } else {
        m_empty->present(
            QStringLiteral("activity"), tr("All quiet"),
            tr("No rule has seen anything yet. What the rules notice in the logs appears here at once."));
    }
    m_stack->setCurrentWidget(m_empty);
}

void ActivityPage::updateIcons()
{
    const Theme& theme = m_context.theme;
    m_why->setIcon(theme.icon(QStringLiteral("why")));
    m_copy->setIcon(theme.icon(QStringLiteral("copy")));
    m_toggleDetails->setIcon(theme.icon(QStringLiteral("details")));
    const auto actions = m_search->actions();
    for (QAction* action : actions)
        delete action;
    m_search->addAction(theme.icon(QStringLiteral("search"), ColourRole::Muted), QLineEdit::LeadingPosition);
    updateActions();
}

void ActivityPage::toggleDetails()
{
    m_details->setVisible(m_details->isHidden());
    m_toggleDetails->setText(m_details->isHidden() ? tr("Show details") : tr("Hide details"));
    presentAlert();
    if (m_details->isHidden())
        m_table->setFocus();
}

void ActivityPage::presentAlert()
{
    if (m_details->isHidden())
        return;
    const Alert* alert = currentAlert();
    m_presentedId = alert ? alert->id : 0;
    if (!alert) {
        m_details->presentNothing(tr("Select an alert to see its fields and log line."));
        return;
    }
    const qint64 now = m_context.alerts.now();
    const LevelBand band = levelBand(alert->rule.level);
    m_details->begin(displayLine(alert->rule.description), tr("%1 · level %2 · rule %3")
                                                               .arg(levelBandText(band))
                                                               .arg(alert->rule.level)
                                                               .arg(displayLine(alert->rule.id)));
    m_details->addField(tr("From"), displayLine(alert->sourceAddress));
    m_details->addField(tr("First seen"), momentWithSeconds(alert->time, now));
    if (alert->count > 1) {
        m_details->addField(tr("Last seen"), momentWithSeconds(alert->lastTime, now));
        m_details->addField(tr("Times"), QLocale().toString(alert->count));
    }
    m_details->addField(tr("Log"), displayLine(alert->location));
    m_details->addField(tr("Computer"), displayLine(alert->hostname));
    m_details->addField(tr("Program"), displayLine(alert->programName));
    m_details->addField(tr("Written by"), originText(alert->origin));
    m_details->addField(tr("Decoder"), displayLine(alert->decoder));
    m_details->addField(tr("Groups"), displayLine(alert->rule.groups.join(QLatin1String(", "))));
    m_details->addCode(tr("Log line"), displayBlock(alert->fullLog));
    if (alert->count > 1 && alert->lastLog != alert->fullLog)
        m_details->addCode(tr("Last log line"), displayBlock(alert->lastLog));
    m_details->addCode(tr("Lines before it"), displayBlock(alert->previousOutput));
    QList<std::pair<QString, QString>> fields;
    flatten(alert->data, {}, fields);
    if (!fields.isEmpty())
        m_details->addHeading(tr("Fields"));
    for (const auto& [name, value] : fields)
        m_details->addField(displayLine(name, 80), displayLine(value));
    m_details->end();
}

void ActivityPage::appendWhy()
{
    const Alert* alert = currentAlert();
    if (!alert)
        return;
    if (m_details->isHidden())
        toggleDetails();
    m_context.client.call(QStringLiteral("why"), {{QStringLiteral("address"), alert->sourceAddress}}, this,
                          [this, id = alert->id](const EngineClient::Reply& reply) {
                              const Alert* current = currentAlert();
                              if (!current || current->id != id)
                                  return;
                              if (!reply) {
                                  m_details->begin(displayLine(current->sourceAddress),
                                                   EngineActions::explain(reply.error()));
                                  m_details->addNote(displayLine(reply.error().cure));
                                  m_details->end();
                                  return;
                              }
                              const Why why = Why::fromJson(*reply);
                              m_details->begin(displayLine(current->sourceAddress), verdictText(why));
                              for (const Block& block : why.blocks) {
                                  m_details->addHeading(momentText(block.created, m_context.alerts.now()));
                                  m_details->addChain(chainOf(block, why, m_context.alerts.now()));
                              }
                              if (why.blocks.isEmpty())
                                  m_details->addNote(tr("It was never blocked. %n alert(s) name it.", nullptr,
                                                        static_cast<int>(why.alerts.size())));
                              m_details->end();
                          });
}

void ActivityPage::blockOrUnblock()
{
    const Alert* alert = currentAlert();
    if (!alert)
        return;
    const QList<Block> blocks = standingBlocksOf(alert->sourceAddress);
    if (blocks.isEmpty())
        emit blockWanted(alert->sourceAddress);
    else
        m_context.actions.unblock({blocks.first()});
}

void ActivityPage::copyAlert()
{
    const Alert* alert = currentAlert();
    if (!alert)
        return;
    QGuiApplication::clipboard()->setText(
        QStringLiteral("%1\t%2 (%3)\t%4\t%5\n%6")
            .arg(alert->time.toString(Qt::ISODateWithMs), alert->rule.id)
            .arg(alert->rule.level)
            .arg(alert->rule.description, alert->sourceAddress, alert->fullLog));
}

void ActivityPage::showMenu(const QPoint& position)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addActions({m_toggleDetails, m_why, m_block, m_copy});
    menu->popup(position);
}

} // namespace bartizan::app
