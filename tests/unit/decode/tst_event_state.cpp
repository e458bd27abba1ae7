// What outlives one event: accumulated fields and first-time-seen keys.
#include "engine/decode/accumulate.h"
#include "engine/decode/decoder_set.h"
#include "engine/decode/first_seen.h"
#include "engine/decode/predecode.h"

#include <QtTest>

using namespace bartizan;

class EventStateTest : public QObject
{
    Q_OBJECT

private slots:
    void staticFieldNames();
    void dynamicFieldsAreFoundInAnyCase();
    void laterEventsInheritFields();
    void oldEntriesAreForgotten();
    void accumulatedEntriesAreBounded();
    void aKeyIsNewOnce();
    void keysOutliveTheState();
    void keysAreBounded();
    void similarKeysOfIdsDecodersAreSuppressed();
};

// A set of one file, and events decoded with it.
class Bench
{
public:
    explicit Bench(const std::string& decoders)
    {
        Problems problems;
        const std::vector<SourceFile> files = {{"test.xml", decoders}};
        m_set = DecoderSet::compile(files, problems);
        if (!problems.empty())
            qFatal("%s", describe(problems[0]).c_str());
    }

    Event& decode(const std::string& line, EpochMs at = 1000)
    {
        m_lines.push_back(line);
        Event& event = m_events.emplace_back();
        event.fullLog = m_lines.back();
        event.location = "test";
        event.receivedAt = at;
        predecode(event);
        m_set->decode(event, m_scratch);
        return event;
    }

private:
    std::shared_ptr<const DecoderSet> m_set;
    DecodeScratch m_scratch;
    std::deque<std::string> m_lines;
    std::deque<Event> m_events;
};

static const char* const kAccumulating =
    "<decoder name='s'><prematch>^ev </prematch><accumulate/></decoder>"
    "<decoder name='s-a'><parent>s</parent><prematch>ip=</prematch><regex>id=(\\S+) ip=(\\S+)</regex>"
    "<order>id,srcip</order><accumulate/></decoder>"
    "<decoder name='s-b'><parent>s</parent><prematch>u=</prematch><regex>id=(\\S+) u=(\\S*) </regex>"
    "<order>id,dstuser</order><accumulate/></decoder>";

void EventStateTest::staticFieldNames()
{
    for (std::size_t i = 0; i < kStaticFieldCount; ++i) {
        const auto field = static_cast<StaticField>(i);
        const auto name = staticFieldName(field);
        const bool isPlace = field == StaticField::SrcGeoIp || field == StaticField::DstGeoIp;
        QVERIFY((isPlace ? geoFieldFromName(name) : staticFieldFromName(name)) == field);
        QVERIFY(!(isPlace ? staticFieldFromName(name) : geoFieldFromName(name)));
    }
    QVERIFY(staticFieldFromName("user") == StaticField::DstUser);
    QVERIFY(!staticFieldFromName("SrcIp") && !staticFieldFromName(""));
}

void EventStateTest::dynamicFieldsAreFoundInAnyCase()
{
    Event event;
    event.addDynamic("MyField", "1");
    event.addDynamic("myfield", "2");
    QVERIFY(event.dynamic("MYFIELD") == "1");
    QVERIFY(!event.dynamic("other"));
    event.reset();
    QVERIFY(!event.dynamic("MYFIELD"));
}

void EventStateTest::laterEventsInheritFields()
{
    Bench bench(kAccumulating);
    AccumulateState state;
    state.apply(bench.decode("ev id=7 ip=192.0.2.7"));
    Event& second = bench.decode("ev id=7 u=bob ");
    state.apply(second);
    QVERIFY(second.field(StaticField::SrcIp) == "192.0.2.7");
    QVERIFY(second.field(StaticField::DstUser) == "bob");
    // A known value is never replaced; an empty one counts as missing.
    Event& third = bench.decode("ev id=7 u=eve ");
    state.apply(third);
    QVERIFY(third.field(StaticField::DstUser) == "eve");
    Event& fourth = bench.decode("ev id=7 u= ");
    state.apply(fourth);
    QVERIFY(fourth.field(StaticField::DstUser) == "bob");
    // Another id, and another host, are other keys.
    Event& other = bench.decode("ev id=8 u=bob ");
    state.apply(other);
    QVERIFY(!other.field(StaticField::SrcIp));
    // A value of 80 bytes is not carried.
    state.apply(bench.decode("ev id=9 ip=" + std::string(80, '1')));
    Event& longValue = bench.decode("ev id=9 u=bob ");
    state.apply(longValue);
    QVERIFY(!longValue.field(StaticField::SrcIp));
}

void EventStateTest::oldEntriesAreForgotten()
{
    Bench bench(kAccumulating);
    AccumulateState state;
    state.apply(bench.decode("ev id=7 ip=192.0.2.7", 1'000));
    Event& inTime = bench.decode("ev id=7 u=bob ", 121'000);
    state.apply(inTime);
    QVERIFY(inTime.field(StaticField::SrcIp).has_value());
    Event& late = bench.decode("ev id=7 u=bob ", 241'001);
    state.apply(late);
    QVERIFY(!late.field(StaticField::SrcIp));
}

void EventStateTest::accumulatedEntriesAreBounded()
{
    Bench bench(kAccumulating);
    AccumulateState state;
    const auto told = [&](const std::string& id) {
        state.apply(bench.decode("ev id=" + id + " ip=192.0.2.7"));
    };
    const auto isKnown = [&](const std::string& id) {
        Event& event = bench.decode("ev id=" + id + " u=bob ");
        state.apply(event);
        return event.field(StaticField::SrcIp).has_value();
    };
    for (std::size_t i = 0; i < AccumulateState::kMostEntries; ++i)
        told(std::to_string(i));
    QVERIFY(isKnown("0")); // and is the youngest from now on
    for (std::size_t i = 0; i < 1000; ++i)
        told("x" + std::to_string(i));
    QCOMPARE(state.size(), AccumulateState::kMostEntries);
    QVERIFY(isKnown("x0") && isKnown("0") && isKnown("2000"));
    QVERIFY(!isKnown("1"));
    const std::string endless(5000, 'i');
    told(endless);
    QVERIFY(!isKnown(endless));
}

void EventStateTest::aKeyIsNewOnce()
{
    Bench bench("<decoder name='s'><prematch>^ev </prematch><regex>^ev (\\S+) (\\S+) (\\S+)</regex>"
                "<order>user,srcip,dyn</order><fts>name, user, dyn</fts></decoder>"
                "<decoder name='n'><prematch>^no </prematch></decoder>");
    FirstSeenState state;
    QVERIFY(state.isFirst(bench.decode("ev bob 192.0.2.7 x")));
    QVERIFY(!state.isFirst(bench.decode("ev bob 192.0.2.9 x"))); // srcip is not part of the key
    QVERIFY(state.isFirst(bench.decode("ev bob 192.0.2.7 y")));
    QVERIFY(state.isFirst(bench.decode("ev eve 192.0.2.7 x")));
    QVERIFY(!state.isFirst(bench.decode("no fts"))); // its decoder has none
    QVERIFY(!state.isFirst(bench.decode("undecoded")));
}

void EventStateTest::keysOutliveTheState()
{
    Bench bench("<decoder name='s'><prematch>^ev </prematch><regex>^ev (\\S+)</regex><order>user</order>"
                "<fts>name, user</fts></decoder>");
    FirstSeenState before;
    std::vector<LearnedFact> facts;
    before.teach(&facts);
    QVERIFY(before.isFirst(bench.decode("ev bob")));
    QVERIFY(!before.isFirst(bench.decode("ev bob")));
    QCOMPARE(facts.size(), std::size_t{1});
    QVERIFY(facts.front().kind == LearnedFact::Kind::FirstSeen);
    FirstSeenState after;
    after.recall(facts.front().key);
    after.recall(facts.front().key);
    QVERIFY(!after.isFirst(bench.decode("ev bob")));
    QVERIFY(after.isFirst(bench.decode("ev eve")));
}

void EventStateTest::keysAreBounded()
{
    Bench bench("<decoder name='s'><prematch>^ev </prematch><regex>^ev (\\S+)</regex><order>user</order>"
                "<fts>name, user</fts></decoder>");
    FirstSeenState state;
    QVERIFY(state.isFirst(bench.decode("ev oldest")));
    for (int i = 0; i < 100'000; ++i)
        QVERIFY(state.isFirst(bench.decode("ev u" + std::to_string(i))));
    QVERIFY(!state.isFirst(bench.decode("ev u99999")));
    QVERIFY(state.isFirst(bench.decode("ev oldest"))); // forgotten
    QVERIFY(state.isFirst(bench.decode("ev " + std::string(5000, 'x') + "1")));
    QVERIFY(!state.isFirst(bench.decode("ev " + std::string(5000, 'x') + "2"))); // only so much of it is kept
}

void EventStateTest::similarKeysOfIdsDecodersAreSuppressed()
{
    Bench bench("<decoder name='scanner'><type>ids</type><prematch>^ev </prematch><regex>^ev (\\S+)</regex>"
                "<order>id</order><fts>name, id</fts></decoder>");
    FirstSeenState state;
    int first = 0;
    for (int i = 0; i < 20; ++i)
        first += state.isFirst(bench.decode("ev aaaaaaaaaaaaaaaa" + std::to_string(i))) ? 1 : 0;
    QCOMPARE(first, 4); // three by themselves, the fourth as the shortened key
}

QTEST_GUILESS_MAIN(EventStateTest)
#include "tst_event_state.moc"
