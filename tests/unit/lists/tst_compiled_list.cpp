#include "engine/lists/compiled_list.h"
#include "engine/lists/compiled_list_layout.h"

#include <QtTest>

#include <map>
#include <random>
#include <set>

using namespace bartizan;

class TestCompiledList : public QObject
{
    Q_OBJECT

private slots:
    void emptyList();
    void roundTrip();
    void domainsBelowOthers();
    void repeatedDomainKeepsTheWiderMeaning();
    void equalsTheReference();
    void imageIsTheSameInAnyOrder();
    void labelsOfSeveralLists();
    void tooManyEntries();
    void whatCanNotBe_data();
    void whatCanNotBe();
    void everyTruncationIsRefused();
    void everyDamagedByteIsRefused();
    void damageWithARightChecksumIsRefusedOrHarmless();
    void otherVersionAndPlace();
    void changedAfterTheCheckStaysInside();
};

namespace {

using Image = std::vector<std::byte>;
using Entries = std::vector<ListEntry>;

FileHash hashOf(FileHash::Algorithm algorithm, std::uint8_t first, std::uint8_t last)
{
    FileHash hash;
    hash.algorithm = algorithm;
    hash.bytes.at(0) = first;
    hash.bytes.at(hash.size() - 1) = last;
    return hash;
}

ListEntry network(const char* text)
{
    return {*Cidr::parse(text), {}, {}, 1};
}

ListEntry domain(std::string_view name, bool withSubdomains = false)
{
    return {DomainName{name, withSubdomains}, {}, {}, 1};
}

Image imageOf(const Entries& entries)
{
    CompiledListBuilder builder(1'000'000);
    for (const ListEntry& entry : entries) {
        if (!builder.take(entry))
            qFatal("the list is too large");
    }
    auto image = std::move(builder).build();
    if (!image)
        qFatal("%s", image.error().message.c_str());
    return std::move(*image);
}

CompiledList listOf(const Image& image)
{
    auto list = CompiledList::open(image);
    if (!list)
        qFatal("%s", list.error().message.c_str());
    return *list;
}

Image smallImage()
{
    using enum FileHash::Algorithm;
    return imageOf({network("192.0.2.0/24"),
                    network("2001:db8::1"),
                    {hashOf(Md5, 1, 2), {}, {}, 1},
                    {hashOf(Md5, 9, 2), {}, {}, 1},
                    {hashOf(Sha256, 1, 2), {}, {}, 1},
                    domain("bad.example"),
                    domain("worse.example", true)});
}

CompiledListHeader headerOf(const Image& image)
{
    CompiledListHeader header;
    std::memcpy(&header, image.data(), sizeof(header));
    return header;
}

// As one who may write anything would.
void sign(Image& image)
{
    CompiledListHeader header = headerOf(image);
    const auto place = [&](std::size_t offset) { return image.data() + offset; };
    const std::size_t table = sizeof(header);
    if (header.addressBytes >= sizeof(AddressTableHeader) && header.addressBytes % 64 == 0 &&
        header.addressBytes <= image.size() - table) {
        AddressTableHeader inner;
        std::memcpy(&inner, place(table), sizeof(inner));
        inner.checksum = addressTableChecksum(std::span(image).subspan(
            table + kAddressTableChecked, header.addressBytes - kAddressTableChecked));
        std::memcpy(place(table), &inner, sizeof(inner));
    }
    header.checksum = addressTableChecksum(std::span(image).subspan(kCompiledListChecked));
    std::memcpy(image.data(), &header, sizeof(header));
}

// All that is in it, and every answer about it.
void readAll(const CompiledList& list, const std::function<void(bool)>& expectFound)
{
    list.forEachHash([&](const FileHash& hash) { expectFound(list.holds(hash)); });
    list.forEachDomain([&](const DomainName& name) { expectFound(list.holdsDomain(name.name)); });
    list.addresses().forEachRange([&](const AddressRange& range, AddressTable::Label) {
        expectFound(!range.first.isV4() || list.addresses().contains(range.first));
    });
}

} // namespace

void TestCompiledList::emptyList()
{
    const Image image = imageOf({});
    const CompiledList list = listOf(image);
    QCOMPARE(list.hashCount(), std::uint64_t{0});
    QCOMPARE(list.domainCount(), std::uint64_t{0});
    QVERIFY(!list.holds(FileHash{}));
    QVERIFY(!list.holdsDomain(""));
    QVERIFY(!list.holdsDomain("bad.example"));
    QVERIFY(!list.addresses().contains(*IpAddress::parse("0.0.0.0")));
}

void TestCompiledList::roundTrip()
{
    const Image image = smallImage();
    const CompiledList list = listOf(image);
    QVERIFY(list.addresses().contains(*IpAddress::parse("192.0.2.7")));
    QVERIFY(list.addresses().contains(*IpAddress::parse("2001:db8::1")));
    QVERIFY(!list.addresses().contains(*IpAddress::parse("192.0.3.7")));
    using enum FileHash::Algorithm;
    QVERIFY(list.holds(hashOf(Md5, 1, 2)));
    QVERIFY(list.holds(hashOf(Md5, 9, 2)));
    QVERIFY(list.holds(hashOf(Sha256, 1, 2)));
    QVERIFY(!list.holds(hashOf(Md5, 1, 3)));
    QVERIFY(!list.holds(hashOf(Sha256, 9, 2)));
    QCOMPARE(list.hashCount(), std::uint64_t{3});
    std::vector<FileHash> hashes;
    list.forEachHash([&](const FileHash& hash) { hashes.push_back(hash); });
    QVERIFY((hashes == std::vector{hashOf(Md5, 1, 2), hashOf(Md5, 9, 2), hashOf(Sha256, 1, 2)}));
    std::vector<std::pair<std::string, bool>> domains;
    list.forEachDomain(
        [&](const DomainName& name) { domains.emplace_back(std::string(name.name), name.withSubdomains); });
    QVERIFY((domains ==
             std::vector<std::pair<std::string, bool>>{{"bad.example", false}, {"worse.example", true}}));
}

void TestCompiledList::domainsBelowOthers()
{
    const Image image = smallImage();
    const CompiledList list = listOf(image);
    for (const char* name : {"bad.example", "worse.example", "a.worse.example", "a.b.c.worse.example"})
        QVERIFY2(list.holdsDomain(name), name);
    for (const char* name : {"a.bad.example", "example", "notworse.example", "worse.example.org", "", ".",
                             ".bad.example", "worse.exampl"})
        QVERIFY2(!list.holdsDomain(name), name);
    QVERIFY(!list.holdsDomain(std::string(100'000, '.') + "worse.example"));
}

void TestCompiledList::repeatedDomainKeepsTheWiderMeaning()
{
    const Image image = imageOf(
        {domain("a.example"), domain("a.example", true), domain("a.example"), domain("b.example", true)});
    const CompiledList list = listOf(image);
    QCOMPARE(list.domainCount(), std::uint64_t{2});
    QVERIFY(list.holdsDomain("x.a.example"));
}

void TestCompiledList::equalsTheReference()
{
    std::mt19937 random(3);
    std::set<FileHash> hashes;
    std::map<std::string, bool> domains;
    std::vector<std::string> names;
    CompiledListBuilder builder(1'000'000);
    for (int i = 0; i < 20'000; ++i) {
        using enum FileHash::Algorithm;
        const FileHash hash = hashOf(random() % 2 == 0 ? Md5 : Sha256, static_cast<std::uint8_t>(random()),
                                     static_cast<std::uint8_t>(random()));
        hashes.insert(hash);
        QVERIFY(builder.take({hash, {}, {}, 1}));
        std::string name;
        for (unsigned label = 0; label < 1 + random() % 4; ++label)
            name += (name.empty() ? "" : ".") +
                    std::string(1 + random() % 2, static_cast<char>('a' + random() % 5));
        const bool withSubdomains = random() % 20 == 0;
        names.push_back(name);
        if (random() % 8 == 0) {
            domains[name] |= withSubdomains;
            QVERIFY(builder.take(domain(name, withSubdomains)));
        }
    }
    const auto image = std::move(builder).build();
    QVERIFY(image.has_value());
    const CompiledList list = listOf(*image);
    QCOMPARE(list.hashCount(), std::uint64_t{hashes.size()});
    QCOMPARE(list.domainCount(), std::uint64_t{domains.size()});
    for (unsigned first = 0; first < 256; ++first) {
        for (unsigned last = 0; last < 256; ++last) {
            for (const auto algorithm : {FileHash::Algorithm::Md5, FileHash::Algorithm::Sha256}) {
                const FileHash hash =
                    hashOf(algorithm, static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(last));
                QCOMPARE(list.holds(hash), hashes.contains(hash));
            }
        }
    }
    int below = 0;
    for (const std::string& name : names) {
        bool expected = domains.contains(name);
        for (const auto& [listed, withSubdomains] : domains)
            expected = expected || (withSubdomains && name.ends_with("." + listed));
        QCOMPARE(list.holdsDomain(name), expected);
        below += expected && !domains.contains(name) ? 1 : 0;
    }
    QVERIFY(below > 100);
}

void TestCompiledList::imageIsTheSameInAnyOrder()
{
    Entries entries{network("192.0.2.0/24"),
                    network("198.51.100.1"),
                    domain("b.example"),
                    domain("a.example"),
                    {hashOf(FileHash::Algorithm::Md5, 3, 3), {}, {}, 1},
                    {hashOf(FileHash::Algorithm::Md5, 1, 1), {}, {}, 1}};
    const Image image = imageOf(entries);
    std::ranges::reverse(entries);
    entries.push_back(entries.front());
    QVERIFY(imageOf(entries) == image);
}

void TestCompiledList::labelsOfSeveralLists()
{
    CompiledListBuilder builder(10);
    builder.add(0, {*IpAddress::parse("192.0.2.0"), *IpAddress::parse("192.0.2.9")});
    builder.add(3, {*IpAddress::parse("192.0.2.5"), *IpAddress::parse("192.0.2.12")});
    const auto image = std::move(builder).build();
    QVERIFY(image.has_value());
    const CompiledList list = listOf(*image);
    const auto lists = list.addresses().lists(list.addresses().find(*IpAddress::parse("192.0.2.7")));
    QVERIFY(std::ranges::equal(lists, std::vector<std::uint16_t>{0, 3}));
}

void TestCompiledList::tooManyEntries()
{
    CompiledListBuilder builder(2);
    QVERIFY(builder.take(domain("a.example")));
    QVERIFY(builder.take(network("192.0.2.1")));
    QVERIFY(!builder.take(network("192.0.2.2")));
    QVERIFY(!builder.take(domain("a.example")));
    const auto image = std::move(builder).build();
    QVERIFY(!image.has_value());
    QCOMPARE(image.error().code, ErrorCode::Exhausted);
}

void TestCompiledList::whatCanNotBe_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("empty") << QByteArray("");
    QTest::newRow("upper case") << QByteArray("Bad.example");
    QTest::newRow("a blank") << QByteArray("bad example");
    QTest::newRow("no ASCII") << QByteArray("b\xC3\xA4"
                                            "d.example");
    QTest::newRow("a NUL") << QByteArray("bad\0example", 11);
    QTest::newRow("too long") << QByteArray(254, 'a');
}

void TestCompiledList::whatCanNotBe()
{
    QFETCH(const QByteArray, name);
    CompiledListBuilder builder(10);
    QVERIFY(builder.take(domain({name.constData(), static_cast<std::size_t>(name.size())})));
    const auto image = std::move(builder).build();
    QVERIFY(!image.has_value());
    QCOMPARE(image.error().code, ErrorCode::InvalidArgument);

    CompiledListBuilder other(10);
    other.add(0, {*IpAddress::parse("192.0.2.9"), *IpAddress::parse("192.0.2.0")});
    QVERIFY(!std::move(other).build().has_value());
}

void TestCompiledList::everyTruncationIsRefused()
{
    const Image image = smallImage();
    for (std::size_t size = 0; size < image.size(); ++size) {
        const Image cut(image.begin(), image.begin() + static_cast<std::ptrdiff_t>(size));
        QVERIFY(!CompiledList::open(cut).has_value());
    }
    Image longer = image;
    longer.resize(image.size() + kAddressTableAlignment);
    QVERIFY(!CompiledList::open(longer).has_value());
}

void TestCompiledList::everyDamagedByteIsRefused()
{
    const Image image = smallImage();
    for (std::size_t i = 0; i < image.size(); ++i) {
        for (const int change : {1, 0x80, 0xFF}) {
            Image damaged = image;
            damaged[i] ^= static_cast<std::byte>(change);
            QVERIFY2(!CompiledList::open(damaged).has_value(), std::to_string(i).c_str());
        }
    }
}

// What passes is another list that could have been written, and holds together.
void TestCompiledList::damageWithARightChecksumIsRefusedOrHarmless()
{
    const Image image = smallImage();
    int opened = 0;
    int refused = 0;
    // Of the address table, which has a test of its own, some bytes only.
    const std::size_t tableEnd = sizeof(CompiledListHeader) + headerOf(image).addressBytes;
    for (std::size_t i = kCompiledListChecked; i < image.size(); ++i) {
        const bool isInTable = i >= sizeof(CompiledListHeader) && i < tableEnd;
        for (int change = 1; change < 256 && (!isInTable || (i % 61 == 0 && change < 4)); ++change) {
            Image damaged = image;
            damaged[i] ^= static_cast<std::byte>(change);
            sign(damaged);
            const auto list = CompiledList::open(damaged);
            ++(list ? opened : refused);
            if (list)
                readAll(*list, [](bool found) { QVERIFY(found); });
        }
    }
    QVERIFY(opened > 0 && refused > opened);

    // A domain whose end lies behind the next one's.
    Image damaged = smallImage();
    const CompiledListHeader header = headerOf(damaged);
    const std::size_t ends = sizeof(header) + header.addressBytes + addressTablePadded(header.md5 * 16) +
                             addressTablePadded(header.sha256 * 32);
    std::uint32_t end = 0;
    std::memcpy(&end, damaged.data() + ends, sizeof(end));
    end += 100;
    std::memcpy(damaged.data() + ends, &end, sizeof(end));
    sign(damaged);
    QVERIFY(!CompiledList::open(damaged).has_value());
}

void TestCompiledList::otherVersionAndPlace()
{
    Image image = smallImage();
    CompiledListHeader header = headerOf(image);
    ++header.version;
    std::memcpy(image.data(), &header, sizeof(header));
    sign(image);
    QCOMPARE(CompiledList::open(image).error().code, ErrorCode::Unsupported);

    const Image good = smallImage();
    Image shifted(good.size() + 8);
    std::ranges::copy(good, shifted.begin() + 4);
    QVERIFY(!CompiledList::open(std::span(shifted).subspan(4, good.size())).has_value());
}

// As when the other process still has the memory: answers may be wrong, nothing outside is read (sanitizers).
void TestCompiledList::changedAfterTheCheckStaysInside()
{
    const Image good = smallImage();
    Image image = good;
    const CompiledList list = listOf(image);
    std::mt19937 random(5);
    std::size_t answers = 0;
    for (int round = 0; round < 5000; ++round) {
        for (int i = 0; i < 20; ++i)
            image[random() % image.size()] = static_cast<std::byte>(random() % 2 == 0 ? 0xFF : random());
        readAll(list, [&](bool found) { answers += found ? 1U : 0U; });
        answers += list.holdsDomain("a.b.worse.example") ? 1U : 0U;
        answers += list.holds(hashOf(FileHash::Algorithm::Sha256, 1, 2)) ? 1U : 0U;
        if (round % 10 == 0)
            image = good;
    }
    QVERIFY(answers > 0);
}

QTEST_APPLESS_MAIN(TestCompiledList)
#include "tst_compiled_list.moc"
