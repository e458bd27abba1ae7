// What rules find in a compiled list, beside what they find in a CDB list (tst_cdb_list).
#include "engine/lists/cdb_list.h"
#include "engine/lists/compiled_list.h"
#include "engine/lists/formats/value_text.h"
#include "engine/lists/lookup_list.h"

#include <QtTest>

using namespace bartizan;

class TestLookupList : public QObject
{
    Q_OBJECT

private slots:
    void compiledListAnswersLookUps_data();
    void compiledListAnswersLookUps();
    void valuesAreEmpty();
    void theImageLivesAsLongAsTheList();
    void textsStayTexts();
};

namespace {

constexpr std::string_view kMd5 = "d41d8cd98f00b204e9800998ecf8427e";
constexpr std::string_view kSha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::shared_ptr<const std::vector<std::byte>> image()
{
    CompiledListBuilder builder(100);
    for (const char* network : {"192.0.2.0/24", "198.51.100.7", "2001:db8::/32"})
        (void)builder.take({*Cidr::parse(network), {}, {}, 1});
    (void)builder.take({*formats::readHash(kMd5), {}, {}, 1});
    (void)builder.take({*formats::readHash(kSha256), {}, {}, 1});
    (void)builder.take({DomainName{"evil.example", false}, {}, {}, 1});
    (void)builder.take({DomainName{"wide.example", true}, {}, {}, 1});
    return std::make_shared<const std::vector<std::byte>>(std::move(builder).build().value());
}

std::shared_ptr<const LookupList> compiled(const std::shared_ptr<const std::vector<std::byte>>& bytes)
{
    return makeLookupList(CompiledList::open(*bytes).value(), bytes);
}

} // namespace

void TestLookupList::compiledListAnswersLookUps_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<bool>("asKey");
    QTest::addColumn<bool>("asAddress");
    const auto row = [](const QByteArray& value, bool asKey, bool asAddress) {
        QTest::newRow(value.isEmpty() ? "empty" : value.left(60).constData()) << value << asKey << asAddress;
    };
    row("192.0.2.77", true, true);
    row("192.0.3.0", false, false);
    row("198.51.100.7", true, true);
    row("198.51.100.70", false, false);
    row("::ffff:198.51.100.7", true, true);
    row("2001:DB8:0:0::1", true, true);
    row("2001:db9::1", false, false);
    row("192.0.2.", false, false);
    row("192.0.2.0/24", false, false);
    row(QByteArray(kMd5.data(), 32), true, false);
    row(QByteArray(kMd5.data(), 32).toUpper(), true, false);
    row(QByteArray(kSha256.data(), 64), true, false);
    row(QByteArray(kSha256.data(), 63), false, false);
    row(QByteArray(32, 'a'), false, false);
    row("evil.example", true, false);
    row("Evil.EXAMPLE.", true, false);
    row("www.evil.example", false, false);
    row("wide.example", true, false);
    row("a.b.Wide.Example", true, false);
    row("notwide.example", false, false);
    row(".wide.example", false, false);
    row("example", false, false);
    row("", false, false);
    row(".", false, false);
    row(QByteArray(300, 'x') + ".wide.example", false, false);
}

void TestLookupList::compiledListAnswersLookUps()
{
    QFETCH(QByteArray, value);
    QFETCH(bool, asKey);
    QFETCH(bool, asAddress);
    const auto list = compiled(image());
    const auto holds = [&](ListLookup lookup, AddressKeys keys = AddressKeys::Texts) {
        return listMatches(*list, lookup, keys, value.toStdString(), [](std::string_view) { return true; });
    };
    QCOMPARE(holds(ListLookup::MatchKey), asKey);
    QCOMPARE(holds(ListLookup::NotMatchKey), !asKey);
    QCOMPARE(holds(ListLookup::AddressMatchKey), asAddress);
    QCOMPARE(holds(ListLookup::AddressMatchKey, AddressKeys::Networks), asAddress);
    QCOMPARE(holds(ListLookup::NotAddressMatchKey), !asAddress);
}

void TestLookupList::valuesAreEmpty()
{
    const auto list = compiled(image());
    QCOMPARE(list->size(), 7U);
    for (const ListLookup lookup : {ListLookup::MatchKeyValue, ListLookup::AddressMatchKeyValue}) {
        int asked = 0;
        (void)listMatches(*list, lookup, AddressKeys::Texts, "192.0.2.1", [&](std::string_view value) {
            asked += value.empty() ? 1 : 100;
            return true;
        });
        QCOMPARE(asked, 1);
    }
}

void TestLookupList::theImageLivesAsLongAsTheList()
{
    auto bytes = image();
    const std::weak_ptr<const std::vector<std::byte>> watched = bytes;
    auto list = compiled(bytes);
    bytes.reset();
    QVERIFY(!watched.expired());
    QVERIFY(list->find("evil.example"));
    list.reset();
    QVERIFY(watched.expired());
}

// Nothing of this leaks into CDB lists, whose look-ups the reference defines.
void TestLookupList::textsStayTexts()
{
    Problems problems;
    const auto list = makeLookupList(
        CdbList::compile("192.0.2.0/24:net\nEvil.example:x\n\"2001:db8::1\":y\n", "l", problems));
    QVERIFY(problems.empty());
    QCOMPARE(list->size(), 3U);
    QVERIFY(list->find("Evil.example") == "x");
    QVERIFY(!list->find("evil.example"));
    QVERIFY(!list->findAddress("192.0.2.1", AddressKeys::Texts));
    QVERIFY(list->findAddress("192.0.2.1", AddressKeys::Networks) == "net");
    QVERIFY(!list->findAddress("2001:DB8::1", AddressKeys::Texts));
    QVERIFY(list->findAddress("2001:DB8::1", AddressKeys::Networks) == "y");
}

QTEST_APPLESS_MAIN(TestLookupList)
#include "tst_lookup_list.moc"
