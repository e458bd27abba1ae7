#include "app/pages/blocks_page.h"

#include "app/client/display_text.h"
#include "app/client/engine_client.h"
#include "app/models/block_table_model.h"
#include "app/models/engine_actions.h"
#include "app/pages/block_address_dialog.h"
#include "app/pages/block_chain.h"
#include "app/widgets/data_table.h"
#include "app/widgets/detail_pane.h"
#include "app/widgets/empty_state.h"
#include "app/widgets/labels.h"
#include "app/widgets/segmented.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace bartizan::app {

BlocksPage::BlocksPage(const PageContext& context, QWidget* parent)
    : QWidget(parent)
    , m_context(context)
    , m_filter(new BlockFilterModel(this))
    , m_stack(new QStackedWidget(this))
    , m_splitter(new QSplitter(Qt::Horizontal, this))
    , m_table(new DataTable(this))
    , m_details(new DetailPane(context.theme, this))
    , m_empty(new EmptyState(context.theme, this))
    , m_count(makeLabel(TextStyle::Caption, this))
{
    m_empty->setObjectName(QStringLiteral("blocksEmpty"));
    m_details->setObjectName(QStringLiteral("blockDetails"));
    makeActions();
    makeTable();
    m_details->setActions({m_unblock, m_blockAgain, m_copy});
    m_splitter->addWidget(m_stack);
    m_splitter->addWidget(m_details);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(12);
    m_splitter->setSizes({560, 320});
    m_details->hide();
    m_stack->addWidget(m_table);
    m_stack->addWidget(m_empty);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 10);
    layout->setSpacing(12);
    layout->addWidget(makeToolBar());
    layout->addWidget(m_splitter, 1);
    layout->addWidget(m_count);

    m_detailTimer.setSingleShot(true);
    m_detailTimer.setInterval(80);
    connect(&m_detailTimer, &QTimer::timeout, this, &BlocksPage::loadDetails);
    connect(m_details, &DetailPane::closeWanted, this, &BlocksPage::toggleDetails);
    connect(&context.theme, &Theme::changed, this, &BlocksPage::updateIcons);
    connectModels();
    setFocusProxy(m_table);
    updateIcons();
    updateActions();
    updateContent();
}

QAction* BlocksPage::addPageAction(const QString& text, const QKeySequence& shortcut,
                                   void (BlocksPage::*slot)())
{
    auto* action = new QAction(text, this);
    action->setShortcut(shortcut);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(action, &QAction::triggered, this, slot);
    return action;
}

void BlocksPage::makeActions()
{
    m_unblock = addPageAction(tr("Unblock"), QKeySequence::Delete, &BlocksPage::unblockSelected);
    m_unblockAll = addPageAction(tr("Unblock all"), {}, &BlocksPage::unblockAll);
    m_blockAgain = addPageAction(tr("Block again…"), {}, &BlocksPage::blockSelectedAgain);
    m_copy = addPageAction(tr("Copy address"), QKeySequence::Copy, &BlocksPage::copyAddresses);
    m_copy->setIconText(tr("Copy"));
    m_toggleDetails = addPageAction(tr("Show details"), {}, &BlocksPage::toggleDetails);
    m_blockAddress = new QAction(tr("Block an address…"), this);
    m_blockAddress->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_B));
    connect(m_blockAddress, &QAction::triggered, this, [this] { askForBlock(); });
    addAction(m_blockAddress);
    // Del and Ctrl+C belong to the table: in the search field they edit text.
    m_table->addActions({m_unblock, m_copy});
}

QWidget* BlocksPage::makeToolBar()
{
    auto* bar = new QWidget(this);
    m_search = new QLineEdit(bar);
    m_search->setPlaceholderText(tr("Search"));
    m_search->setObjectName(QStringLiteral("blocksSearch"));
    m_search->setAccessibleName(tr("Search the blocks"));
    m_search->setClearButtonEnabled(true);
    m_search->setMinimumWidth(160);
    m_search->setMaximumWidth(320);
    m_scope = new Segmented(tr("Show"), {tr("Current"), tr("Problems"), tr("All")}, bar);
    m_unblockButton = new QPushButton(tr("Unblock"), bar);
    m_unblockButton->setAccessibleName(tr("Unblock the selected addresses"));
    connect(m_unblockButton, &QPushButton::clicked, m_unblock, &QAction::trigger);
    m_blockButton = new QPushButton(tr("Block an address…"), bar);
    m_blockButton->setAccessibleName(tr("Block an address"));
    setLook(m_blockButton, "primary");
    connect(m_blockButton, &QPushButton::clicked, m_blockAddress, &QAction::trigger);
    m_menuButton = new QToolButton(bar);
    m_menuButton->setAccessibleName(tr("More actions"));
    m_menuButton->setToolTip(tr("More actions"));
    m_menuButton->setFocusPolicy(Qt::StrongFocus);
    connect(m_menuButton, &QToolButton::clicked, this,
            [this] { showMenu(m_menuButton->mapToGlobal(QPoint(0, m_menuButton->height()))); });

    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(Theme::kGap);
    layout->addWidget(m_search, 10);
    layout->addWidget(m_scope);
    layout->addStretch(1);
    layout->addWidget(m_unblockButton);
    layout->addWidget(m_blockButton);
    layout->addWidget(m_menuButton);

    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_filter->setSearch(text);
        updateContent();
    });
    connect(m_scope, &Segmented::chosenChanged, this, [this](int index) {
        m_filter->setScope(static_cast<BlockFilterModel::Scope>(index));
        updateContent();
    });
    return bar;
}

void BlocksPage::makeTable()
{
    using Column = BlockTableModel::Column;
    m_filter->setSourceModel(&m_context.blocks);
    m_table->setModel(m_filter);
    m_table->setObjectName(QStringLiteral("blocksTable"));
    m_table->setAccessibleName(tr("Blocks"));
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(Column::Since, Qt::DescendingOrder);
    const Theme& theme = m_context.theme;
    m_table->setItemDelegate(new RowDelegate(theme, RowDelegate::Emphasis::Normal, this));
    m_table->setItemDelegateForColumn(Column::Address,
                                      new RowDelegate(theme, RowDelegate::Emphasis::Strong, this));
    m_table->setItemDelegateForColumn(Column::Since,
                                      new RowDelegate(theme, RowDelegate::Emphasis::Muted, this));
    m_table->setItemDelegateForColumn(Column::Origin,
                                      new RowDelegate(theme, RowDelegate::Emphasis::Muted, this));
    m_table->setItemDelegateForColumn(Column::Remaining, new RemainingDelegate(theme, this));
    m_table->setItemDelegateForColumn(Column::State,
                                      new MarkDelegate(theme, MarkDelegate::Meaning::BlockState, this));
    auto* header = m_table->horizontalHeader();
    header->setSectionResizeMode(Column::Reason, QHeaderView::Stretch);
    const std::pair<Column, int> widths[] = {{Column::Address, 150},
                                             {Column::Since, 92},
                                             {Column::Remaining, 116},
                                             {Column::State, 112},
                                             {Column::Origin, 104}};
    for (const auto& [column, width] : widths)
        m_table->setColumnWidth(column, width);
    m_table->setDropOrder({Column::Origin, Column::Since, Column::Reason});
    connect(m_table, &DataTable::detailsWanted, this, &BlocksPage::toggleDetails);
    connect(m_table, &QTableView::doubleClicked, this, [this] {
        if (m_details->isHidden())
            toggleDetails();
    });
    connect(m_table, &QWidget::customContextMenuRequested, this,
            [this](const QPoint& at) { showMenu(m_table->viewport()->mapToGlobal(at)); });
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        rememberSelection();
        updateActions();
        m_detailTimer.start();
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &BlocksPage::rememberSelection);
}

void BlocksPage::connectModels()
{
    const auto* model = &m_context.blocks;
    connect(model, &QAbstractItemModel::modelReset, this, &BlocksPage::restoreSelection);
    connect(model, &QAbstractItemModel::rowsInserted, this, &BlocksPage::updateContent);
    connect(model, &QAbstractItemModel::dataChanged, this,
            [this](const QModelIndex& from, const QModelIndex& to, const QList<int>& roles) {
                if (!roles.isEmpty())
                    return; // the countdown
                updateContent();
                updateActions();
                for (int row = from.row(); row <= to.row(); ++row) {
                    if (m_context.blocks.blockAt(row).id == m_currentId)
                        m_detailTimer.start();
                }
            });
    connect(m_filter, &QAbstractItemModel::rowsRemoved, this, &BlocksPage::updateContent);
    connect(&m_context.blockFeed, &BlockFeed::loaded, this, [this] {
        m_loaded = true;
        m_loadError.clear();
        updateContent();
    });
    connect(&m_context.blockFeed, &BlockFeed::loadFailed, this, [this](const QString& message) {
        m_loadError = message;
        updateContent();
    });
    connect(&m_context.client, &EngineClient::stateChanged, this, [this] {
        updateActions();
        updateContent();
    });
}

void BlocksPage::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

void BlocksPage::refresh()
{
    m_context.blockFeed.reload();
}

QList<Block> BlocksPage::selectedBlocks() const
{
    QList<Block> blocks;
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    for (const QModelIndex& row : rows)
        blocks.append(m_context.blocks.blockAt(m_filter->mapToSource(row).row()));
    return blocks;
}

const Block* BlocksPage::currentBlock() const
{
    const QModelIndex current = m_filter->mapToSource(m_table->currentIndex());
    return current.isValid() ? &m_context.blocks.blockAt(current.row()) : nullptr;
}

void BlocksPage::rememberSelection()
{
    if (m_restoring)
        return;
    m_selectedIds.clear();
    const QList<Block> blocks = selectedBlocks();
    std::ranges::transform(blocks, std::back_inserter(m_selectedIds), &Block::id);
    const Block* current = currentBlock();
    m_currentId = current ? current->id : 0;
}

// A fresh snapshot resets the model; what a person had selected stays selected.
void BlocksPage::restoreSelection()
{
    m_restoring = true;
    QItemSelection selection;
    for (int row = 0; row < m_filter->rowCount(); ++row) {
        const QModelIndex index = m_filter->index(row, 0);
        const qint64 id = index.data(BlockTableModel::IdRole).toLongLong();
        if (id == m_currentId)
            m_table->selectionModel()->setCurrentIndex(index, QItemSelectionModel::NoUpdate);
        if (m_selectedIds.contains(id))
            selection.select(index, index.siblingAtColumn(BlockTableModel::ColumnCount - 1));
    }
    m_table->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
    m_restoring = false;
    updateActions();
    updateContent();
    m_detailTimer.start();
}

void BlocksPage::unblockSelected()
{
    QList<Block> blocks = selectedBlocks();
    blocks.removeIf([](const Block& block) { return !block.stands(); });
    m_context.actions.unblock(blocks);
}

void BlocksPage::unblockAll()
{
    m_context.actions.unblockAll(m_context.blocks.standing());
}

void BlocksPage::blockSelectedAgain()
{
    if (const QList<Block> selected = selectedBlocks(); selected.size() == 1)
        askForBlock(selected.first().address);
}

void BlocksPage::askForBlock(const QString& address)
{
    auto* dialog =
        new BlockAddressDialog(m_context.actions.mayConfigure() ? BlockAddressDialog::Permanent::Offered
                                                                : BlockAddressDialog::Permanent::NotOffered,
                               this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    if (!address.isEmpty())
        dialog->setAddress(address);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { m_context.actions.block(dialog->request()); });
    dialog->open();
}

void BlocksPage::copyAddresses()
{
    QStringList addresses;
    const QList<Block> blocks = selectedBlocks();
    std::ranges::transform(blocks, std::back_inserter(addresses), &Block::address);
    if (!addresses.isEmpty())
        QGuiApplication::clipboard()->setText(addresses.join(QLatin1Char('\n')));
}

void BlocksPage::toggleDetails()
{
    m_details->setVisible(m_details->isHidden());
    m_toggleDetails->setText(m_details->isHidden() ? tr("Show details") : tr("Hide details"));
    loadDetails();
    if (m_details->isHidden())
        m_table->setFocus();
}

void BlocksPage::showBlock(qint64 id)
{
    const Block* block = m_context.blocks.findById(id);
    if (!block)
        return;
    m_search->clear();
    if (!BlockFilterModel::inScope(*block, m_filter->scope(), m_context.blocks.now()))
        m_scope->choose(static_cast<int>(BlockFilterModel::Scope::All));
    m_selectedIds = {id};
    m_currentId = id;
    restoreSelection();
    m_table->scrollTo(m_table->currentIndex());
    if (m_details->isHidden())
        toggleDetails();
}

void BlocksPage::updateActions()
{
    const QString hindrance = m_context.actions.respondHindrance();
    const QList<Block> selected = selectedBlocks();
    const auto standing = std::ranges::count_if(selected, &Block::stands);
    const bool any = !selected.isEmpty();
    m_unblock->setEnabled(hindrance.isEmpty() && standing > 0);
    m_unblock->setVisible(standing > 0 || !any);
    m_blockAgain->setEnabled(hindrance.isEmpty() && selected.size() == 1 && standing == 0);
    m_blockAgain->setVisible(any && standing == 0);
    m_unblockAll->setEnabled(hindrance.isEmpty() && !m_context.blocks.standing().isEmpty());
    m_blockAddress->setEnabled(hindrance.isEmpty());
    m_copy->setEnabled(any);
    m_copy->setText(selected.size() > 1 ? tr("Copy addresses") : tr("Copy address"));
    m_copy->setIconText(tr("Copy"));
    m_unblockButton->setEnabled(m_unblock->isEnabled());
    m_unblockButton->setText(
        iconGap() + (standing > 1 ? tr("Unblock %n", nullptr, static_cast<int>(standing)) : tr("Unblock")));
    m_unblockButton->setToolTip(!hindrance.isEmpty() ? hindrance
                                : standing == 0      ? tr("Select a blocked address first")
                                                     : tr("Let the selected addresses in again (Del)"));
    m_unblock->setToolTip(hindrance.isEmpty() ? tr("Let it in again (Del)") : hindrance);
    m_blockButton->setEnabled(m_blockAddress->isEnabled());
    m_blockButton->setToolTip(hindrance.isEmpty() ? tr("Block an address or network (Ctrl+B)") : hindrance);
}

void BlocksPage::updateContent()
{
    updateCount();
    if (m_filter->rowCount() > 0) {
        m_stack->setCurrentWidget(m_table);
        return;
    }
    disconnect(m_empty, &EmptyState::actionClicked, nullptr, nullptr);
    if (!m_context.client.isReady()) {
        m_empty->present(QStringLiteral("blocks"), tr("Blocks can't be shown"),
                         tr("The engine keeps the list. As soon as it answers, its blocks appear here."));
    } else if (!m_context.client.may(protocol::PermissionClass::History)) {
        m_empty->present(
            QStringLiteral("blocks"), tr("Your account may not see the blocks"),
            tr("Addresses and log lines are shown to administrators and the group “bartizan” only. "
               "An administrator can add you to it."));
    } else if (!m_loadError.isEmpty()) {
        m_empty->present(QStringLiteral("warning"), tr("The blocks could not be read"),
                         displayLine(m_loadError), tr("Try again"));
        connect(m_empty, &EmptyState::actionClicked, this, &BlocksPage::refresh);
    } else if (!m_loaded) {
        m_empty->present(QStringLiteral("blocks"), tr("Reading the blocks…"), {});
    } else if (!m_search->text().isEmpty()) {
        m_empty->present(QStringLiteral("search"), tr("Nothing found"),
                         tr("No block here matches “%1”.").arg(displayLine(m_search->text(), 60)),
                         tr("Clear the search"));
        connect(m_empty, &EmptyState::actionClicked, m_search, &QLineEdit::clear);
    } else if (m_filter->scope() == BlockFilterModel::Scope::Problems) {
        m_empty->present(
            QStringLiteral("done"), tr("No block failed or was refused"),
            tr("When the firewall does not take a block, or a guard protects the address, it is here "
               "with the reason."));
    } else if (m_context.blocks.rowCount() > 0) {
        m_empty->present(QStringLiteral("blocks"), tr("No address is blocked now"),
                         tr("All earlier blocks have ended. New ones appear here by themselves."),
                         tr("Show earlier blocks"));
        connect(m_empty, &EmptyState::actionClicked, this,
                [this] { m_scope->choose(static_cast<int>(BlockFilterModel::Scope::All)); });
    } else {
        m_empty->present(
            QStringLiteral("blocks"), tr("No address was blocked yet"),
            tr("When a rule sees an attack, the attacker's address appears here with its reason and the "
               "time that is left."));
    }
    m_stack->setCurrentWidget(m_empty);
}

void BlocksPage::updateCount()
{
    const int shown = m_filter->rowCount();
    const int all = m_context.blocks.rowCount();
    m_count->setText(all == 0                      ? QString()
                     : !m_context.client.isReady() ? tr("As it was when the engine last answered")
                     : shown == all                ? tr("%n block(s)", nullptr, all)
                                                   : tr("%1 of %n block(s)", nullptr, all).arg(shown));
}

void BlocksPage::updateIcons()
{
    const Theme& theme = m_context.theme;
    m_unblock->setIcon(theme.icon(QStringLiteral("unblock")));
    m_unblockAll->setIcon(theme.icon(QStringLiteral("unblock")));
    m_blockAgain->setIcon(theme.icon(QStringLiteral("block")));
    m_blockAddress->setIcon(theme.icon(QStringLiteral("block")));
    m_copy->setIcon(theme.icon(QStringLiteral("copy")));
    m_toggleDetails->setIcon(theme.icon(QStringLiteral("details")));
    m_unblockButton->setIcon(theme.icon(QStringLiteral("unblock")));
    m_menuButton->setIcon(theme.icon(QStringLiteral("menu")));
    // Re-made each time: the field keeps the icon it was given.
    const auto actions = m_search->actions();
    for (QAction* action : actions)
        delete action;
    m_search->addAction(theme.icon(QStringLiteral("search"), ColourRole::Muted), QLineEdit::LeadingPosition);
}

void BlocksPage::loadDetails()
{
    if (m_details->isHidden())
        return;
    const int generation = ++m_detailGeneration;
    const QList<Block> selected = selectedBlocks();
    if (selected.size() != 1) {
        m_details->presentNothing(
            selected.isEmpty() ? tr("Select a block to see what led to it.")
                               : tr("%n block(s) selected", nullptr, static_cast<int>(selected.size())));
        return;
    }
    const Block& chosen = selected.first();
    m_context.client.call(QStringLiteral("why"), {{QStringLiteral("address"), chosen.address}}, this,
                          [=, this, id = chosen.id](const EngineClient::Reply& reply) {
                              const Block* block = m_context.blocks.findById(id);
                              if (generation != m_detailGeneration || !block)
                                  return;
                              presentDetails(*block, reply ? Why::fromJson(*reply) : Why());
                          });
}

void BlocksPage::presentDetails(const Block& block, const Why& why)
{
    m_details->begin(displayLine(block.address), blockReason(block));
    m_details->addChain(chainOf(block, why, m_context.blocks.now()));
    m_details->end();
}

void BlocksPage::showMenu(const QPoint& position)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addActions({m_unblock, m_blockAgain, m_toggleDetails, m_copy});
    menu->addSeparator();
    menu->addActions({m_blockAddress, m_unblockAll});
    menu->popup(position);
}

} // namespace bartizan::app
