// A change is several files: list, side file, undo step. Whichever of them reached the disk before a kill,
// what is found at the next start works.
#include "own_lists_bench.h"

using namespace bartizan;

class TestOwnListsCrash : public QObject
{
    Q_OBJECT

private slots:
    void anyMixOfOldAndNewFilesWorks_data();
    void anyMixOfOldAndNewFilesWorks();
    void factsReachTheDiskBeforeTheirEntries();
    void aFailedWriteChangesNothing();
    void leftOverFilesAreNoLists();
};

void TestOwnListsCrash::anyMixOfOldAndNewFilesWorks_data()
{
    QTest::addColumn<bool>("newList");
    QTest::addColumn<bool>("newFacts");
    QTest::addColumn<bool>("newStep");
    for (int mix = 0; mix < 8; ++mix)
        QTest::addRow("%d", mix) << ((mix & 1) != 0) << ((mix & 2) != 0) << ((mix & 4) != 0);
}

void TestOwnListsCrash::anyMixOfOldAndNewFilesWorks()
{
    QFETCH(bool, newList);
    QFETCH(bool, newFacts);
    QFETCH(bool, newStep);
    OwnListsBench bench;
    bench.write("bad", "# mine\nx:\n");
    QCOMPARE(bench.edit("bad", {{{"old", "", kNow + kHour}, {"kept", "1", kNow + 2 * kHour}}, {}}).added, 2U);
    const auto listBefore = bench.text("bad");
    const auto factsBefore = OwnListsBench::readFile(bench.facts());
    QVERIFY(bench.edit("bad", {{{"new", "", kNow + 3 * kHour}, {"kept", "2", kNow + 4 * kHour}}, {"old"}})
                .isWritten());
    const auto listAfter = bench.text("bad");
    if (!newList)
        bench.write("bad", listBefore);
    if (!newFacts)
        OwnListsBench::writeFile(bench.facts(), factsBefore);
    if (!newStep)
        QVERIFY(QFile::remove(bench.stateFolder() + QStringLiteral("/lists/undo/bad/2")));
    bench.restart();
    QVERIFY(bench.lists().problems().empty());
    QCOMPARE(bench.text("bad"), newList ? listAfter : listBefore);
    QCOMPARE(bench.lists().info("bad")->entries, 3U);
    // Time goes on: nothing but temporary entries goes away, and the list never holds what was not written.
    for (EpochMs now = kNow; now < kNow + 6 * kHour; now += kHour)
        (void)bench.lists().expireDue(now);
    QVERIFY(bench.text("bad").starts_with("# mine\nx:\n"));
    QVERIFY(!bench.lists().nextExpiry());
    if (newFacts || !newList) // else "new" came without its facts, which write() never lets happen
        QCOMPARE(bench.text("bad"),
                 newList || !newFacts ? std::string("# mine\nx:\n") : std::string("# mine\nx:\nold:\n"));
    // Further changes and undos work.
    QCOMPARE(bench.add("bad", "more").added, 1U);
    QVERIFY(bench.lists().undo("bad", "alice", kNow).has_value());
    QVERIFY(bench.lists().undo("bad", "alice", kNow).has_value());
    QVERIFY(bench.text("bad").starts_with("# mine\nx:\n"));
}

void TestOwnListsCrash::factsReachTheDiskBeforeTheirEntries()
{
    OwnListsBench bench;
    bench.write("bad", "");
    // The list can't be written, so what was written before it shows.
    QVERIFY(QDir().mkpath(bench.path(".bad.new")));
    QVERIFY(!bench.lists().edit("bad", {{{"a", "", kNow + kHour}}, {}}, "alice", kNow).has_value());
    QVERIFY(QFile::exists(bench.facts()));
}

void TestOwnListsCrash::aFailedWriteChangesNothing()
{
    OwnListsBench bench;
    bench.write("bad", "");
    QCOMPARE(bench.add("bad", "kept", "1", kNow + kHour).added, 1U);
    QVERIFY(QDir().mkpath(bench.path(".bad.new/full")));
    const auto failed = bench.lists().edit("bad", {{{"kept", "2", {}}, {"a", "", {}}}, {}}, "alice", kNow);
    QCOMPARE(failed.error().code, ErrorCode::Unavailable);
    QVERIFY(!failed.error().cure.empty());
    QCOMPARE(bench.text("bad"), std::string("kept:1\n"));
    for (int i = 0; i < 2; ++i) {
        QCOMPARE(bench.entry("bad", "kept").expiresAt, std::optional<EpochMs>(kNow + kHour));
        QCOMPARE(bench.lists().nextExpiry(), std::optional<EpochMs>(kNow + kHour));
        bench.restart();
    }
    QVERIFY(QDir(bench.path(".bad.new")).removeRecursively());
    QVERIFY(bench.lists().undo("bad", "alice", kNow).has_value()); // the one that was written
    QCOMPARE(bench.text("bad"), std::string());
    // A state folder that can't be written: no change, since it could not be taken back.
    QVERIFY(QDir(bench.stateFolder()).removeRecursively());
    OwnListsBench::writeFile(bench.stateFolder(), "no folder");
    bench.restart();
    QVERIFY(!bench.lists().edit("bad", {{{"a", "", {}}}, {}}, "alice", kNow).has_value());
    QVERIFY(!bench.lists().remove("bad").has_value());
    QCOMPARE(bench.text("bad"), std::string());
}

void TestOwnListsCrash::leftOverFilesAreNoLists()
{
    OwnListsBench bench;
    bench.write("bad", "a:\n");
    bench.write(".bad.new", "half");
    bench.write(".bad.new.AbCdEf", "half");
    QCOMPARE(bench.lists().names(), std::vector<std::string>{"bad"});
    QCOMPARE(bench.add("bad", "b").added, 1U);
    QCOMPARE(bench.text("bad"), std::string("a:\nb:\n"));
    QVERIFY(!QFile::exists(bench.path(".bad.new")));
}

QTEST_GUILESS_MAIN(TestOwnListsCrash)
#include "tst_own_lists_crash.moc"
