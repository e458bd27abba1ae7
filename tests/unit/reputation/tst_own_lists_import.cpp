// What others publish, taken into a list of one's own.
#include "own_lists_bench.h"

using namespace bartizan;

class TestOwnListsImport : public QObject
{
    Q_OBJECT

private slots:
    void theFormatIsFound();
    void theFormatMayBeNamed();
    void cdbKeysMayBeAnything();
    void badLinesAreSkippedAndNamed();
    void whatCantBeReadIsRefused();
    void replacingKeepsComments();
    void validityBecomesExpiry();
    void hostileNotesFit();
    void repeatedEntriesCountOnce();

private:
    static Result<ImportOutcome> import(OwnListsBench& bench, std::string_view bytes,
                                        std::string_view format = {}, ImportMode mode = ImportMode::Append)
    {
        return bench.lists().importText("bad", bytes, listFormatFromName(format), {}, mode, "alice", kNow);
    }
};

void TestOwnListsImport::theFormatIsFound()
{
    OwnListsBench bench;
    bench.write("bad", "a:1\n");
    const auto outcome =
        import(bench, "# feed\n192.0.2.7 # ssh: much\n2001:db8::/32\n198.51.100.0-198.51.100.2\n");
    QVERIFY(outcome.has_value());
    QCOMPARE(outcome->format, ListFormat::Addresses);
    QVERIFY(!outcome->detection.empty());
    QCOMPARE(outcome->edit.added, 4U);
    QCOMPARE(outcome->counts.networks, 4U);
    QCOMPARE(bench.text("bad"), std::string("a:1\n192.0.2.7:\"ssh: much\"\n\"2001:db8::/32\":\n"
                                            "198.51.100.0/31:\n198.51.100.2:\n"));
    QCOMPARE(bench.entry("bad", "192.0.2.7").addedBy, std::string("alice"));
    QVERIFY(import(bench, "0.0.0.0 bad.example\n0.0.0.0 worse.example\n")->format == ListFormat::Hosts);
    QVERIFY(bench.text("bad").ends_with("bad.example:\nworse.example:\n"));
}

void TestOwnListsImport::theFormatMayBeNamed()
{
    OwnListsBench bench;
    bench.write("bad", "");
    const auto outcome = bench.lists().importText("bad", "who,from\nx,192.0.2.7\ny,192.0.2.8\n",
                                                  ListFormat::Csv, "from", ImportMode::Append, "alice", kNow);
    QVERIFY(outcome.has_value());
    QCOMPARE(outcome->edit.added, 2U);
    QVERIFY(outcome->detection.empty());
    QCOMPARE(bench.entry("bad", "192.0.2.8").line, 2U);
}

void TestOwnListsImport::cdbKeysMayBeAnything()
{
    OwnListsBench bench;
    bench.write("bad", "");
    const auto outcome = import(
        bench, "alice:left us\n8080:\n\"2001:DB8::1\":\"a:b\"\n192.0.2.:\n# remark: x\n10.0.0.1/8:net\n",
        "cdb");
    QVERIFY(outcome.has_value());
    QCOMPARE(outcome->edit.added, 5U);
    QCOMPARE(outcome->counts.blank, 1U);
    QCOMPARE(bench.text("bad"),
             std::string("alice:left us\n8080:\n\"2001:db8::1\":\"a:b\"\n192.0.2.:\n10.0.0.0/8:net\n"));
}

void TestOwnListsImport::badLinesAreSkippedAndNamed()
{
    OwnListsBench bench;
    bench.write("bad", "");
    for (const char* format : {"addresses", "cdb"}) {
        const bool isCdb = std::string_view(format) == "cdb";
        const auto outcome = import(bench,
                                    isCdb ? "192.0.2.7:\n192.0.2.300:\nno colon\n2001:db8::9:x\n"
                                          : "192.0.2.8\n192.0.2.300\nno address\n",
                                    format);
        QVERIFY(outcome.has_value());
        QVERIFY(outcome->edit.isWritten());
        QCOMPARE(outcome->edit.added, 1U);
        QCOMPARE(outcome->counts.bad, isCdb ? 3U : 2U);
        QCOMPARE(outcome->edit.problems.size(), std::size_t{isCdb ? 3U : 2U});
        QCOMPARE(outcome->edit.problems[0].line, 2);
        QCOMPARE(outcome->edit.problems[0].severity, Severity::Warning);
        QCOMPARE(outcome->edit.problems[0].file, std::string("bad"));
    }
    std::string many;
    for (int i = 0; i < 5'000; ++i)
        many += "192.0.2.300:\n";
    const auto outcome = import(bench, many + "192.0.2.9:\n", "cdb");
    QCOMPARE(outcome->counts.bad, 5'000U);
    QCOMPARE(outcome->edit.problems.size(), std::size_t{100});
}

void TestOwnListsImport::whatCantBeReadIsRefused()
{
    OwnListsBench bench;
    bench.write("bad", "a:1\n");
    for (const std::string& bytes :
         {std::string(), std::string("<!DOCTYPE html><html></html>"), std::string("{\"a\":1}"),
          std::string("one\ntwo words\n"), std::string("\x1f\x8b\x08")}) {
        const auto outcome = import(bench, bytes, {}, ImportMode::Replace);
        QVERIFY(!outcome.has_value());
        QVERIFY(!outcome.error().cure.empty());
        QCOMPARE(bench.text("bad"), std::string("a:1\n"));
    }
    // Nothing but comments would empty the list.
    QVERIFY(!import(bench, "# nothing today\n", "addresses", ImportMode::Replace).has_value());
    QCOMPARE(bench.lists()
                 .importText("none", "192.0.2.7\n", {}, {}, ImportMode::Append, "alice", kNow)
                 .error()
                 .code,
             ErrorCode::NotFound);
}

void TestOwnListsImport::replacingKeepsComments()
{
    OwnListsBench bench;
    bench.write("bad", "# mine\n192.0.2.1:old\n192.0.2.2:\nno colon\n192.0.2.3:same\n");
    const auto outcome =
        import(bench, "192.0.2.1 # new\n192.0.2.3 # same\n192.0.2.4\n", {}, ImportMode::Replace);
    QVERIFY(outcome.has_value());
    QCOMPARE(outcome->edit.added, 1U);
    QCOMPARE(outcome->edit.changed, 1U);
    QCOMPARE(outcome->edit.removed, 1U);
    QCOMPARE(bench.text("bad"), std::string("# mine\n192.0.2.1:new\nno colon\n192.0.2.3:same\n192.0.2.4:\n"));
    QVERIFY(bench.lists().undo("bad", "alice", kNow).has_value());
    QCOMPARE(bench.text("bad"), std::string("# mine\n192.0.2.1:old\n192.0.2.2:\nno colon\n192.0.2.3:same\n"));
}

void TestOwnListsImport::validityBecomesExpiry()
{
    OwnListsBench bench;
    bench.write("bad", "");
    const auto indicator = [](const char* address, const char* until) {
        return std::string(R"({"type":"indicator","pattern_type":"stix","pattern":"[ipv4-addr:value = ')") +
               address + R"(']","valid_until":")" + until + "\"}";
    };
    const std::string bundle =
        R"({"type":"bundle","objects":[)" + indicator("192.0.2.1", "2030-01-01T00:00:00Z") + ',' +
        indicator("192.0.2.2", "2001-01-01T00:00:00Z") + ',' + indicator("192.0.2.3", "whenever") + "]}";
    const auto outcome = import(bench, bundle);
    QVERIFY(outcome.has_value());
    QCOMPARE(outcome->edit.added, 2U);
    QCOMPARE(outcome->expired, 1U);
    constexpr EpochMs kUntil = 1'893'456'000'000;
    QCOMPARE(bench.entry("bad", "192.0.2.1").expiresAt, std::optional(kUntil));
    QVERIFY(!bench.entry("bad", "192.0.2.3").expiresAt);
    QCOMPARE(bench.lists().expireDue(kUntil), std::vector<std::string>{"bad"});
    QCOMPARE(bench.text("bad"), std::string("192.0.2.3:\n"));
}

void TestOwnListsImport::hostileNotesFit()
{
    OwnListsBench bench;
    bench.write("bad", "");
    const auto outcome =
        import(bench, "ip,note\n192.0.2.7,\"one\nevil:\"\"x\"\"\"\n192.0.2.8,\"\"\"a:b\"\"\"\n", "csv");
    QVERIFY(outcome.has_value());
    const auto page = bench.lists().entries("bad", 0, 10, {});
    QCOMPARE(page->total, 2U);
    for (const auto& entry : page->entries) {
        QVERIFY(entry.problem.empty());
        QCOMPARE(mistakeInNote(entry.note), std::string());
    }
}

void TestOwnListsImport::repeatedEntriesCountOnce()
{
    OwnListsBench bench;
    bench.write("bad", "");
    const auto outcome = import(bench, "192.0.2.7 # first\n192.0.2.7/32 # second\n192.0.2.8\n", "addresses");
    QCOMPARE(outcome->edit.added, 2U);
    QCOMPARE(bench.text("bad"), std::string("192.0.2.7:first\n192.0.2.8:\n"));
}

QTEST_GUILESS_MAIN(TestOwnListsImport)
#include "tst_own_lists_import.moc"
