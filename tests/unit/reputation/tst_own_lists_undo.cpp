// The last changes are taken back, whatever happened meanwhile.
#include "own_lists_bench.h"

using namespace bartizan;

class TestOwnListsUndo : public QObject
{
    Q_OBJECT

private slots:
    void stepsAreTakenBackOneByOne();
    void factsComeBack();
    void aRemovedListComesBack();
    void aCreatedListGoesAway();
    void handEditsStayOrClash();
    void whatExpiredStaysAway();
    void stepsAreBounded();
    void damageIsSetAside();

private:
    static Result<EditOutcome> undo(OwnListsBench& bench) { return bench.lists().undo("bad", "alice", kNow); }
};

void TestOwnListsUndo::stepsAreTakenBackOneByOne()
{
    OwnListsBench bench;
    const std::string first = "# mine\r\nb:2\r\na:1";
    bench.write("bad", first);
    std::vector<std::string> texts{first};
    QCOMPARE(bench.edit("bad", {{{"c", "3", {}}, {"a", "9", {}}}, {}}).added, 1U);
    texts.push_back(bench.text("bad"));
    QCOMPARE(bench.take("bad", "b").removed, 1U);
    texts.push_back(bench.text("bad"));
    QVERIFY(bench.lists().importText("bad", "192.0.2.7\n192.0.2.8\n", {}, {}, ImportMode::Replace, "alice",
                                     kNow));
    bench.restart();
    while (!texts.empty()) {
        QVERIFY(undo(bench).has_value());
        QCOMPARE(bench.text("bad"), texts.back());
        texts.pop_back();
    }
    QCOMPARE(undo(bench).error().code, ErrorCode::NotFound);
}

void TestOwnListsUndo::factsComeBack()
{
    OwnListsBench bench;
    bench.write("bad", "");
    QCOMPARE(bench.add("bad", "a", "x", kNow + kHour).added, 1U);
    QCOMPARE(bench.add("bad", "a", "x", {}, kNow + 1).changed, 1U);
    QVERIFY(!bench.lists().nextExpiry());
    QVERIFY(undo(bench).has_value());
    QCOMPARE(bench.lists().nextExpiry(), std::optional<EpochMs>(kNow + kHour));
    QCOMPARE(bench.take("bad", "a", kNow + 2).removed, 1U);
    QVERIFY(!bench.lists().nextExpiry());
    bench.restart();
    QCOMPARE(undo(bench)->added, 1U);
    const auto entry = bench.entry("bad", "a");
    QCOMPARE(entry.expiresAt, std::optional<EpochMs>(kNow + kHour));
    QCOMPARE(entry.addedAt, std::optional<EpochMs>(kNow));
    QCOMPARE(entry.addedBy, std::string("alice"));
}

void TestOwnListsUndo::aRemovedListComesBack()
{
    OwnListsBench bench;
    bench.write("bad", "# mine\na:1\nb:2");
    QCOMPARE(bench.add("bad", "c", "", kNow + kHour).added, 1U);
    const auto text = bench.text("bad");
    QVERIFY(bench.lists().remove("bad").has_value());
    QVERIFY(bench.lists().names().empty());
    QVERIFY(!bench.lists().nextExpiry());
    QCOMPARE(bench.lists().remove("bad").error().code, ErrorCode::NotFound);
    bench.write("bad", "again:\n");
    QCOMPARE(undo(bench).error().code, ErrorCode::Refused);
    QVERIFY(QFile::remove(bench.path("bad")));
    bench.restart();
    QCOMPARE(undo(bench)->added, 3U);
    QCOMPARE(bench.text("bad"), text);
    QCOMPARE(bench.lists().nextExpiry(), std::optional<EpochMs>(kNow + kHour));
    QVERIFY(undo(bench).has_value()); // and the step before
    QCOMPARE(bench.text("bad"), std::string("# mine\na:1\nb:2"));
}

void TestOwnListsUndo::aCreatedListGoesAway()
{
    OwnListsBench bench;
    bench.write("bad", "old:\n");
    QVERIFY(bench.lists().remove("bad").has_value());
    QVERIFY(bench.lists().create("bad").has_value());
    bench.write("bad", "by hand:\n");
    QCOMPARE(undo(bench).error().code, ErrorCode::Refused);
    bench.write("bad", "");
    QVERIFY(undo(bench).has_value());
    QVERIFY(bench.lists().names().empty());
    QVERIFY(undo(bench).has_value());
    QCOMPARE(bench.text("bad"), std::string("old:\n"));
}

void TestOwnListsUndo::handEditsStayOrClash()
{
    OwnListsBench bench;
    bench.write("bad", "a:1\nb:2\n");
    QVERIFY(bench.edit("bad", {{{"c", "3", {}}}, {"b"}}).isWritten());
    bench.write("bad", "# top\na:mine\nc:3\nz:\n");
    QVERIFY(undo(bench).has_value());
    QCOMPARE(bench.text("bad"), std::string("# top\nb:2\na:mine\nz:\n"));
    QCOMPARE(bench.add("bad", "z", "new").changed, 1U);
    bench.write("bad", "z:newer\n");
    const auto refused = undo(bench);
    QCOMPARE(refused.error().code, ErrorCode::Refused);
    QVERIFY(refused.error().message.starts_with("Line 1 of bad (z)"));
    QCOMPARE(bench.text("bad"), std::string("z:newer\n"));
    bench.write("bad", "z:new\n");
    QVERIFY(undo(bench).has_value());
    QCOMPARE(bench.text("bad"), std::string("z:\n"));
}

void TestOwnListsUndo::whatExpiredStaysAway()
{
    OwnListsBench bench;
    bench.write("bad", "a:1\n");
    QCOMPARE(bench.edit("bad", {{{"b", "", kNow + kHour}, {"c", "", {}}}, {}}).added, 2U);
    QCOMPARE(bench.lists().expireDue(kNow + kHour).size(), std::size_t{1});
    const auto outcome = undo(bench);
    QCOMPARE(outcome->removed, 1U);
    QCOMPARE(outcome->problems.size(), std::size_t{1}); // says so
    QCOMPARE(bench.text("bad"), std::string("a:1\n"));
}

void TestOwnListsUndo::stepsAreBounded()
{
    OwnListsBench bench;
    bench.write("bad", "");
    for (int i = 0; i < 30; ++i)
        QCOMPARE(bench.add("bad", "key" + std::to_string(i)).added, 1U);
    int steps = 0;
    while (undo(bench).has_value())
        ++steps;
    QCOMPARE(steps, 20);
    QCOMPARE(bench.lists().info("bad")->entries, 10U);
    // Large ones go earlier, the last one never.
    std::string large;
    for (int i = 0; i < 1'000'000; ++i)
        large += "a-rather-long-name-of-somebody-" + std::to_string(i) + ":\n";
    QVERIFY(large.size() > (std::size_t{32} << 20));
    bench.write("bad", large);
    QVERIFY(bench.lists().remove("bad").has_value());
    QVERIFY(undo(bench).has_value());
    QVERIFY(bench.lists()
                .importText("bad", "192.0.2.7\n", {}, {}, ImportMode::Replace, "alice", kNow)
                .has_value());
    bench.write("bad", large);
    QVERIFY(bench.lists()
                .importText("bad", "192.0.2.7\n", {}, {}, ImportMode::Replace, "alice", kNow)
                .has_value());
    QCOMPARE(QDir(bench.stateFolder() + QStringLiteral("/lists/undo/bad")).entryList(QDir::Files).size(), 1);
    QVERIFY(undo(bench).has_value());
    QCOMPARE(bench.text("bad"), large);
    QCOMPARE(undo(bench).error().code, ErrorCode::NotFound);
}

void TestOwnListsUndo::damageIsSetAside()
{
    OwnListsBench bench;
    bench.write("bad", "");
    QCOMPARE(bench.add("bad", "a").added, 1U);
    QCOMPARE(bench.add("bad", "b").added, 1U);
    const QString step = bench.stateFolder() + QStringLiteral("/lists/undo/bad/2");
    const auto good = OwnListsBench::readFile(step);
    for (std::size_t i = 0; i < good.size(); i += 7) {
        auto damaged = good;
        damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
        OwnListsBench::writeFile(step, damaged);
        QCOMPARE(undo(bench).error().code, ErrorCode::Corrupt);
        QCOMPARE(bench.text("bad"), std::string("a:\nb:\n"));
    }
    OwnListsBench::writeFile(step, {});
    QCOMPARE(undo(bench).error().code, ErrorCode::Corrupt);
    QVERIFY(QFile::exists(step + QStringLiteral(".damaged")));
    QVERIFY(undo(bench).has_value()); // the step before
    QCOMPARE(bench.text("bad"), std::string("b:\n"));
}

QTEST_GUILESS_MAIN(TestOwnListsUndo)
#include "tst_own_lists_undo.moc"
