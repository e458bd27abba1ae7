// From a sighting to an alert: the record, how often there is one, and the built-in rules on it.
#include "engine/analysis/analysis_port.h"
#include "engine/base/origin_requirement.h"
#include "engine/config/ruleset_files.h"
#include "engine/core/sighting_records.h"
#include "engine/lists/address_table_builder.h"
#include "engine/response/response_event.h"

#include <QtTest>

using namespace bartizan;

class TestSightingRecords : public QObject
{
    Q_OBJECT

private slots:
    void builtinRulesTell();
    void aLogLineThatLooksTheSameIsNone();
    void hostileNamesStayText();
    void oncePerHourAddressAndList();
    void memoryIsBounded();
    void ownRecordsLeadToNone();
    void doubtIsHandedOn();
};

namespace {

constexpr EpochMs kNow = 1'900'000'000'000;

std::shared_ptr<const WatchedLists> watched(std::vector<WatchedList> lists)
{
    AddressTableBuilder builder;
    builder.add(0, *Cidr::parse("192.0.2.0/24"));
    builder.add(0, *Cidr::parse("10.0.0.0/8"));
    builder.add(1, *Cidr::parse("192.0.2.7"));
    auto image = std::make_shared<std::vector<std::byte>>(std::move(builder).build().value());
    const auto table = AddressTable::open(*image).value();
    return std::make_shared<const WatchedLists>(table, image, std::move(lists));
}

struct Bench
{
    explicit Bench(std::vector<WatchedList> names = {{"first", false}, {"second", true}})
        : lists(watched(std::move(names)))
    {
    }

    // The records that a line with these source addresses leads to.
    RecordBatch see(const std::vector<const char*>& addresses, const std::string& location = "/var/log/x",
                    bool doubted = false, const RecordOrigin& origin = {})
    {
        RecordBatch records;
        Sightings sightings{{}, lists};
        for (const char* text : addresses) {
            const auto address = *IpAddress::parse(text);
            sightings.found.push_back({static_cast<std::uint32_t>(records.records().size()), address,
                                       lists->find(address), 5710, doubted});
            records.add("line", records.locationIndex(location), kNow, 0, records.originIndex(origin));
        }
        RecordBatch own;
        sighter.add(sightings, records, kNow, steady, own);
        return own;
    }

    std::shared_ptr<const WatchedLists> lists;
    SightingRecords sighter;
    EpochMs steady = 0;
};

std::string field(const Verdict& verdict, std::string_view name)
{
    for (const Field& field : verdict.fields) {
        if (field.name == name)
            return field.value;
    }
    return {};
}

Verdicts judged(const RecordBatch& records)
{
    Problems problems;
    const auto analyser = makeAnalyser({});
    const auto source = readRulesetFolder(BARTIZAN_SOURCE_DIR "/resources/ruleset", problems);
    Verdicts verdicts;
    if (source && analyser->load(*source))
        (void)analyser->analyse(records, VerdictDetail::Everything, verdicts);
    return verdicts;
}

} // namespace

void TestSightingRecords::builtinRulesTell()
{
    Bench bench;
    const auto verdicts = judged(bench.see({"192.0.2.7"}));
    QCOMPARE(verdicts.size(), 2U);
    for (const auto& [index, rule, level, list] :
         {std::tuple{0U, 200401U, 8, "first"}, std::tuple{1U, 200402U, 3, "second"}}) {
        const Verdict& verdict = verdicts[index];
        QVERIFY(verdict.rule);
        QCOMPARE(verdict.rule->id, rule);
        QCOMPARE(verdict.rule->level, level);
        QVERIFY(verdict.alert && verdict.respond);
        QCOMPARE(field(verdict, "srcip"), std::string("192.0.2.7"));
        QCOMPARE(field(verdict, "list"), std::string(list));
        QCOMPARE(field(verdict, "rule_id"), std::string("5710"));
        QVERIFY(verdict.rule->description.find(list) != std::string::npos);
    }
}

void TestSightingRecords::aLogLineThatLooksTheSameIsNone()
{
    RecordBatch records;
    records.add(sightingLine({0, *IpAddress::parse("192.0.2.7"), 1, 0, false}, {"first", false}),
                records.locationIndex("/var/log/auth.log"), kNow);
    const auto verdicts = judged(records);
    QCOMPARE(verdicts.size(), 1U);
    QVERIFY(!verdicts[0].rule);
}

void TestSightingRecords::hostileNamesStayText()
{
    const std::string name = "x\",\"srcip\":\"198.51.100.1\",\"a\":\"\n\x1b" + std::string(10'000, 'y');
    Bench bench({{name, false}});
    const auto own = bench.see({"192.0.2.1"});
    QCOMPARE(own.records().size(), 1U);
    QVERIFY(own.text(own.records()[0]).size() < 1000);
    QVERIFY(own.text(own.records()[0]).find('\n') == std::string_view::npos);
    const auto verdicts = judged(own);
    QCOMPARE(field(verdicts[0], "srcip"), std::string("192.0.2.1"));
    QVERIFY(field(verdicts[0], "list").starts_with("x\",\"srcip\":\"198.51.100.1"));
}

void TestSightingRecords::oncePerHourAddressAndList()
{
    Bench bench;
    const auto count = [&](const std::vector<const char*>& addresses) {
        return bench.see(addresses).records().size();
    };
    QCOMPARE(count({"192.0.2.7", "192.0.2.7", "192.0.2.1"}), 3U); // two lists, and one
    bench.steady += SightingRecords::kQuietTime - 1;
    QCOMPARE(count({"192.0.2.7", "192.0.2.1", "192.0.2.2"}), 1U);
    bench.steady += 1;
    QCOMPARE(count({"192.0.2.7", "192.0.2.1", "192.0.2.2"}), 3U);
}

void TestSightingRecords::memoryIsBounded()
{
    Bench bench;
    Sightings sightings{{}, bench.lists};
    RecordBatch records;
    records.add("line", records.locationIndex("x"), kNow);
    const auto see = [&](std::uint32_t number) {
        const std::string bytes{10, static_cast<char>(number >> 16U), static_cast<char>(number >> 8U),
                                static_cast<char>(number)};
        const auto address = *IpAddress::fromBytes(bytes);
        RecordBatch own;
        bench.sighter.add({{{0, address, bench.lists->find(address), 0, false}}, bench.lists}, records, kNow,
                          0, own);
        return own.records().size();
    };
    for (std::uint32_t i = 0; i <= SightingRecords::kRemembered; ++i)
        QCOMPARE(see(i), 1U);
    QCOMPARE(see(SightingRecords::kRemembered), 0U);
    QCOMPARE(see(2), 0U); // the newest are remembered
    QCOMPARE(see(0), 1U); // the oldest are not
}

void TestSightingRecords::ownRecordsLeadToNone()
{
    Bench bench;
    QVERIFY(bench.see({"192.0.2.7"}, std::string(kSightingLocation)).empty());
    QVERIFY(bench.see({"192.0.2.7"}, std::string(kResponseEventLocation)).empty());
}

void TestSightingRecords::doubtIsHandedOn()
{
    Bench bench;
    const auto doubt = [](const RecordBatch& own) {
        return doubtAbout(own.origin(own.records().at(0)), std::nullopt);
    };
    const RecordOrigin ssh{RecordOrigin::Kind::Journal, 0U, "syslog", "ssh.service"};
    const RecordOrigin other{RecordOrigin::Kind::Journal, 0U, "syslog", "web.service"};
    const RecordOrigin user{RecordOrigin::Kind::Journal, 1000U, "syslog", "user@1000.service"};
    QVERIFY(!doubt(bench.see({"192.0.2.1"}, "journal", true, other)).empty());
    // What was in doubt before does not hide what is not.
    const auto certain = bench.see({"192.0.2.1"}, "journal", false, ssh);
    QCOMPARE(certain.records().size(), 1U);
    QCOMPARE(certain.origin(certain.records()[0]), ssh);
    QVERIFY(doubt(certain).empty());
    QVERIFY(!doubt(bench.see({"192.0.2.2"}, "journal", true, user)).empty());
    QVERIFY(!doubt(bench.see({"192.0.2.3"}, "auth.log", true, {RecordOrigin::Kind::Unverified, {}, {}, {}}))
                 .empty());
    QVERIFY(doubt(bench.see({"192.0.2.4"}, "access.log", false, {RecordOrigin::Kind::Unverified, {}, {}, {}}))
                .empty());
}

QTEST_APPLESS_MAIN(TestSightingRecords)
#include "tst_sighting_records.moc"
