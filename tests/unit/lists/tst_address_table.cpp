#include "engine/lists/address_table_builder.h"
#include "engine/lists/address_table_layout.h"
#include "tests/unit/lists/address_reference.h"

#include <QtTest>

#include <map>
#include <random>

using namespace bartizan;

class TestAddressTable : public QObject
{
    Q_OBJECT

private slots:
    void emptyTable();
    void networksAndAddresses();
    void listsAreTold();
    void overlapsAndNeighboursAreMerged();
    void endsOfTheAddressSpace();
    void mappedAddressesAreIpv4();
    void badRangesAreRefused();
    void equalsTheReference_data();
    void equalsTheReference();
    void everyAddressOfSomeDenseNetworks();
    void manyRandomAddresses();
    void manyAddressesOfOneNetwork();
    void tooManyCombinations();
    void tablesAreMerged();
    void imageIsTheSameInAnyOrder();
    void damagedImagesAreRefused_data();
    void damagedImagesAreRefused();
    void everyFlippedBitIsRefused();
    void otherOrderIsRefusedWithARightChecksum();
    void changedAfterTheCheckStaysInside();
    void bytesOfAnEntry();
};

namespace {

using Image = std::vector<std::byte>;

IpAddress ip(const char* text)
{
    return *IpAddress::parse(text);
}

IpAddress v4(std::uint32_t number)
{
    const char bytes[] = {static_cast<char>(number >> 24), static_cast<char>(number >> 16),
                          static_cast<char>(number >> 8), static_cast<char>(number)};
    return *IpAddress::fromBytes({bytes, sizeof(bytes)});
}

IpAddress v6(std::uint64_t high, std::uint64_t low)
{
    std::string bytes;
    for (const std::uint64_t half : {high, low}) {
        for (int shift = 56; shift >= 0; shift -= 8)
            bytes += static_cast<char>(half >> shift);
    }
    return *IpAddress::fromBytes(bytes);
}

Image imageOf(AddressTableBuilder&& builder)
{
    auto image = std::move(builder).build();
    if (!image)
        qFatal("%s", image.error().message.c_str());
    return std::move(*image);
}

AddressTable tableOf(const Image& image)
{
    auto table = AddressTable::open(image);
    if (!table)
        qFatal("%s", table.error().message.c_str());
    return *table;
}

std::vector<std::uint16_t> listsOf(const AddressTable& table, const IpAddress& address)
{
    const auto lists = table.lists(table.find(address));
    return {lists.begin(), lists.end()};
}

std::vector<AddressRange> rangesOf(const AddressTable& table)
{
    std::vector<AddressRange> ranges;
    table.forEachRange([&](const AddressRange& range, AddressTable::Label) { ranges.push_back(range); });
    return ranges;
}

Image smallImage()
{
    AddressTableBuilder builder;
    for (const char* text : {"192.0.2.0/25", "192.0.2.130", "192.0.2.140", "198.51.100.7", "203.0.112.0/22",
                             "2001:db8::/32", "2001:db9::1", "2001:db9::3"})
        builder.add(0, *Cidr::parse(text));
    builder.add(1, *Cidr::parse("192.0.2.0/24"));
    builder.add(1, *Cidr::parse("2001:db8:7::/48"));
    return imageOf(std::move(builder));
}

AddressTableHeader headerOf(const Image& image)
{
    AddressTableHeader header;
    std::memcpy(&header, image.data(), sizeof(header));
    return header;
}

void putHeader(Image& image, AddressTableHeader header)
{
    std::memcpy(image.data(), &header, sizeof(header));
    header.checksum = addressTableChecksum(std::span(image).subspan(kAddressTableChecked));
    std::memcpy(image.data(), &header, sizeof(header));
}

std::size_t offsetOf(const Image& image, AddressTablePart part)
{
    const AddressTableHeader header = headerOf(image);
    std::size_t offset = addressTablePadded(sizeof(header));
    for (std::size_t i = 0; i < static_cast<std::size_t>(part); ++i)
        offset += addressTablePadded(header.sizes[i] * kAddressTableElements[i]);
    return offset;
}

} // namespace

void TestAddressTable::emptyTable()
{
    const Image image = imageOf(AddressTableBuilder());
    const AddressTable table = tableOf(image);
    QVERIFY(!table.contains(ip("192.0.2.1")));
    QVERIFY(!table.contains(ip("2001:db8::1")));
    QVERIFY(table.lists(AddressTable::kNotListed).empty());
    QVERIFY(rangesOf(table).empty());
    QVERIFY(image.size() < 256);
}

void TestAddressTable::networksAndAddresses()
{
    const Image image = smallImage();
    const AddressTable table = tableOf(image);
    for (const char* text : {"192.0.2.0", "192.0.2.127", "192.0.2.130", "192.0.2.140", "198.51.100.7",
                             "203.0.112.0", "203.0.115.255", "2001:db8::", "2001:db8:ffff::1", "2001:db9::1"})
        QVERIFY2(table.contains(ip(text)), text);
    for (const char* text :
         {"192.0.1.255", "192.0.3.0", "198.51.100.6", "198.51.100.8", "203.0.116.0", "0.0.0.0",
          "255.255.255.255", "2001:db7:ffff::", "2001:db9::2", "2001:db9::4", "::", "ffff::"})
        QVERIFY2(!table.contains(ip(text)), text);
}

void TestAddressTable::listsAreTold()
{
    const Image image = smallImage();
    const AddressTable table = tableOf(image);
    using Lists = std::vector<std::uint16_t>;
    QCOMPARE(listsOf(table, ip("192.0.2.1")), (Lists{0, 1}));
    QCOMPARE(listsOf(table, ip("192.0.2.200")), Lists{1});
    QCOMPARE(listsOf(table, ip("198.51.100.7")), Lists{0});
    QCOMPARE(listsOf(table, ip("2001:db8:7::9")), (Lists{0, 1}));
    QCOMPARE(listsOf(table, ip("2001:db8:8::9")), Lists{0});
    QCOMPARE(table.find(ip("192.0.2.1")), table.find(ip("2001:db8:7::9")));
    QVERIFY(table.lists(999).empty());
}

void TestAddressTable::overlapsAndNeighboursAreMerged()
{
    AddressTableBuilder builder;
    for (const char* text : {"192.0.3.0/24", "192.0.2.0/24", "192.0.2.7", "192.0.2.7", "192.0.4.0",
                             "192.0.4.2", "2001:db8:1::/48", "2001:db8::/48", "2001:db8::5"})
        builder.add(3, *Cidr::parse(text));
    const Image image = imageOf(std::move(builder));
    const AddressTable table = tableOf(image);
    QCOMPARE(rangesOf(table),
             (std::vector<AddressRange>{{ip("192.0.2.0"), ip("192.0.4.0")},
                                        {ip("192.0.4.2"), ip("192.0.4.2")},
                                        {ip("2001:db8::"), ip("2001:db8:1:ffff:ffff:ffff:ffff:ffff")}}));
    QCOMPARE(table.rangeCount(IpFamily::V4), std::uint64_t{2});
    QCOMPARE(table.rangeCount(IpFamily::V6), std::uint64_t{1});
    QCOMPARE(listsOf(table, ip("192.0.3.1")), std::vector<std::uint16_t>{3});
}

void TestAddressTable::endsOfTheAddressSpace()
{
    AddressTableBuilder builder;
    builder.add(0, *Cidr::parse("0.0.0.0/0"));
    builder.add(1, *Cidr::parse("255.255.255.255"));
    builder.add(1, *Cidr::parse("0.0.0.0"));
    builder.add(1, *Cidr::parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
    builder.add(1, *Cidr::parse("::"));
    const Image image = imageOf(std::move(builder));
    const AddressTable table = tableOf(image);
    using Lists = std::vector<std::uint16_t>;
    QCOMPARE(listsOf(table, ip("0.0.0.0")), (Lists{0, 1}));
    QCOMPARE(listsOf(table, ip("0.0.0.1")), Lists{0});
    QCOMPARE(listsOf(table, ip("127.255.255.255")), Lists{0});
    QCOMPARE(listsOf(table, ip("255.255.255.254")), Lists{0});
    QCOMPARE(listsOf(table, ip("255.255.255.255")), (Lists{0, 1}));
    QCOMPARE(listsOf(table, ip("::")), Lists{1});
    QCOMPARE(listsOf(table, ip("::1")), Lists{});
    QCOMPARE(listsOf(table, ip("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")), Lists{1});
}

void TestAddressTable::mappedAddressesAreIpv4()
{
    AddressTableBuilder builder;
    builder.add(0, *Cidr::parse("::/0"));
    const Image image = imageOf(std::move(builder));
    const AddressTable table = tableOf(image);
    QCOMPARE(rangesOf(table),
             (std::vector<AddressRange>{{ip("::"), ip("::fffe:ffff:ffff")},
                                        {ip("::1:0:0:0"), ip("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")}}));
    QVERIFY(!table.contains(ip("::ffff:192.0.2.1")));
    QVERIFY(table.contains(ip("::1")));
    QVERIFY(table.contains(ip("2001:db8::1")));
}

void TestAddressTable::badRangesAreRefused()
{
    AddressTableBuilder builder;
    QVERIFY(!builder.add(0, {ip("192.0.2.9"), ip("192.0.2.8")}));
    QVERIFY(!builder.add(0, {ip("192.0.2.9"), ip("2001:db8::")}));
    QVERIFY(builder.add(0, {ip("192.0.2.9"), ip("192.0.2.9")}));
    const Image image = imageOf(std::move(builder));
    QCOMPARE(rangesOf(tableOf(image)).size(), std::size_t{1});
}

void TestAddressTable::equalsTheReference_data()
{
    QTest::addColumn<unsigned>("seed");
    QTest::addColumn<int>("lists");
    QTest::addColumn<int>("entries");
    QTest::addColumn<unsigned>("spread"); // how many bits of an address differ
    for (unsigned seed = 0; seed < 6; ++seed) {
        for (const unsigned spread : {8U, 12U, 17U, 24U, 32U}) {
            QTest::addRow("one list, %u bits, %u", spread, seed) << seed << 1 << 200 << spread;
            QTest::addRow("seven lists, %u bits, %u", spread, seed) << seed << 7 << 300 << spread;
        }
    }
}

void TestAddressTable::equalsTheReference()
{
    QFETCH(unsigned, seed);
    QFETCH(int, lists);
    QFETCH(int, entries);
    QFETCH(unsigned, spread);
    std::mt19937_64 random(seed * 64 + spread);
    const std::uint64_t mask = spread == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << spread) - 1;
    const auto near4 = [&] { return 0xC0'00'00'00U ^ static_cast<std::uint32_t>(random() & mask); };
    // The differing bits of IPv6 lie over the middle of the address.
    const auto near6 = [&] {
        const std::uint64_t bits = random() & mask;
        return v6(0x2001'0db8'0000'0000U ^ (bits >> (spread / 2)),
                  (bits << (64 - spread / 2)) | (random() & 3));
    };
    test::AddressReference reference;
    AddressTableBuilder builder;
    for (int i = 0; i < entries; ++i) {
        const auto list = static_cast<std::uint16_t>(random() % static_cast<unsigned>(lists));
        const bool isV4 = random() % 2 == 0;
        const IpAddress address = isV4 ? v4(near4()) : near6();
        AddressRange range{address, address};
        if (random() % 3 == 0) {
            const auto host = static_cast<unsigned>(random() % (spread + 1));
            const Cidr network(address, (isV4 ? 32 : 64 + spread / 2) - host);
            builder.add(list, network);
            reference.add(list, {network.address(), network.last()});
            continue;
        }
        if (random() % 3 == 0)
            range.last = isV4 ? v4(near4()) : near6();
        if (range.last < range.first)
            std::swap(range.first, range.last);
        QVERIFY(builder.add(list, range));
        reference.add(list, range);
    }
    const Image image = imageOf(std::move(builder));
    const AddressTable table = tableOf(image);
    std::vector<IpAddress> addresses = reference.edges();
    for (int i = 0; i < 500; ++i)
        addresses.push_back(i % 2 == 0 ? v4(near4()) : near6());
    std::vector<AddressTable::Label> labels(addresses.size(), 77);
    table.find(addresses, labels);
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto expected = reference.lists(addresses[i]);
        if (listsOf(table, addresses[i]) != expected)
            QFAIL(addresses[i].toString().c_str());
        QCOMPARE(labels[i], table.find(addresses[i]));
    }
    // The ranges say the same as the look-ups, are apart and can't be longer.
    IpAddress before;
    AddressTable::Label labelBefore = AddressTable::kNotListed;
    std::uint64_t count = 0;
    table.forEachRange([&](const AddressRange& range, AddressTable::Label label) {
        QVERIFY(range.first <= range.last);
        QVERIFY(label != AddressTable::kNotListed);
        QCOMPARE(table.find(range.first), label);
        QCOMPARE(table.find(range.last), label);
        if (count++ > 0) {
            QVERIFY(before < range.first);
            QVERIFY(before.next() != range.first || label != labelBefore);
        }
        before = range.last;
        labelBefore = label;
    });
    QCOMPARE(count, table.rangeCount(IpFamily::V4) + table.rangeCount(IpFamily::V6));
}

// Runs of every length, up to a piece for every second address, and for every one with two lists.
void TestAddressTable::everyAddressOfSomeDenseNetworks()
{
    AddressTableBuilder builder;
    std::map<std::uint32_t, std::vector<std::uint16_t>> expected;
    for (std::uint32_t network = 0; network < 128; ++network) {
        for (std::uint32_t i = 0; i <= network; ++i) {
            const std::uint32_t address = 0x0A0000'00U + (network << 8 | i * 2);
            builder.add(0, Cidr(v4(address)));
            expected[address].push_back(0);
        }
    }
    for (std::uint32_t i = 0; i < 256; ++i) {
        const auto list = static_cast<std::uint16_t>(1 + i % 2);
        builder.add(list, Cidr(v4(0x0A000800U + i)));
        expected[0x0A000800U + i].push_back(list);
    }
    const Image image = imageOf(std::move(builder));
    const AddressTable table = tableOf(image);
    for (std::uint32_t address = 0x0A000000U - 300; address < 0x0A008000U + 300; ++address) {
        const auto found = expected.find(address);
        QCOMPARE(listsOf(table, v4(address)),
                 found == expected.end() ? std::vector<std::uint16_t>{} : found->second);
    }
}

void TestAddressTable::manyRandomAddresses()
{
    std::mt19937_64 random(7);
    std::set<IpAddress> expected;
    AddressTableBuilder builder;
    for (int i = 0; i < 200'000; ++i) {
        const IpAddress address = i % 4 == 0 ? v6(0x2001'0db8'0000'0000U | (random() & 0xFFFF'FFFF), random())
                                             : v4(static_cast<std::uint32_t>(random()));
        expected.insert(address);
        builder.add(0, Cidr(address));
    }
    const Image image = imageOf(std::move(builder));
    const AddressTable table = tableOf(image);
    std::vector<IpAddress> asked(expected.begin(), expected.end());
    for (int i = 0; i < 200'000; ++i)
        asked.push_back(i % 4 == 0 ? v6(random(), random()) : v4(static_cast<std::uint32_t>(random())));
    std::ranges::shuffle(asked, random);
    std::vector<AddressTable::Label> labels(asked.size());
    table.find(asked, labels);
    for (std::size_t i = 0; i < asked.size(); ++i) {
        QCOMPARE(table.contains(asked[i]), expected.contains(asked[i]));
        QCOMPARE(labels[i] != AddressTable::kNotListed, expected.contains(asked[i]));
    }
}

void TestAddressTable::manyAddressesOfOneNetwork()
{
    AddressTableBuilder builder;
    for (std::uint64_t i = 0; i < 50'000; ++i)
        builder.add(0, Cidr(v6(0x2001'0db8'0000'0001U, i * 2)));
    const Image image = imageOf(std::move(builder));
    const AddressTable table = tableOf(image);
    for (std::uint64_t i = 0; i < 100'010; ++i)
        QCOMPARE(table.contains(v6(0x2001'0db8'0000'0001U, i)), i < 100'000 && i % 2 == 0);
    QVERIFY(!table.contains(v6(0x2001'0db8'0000'0000U, 0)));
    QVERIFY(!table.contains(v6(0x2001'0db8'0000'0002U, 0)));
}

void TestAddressTable::tooManyCombinations()
{
    // Each address is in the lists that the bits of its number name: every combination of as many lists.
    const auto build = [](std::uint32_t bits) {
        AddressTableBuilder builder;
        for (std::uint32_t number = 0; number < 1U << bits; ++number) {
            for (std::uint16_t bit = 0; bit < bits; ++bit) {
                if ((number >> bit & 1) != 0)
                    builder.add(bit, Cidr(v4(0x0A000000U + number)));
            }
        }
        return std::move(builder).build();
    };
    const auto image = build(13);
    QVERIFY(image.has_value());
    const AddressTable table = tableOf(*image);
    QCOMPARE(listsOf(table, v4(0x0A000000U + 0b1'0000'0000'0101)), (std::vector<std::uint16_t>{0, 2, 12}));
    const auto refused = build(16);
    QVERIFY(!refused.has_value());
    QCOMPARE(refused.error().code, ErrorCode::Exhausted);
}

void TestAddressTable::tablesAreMerged()
{
    const Image first = smallImage();
    AddressTableBuilder secondBuilder;
    secondBuilder.add(5, *Cidr::parse("203.0.113.0/24"));
    secondBuilder.add(6, *Cidr::parse("203.0.114.0/24"));
    const Image second = imageOf(std::move(secondBuilder));
    AddressTableBuilder builder;
    builder.add(0, tableOf(first));
    builder.add(1, tableOf(second));
    const Image image = imageOf(std::move(builder));
    const AddressTable table = tableOf(image);
    using Lists = std::vector<std::uint16_t>;
    QCOMPARE(listsOf(table, ip("203.0.112.9")), Lists{0});
    QCOMPARE(listsOf(table, ip("203.0.113.9")), (Lists{0, 1}));
    QCOMPARE(listsOf(table, ip("203.0.114.9")), (Lists{0, 1}));
    QCOMPARE(listsOf(table, ip("192.0.2.200")), Lists{0});
    QCOMPARE(listsOf(table, ip("2001:db8:7::")), Lists{0});
    QCOMPARE(table.rangeCount(IpFamily::V6), std::uint64_t{3});
}

void TestAddressTable::imageIsTheSameInAnyOrder()
{
    std::mt19937 random(3);
    std::vector<Cidr> networks;
    for (int i = 0; i < 2000; ++i)
        networks.emplace_back(v4(static_cast<std::uint32_t>(random())), 16 + random() % 17);
    const auto build = [&] {
        AddressTableBuilder builder;
        for (const Cidr& network : networks)
            builder.add(0, network);
        return imageOf(std::move(builder));
    };
    const Image one = build();
    std::ranges::shuffle(networks, random);
    QVERIFY(build() == one);
}

void TestAddressTable::damagedImagesAreRefused_data()
{
    using Change = std::function<void(Image&)>;
    QTest::addColumn<Change>("change");
    QTest::addColumn<int>("code");
    const auto row = [](const char* name, ErrorCode code, const Change& change) {
        QTest::addRow("%s", name) << change << static_cast<int>(code);
    };
    const auto header = [row](const char* name, std::function<void(AddressTableHeader&)> change,
                              ErrorCode code = ErrorCode::Corrupt) {
        row(name, code, [change = std::move(change)](Image& image) {
            AddressTableHeader changed = headerOf(image);
            change(changed);
            putHeader(image, changed);
        });
    };
    const auto part = [row](const char* name, AddressTablePart where, std::size_t index,
                            std::function<void(std::uint32_t&)> change) {
        row(name, ErrorCode::Corrupt, [where, index, change = std::move(change)](Image& image) {
            std::byte* at = image.data() + offsetOf(image, where) + index * 4;
            std::uint32_t value = 0;
            std::memcpy(&value, at, 4);
            change(value);
            std::memcpy(at, &value, 4);
            putHeader(image, headerOf(image));
        });
    };
    const auto more = [](std::uint32_t& value) { ++value; };
    row("nothing", ErrorCode::Corrupt, [](Image& image) { image.clear(); });
    row("the header alone", ErrorCode::Corrupt, [](Image& image) { image.resize(128); });
    row("cut", ErrorCode::Corrupt, [](Image& image) { image.resize(image.size() - 64); });
    row("longer", ErrorCode::Corrupt, [](Image& image) {
        image.resize(image.size() + 64);
        putHeader(image, headerOf(image));
    });
    row("odd length", ErrorCode::Corrupt, [](Image& image) { image.resize(image.size() - 1); });
    row("a web page", ErrorCode::Corrupt, [](Image& image) { image.assign(4096, std::byte{'<'}); });
    header("another magic", [](auto& h) { h.magic[0] = 'X'; });
    header("another version", [](auto& h) { h.version = 2; }, ErrorCode::Unsupported);
    header("fewer lists", [](auto& h) { h.lists = 1; });
    header("no lists", [](auto& h) { h.lists = 0; });
    header("another count of ranges", [](auto& h) { ++h.v4Ranges; });
    for (std::size_t i = 0; i < AddressTableHeader::kSections; ++i) {
        const std::string name = "section " + std::to_string(i);
        header((name + " larger").c_str(), [i](auto& h) { ++h.sizes[i]; });
        header((name + " smaller").c_str(), [i](auto& h) { --h.sizes[i]; });
        header((name + " empty").c_str(), [i](auto& h) { h.sizes[i] = 0; });
        header((name + " huge").c_str(), [i](auto& h) { h.sizes[i] = ~std::uint64_t{0} / 8; });
    }
    using enum AddressTablePart;
    part("a root's rank", V4Roots, (0xC0000200U >> 22) * 4 + 2, more);
    part("a root's bits", V4Roots, (0xC0000200U >> 22) * 4, [](auto& v) { v = 0; });
    part("a root that is empty has a rank", V4Roots, 2, more);
    part("a block's bits", V4Blocks, 0, more);
    part("a block's rank", V4Blocks, 2, more);
    part("a block's reserved number", V4Blocks, 3, more);
    part("a leaf's run longer", V4Words, 0, more);
    part("a leaf's run elsewhere", V4Words, 0, [](auto& v) { v += 256; });
    part("a leaf without a label", V4Words, 7, [](auto& v) { v &= 0xFFFF; });
    part("a leaf's unknown label", V4Words, 7, [](auto& v) { v |= 0x7FFF0000; });
    part("a leaf that ends before it begins", V4Words, 7, [](auto& v) { v = (v & 0xFFFF0000) | 0x0103; });
    part("a piece out of order", V4Words, 2, [](auto& v) { v &= 0xFFFFFF00; });
    part("a piece of another table", V4Words, 1, [](auto& v) { v |= 0x80000000; });
    part("an IPv6 range out of order", V6First, 1, [](auto& v) { v = 0xFFFFFFFF; });
    part("an IPv6 range's end before its begin", V6Last, 1, [](auto& v) { v = 0; });
    part("an IPv6 range's unknown label", V6Labels, 0, [](auto& v) { v = 0x7FFF7FFF; });
    part("an IPv6 range without a label", V6Labels, 0, [](auto& v) { v = 0; });
    part("a label without lists", LabelEnds, 0, [](auto& v) { v = 0; });
    part("a label's lists outside", LabelEnds, 0, [](auto& v) { v = 0xFFFFFFFF; });
    part("lists out of order", LabelLists, 0, [](auto& v) { v = 0; });
    part("an unknown list", LabelLists, 0, [](auto& v) { v = 0xFFFFFFFF; });
}

void TestAddressTable::damagedImagesAreRefused()
{
    QFETCH(std::function<void(Image&)>, change);
    QFETCH(int, code);
    Image image = smallImage();
    const Image before = image;
    change(image);
    QVERIFY(image != before);
    const auto table = AddressTable::open(image);
    QVERIFY(!table.has_value());
    QCOMPARE(static_cast<int>(table.error().code), code);
    QVERIFY(!table.error().message.empty());
}

void TestAddressTable::everyFlippedBitIsRefused()
{
    Image image = smallImage();
    for (std::size_t bit = 0; bit < image.size() * 8; bit += 1 + (bit > 1024 ? bit % 13 : 0)) {
        image[bit / 8] ^= std::byte{1} << (bit % 8);
        QVERIFY2(!AddressTable::open(image), std::to_string(bit).c_str());
        image[bit / 8] ^= std::byte{1} << (bit % 8);
    }
    QVERIFY(AddressTable::open(image).has_value());
    alignas(8) std::array<std::byte, 256> shifted{};
    const auto misaligned = AddressTable::open(std::span(shifted).subspan(4, 192));
    QVERIFY(!misaligned);
    QCOMPARE(misaligned.error().code, ErrorCode::InvalidArgument);
}

// Whoever makes an image can make its checksum: what is let through then has to be a table all the same.
void TestAddressTable::otherOrderIsRefusedWithARightChecksum()
{
    const Image good = smallImage();
    std::mt19937 random(11);
    int opened = 0;
    for (int round = 0; round < 20'000; ++round) {
        Image image = good;
        const std::size_t at = 16 + random() % (image.size() - 16);
        image[at] = static_cast<std::byte>(random());
        putHeader(image, headerOf(image));
        const auto table = AddressTable::open(image);
        if (!table)
            continue;
        ++opened;
        std::uint64_t count = 0;
        table->forEachRange([&](const AddressRange& range, AddressTable::Label label) {
            ++count;
            QVERIFY(range.first <= range.last);
            QVERIFY(!table->lists(label).empty());
            if (range.first.isV4()) // the filter of IPv6 is not checked: it can only hide
                QCOMPARE(table->find(range.first), label);
        });
        QCOMPARE(count, table->rangeCount(IpFamily::V4) + table->rangeCount(IpFamily::V6));
    }
    QVERIFY(opened > 0 && opened < 20'000);
}

// As when the other process still has the memory: answers may be wrong, nothing outside is read (sanitizers).
void TestAddressTable::changedAfterTheCheckStaysInside()
{
    Image image = smallImage();
    const Image good = image;
    const AddressTable table = tableOf(image);
    std::mt19937 random(5);
    std::vector<IpAddress> asked;
    for (const char* text : {"192.0.2.1", "192.0.2.130", "203.0.113.5", "2001:db8::1", "2001:db9::3"})
        asked.push_back(ip(text));
    std::vector<AddressTable::Label> labels(asked.size());
    std::size_t answers = 0;
    for (int round = 0; round < 3000; ++round) {
        for (int i = 0; i < 40; ++i)
            image[random() % image.size()] = static_cast<std::byte>(random() % 2 == 0 ? 0xFF : random());
        table.find(asked, labels);
        for (std::size_t i = 0; i < asked.size(); ++i) {
            for (const std::uint16_t list : table.lists(table.find(asked[i])))
                answers += list;
        }
        table.forEachRange([&](const AddressRange&, AddressTable::Label) { ++answers; });
        if (round % 10 == 0)
            image = good;
    }
    QVERIFY(answers > 0);
}

void TestAddressTable::bytesOfAnEntry()
{
    // A million entries drawn from all addresses cost the filter for all networks.
    std::mt19937 random(9);
    AddressTableBuilder builder;
    for (int i = 0; i < 1'000'000; ++i)
        builder.add(0, Cidr(v4(static_cast<std::uint32_t>(random()))));
    const Image image = imageOf(std::move(builder));
    const auto count = tableOf(image).rangeCount(IpFamily::V4);
    QVERIFY(count > 999'000);
    QVERIFY2(image.size() < count * 9, std::to_string(image.size()).c_str());
}

QTEST_APPLESS_MAIN(TestAddressTable)
#include "tst_address_table.moc"
