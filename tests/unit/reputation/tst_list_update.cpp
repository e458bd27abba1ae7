#include "engine/lists/compiled_list_layout.h"
#include "engine/reputation/list_update.h"
#include "engine/reputation/protected_networks.h"
#include "tests/unit/reputation/compiled_lists.h"

#include <QtTest>

#include <cstring>

using namespace bartizan;
using test::HeldList;
using test::listOf;

class TestListUpdate : public QObject
{
    Q_OBJECT

private slots:
    void aFirstVersion();
    void privateRangesAreCutOut();
    void whatKeepsTheOwnerConnectedIsCutOut_data();
    void whatKeepsTheOwnerConnectedIsCutOut();
    void rangesAreSplit();
    void cutsAreToldInOrderAndTheFirstHundred();
    void firstAndLastAddress();
    void aRangeOverWhatMeansIpv4BringsNoneOfIt();
    void sinceWhen();
    void anAddressThatCameBackIsNew();
    void changesAreCounted();
    void hashesAndDomainsAreKept();
    void held_data();
    void held();
    void emptyIsHeld();
    void emptyBecauseAllIsProtected();
    void tooWide();
    void tooWideV6();
    void tooLargeAShare();
    void agreedToOnce();
    void moreRangesThanAreRemembered();
};

namespace {

constexpr EpochMs kMonday = 1'790'000'000'000;
constexpr EpochMs kTuesday = kMonday + 86'400'000;
constexpr EpochMs kWednesday = kTuesday + 86'400'000;

Guard sampleGuard()
{
    HostAddresses host;
    host.own = {*IpAddress::parse("198.51.100.20"), *IpAddress::parse("2001:db8::20")};
    host.gateways = {*IpAddress::parse("198.51.100.1")};
    host.nameServers = {*IpAddress::parse("9.9.9.9"), *IpAddress::parse("2620:fe::fe")};
    host.administratorPeers = {*IpAddress::parse("203.0.113.5")};
    return Guard(host, {{*Cidr::parse("203.0.113.64/26"), "office"}, {*Cidr::parse("2001:db8:1::/48"), ""}});
}

ListUpdate updateOf(const HeldList& fetched, const HeldList* inForce = nullptr,
                    const std::vector<EpochMs>& generations = {}, EpochMs now = kTuesday,
                    const ListBounds& bounds = {})
{
    const auto networks = protectedNetworks(sampleGuard(), ListAuthor::Others);
    auto update = prepareUpdate(fetched.list(), inForce != nullptr ? &inForce->list() : nullptr, generations,
                                now, networks, bounds);
    if (!update)
        qFatal("%s", update.error().message.c_str());
    return std::move(*update);
}

EpochMs since(const ListUpdate& update, const HeldList& list, const char* address)
{
    const AddressTable& table = list.list().addresses();
    const auto numbers = table.lists(table.find(*IpAddress::parse(address)));
    return numbers.size() == 1 ? update.generations.at(numbers.front()) : 0;
}

// Addresses that touch nothing and are not protected: as many entries.
HeldList scattered(std::uint64_t count)
{
    std::vector<AddressRange> ranges;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t number = 0x2000'0000U + i * 2;
        const char bytes[] = {static_cast<char>(number >> 24), static_cast<char>(number >> 16),
                              static_cast<char>(number >> 8), static_cast<char>(number)};
        const auto address = *IpAddress::fromBytes({bytes, sizeof(bytes)});
        ranges.push_back({address, address});
    }
    return listOf(ranges);
}

std::string kindOf(const ListUpdate& update)
{
    return update.hold ? update.hold->kind : "";
}

std::string questionOf(const ListUpdate& update)
{
    return update.hold ? update.hold->question : "";
}

} // namespace

void TestListUpdate::aFirstVersion()
{
    const auto update = updateOf(listOf({"192.0.2.7", "198.51.100.64/26", "2a00:1::/32"}));
    QCOMPARE(update.ranges, 3U);
    QCOMPARE(update.addresses, 65U);
    QCOMPARE(update.added, 3U);
    QCOMPARE(update.removed, 0U);
    QCOMPARE(update.cutCount, 0U);
    QCOMPARE(kindOf(update), std::string());
    const HeldList list(update.image);
    QVERIFY(list.holds("192.0.2.7"));
    QVERIFY(!list.holds("192.0.2.8"));
    QCOMPARE(since(update, list, "198.51.100.70"), kTuesday);
    QCOMPARE(since(update, list, "2a00:1::7"), kTuesday);
}

// As FireHOL level 1 is published.
void TestListUpdate::privateRangesAreCutOut()
{
    const auto update = updateOf(listOf({"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8",
                                         "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16",
                                         "198.18.0.0/15", "224.0.0.0/3", "1.10.16.0/20", "5.188.10.0/23"}));
    const HeldList list(update.image);
    for (const char* address : {"10.0.0.1", "192.168.1.1", "172.20.0.5", "127.0.0.1", "100.100.1.1",
                                "224.0.0.1", "255.255.255.255", "169.254.1.1", "0.0.0.0"})
        QVERIFY2(!list.holds(address), address);
    QVERIFY(list.holds("1.10.16.1"));
    QVERIFY(list.holds("5.188.11.255"));
    QCOMPARE(update.ranges, 2U);
    QCOMPARE(update.addresses, 4096U + 512U);
    QCOMPARE(update.cutCount, 11U); // 224.0.0.0/3 in two: multicast, reserved
    QCOMPARE(update.cuts.front().kind, std::string("special_range"));
    QCOMPARE(kindOf(update), std::string());
}

void TestListUpdate::whatKeepsTheOwnerConnectedIsCutOut_data()
{
    QTest::addColumn<QString>("address");
    QTest::addColumn<QString>("listed");
    for (const char* by : {"itself", "its network"}) {
        const bool itself = std::string_view(by) == "itself";
        const auto row = [&](const char* kind, const char* address, const char* network) {
            QTest::addRow("%s %s by %s", kind, address, by) << address << (itself ? address : network);
        };
        row("own_address", "198.51.100.20", "198.51.100.16/28");
        row("own_address", "2001:db8::20", "2001:db8::/64");
        row("gateway", "198.51.100.1", "198.51.100.0/28");
        row("name_server", "9.9.9.9", "9.9.9.0/24");
        row("name_server", "2620:fe::fe", "2620:fe::/48");
        row("administrator_peer", "203.0.113.5", "203.0.113.0/28");
        row("allowlist", "203.0.113.77", "203.0.113.64/27");
        row("allowlist", "2001:db8:1:2::3", "2001:db8::/36");
    }
}

void TestListUpdate::whatKeepsTheOwnerConnectedIsCutOut()
{
    QFETCH(const QString, address);
    QFETCH(const QString, listed);
    const auto update = updateOf(listOf({listed.toUtf8().constData(), "192.0.2.7"}));
    const HeldList list(update.image);
    QVERIFY(!list.holds(address.toUtf8().constData()));
    QVERIFY(list.holds("192.0.2.7"));
    QVERIFY(update.cutCount > 0);
    const std::string_view tag = QTest::currentDataTag();
    QVERIFY(std::ranges::any_of(
        update.cuts, [&](const ListCut& cut) { return tag.starts_with(cut.kind) && !cut.reason.empty(); }));
}

void TestListUpdate::rangesAreSplit()
{
    const auto update = updateOf(listOf({"198.51.100.0/27"}));
    const HeldList list(update.image);
    for (const char* address :
         {"198.51.100.0", "198.51.100.2", "198.51.100.19", "198.51.100.21", "198.51.100.31"})
        QVERIFY2(list.holds(address), address);
    QVERIFY(!list.holds("198.51.100.1"));
    QVERIFY(!list.holds("198.51.100.20"));
    QCOMPARE(update.ranges, 3U);
    QCOMPARE(update.addresses, 30U);
    QCOMPARE(update.cutCount, 2U);
}

void TestListUpdate::cutsAreToldInOrderAndTheFirstHundred()
{
    std::vector<AddressRange> ranges{test::rangeOf(*Cidr::parse("::1"))};
    for (std::uint8_t i = 0; i < 150; ++i) {
        const char bytes[] = {10, 0, static_cast<char>(i), 7};
        const auto address = *IpAddress::fromBytes({bytes, sizeof(bytes)});
        ranges.push_back({address, address});
    }
    const auto update = updateOf(listOf(ranges));
    QCOMPARE(update.cutCount, 151U);
    QCOMPARE(update.cuts.size(), kCutsShown);
    QVERIFY(std::ranges::is_sorted(update.cuts, {}, [](const ListCut& cut) { return cut.range.first; }));
    QCOMPARE(update.ranges, 0U);
}

void TestListUpdate::firstAndLastAddress()
{
    const ListBounds any{.addressShare = 2, .widestV4 = 0, .widestV6 = 0};
    const HeldList all = listOf({"0.0.0.0/0", "::/0"});
    auto bare = prepareUpdate(all.list(), nullptr, {}, kMonday, {}, any);
    QVERIFY(bare);
    QCOMPARE(bare->addresses, std::uint64_t{1} << 32);
    const HeldList list(bare->image);
    for (const char* address :
         {"0.0.0.0", "255.255.255.255", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"})
        QVERIFY2(list.holds(address), address);
    const auto again = prepareUpdate(all.list(), &list.list(), bare->generations, kTuesday, {}, any);
    QVERIFY(again);
    QCOMPARE(again->added, 0U);
    QCOMPARE(again->removed, 0U);
    const auto gone =
        prepareUpdate(listOf({"192.0.2.7"}).list(), &list.list(), bare->generations, kTuesday, {}, any);
    QVERIFY(gone);
    QCOMPARE(gone->added, 0U);
    QCOMPARE(gone->removed, 4U); // before and behind 192.0.2.7; IPv6 before and behind what means IPv4
}

// An image that no builder of ours makes: one IPv6 range from ::1 to ::1:0:0:5, over ::ffff:0:0/96.
void TestListUpdate::aRangeOverWhatMeansIpv4BringsNoneOfIt()
{
    CompiledListBuilder builder(10);
    builder.add(0, {*IpAddress::parse("::1"), *IpAddress::parse("::2")});
    auto image = std::move(builder).build().value();
    const Ipv6Key honest{0, 2};
    const Ipv6Key hostile{0, 0x1'0000'0000'0005};
    const auto bytes = std::as_bytes(std::span(&honest, 1));
    const auto found = std::ranges::search(image, bytes);
    QVERIFY(!found.empty());
    std::memcpy(&*found.begin(), &hostile, sizeof(hostile));
    CompiledListHeader header;
    std::memcpy(&header, image.data(), sizeof(header));
    const std::span table(image.data() + sizeof(header), header.addressBytes);
    AddressTableHeader inner;
    std::memcpy(&inner, table.data(), sizeof(inner));
    inner.checksum = addressTableChecksum(table.subspan(kAddressTableChecked));
    std::memcpy(table.data(), &inner, sizeof(inner));
    header.checksum = addressTableChecksum(std::span(image).subspan(kCompiledListChecked));
    std::memcpy(image.data(), &header, sizeof(header));
    const HeldList fetched(image);
    QVERIFY2(fetched.holds("::1:0:0:3"), "the image is not hostile");

    const HeldList inForce = listOf({"::3", "::fffe:ffff:ffff", "::1:0:0:0"});
    const auto update = updateOf(fetched, &inForce);
    const HeldList made(update.image);
    QCOMPARE(update.addresses, 0U);
    QCOMPARE(made.list().addresses().rangeCount(IpFamily::V4), 0U);
    QVERIFY(!made.holds("10.0.0.1") && !made.holds("192.0.2.7"));
    QVERIFY(made.holds("::3") && made.holds("::fffe:ffff:ffff") && made.holds("::1:0:0:5"));
}

void TestListUpdate::sinceWhen()
{
    const auto first = updateOf(listOf({"192.0.2.0/28", "2a00:1::7"}), nullptr, {}, kMonday);
    const HeldList monday(first.image);
    const auto second = updateOf(listOf({"192.0.2.8/29", "192.0.2.16/28", "2a00:1::6/127"}), &monday,
                                 first.generations, kTuesday);
    const HeldList tuesday(second.image);
    QCOMPARE(since(second, tuesday, "192.0.2.8"), kMonday);
    QCOMPARE(since(second, tuesday, "192.0.2.15"), kMonday);
    QCOMPARE(since(second, tuesday, "192.0.2.16"), kTuesday);
    QCOMPARE(since(second, tuesday, "2a00:1::7"), kMonday);
    QCOMPARE(since(second, tuesday, "2a00:1::6"), kTuesday);
    QVERIFY(!tuesday.holds("192.0.2.7"));
    const auto third = updateOf(listOf({"192.0.2.0/27"}), &tuesday, second.generations, kWednesday);
    const HeldList wednesday(third.image);
    QCOMPARE(since(third, wednesday, "192.0.2.9"), kMonday);
    QCOMPARE(since(third, wednesday, "192.0.2.20"), kTuesday);
    QCOMPARE(since(third, wednesday, "192.0.2.1"), kWednesday);
}

void TestListUpdate::anAddressThatCameBackIsNew()
{
    const auto first = updateOf(listOf({"192.0.2.7", "192.0.2.9"}), nullptr, {}, kMonday);
    const HeldList monday(first.image);
    const auto second = updateOf(listOf({"192.0.2.9"}), &monday, first.generations, kTuesday);
    const HeldList tuesday(second.image);
    const auto third = updateOf(listOf({"192.0.2.7", "192.0.2.9"}), &tuesday, second.generations, kWednesday);
    const HeldList wednesday(third.image);
    QCOMPARE(since(third, wednesday, "192.0.2.7"), kWednesday);
    QCOMPARE(since(third, wednesday, "192.0.2.9"), kMonday);
}

void TestListUpdate::changesAreCounted()
{
    const HeldList before = listOf({"192.0.2.0/24", "198.51.100.128/25", "2a00:1::/32"});
    const auto same = updateOf(listOf({"192.0.2.0/24", "198.51.100.128/25", "2a00:1::/32"}), &before);
    QCOMPARE(same.added + same.removed, 0U);
    const auto hole = updateOf(listOf({"192.0.2.0/26", "192.0.2.128/25", "2a00:1::/32"}), &before);
    QCOMPARE(hole.added, 0U);
    QCOMPARE(hole.removed, 2U); // 192.0.2.64/26, and a whole one
    const auto wider =
        updateOf(listOf({"192.0.2.0/23", "198.51.100.128/25", "2a00:1::/32", "2a00:3::/32"}), &before);
    QCOMPARE(wider.added, 2U);
    QCOMPARE(wider.removed, 0U);
}

void TestListUpdate::hashesAndDomainsAreKept()
{
    FileHash one{FileHash::Algorithm::Sha256, {1}};
    FileHash other{FileHash::Algorithm::Md5, {2}};
    const HeldList before = listOf({}, {"bad.example", "worse.example"}, {one});
    const auto update = updateOf(listOf({}, {"bad.example", "new.example"}, {one, other}), &before);
    QCOMPARE(update.hashes, 2U);
    QCOMPARE(update.domains, 2U);
    QCOMPARE(update.added, 2U);
    QCOMPARE(update.removed, 1U);
    const HeldList list(update.image);
    QVERIFY(list.list().holds(one) && list.list().holds(other));
    QVERIFY(list.list().holdsDomain("new.example"));
    QVERIFY(!list.list().holdsDomain("worse.example"));
}

void TestListUpdate::held_data()
{
    QTest::addColumn<quint64>("before");
    QTest::addColumn<quint64>("now");
    QTest::addColumn<QString>("kind");
    QTest::newRow("shrinks") << quint64{4512} << quint64{3} << "shrank";
    QTest::newRow("shrinks to a half") << quint64{4512} << quint64{2256} << "";
    QTest::newRow("shrinks to less than a half") << quint64{4512} << quint64{2255} << "shrank";
    QTest::newRow("grows") << quint64{4512} << quint64{13537} << "grew";
    QTest::newRow("grows threefold") << quint64{4512} << quint64{13536} << "";
    QTest::newRow("a small one grows") << quint64{3} << quint64{1000} << "";
    QTest::newRow("a small one shrinks") << quint64{1000} << quint64{3} << "";
    QTest::newRow("a small one is large now") << quint64{3} << quint64{1001} << "grew";
}

void TestListUpdate::held()
{
    QFETCH(const quint64, before);
    QFETCH(const quint64, now);
    QFETCH(const QString, kind);
    const HeldList inForce = scattered(before);
    const auto update = updateOf(scattered(now), &inForce);
    QCOMPARE(QString::fromStdString(kindOf(update)), kind);
    QCOMPARE(update.ranges, now);
    if (now == 3 && before == 4512)
        QCOMPARE(questionOf(update),
                 std::string("The new version has 3 entries where the one in force has 4,512. "
                             "Keep the old one, or take the new one?"));
}

void TestListUpdate::emptyIsHeld()
{
    const HeldList inForce = listOf({"192.0.2.7"});
    const auto update = updateOf(listOf(std::vector<AddressRange>()), &inForce);
    QCOMPARE(kindOf(update), std::string("empty"));
    QCOMPARE(questionOf(update), std::string("The new version is empty; the one in force has 1 entry. "
                                             "Keep the old one, or take the empty one?"));
    QCOMPARE(update.removed, 1U);
    QCOMPARE(kindOf(updateOf(listOf(std::vector<AddressRange>()))), std::string());
}

void TestListUpdate::emptyBecauseAllIsProtected()
{
    const HeldList inForce = listOf({"192.0.2.7", "192.0.2.9"});
    const auto update = updateOf(listOf({"10.0.0.0/8"}), &inForce);
    QCOMPARE(kindOf(update), std::string("empty"));
    QVERIFY(questionOf(update).contains("protected on this machine"));
}

void TestListUpdate::tooWide()
{
    QCOMPARE(kindOf(updateOf(listOf({"12.0.0.0/8"}))), std::string());
    const auto update = updateOf(listOf({"12.0.0.0/8", "13.0.0.0"}));
    QCOMPARE(kindOf(update), std::string("too_wide"));
    QCOMPARE(questionOf(update),
             std::string("The new version covers 12.0.0.0 to 13.0.0.0, more than a /8 network. "
                         "Take it, or leave the list out?"));
}

void TestListUpdate::tooWideV6()
{
    QCOMPARE(kindOf(updateOf(listOf({"2a00::/16"}))), std::string());
    QCOMPARE(kindOf(updateOf(listOf({"2a00::/15"}))), std::string("too_wide"));
    QCOMPARE(kindOf(updateOf(listOf({"2a00::/16", "2a01::"}))), std::string("too_wide"));
}

void TestListUpdate::tooLargeAShare()
{
    const auto small = listOf({"12.0.0.0/8", "14.0.0.0/8", "16.0.0.0/8", "18.0.0.0/8", "20.0.0.0/8"});
    QCOMPARE(kindOf(updateOf(small)), std::string());
    const auto update = updateOf(
        listOf({"12.0.0.0/8", "14.0.0.0/8", "16.0.0.0/8", "18.0.0.0/8", "20.0.0.0/8", "22.0.0.0/8"}), &small);
    QCOMPARE(kindOf(update), std::string("too_large_share"));
    QCOMPARE(questionOf(update),
             std::string("The new version covers 2.3 % of all IPv4 addresses, the one in force 2.0 %. "
                         "Keep the old one, or take the new one?"));
}

void TestListUpdate::agreedToOnce()
{
    const HeldList inForce = listOf({"12.0.0.0/7", "16.0.0.0/7", "20.0.0.0/7", "192.0.2.7"});
    const auto same = updateOf(listOf({"12.0.0.0/7", "16.0.0.0/7", "20.0.0.0/7", "192.0.2.9"}), &inForce);
    QCOMPARE(kindOf(same), std::string());
    const auto wider = updateOf(listOf({"12.0.0.0/7", "14.0.0.0", "16.0.0.0/7", "20.0.0.0/7"}), &inForce);
    QCOMPARE(kindOf(wider), std::string("too_wide"));
    const auto more = updateOf(listOf({"12.0.0.0/7", "16.0.0.0/7", "20.0.0.0/7", "32.0.0.0/8"}), &inForce);
    QCOMPARE(kindOf(more), std::string("too_large_share"));
}

void TestListUpdate::moreRangesThanAreRemembered()
{
    const auto first = updateOf(listOf({"192.0.2.1", "192.0.2.3", "192.0.2.5"}), nullptr, {}, kMonday);
    const HeldList monday(first.image);
    ListBounds bounds;
    bounds.mostRanges = 3;
    const auto second = updateOf(listOf({"192.0.2.0/29"}), &monday, first.generations, kTuesday, bounds);
    const HeldList tuesday(second.image);
    QCOMPARE(second.generations, std::vector<EpochMs>{kTuesday});
    QCOMPARE(since(second, tuesday, "192.0.2.3"), kTuesday);
    QCOMPARE(second.ranges, 1U);
    QCOMPARE(second.added, 4U);
    QVERIFY(tuesday.holds("192.0.2.7"));
}

QTEST_APPLESS_MAIN(TestListUpdate)
#include "tst_list_update.moc"
