// Lists that are kept by hand: their files, their entries, what else is known of them.
#include "own_lists_bench.h"

using namespace bartizan;

class TestOwnLists : public QObject
{
    Q_OBJECT

private slots:
    void aListIsCreatedFilledAndRead();
    void namesAreBounded_data();
    void namesAreBounded();
    void linksAreNotFollowed();
    void listsInFoldersAreShown();
    void otherLinesStayAsTheyAre();
    void anEntryIsChangedInPlace();
    void nothingIsWrittenWithAnError();
    void whatIsMissingCantBeRemoved();
    void removalUnderstandsSpellings();
    void overlapsAreShown();
    void pagesAndFilters();
    void brokenLinesAreShown();
    void entriesExpire();
    void clocksAndAbsencesDoNotMatter();
    void expiryThatCantBeWrittenIsTriedAgain();
    void factsOfEntriesRemovedByHandAreDropped();
    void aDamagedSideFileLosesNoList();
    void rightsAreKept();
    void exports();
};

void TestOwnLists::aListIsCreatedFilledAndRead()
{
    OwnListsBench bench;
    QVERIFY(bench.lists().create("bad").has_value());
    QCOMPARE(bench.lists().create("bad").error().code, ErrorCode::InvalidArgument);
    const auto outcome = bench.edit("bad", {{{"192.0.2.7", "ssh: guesses", kNow + kHour},
                                             {"2001:db8::1", "", {}},
                                             {"192.0.2.1-192.0.2.2", "two", {}},
                                             {"alice", "left us", {}}},
                                            {}});
    QVERIFY(outcome.isWritten());
    QCOMPARE(outcome.added, 5U);
    QCOMPARE(bench.text("bad"), std::string("192.0.2.7:\"ssh: guesses\"\n\"2001:db8::1\":\n192.0.2.1:two\n"
                                            "192.0.2.2:two\nalice:left us\n"));
    bench.restart();
    QCOMPARE(bench.lists().names(), std::vector<std::string>{"bad"});
    const auto entry = bench.entry("bad", "192.0.2.7");
    QCOMPARE(entry.note, std::string("ssh: guesses"));
    QCOMPARE(entry.line, 1U);
    QCOMPARE(entry.addedAt, std::optional<EpochMs>(kNow));
    QCOMPARE(entry.addedBy, std::string("alice"));
    QCOMPARE(entry.expiresAt, std::optional<EpochMs>(kNow + kHour));
    QVERIFY(entry.problem.empty());
    const auto info = bench.lists().info("bad");
    QVERIFY(info.has_value());
    QCOMPARE(info->entries, 5U);
    QCOMPARE(info->expiring, 1U);
    QVERIFY(info->modified > 0);
    QCOMPARE(bench.edit("bad", {{{"alice", "left us", {}}}, {}}).changed, 0U);
    QCOMPARE(bench.lists().info("none").error().code, ErrorCode::NotFound);
}

void TestOwnLists::namesAreBounded_data()
{
    QTest::addColumn<QByteArray>("name");
    for (const char* name :
         {"", ".", "..", ".hidden", "a/b", "../x", "a b", "a\nb", "a.cdb", "\xC3\xBC", "a:b", "a~b"})
        QTest::newRow(*name == '\0' ? "nothing" : name) << QByteArray(name);
    QTest::newRow("long") << QByteArray(65, 'a');
    QTest::newRow("NUL") << QByteArray("a\0b", 3);
}

void TestOwnLists::namesAreBounded()
{
    QFETCH(QByteArray, name);
    OwnListsBench bench;
    QCOMPARE(bench.lists().create(name.toStdString()).error().code, ErrorCode::InvalidArgument);
    QVERIFY(bench.lists().names().empty());
    QVERIFY(bench.lists().create(std::string(64, 'a')).has_value());
}

void TestOwnLists::linksAreNotFollowed()
{
    OwnListsBench bench;
    const QString secret = bench.stateFolder() + QStringLiteral("-secret");
    OwnListsBench::writeFile(secret, "root:x\n");
    QVERIFY(QFile::link(secret, bench.path("link")));
    QVERIFY(QFile::link(QStringLiteral("/nowhere"), bench.path("dangling")));
    QVERIFY(QFile::link(QStringLiteral("/"), bench.path("folder")));
    QVERIFY(QDir().mkpath(bench.path("sub")));
    QVERIFY(bench.lists().names().empty());
    for (const char* name : {"link", "dangling", "sub", "folder/etc", "folder/etc/passwd"}) {
        QVERIFY2(!bench.lists().entries(name, 0, 10, {}).has_value(), name);
        QVERIFY2(!bench.lists().edit(name, {{{"192.0.2.7", {}, {}}}, {}}, "alice", kNow).has_value(), name);
        QVERIFY2(!bench.lists().remove(name).has_value(), name);
        QVERIFY2(!bench.lists().create(name).has_value(), name);
    }
    QCOMPARE(OwnListsBench::readFile(secret), std::string("root:x\n"));
}

void TestOwnLists::listsInFoldersAreShown()
{
    OwnListsBench bench;
    QVERIFY(QDir().mkpath(bench.path("amazon/.git")));
    bench.write("amazon/aws-x", "a:b\n");
    bench.write("amazon/aws-x.cdb", "binary");
    bench.write(".hidden", "a:b\n");
    QCOMPARE(bench.lists().names(), std::vector<std::string>{"amazon/aws-x"});
    QCOMPARE(bench.entry("amazon/aws-x", "a").note, std::string("b"));
    QCOMPARE(bench.add("amazon/aws-x", "c").added, 1U);
    QCOMPARE(bench.text("amazon/aws-x"), std::string("a:b\nc:\n"));
    QVERIFY(bench.lists().undo("amazon/aws-x", "alice", kNow).has_value());
    QCOMPARE(bench.text("amazon/aws-x"), std::string("a:b\n"));
}

void TestOwnLists::otherLinesStayAsTheyAre()
{
    OwnListsBench bench;
    bench.write("bad",
                "# by hand: yes\r\n  odd :  blanks \r\n\r\nno colon\r\nx:1\r\n\xFF\xFE:raw\r\nx:2\r\nlast:");
    QCOMPARE(bench.add("bad", "192.0.2.7").added, 1U);
    QCOMPARE(bench.text("bad"), std::string("# by hand: yes\r\n  odd :  blanks \r\n\r\nno colon\r\nx:1\r\n"
                                            "\xFF\xFE:raw\r\nx:2\r\nlast:\r\n192.0.2.7:\r\n"));
    const auto outcome = bench.edit("bad", {{}, {"x"}});
    QCOMPARE(outcome.removed, 2U); // or the second would count from now on
    QCOMPARE(bench.text("bad"), std::string("# by hand: yes\r\n  odd :  blanks \r\n\r\nno colon\r\n"
                                            "\xFF\xFE:raw\r\nlast:\r\n192.0.2.7:\r\n"));
}

void TestOwnLists::anEntryIsChangedInPlace()
{
    OwnListsBench bench;
    bench.write("bad", "a:1\n\"b\":\"2\"\na:3\nc:4");
    auto outcome = bench.edit("bad", {{{"a", "x:y", {}}, {"b", "new", {}}, {"c", "end", {}}}, {}});
    QCOMPARE(outcome.changed, 3U);
    QCOMPARE(bench.text("bad"), std::string("a:\"x:y\"\n\"b\":new\na:3\nc:end"));
    // The expiry alone.
    outcome = bench.add("bad", "b", "new", kNow + kHour);
    QCOMPARE(outcome.changed, 1U);
    QCOMPARE(bench.entry("bad", "b").expiresAt, std::optional<EpochMs>(kNow + kHour));
    QVERIFY(!bench.entry("bad", "b").addedAt); // somebody else did
    QCOMPARE(bench.add("bad", "b", "new").changed, 1U);
    QVERIFY(!bench.entry("bad", "b").expiresAt);
    // Quotes that leave the form no way to say it.
    bench.write("odd", "\"a:1\n");
    outcome = bench.edit("odd", {{{"a", "", {}}}, {}});
    QCOMPARE(outcome.added, 1U);
}

void TestOwnLists::nothingIsWrittenWithAnError()
{
    OwnListsBench bench;
    bench.write("bad", "a:1\n");
    const auto outcome = bench.edit("bad", {{{"192.0.2.7", "", {}},
                                             {"192.0.2.300", "", {}},
                                             {"192.0.2.8", "two\nlines:", {}},
                                             {"192.0.2.9", "", kNow},
                                             {"192.0.2.7/24", "", {}}},
                                            {"a"}});
    QVERIFY(!outcome.isWritten());
    QCOMPARE(outcome.added + outcome.changed + outcome.removed, 0U);
    std::vector<int> lines;
    for (const auto& problem : outcome.problems) {
        if (problem.severity == Severity::Error)
            lines.push_back(problem.line);
    }
    QCOMPARE(lines, (std::vector<int>{2, 3, 4}));
    QCOMPARE(outcome.problems.front().cure, std::string("Did you mean 192.0.2.30?"));
    QCOMPARE(outcome.problems.front().file, std::string("bad"));
    QCOMPARE(bench.text("bad"), std::string("a:1\n"));
    QVERIFY(!QFile::exists(bench.facts()));
    QCOMPARE(bench.lists().undo("bad", "alice", kNow).error().code, ErrorCode::NotFound);
}

void TestOwnLists::whatIsMissingCantBeRemoved()
{
    OwnListsBench bench;
    bench.write("bad", "a:1\n192.0.2.0/24:\n");
    auto outcome = bench.edit("bad", {{}, {"a", "b"}});
    QVERIFY(!outcome.isWritten());
    QCOMPARE(outcome.problems.front().line, 2);
    QCOMPARE(outcome.problems.front().message, std::string("b is not in the list"));
    outcome = bench.take("bad", "192.0.2.7");
    QCOMPARE(outcome.problems.front().cure, std::string("192.0.2.0/24 holds it: remove that."));
    outcome = bench.take("bad", "192.0.2.0-192.0.3.9");
    QVERIFY(!outcome.isWritten()); // a part of it is there
    QCOMPARE(bench.text("bad"), std::string("a:1\n192.0.2.0/24:\n"));
}

void TestOwnLists::removalUnderstandsSpellings()
{
    OwnListsBench bench;
    bench.write("bad", "\"2001:DB8::1\":\n192.0.2.:\n198.51.100.1:\n198.51.100.2/31:\n192.0.2.300:\nkeep:\n");
    const auto outcome = bench.edit(
        "bad", {{}, {"2001:db8:0::1", "192.0.2.0/24", "198.51.100.1-198.51.100.3", "192.0.2.300"}});
    QVERIFY(outcome.isWritten());
    QCOMPARE(outcome.removed, 5U);
    QCOMPARE(bench.text("bad"), std::string("keep:\n"));
    // Renamed: what is put stands, what it was is gone.
    bench.write("bad", "a:1\nb:2\n");
    QVERIFY(bench.edit("bad", {{{"a", "9", {}}}, {"a", "b"}}).isWritten());
    QCOMPARE(bench.text("bad"), std::string("a:9\n"));
}

void TestOwnLists::overlapsAreShown()
{
    OwnListsBench bench;
    bench.others = [](const AddressRange& range) {
        return range.first.isV4() ? std::vector<std::string>{} : std::vector<std::string>{"spamhaus"};
    };
    bench.restart();
    bench.write("bad", "192.0.2.7:\n192.0.0.0/16:\n198.51.100.:\nalice:\n");
    const auto outcome = bench.edit("bad", {{{"192.0.2.0/24", "", {}},
                                             {"198.51.100.0/24", "", {}},
                                             {"2001:db8::1", "", {}},
                                             {"203.0.113.1", "", {}}},
                                            {}});
    QVERIFY(outcome.isWritten());
    const auto said = [&](const char* entry, OverlapKind kind, const char* other, const char* list) {
        return std::ranges::any_of(outcome.overlaps, [&](const EntryOverlap& overlap) {
            return overlap.entry == entry && overlap.kind == kind && overlap.other == other &&
                   overlap.list == list;
        });
    };
    QVERIFY(said("192.0.2.0/24", OverlapKind::Covers, "192.0.2.7", ""));
    QVERIFY(said("192.0.2.0/24", OverlapKind::CoveredBy, "192.0.0.0/16", ""));
    QVERIFY(said("198.51.100.0/24", OverlapKind::Same, "198.51.100.", ""));
    QVERIFY(said("2001:db8::1", OverlapKind::Touches, "", "spamhaus"));
    QCOMPARE(outcome.overlapCount, 4U);
    // Two that are added together.
    const auto both = bench.edit("bad", {{{"203.0.113.0/28", "", {}}, {"203.0.113.3", "", {}}}, {}});
    QCOMPARE(both.overlapCount, 2U);
}

void TestOwnLists::pagesAndFilters()
{
    OwnListsBench bench;
    std::string text = "# list\n";
    for (int i = 0; i < 250; ++i)
        text += "10.0.0." + std::to_string(i) + (i % 2 == 0 ? ":Even\n" : ":odd\n");
    text += "192.0.2.0/24:net\n";
    bench.write("bad", text);
    const auto page = bench.lists().entries("bad", 240, 20, {});
    QCOMPARE(page->total, 251U);
    QCOMPARE(page->entries.size(), std::size_t{11});
    QCOMPARE(page->entries[0].key, std::string("10.0.0.240"));
    QCOMPARE(page->entries[0].line, 242U);
    QCOMPARE(bench.lists().entries("bad", 0, 5, "eVEN")->total, 125U);
    QCOMPARE(bench.lists().entries("bad", 0, 5, " .24")->total, 11U);
    const auto within = bench.lists().entries("bad", 0, 5, "192.0.2.99");
    QCOMPARE(within->total, 1U);
    QCOMPARE(within->entries[0].key, std::string("192.0.2.0/24"));
    QCOMPARE(bench.lists().entries("bad", 1'000, 5, {})->entries.size(), std::size_t{0});
    QCOMPARE(bench.lists().entries("bad", 0, 100'000, {})->entries.size(), std::size_t{251});
}

void TestOwnLists::brokenLinesAreShown()
{
    OwnListsBench bench;
    bench.write("bad", "no colon\n2001:db8::1:x\na:1\na:2\n" + std::string(100'000, 'y') + ":\n");
    const auto page = bench.lists().entries("bad", 0, 10, {});
    QCOMPARE(page->total, 5U);
    QVERIFY(page->entries[0].problem.starts_with("The line has no ':'"));
    QVERIFY(page->entries[1].problem.find("double quotes") != std::string::npos);
    QVERIFY(page->entries[2].problem.empty());
    QCOMPARE(page->entries[3].problem, std::string("It stands in line 3 already, which counts."));
    QVERIFY(page->entries[4].problem.find("too long") != std::string::npos);
    QCOMPARE(page->entries[4].key.size(), kLongestEntry);
    QCOMPARE(bench.lists().entries("bad", 3, 1, {})->entries[0].problem,
             std::string("It stands in line 3 already, which counts."));
}

void TestOwnLists::entriesExpire()
{
    OwnListsBench bench;
    bench.write("bad", "a:by hand\n");
    bench.write("other", "");
    QCOMPARE(
        bench.edit("bad", {{{"b", "", kNow + kHour}, {"c", "", kNow + 2 * kHour}, {"d", "", {}}}, {}}).added,
        3U);
    QCOMPARE(bench.add("other", "x", "", kNow + 3 * kHour).added, 1U);
    QCOMPARE(bench.lists().nextExpiry(), std::optional<EpochMs>(kNow + kHour));
    QVERIFY(bench.lists().expireDue(kNow + kHour - 1).empty());
    QCOMPARE(bench.lists().expireDue(kNow + kHour), std::vector<std::string>{"bad"});
    QCOMPARE(bench.text("bad"), std::string("a:by hand\nc:\nd:\n"));
    QCOMPARE(bench.lists().nextExpiry(), std::optional<EpochMs>(kNow + 2 * kHour));
    bench.restart();
    QCOMPARE(bench.lists().expireDue(kNow + 5 * kHour), (std::vector<std::string>{"bad", "other"}));
    QCOMPARE(bench.text("bad"), std::string("a:by hand\nd:\n"));
    QCOMPARE(bench.text("other"), std::string());
    QVERIFY(!bench.lists().nextExpiry());
    QVERIFY(bench.lists().expireDue(kNow + 9 * kHour).empty());
}

void TestOwnLists::clocksAndAbsencesDoNotMatter()
{
    OwnListsBench bench;
    bench.write("bad", "");
    QCOMPARE(bench.add("bad", "a", "", kNow + kHour).added, 1U);
    // Set back a year: nothing ends early, and nothing is lost for the time after.
    QVERIFY(bench.lists().expireDue(kNow - 365 * 24 * kHour).empty());
    QVERIFY(bench.lists().expireDue(kNow).empty());
    QCOMPARE(bench.text("bad"), std::string("a:\n"));
    bench.restart(); // off for a week
    QCOMPARE(bench.lists().nextExpiry(), std::optional<EpochMs>(kNow + kHour));
    QCOMPARE(bench.lists().expireDue(kNow + 7 * 24 * kHour), std::vector<std::string>{"bad"});
    QCOMPARE(bench.text("bad"), std::string());
}

void TestOwnLists::expiryThatCantBeWrittenIsTriedAgain()
{
    OwnListsBench bench;
    bench.write("bad", "");
    QCOMPARE(bench.add("bad", "a", "", kNow + kHour).added, 1U);
    const QString aside = bench.path("aside");
    QVERIFY(QFile::rename(bench.path("bad"), aside));
    QVERIFY(QFile::link(aside, bench.path("bad"))); // which is refused
    const EpochMs then = kNow + 2 * kHour;
    QVERIFY(bench.lists().expireDue(then).empty());
    QCOMPARE(bench.lists().problems().size(), std::size_t{1});
    QVERIFY(bench.lists().nextExpiry() > std::optional<EpochMs>(then)); // not at once, over and over
    QVERIFY(QFile::remove(bench.path("bad")));
    QVERIFY(QFile::rename(aside, bench.path("bad")));
    QCOMPARE(bench.lists().expireDue(*bench.lists().nextExpiry()), std::vector<std::string>{"bad"});
    QVERIFY(bench.lists().problems().empty());
}

void TestOwnLists::factsOfEntriesRemovedByHandAreDropped()
{
    OwnListsBench bench;
    bench.write("bad", "");
    QCOMPARE(bench.edit("bad", {{{"a", "", kNow + kHour}, {"b", "", kNow + 2 * kHour}}, {}}).added, 2U);
    bench.write("bad", "b:noted by hand\n");
    QCOMPARE(bench.add("bad", "c").added, 1U);
    QCOMPARE(bench.lists().nextExpiry(), std::optional<EpochMs>(kNow + 2 * kHour));
    bench.write("bad", "b:noted by hand\nc:\na:back\n");
    bench.restart();
    QVERIFY(!bench.entry("bad", "a").expiresAt);
    QCOMPARE(bench.entry("bad", "b").expiresAt, std::optional<EpochMs>(kNow + 2 * kHour));
    QVERIFY(QFile::remove(bench.path("bad")));
    QVERIFY(bench.lists().expireDue(kNow + 3 * kHour).empty());
    QVERIFY(!bench.lists().nextExpiry());
}

void TestOwnLists::aDamagedSideFileLosesNoList()
{
    OwnListsBench bench;
    bench.write("bad", "");
    QCOMPARE(bench.add("bad", "a", "", kNow + kHour).added, 1U);
    const auto good = OwnListsBench::readFile(bench.facts());
    for (const std::string& damage :
         {good.substr(0, good.size() / 2), std::string("{}"), std::string(),
          std::string("{\"version\":1,\"secret\":\"1\",\"lists\":{\"bad\":[{\"keys\":\"!\"}]}}"),
          std::string(100'000, '[')}) {
        OwnListsBench::writeFile(bench.facts(), damage);
        bench.restart();
        QCOMPARE(bench.lists().problems().size(), std::size_t{1});
        QCOMPARE(bench.text("bad"), std::string("a:\n"));
        QVERIFY(!bench.entry("bad", "a").expiresAt);
        QCOMPARE(OwnListsBench::readFile(bench.facts() + QStringLiteral(".damaged")), damage);
    }
    OwnListsBench::writeFile(bench.facts(), good);
    bench.restart();
    QVERIFY(bench.lists().problems().empty());
    QVERIFY(bench.entry("bad", "a").expiresAt.has_value());
}

void TestOwnLists::rightsAreKept()
{
    OwnListsBench bench;
    QVERIFY(bench.lists().create("new").has_value());
    const auto read = QFile::ReadOwner | QFile::WriteOwner | QFile::ReadUser | QFile::WriteUser;
    QCOMPARE(QFile::permissions(bench.path("new")) & ~QFile::ReadUser & ~QFile::WriteUser,
             QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup);
    QVERIFY(QFile::setPermissions(bench.path("new"), QFile::ReadOwner | QFile::WriteOwner));
    QCOMPARE(bench.add("new", "a").added, 1U);
    QCOMPARE(QFile::permissions(bench.path("new")), read);
    QCOMPARE(QFile::permissions(bench.facts()), read);
    QCOMPARE(QDir(bench.listsFolder()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
             QStringList{QStringLiteral("new")});
}

void TestOwnLists::exports()
{
    OwnListsBench bench;
    bench.write("bad", "# remark\na:1\n");
    QCOMPARE(bench.edit("bad", {{{"2001:db8::1", "it's, odd", kNow + kHour}, {"=cmd", "-x", {}}}, {}}).added,
             2U);
    bench.write("bad", bench.text("bad") + "a:repeated\nno colon\n");
    QCOMPARE(*bench.lists().exportText("bad", ExportForm::Cdb), bench.text("bad"));
    QCOMPARE(*bench.lists().exportText("bad", ExportForm::Plain), std::string("a\n2001:db8::1\n=cmd\n"));
    QCOMPARE(*bench.lists().exportText("bad", ExportForm::Csv),
             std::string("key,note,added_at,added_by,expires_at\r\n\"a\",\"1\",\"\",\"\",\"\"\r\n"
                         "\"2001:db8::1\",\"it's, odd\",\"2026-09-21T14:13:20.000Z\",\"alice\","
                         "\"2026-09-21T15:13:20.000Z\"\r\n"
                         "\"'=cmd\",\"'-x\",\"2026-09-21T14:13:20.000Z\",\"alice\",\"\"\r\n"));
    const std::string times = "'addedAt':'2026-09-21T14:13:20.000Z','addedBy':'alice'";
    std::string json = "[{'key':'a','note':'1'},{'key':'2001:db8::1','note':'its odd'," + times +
                       ",'expiresAt':'2026-09-21T15:13:20.000Z'},{'key':'=cmd','note':'-x'," + times + "}]\n";
    std::ranges::replace(json, '\'', '"');
    json.replace(json.find("its odd"), 7, "it's, odd");
    QCOMPARE(*bench.lists().exportText("bad", ExportForm::Json), json);
}

QTEST_GUILESS_MAIN(TestOwnLists)
#include "tst_own_lists.moc"
