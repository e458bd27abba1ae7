// Flood control as a table: a story of events at times, and what is shown.
#include "app/desktop/block_notifications.h"

#include <QTest>

using namespace bartizan::app;

namespace {

constexpr qint64 kStart = 1'800'000'000'000;

Block blockAt(qint64 nowMs, const QString& address, BlockState state)
{
    Block block;
    block.id = 1;
    block.address = address;
    block.state = state;
    block.rule = RuleSummary{QStringLiteral("5712"), 10, QStringLiteral("6 failed ssh logins"), {}};
    block.created = QDateTime::fromMSecsSinceEpoch(nowMs - 200);
    block.expires = block.created.addSecs(600);
    return block;
}

// "new 1", "replace 3", "failed": what the policy said, for comparing.
QString said(const std::optional<BlockNews>& news)
{
    if (!news)
        return QStringLiteral("-");
    if (news->kind == BlockNews::Kind::Failed)
        return QStringLiteral("failed");
    return QStringLiteral("%1 %2")
        .arg(news->place == BlockNews::Place::New ? QStringLiteral("new") : QStringLiteral("replace"))
        .arg(news->count);
}

} // namespace

class TestNotificationPolicy : public QObject
{
    Q_OBJECT

private slots:
    // Steps: "SECOND WHAT [ADDRESS]" with WHAT one of active failed released pending person old dismiss
    // flush.
    void story_data()
    {
        QTest::addColumn<QStringList>("steps");
        QTest::addColumn<QStringList>("expected");
        const auto row = [](const char* name, const QStringList& steps, const QStringList& expected) {
            QTest::newRow(name) << steps << expected;
        };
        const auto list = [](std::initializer_list<const char*> items) {
            QStringList strings;
            for (const char* item : items)
                strings << QString::fromLatin1(item);
            return strings;
        };
        row("one block is one notification", list({"0 active a"}), list({"new 1"}));
        row("only becoming active is news", list({"0 pending a", "0 active a", "600 released a"}),
            list({"-", "new 1", "-"}));
        row("the same again within ten minutes is not", list({"0 active a", "30 active a", "599 active a"}),
            list({"new 1", "-", "-"}));
        row("the same again later is", list({"0 active a", "601 active a"}), list({"new 1", "new 1"}));
        row("others within a minute are counted in", list({"0 active a", "5 active b", "50 active c"}),
            list({"new 1", "replace 2", "replace 3"}));
        row("a minute's peace starts anew", list({"0 active a", "61 active b"}), list({"new 1", "new 1"}));
        row("the count is of the last minute", list({"0 active a", "40 active b", "80 active c"}),
            list({"new 1", "replace 2", "replace 2"}));
        row("six changes a minute, then held and told together",
            list({"0 active a", "1 active b", "2 active c", "3 active d", "4 active e", "5 active f",
                  "6 active g", "7 active h", "30 flush", "60 flush", "61 flush"}),
            list({"new 1", "replace 2", "replace 3", "replace 4", "replace 5", "replace 6", "-", "-", "-",
                  "replace 7", "-"}));
        row("closed by the person: silence for this burst",
            list({"0 active a", "3 dismiss", "5 active b", "50 active c", "111 active d"}),
            list({"new 1", "-", "-", "-", "new 1"}));
        row("put back after a restart is no news", list({"0 old a"}), list({"-"}));
        row("a person's own block is no news", list({"0 person a"}), list({"-"}));
        row("a failure is", list({"0 failed a"}), list({"failed"}));
        row("active after failed is told", list({"0 failed a", "200 active a"}), list({"failed", "new 1"}));
    }

    void story()
    {
        QFETCH(QStringList, steps);
        QFETCH(QStringList, expected);
        NotificationPolicy policy;
        QStringList result;
        for (const QString& step : steps) {
            const QStringList words = step.split(QLatin1Char(' '));
            const qint64 now = kStart + words.at(0).toLongLong() * 1000;
            const QString what = words.at(1);
            if (what == QLatin1String("dismiss")) {
                policy.dismissed();
                result << QStringLiteral("-");
                continue;
            }
            if (what == QLatin1String("flush")) {
                result << said(policy.flush(now));
                continue;
            }
            const BlockState state = what == QLatin1String("failed")     ? BlockState::Failed
                                     : what == QLatin1String("released") ? BlockState::Released
                                     : what == QLatin1String("pending")  ? BlockState::Pending
                                                                         : BlockState::Active;
            Block block = blockAt(now, words.at(2), state);
            block.byPerson = what == QLatin1String("person");
            if (what == QLatin1String("old"))
                block.created = block.created.addSecs(-120);
            result << said(policy.onBlock(block, now));
        }
        QCOMPARE(result, expected);
    }

    void heldNews_namesItsTime()
    {
        NotificationPolicy policy;
        QVERIFY(!policy.flushAt());
        for (int i = 0; i < 7; ++i)
            (void)policy.onBlock(blockAt(kStart + i * 1000, QString::number(i), BlockState::Active),
                                 kStart + i * 1000);
        QCOMPARE(policy.flushAt(), std::optional<qint64>(kStart + 60'000));
    }

    void words_sayAddressLengthAndReason()
    {
        const Block block = blockAt(kStart, QStringLiteral("198.51.100.7"), BlockState::Active);
        const Notification one =
            notificationFor({BlockNews::Kind::Blocked, {block}, 1, BlockNews::Place::New}, true);
        QCOMPARE(one.title, QStringLiteral("198.51.100.7 blocked for 10 minute(s)"));
        QCOMPARE(one.body, QStringLiteral("6 failed ssh logins"));
        QCOMPARE(one.actions.size(), 2);
        QCOMPARE(one.actions.first().key, QStringLiteral("unblock"));
        const Notification readOnly =
            notificationFor({BlockNews::Kind::Blocked, {block}, 1, BlockNews::Place::New}, false);
        QCOMPARE(readOnly.actions.size(), 1);
        const Notification many = notificationFor(
            {BlockNews::Kind::Several, {block, block, block}, 12, BlockNews::Place::Replace}, true);
        QVERIFY(many.title.startsWith(QStringLiteral("12 ")));
        QVERIFY(many.body.contains(QStringLiteral("9 more")));
        QCOMPARE(many.actions.size(), 1); // there is no one address that Unblock could mean
    }
};

QTEST_GUILESS_MAIN(TestNotificationPolicy)
#include "tst_notification_policy.moc"
