// The real window, driven by key and mouse, against an engine that speaks the protocol.
#include "app/desktop/desktop_services.h"
#include "app/pages/status_header.h"
#include "app/shell/desktop_app.h"
#include "app/widgets/data_table.h"
#include "app/widgets/detail_pane.h"
#include "app/widgets/empty_state.h"
#include "app/widgets/message_bar.h"
#include "tests/support/fake_engine.h"

#include <QAccessible>
#include <QClipboard>
#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTest>
#include <QToolButton>
#include <QTranslator>

using namespace bartizan;
using namespace bartizan::app;
using test::sampleAlert;
using test::sampleBlock;

namespace {

QString named(const QWidget* widget)
{
    QAccessibleInterface* interface = QAccessible::queryAccessibleInterface(const_cast<QWidget*>(widget));
    return interface ? interface->text(QAccessible::Name) : QString();
}

bool isInteractive(const QWidget* widget)
{
    return widget->focusPolicy() != Qt::NoFocus &&
           (qobject_cast<const QAbstractButton*>(widget) || qobject_cast<const QLineEdit*>(widget) ||
            qobject_cast<const QComboBox*>(widget) || qobject_cast<const QAbstractItemView*>(widget) ||
            qobject_cast<const QPlainTextEdit*>(widget));
}

// The parts Qt makes for itself inside a widget of ours.
bool isQtInternal(const QWidget* widget)
{
    return widget->inherits("QTableCornerButton") || widget->inherits("QComboBoxListView") ||
           widget->inherits("QHeaderView");
}

} // namespace

class TestMainWindow : public QObject
{
    Q_OBJECT

    struct Setting
    {
        explicit Setting(const QStringList& permissions = {QStringLiteral("observe"),
                                                           QStringLiteral("history"),
                                                           QStringLiteral("respond")})
            : engine(permissions)
        {
            engine.blocks = {
                sampleBlock(3, QStringLiteral("198.51.100.7"), QStringLiteral("active"), 100, 600),
                sampleBlock(2, QStringLiteral("203.0.113.9"), QStringLiteral("active"), 200, 3600),
                sampleBlock(1, QStringLiteral("192.0.2.5"), QStringLiteral("expired"), 9000, 600)};
            engine.alerts = {
                sampleAlert(3, 10, QStringLiteral("Six failed logins"), QStringLiteral("198.51.100.7")),
                sampleAlert(2, 5, QStringLiteral("Unknown user"), QStringLiteral("198.51.100.7")),
                sampleAlert(1, 3, QStringLiteral("Session opened"), QString())};
            engine.listen();
            desktop = std::make_unique<DesktopApp>(*qApp, engine.socketPath(), DesktopServices());
            desktop->start(DesktopApp::Start::Window, {});
            if (!QTest::qWaitFor([&] { return desktop->client().isReady(); }, 5000))
                qFatal("not connected");
        }

        [[nodiscard]] MainWindow& window() const { return desktop->window(); }
        [[nodiscard]] DataTable* blocks() const
        {
            return window().findChild<DataTable*>(QStringLiteral("blocksTable"));
        }
        [[nodiscard]] DataTable* alerts() const
        {
            return window().findChild<DataTable*>(QStringLiteral("alertsTable"));
        }
        [[nodiscard]] MessageBar* message() const { return window().findChild<MessageBar*>(); }
        [[nodiscard]] QAbstractButton* button(const QString& name) const
        {
            for (auto* found : window().findChildren<QAbstractButton*>()) {
                if (found->accessibleName() == name && found->isVisible())
                    return found;
            }
            return nullptr;
        }
        void waitForBlocks(int count) const
        {
            if (!QTest::qWaitFor([&] { return blocks()->model()->rowCount() == count; }, 5000))
                qFatal("there are %d blocks", blocks()->model()->rowCount());
        }
        void click(QWidget* widget) const
        {
            QTest::qWait(30); // until the layout has put it where it will be clicked
            QTest::mouseClick(widget, Qt::LeftButton);
        }

        test::FakeEngine engine;
        std::unique_ptr<DesktopApp> desktop;
    };

private slots:
    void unblockButton_sendsTheAddress_andUndoBlocksItForTheRest()
    {
        Setting s;
        s.waitForBlocks(2);
        QAbstractButton* unblock = s.button(QStringLiteral("Unblock the selected addresses"));
        QVERIFY(!unblock->isEnabled());
        s.blocks()->selectRow(0);
        QVERIFY(unblock->isEnabled());
        s.click(unblock);
        QTRY_COMPARE(s.engine.requestsOf(QStringLiteral("block.remove")).size(), 1);
        QCOMPARE(s.engine.requestsOf(QStringLiteral("block.remove")).first(),
                 (QJsonObject{{QStringLiteral("addresses"), QJsonArray{QStringLiteral("198.51.100.7")}}}));
        s.waitForBlocks(1);
        QTRY_VERIFY(s.message()->isVisible());
        QCOMPARE(s.message()->text(), QStringLiteral("198.51.100.7 is unblocked."));
        QVERIFY(!s.button(QStringLiteral("Unblock the selected addresses"))->isEnabled());

        s.click(s.button(QStringLiteral("Undo")));
        QTRY_COMPARE(s.engine.requestsOf(QStringLiteral("block.add")).size(), 1);
        const QJsonObject again = s.engine.requestsOf(QStringLiteral("block.add")).first();
        QCOMPARE(again.value(QLatin1String("address")).toString(), QStringLiteral("198.51.100.7"));
        QVERIFY(again.value(QLatin1String("seconds")).toInt() <= 500);
        QVERIFY(again.value(QLatin1String("seconds")).toInt() > 480);
        QTRY_COMPARE(s.message()->text(), QStringLiteral("198.51.100.7 is blocked again."));
    }

    void del_unblocksAllSelected_butEditsInTheSearchField()
    {
        Setting s;
        s.waitForBlocks(2);
        auto* search = s.window().findChild<QLineEdit*>(QStringLiteral("blocksSearch"));
        s.blocks()->selectAll();
        QTest::keyClick(&s.window(), Qt::Key_F, Qt::ControlModifier);
        QTRY_VERIFY(search->hasFocus());
        QTest::keyClick(search, Qt::Key_Delete);
        QTest::qWait(50);
        QVERIFY(s.engine.requestsOf(QStringLiteral("block.remove")).isEmpty());
        s.blocks()->setFocus();
        QTest::keyClick(s.blocks(), Qt::Key_Delete);
        QTRY_COMPARE(s.engine.requestsOf(QStringLiteral("block.remove")).size(), 1);
        QCOMPARE(s.engine.requestsOf(QStringLiteral("block.remove"))
                     .first()
                     .value(QLatin1String("addresses"))
                     .toArray()
                     .size(),
                 2);
        QTRY_COMPARE(s.message()->text(), QStringLiteral("2 address(es) unblocked."));
    }

    void unblockAll_standsInTheMenu()
    {
        Setting s;
        s.waitForBlocks(2);
        s.click(s.button(QStringLiteral("More actions")));
        QTRY_VERIFY(s.window().findChild<QMenu*>() && s.window().findChild<QMenu*>()->isVisible());
        QMenu* menu = s.window().findChild<QMenu*>();
        const auto actions = menu->actions();
        const auto all = std::ranges::find(actions, QStringLiteral("Unblock all"), &QAction::text);
        QVERIFY(all != actions.end());
        (*all)->trigger();
        menu->close();
        QTRY_COMPARE(s.engine.requestsOf(QStringLiteral("block.remove")).size(), 1);
        QCOMPARE(s.engine.requestsOf(QStringLiteral("block.remove")).first(),
                 (QJsonObject{{QStringLiteral("all"), true}}));
    }

    void failedAction_saysWhyAndWhatToDo()
    {
        Setting s;
        s.engine.setHandler(QStringLiteral("block.remove"),
                            [](const QJsonObject&) -> test::FakeEngine::Answer {
                                return std::unexpected(
                                    test::FakeError{.code = QStringLiteral("unavailable"),
                                                    .message = QStringLiteral("The kernel <b>refused</b>."),
                                                    .cure = QStringLiteral("Load nf_tables."),
                                                    .guard = {}});
                            });
        s.waitForBlocks(2);
        s.blocks()->selectRow(1);
        QTest::keyClick(s.blocks(), Qt::Key_Delete);
        QTRY_VERIFY(s.message()->isVisible());
        QCOMPARE(s.message()->text(), QStringLiteral("The kernel <b>refused</b>."));
        QVERIFY(s.message()->accessibleName().contains(QStringLiteral("Load nf_tables.")));
        QVERIFY(!s.button(QStringLiteral("Undo")));
    }

    void blockDialog_checksAsItIsTyped_andAsks()
    {
        Setting s;
        QTest::keyClick(&s.window(), Qt::Key_B, Qt::ControlModifier);
        QTRY_VERIFY(s.window().findChild<QDialog*>());
        auto* dialog = s.window().findChild<QDialog*>();
        auto* address = dialog->findChildren<QLineEdit*>().first();
        auto* duration = dialog->findChild<QComboBox*>();
        QPushButton* block = nullptr;
        for (auto* button : dialog->findChildren<QPushButton*>()) {
            if (button->isDefault())
                block = button;
        }
        QVERIFY(block && !block->isEnabled());
        QTest::keyClicks(address, QStringLiteral("203.0.113.300"));
        QVERIFY(!block->isEnabled());
        address->clear();
        QTest::keyClicks(address, QStringLiteral(" 203.0.113.77/24 "));
        QVERIFY(block->isEnabled());
        QCOMPARE(block->text(), QStringLiteral("Block 203.0.113.0/24"));
        QCOMPARE(duration->findData(QVariant()), -1); // permanent takes a right this user has not
        duration->setCurrentIndex(duration->findData(86400));
        s.click(block);
        QTRY_COMPARE(s.engine.requestsOf(QStringLiteral("block.add")).size(), 1);
        QCOMPARE(s.engine.requestsOf(QStringLiteral("block.add")).first(),
                 (QJsonObject{{QStringLiteral("address"), QStringLiteral("203.0.113.0/24")},
                              {QStringLiteral("seconds"), 86400}}));
        QTRY_COMPARE(s.message()->text(), QStringLiteral("203.0.113.0/24 is blocked for 1 day(s)."));
    }

    void refusedBlock_isExplained()
    {
        Setting s;
        s.engine.setHandler(QStringLiteral("block.add"), [](const QJsonObject&) -> test::FakeEngine::Answer {
            return std::unexpected(test::FakeError{.code = QStringLiteral("refused"),
                                                   .message = QStringLiteral("x"),
                                                   .cure = {},
                                                   .guard = QStringLiteral("gateway")});
        });
        QTest::keyClick(&s.window(), Qt::Key_B, Qt::ControlModifier);
        QTRY_VERIFY(s.window().findChild<QDialog*>());
        auto* dialog = s.window().findChild<QDialog*>();
        QTest::keyClicks(dialog->findChildren<QLineEdit*>().first(), QStringLiteral("192.0.2.1"));
        dialog->accept();
        QTRY_VERIFY(s.message()->text().contains(QStringLiteral("gateway to the internet")));
    }

    void details_showTheWholeChain_withSpace()
    {
        Setting s;
        s.waitForBlocks(2);
        s.blocks()->selectRow(0);
        QTest::keyClick(s.blocks(), Qt::Key_Space);
        auto* pane = s.window().findChild<DetailPane*>(QStringLiteral("blockDetails"));
        QTRY_VERIFY(pane->isVisible());
        QTRY_COMPARE(pane->title(), QStringLiteral("198.51.100.7"));
        const QString text = pane->plainText();
        for (const char* part :
             {"Log line", "sshd[4711]", "Rule 5712", "Blocked for 10 minute(s)", "Ends by itself"})
            QVERIFY2(text.contains(QLatin1String(part)), part);
        QTest::keyClick(s.blocks(), Qt::Key_Space);
        QVERIFY(!pane->isVisible());
    }

    void problems_areShown_withReasonAndCure()
    {
        Setting s;
        QJsonObject failed = sampleBlock(9, QStringLiteral("2001:db8::9"), QStringLiteral("failed"));
        failed.insert(QStringLiteral("error"), QStringLiteral("table is gone"));
        s.engine.sendEvent(QStringLiteral("block"), failed);
        s.waitForBlocks(3);
        s.click(s.button(QStringLiteral("Show: Problems")));
        s.waitForBlocks(1);
        s.blocks()->selectRow(0);
        QTest::keyClick(s.blocks(), Qt::Key_Space);
        auto* pane = s.window().findChild<DetailPane*>(QStringLiteral("blockDetails"));
        QTRY_VERIFY(pane->plainText().contains(QStringLiteral("table is gone")));
        QVERIFY(pane->plainText().contains(QStringLiteral("block the address again")));
        QVERIFY(s.blocks()
                    ->model()
                    ->index(0, 1)
                    .data(Qt::ToolTipRole)
                    .toString()
                    .contains(QStringLiteral("table is gone")));
    }

    void emptyStates_sayWhy()
    {
        Setting s;
        s.waitForBlocks(2);
        auto* search = s.window().findChild<QLineEdit*>(QStringLiteral("blocksSearch"));
        auto* empty = s.window().findChild<EmptyState*>(QStringLiteral("blocksEmpty"));
        search->setText(QStringLiteral("nothing like it"));
        QTRY_VERIFY(empty->isVisible());
        QCOMPARE(empty->title(), QStringLiteral("Nothing found"));
        s.click(empty->findChild<QPushButton*>());
        s.waitForBlocks(2);
        QVERIFY(!empty->isVisible());
    }

    void hostileText_isShownLiterally_everywhere()
    {
        Setting s;
        const QString evil = QStringLiteral("<b>bold</b><img src=x>\u202Eevil\u0007");
        QJsonObject alert = sampleAlert(50, 10, evil, QStringLiteral("203.0.113.50"), 1);
        alert.insert(QStringLiteral("full_log"), evil);
        alert.insert(QStringLiteral("location"), evil);
        alert.insert(QStringLiteral("program_name"), evil);
        alert.insert(QStringLiteral("data"), QJsonObject{{evil, evil}, {QStringLiteral("srcuser"), evil}});
        QJsonObject block = sampleBlock(50, QStringLiteral("203.0.113.50"), QStringLiteral("active"));
        block.insert(QStringLiteral("rule"), alert.value(QLatin1String("rule")));
        s.engine.blocks.append(block);
        s.engine.alerts.prepend(alert);
        s.engine.sendEvent(QStringLiteral("block"), block);
        s.engine.sendEvent(QStringLiteral("alert"), alert);
        s.waitForBlocks(3);
        s.blocks()->selectRow(0);
        QTest::keyClick(s.blocks(), Qt::Key_Space);
        s.window().showPage(MainWindow::Page::Activity);
        QTRY_COMPARE(s.alerts()->model()->rowCount(), 4);
        s.alerts()->selectRow(0);
        QTest::keyClick(s.alerts(), Qt::Key_Space);
        QTest::qWait(200);
        for (auto* pane : s.window().findChildren<DetailPane*>()) {
            QVERIFY(pane->plainText().contains(QStringLiteral("<b>bold</b>")));
            QVERIFY(!pane->plainText().contains(QChar(0x202E)));
            QVERIFY(!pane->plainText().contains(QChar(0x0007)));
        }
        for (auto* label : s.window().findChildren<QLabel*>())
            QVERIFY2(label->textFormat() == Qt::PlainText, qPrintable(label->text()));
        for (int column = 0; column < s.alerts()->model()->columnCount(); ++column)
            QVERIFY(!s.alerts()->model()->index(0, column).data().toString().contains(QChar(0x202E)));
    }

    void everyInteractiveWidget_hasAName()
    {
        Setting s;
        s.waitForBlocks(2);
        s.blocks()->selectRow(0);
        QTest::keyClick(s.blocks(), Qt::Key_Space);
        s.desktop->window().showPage(MainWindow::Page::Activity);
        QTRY_COMPARE(s.alerts()->model()->rowCount(), 3);
        s.alerts()->selectRow(0);
        QTest::keyClick(s.alerts(), Qt::Key_Space);
        QTest::keyClick(&s.window(), Qt::Key_B, Qt::ControlModifier);
        s.engine.sendEvent(QStringLiteral("alert"), sampleAlert(9, 5, QStringLiteral("x"), {}));
        QTest::qWait(200);
        QStringList unnamed;
        int seen = 0;
        for (const auto* widget : s.window().findChildren<QWidget*>()) {
            if (!isInteractive(widget) || isQtInternal(widget))
                continue;
            // An empty state without an action has a button that says and does nothing, and is never shown.
            const auto* button = qobject_cast<const QAbstractButton*>(widget);
            if (button && button->isHidden() && button->text().isEmpty() && button->icon().isNull())
                continue;
            ++seen;
            if (named(widget).isEmpty())
                unnamed << QStringLiteral("%1 in %2")
                               .arg(QLatin1String(widget->metaObject()->className()),
                                    QLatin1String(widget->parentWidget()->metaObject()->className()));
        }
        QVERIFY(seen > 25);
        QVERIFY2(unnamed.isEmpty(), qPrintable(unnamed.join(QLatin1Char('\n'))));
    }

    void activity_isLive_andHoldsStillUnderTheMouse()
    {
        Setting s;
        QTest::keyClick(&s.window(), Qt::Key_2, Qt::ControlModifier);
        QCOMPARE(s.window().page(), MainWindow::Page::Activity);
        QTRY_COMPARE(s.alerts()->model()->rowCount(), 3);
        s.engine.sendEvent(QStringLiteral("alert"), sampleAlert(10, 5, QStringLiteral("a"), {}));
        QTRY_COMPARE(s.alerts()->model()->rowCount(), 4);
        // Enough rows to scroll.
        for (int id = 11; id < 60; ++id)
            s.engine.sendEvent(QStringLiteral("alert"), sampleAlert(id, 5, QStringLiteral("a"), {}));
        QTRY_COMPARE(s.alerts()->model()->rowCount(), 53);
        s.alerts()->scrollToBottom();
        const QModelIndex top = s.alerts()->indexAt(QPoint(5, 5));
        const qint64 id = top.data(AlertTableModel::IdRole).toLongLong();
        for (int next = 60; next < 63; ++next)
            s.engine.sendEvent(QStringLiteral("alert"), sampleAlert(next, 5, QStringLiteral("b"), {}));
        QTRY_VERIFY(s.button(QStringLiteral("3 new – show")));
        QCOMPARE(s.alerts()->model()->rowCount(), 53);
        QCOMPARE(s.alerts()->indexAt(QPoint(5, 5)).data(AlertTableModel::IdRole).toLongLong(), id);
        s.click(s.button(QStringLiteral("3 new – show")));
        QTRY_COMPARE(s.alerts()->model()->rowCount(), 56);
        QCOMPARE(s.alerts()->indexAt(QPoint(5, 5)).row(), 0);
    }

    void activity_searchAndLevel_goToTheEngine()
    {
        Setting s;
        s.window().showPage(MainWindow::Page::Activity);
        QTest::keyClick(&s.window(), Qt::Key_F, Qt::ControlModifier);
        auto* search = s.window().findChild<QLineEdit*>(QStringLiteral("alertsSearch"));
        QTRY_VERIFY(search->hasFocus());
        QTest::keyClicks(search, QStringLiteral("failed"));
        QTRY_COMPARE(s.alerts()->model()->rowCount(), 1);
        QCOMPARE(s.engine.requestsOf(QStringLiteral("alerts.list"))
                     .last()
                     .value(QLatin1String("search"))
                     .toString(),
                 QStringLiteral("failed"));
        // Typed at once, asked once.
        QVERIFY(s.engine.requestsOf(QStringLiteral("alerts.list")).size() <= 3);
    }

    void activity_blocksTheSource_andAnswersWhy()
    {
        Setting s;
        s.window().showPage(MainWindow::Page::Activity);
        QTRY_COMPARE(s.alerts()->model()->rowCount(), 3);
        s.alerts()->selectRow(0);
        QTest::keyClick(s.alerts(), Qt::Key_Space);
        s.waitForBlocks(2);
        QTRY_VERIFY(s.button(QStringLiteral("Why?")));
        s.click(s.button(QStringLiteral("Why?")));
        auto* pane = s.window().findChild<DetailPane*>(QStringLiteral("alertDetails"));
        QVERIFY(pane);
        QTRY_VERIFY(pane->plainText().contains(QStringLiteral("198.51.100.7 is blocked.")));
        QVERIFY(s.button(QStringLiteral("Unblock")));
        s.click(s.button(QStringLiteral("Unblock")));
        QTRY_COMPARE(s.engine.requestsOf(QStringLiteral("block.remove")).size(), 1);
        QTRY_VERIFY(s.button(QStringLiteral("Block…")));
        s.alerts()->setFocus();
        QTest::keyClick(s.alerts(), Qt::Key_C, Qt::ControlModifier);
        QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("sshd[4711]")));
    }

    void pauseAndResume_areAskedFor_andShown()
    {
        Setting s;
        auto* header = s.window().findChild<StatusHeader*>();
        QCOMPARE(header->headline(), QStringLiteral("This computer is protected"));
        s.click(s.button(QStringLiteral("Pause blocking for 15 minutes")));
        QTRY_COMPARE(s.engine.requestsOf(QStringLiteral("pause")).size(), 1);
        QCOMPARE(s.engine.requestsOf(QStringLiteral("pause")).first().value(QLatin1String("seconds")).toInt(),
                 900);
        QJsonObject paused = test::sampleStatus(QStringLiteral("paused"));
        paused.insert(QStringLiteral("paused_until"), test::isoTime(-890));
        s.engine.sendEvent(QStringLiteral("status"), paused);
        QTRY_COMPARE(header->headline(), QStringLiteral("Blocking is paused"));
        s.click(s.button(QStringLiteral("Resume blocking")));
        QTRY_COMPARE(s.engine.requestsOf(QStringLiteral("resume")).size(), 1);
    }

    void withoutRights_everythingIsReadable_andNothingCanBeDone()
    {
        Setting s({QStringLiteral("observe"), QStringLiteral("history")});
        s.waitForBlocks(2);
        s.blocks()->selectRow(0);
        for (const char* name :
             {"Unblock the selected addresses", "Block an address", "Pause blocking for 15 minutes"}) {
            QAbstractButton* button = s.button(QLatin1String(name));
            QVERIFY2(button && !button->isEnabled(), name);
            QVERIFY2(button->toolTip().contains(QStringLiteral("group")), name);
        }
        QTest::keyClick(s.blocks(), Qt::Key_Delete);
        QTest::keyClick(&s.window(), Qt::Key_B, Qt::ControlModifier);
        QTest::qWait(50);
        QVERIFY(s.engine.requestsOf(QStringLiteral("block.remove")).isEmpty());
        QVERIFY(!s.window().findChild<QDialog*>());
    }

    void withoutHistory_theReasonIsSaid()
    {
        Setting s({QStringLiteral("observe")});
        auto* empty = s.window().findChild<EmptyState*>(QStringLiteral("blocksEmpty"));
        QTRY_COMPARE(empty->title(), QStringLiteral("Your account may not see the blocks"));
    }

    void engineGone_keepsTheList_readOnly_andComesBack()
    {
        Setting s;
        s.waitForBlocks(2);
        s.blocks()->selectRow(0);
        s.engine.stop();
        auto* header = s.window().findChild<StatusHeader*>();
        QTRY_COMPARE_WITH_TIMEOUT(header->headline(), QStringLiteral("The engine is not running"), 3000);
        QCOMPARE(s.blocks()->model()->rowCount(), 2);
        QVERIFY(!s.button(QStringLiteral("Unblock the selected addresses"))->isEnabled());
        s.click(s.button(QStringLiteral("Copy the command")));
        QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("bartizand")));
        s.engine.blocks.append(sampleBlock(4, QStringLiteral("203.0.113.44"), QStringLiteral("active")));
        s.engine.listen();
        QTest::keyClick(&s.window(), Qt::Key_F5);
        QTRY_COMPARE_WITH_TIMEOUT(header->headline(), QStringLiteral("This computer is protected"), 4000);
        s.waitForBlocks(3);
        // What was selected is selected still.
        QCOMPARE(s.blocks()->selectionModel()->selectedRows().size(), 1);
        QVERIFY(s.button(QStringLiteral("Unblock the selected addresses"))->isEnabled());
    }

    void closing_minimisesWithoutTray_hidesWithOne()
    {
        Setting s;
        s.window().close();
        QVERIFY(s.window().isMinimized());
        s.desktop->open(QStringLiteral("activity"));
        QVERIFY(!s.window().isMinimized());
        QCOMPARE(s.window().page(), MainWindow::Page::Activity);
        s.window().setCloseBehaviour(MainWindow::CloseBehaviour::Hide);
        s.window().close();
        QVERIFY(!s.window().isVisible());
        s.desktop->open({});
        QVERIFY(s.window().isVisible());
    }

    void german_fitsItsButtons_andLeavesNothingUntranslated()
    {
        QTranslator german;
        if (!german.load(QStringLiteral(":/i18n/bartizan_de.qm")))
            QSKIP("built without Qt Linguist tools");
        QCoreApplication::installTranslator(&german);
        {
            Setting s;
            s.waitForBlocks(2);
            s.window().resize(s.window().minimumSize());
            s.window().showPage(MainWindow::Page::Activity);
            QTRY_COMPARE(s.alerts()->model()->rowCount(), 3);
            s.alerts()->selectRow(0);
            QTest::keyClick(s.alerts(), Qt::Key_Space);
            QTest::qWait(100);
            for (const auto* button : s.window().findChildren<QPushButton*>()) {
                if (button->isVisible())
                    QVERIFY2(button->width() >= button->sizeHint().width(), qPrintable(button->text()));
            }
            QCOMPARE(s.window().findChild<StatusHeader*>()->headline(),
                     QStringLiteral("Dieser Rechner ist geschützt"));
        }
        QCoreApplication::removeTranslator(&german);
    }
};

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
