// Random versions of a list, one after the other, beside the plainest way to say the same: one address at a
// time.
#include "engine/reputation/list_update.h"
#include "tests/unit/reputation/compiled_lists.h"

#include <QtTest>

#include <map>
#include <random>

using namespace bartizan;

class TestListUpdateReference : public QObject
{
    Q_OBJECT

private slots:
    void equalsTheReference_data();
    void equalsTheReference();
};

namespace {

constexpr std::size_t kWorld = 512; // addresses there are in a test, from its base

IpAddress at(const IpAddress& base, std::size_t offset)
{
    std::string bytes(base.byteView());
    bytes[bytes.size() - 2] =
        static_cast<char>(static_cast<unsigned char>(bytes[bytes.size() - 2]) + (offset >> 8));
    bytes[bytes.size() - 1] = static_cast<char>(offset);
    return *IpAddress::fromBytes(bytes);
}

std::vector<bool> randomWorld(std::mt19937& random)
{
    std::vector<bool> listed(kWorld);
    for (auto ranges = random() % 40; ranges > 0; --ranges) {
        const std::size_t first = random() % kWorld;
        const std::size_t last = std::min(kWorld - 1, first + (random() % 3 == 0 ? 0 : random() % 30));
        std::fill(listed.begin() + static_cast<std::ptrdiff_t>(first),
                  listed.begin() + static_cast<std::ptrdiff_t>(last) + 1, true);
    }
    return listed;
}

// In random pieces, with random labels: what a fetcher may hand over.
test::HeldList compiled(const std::vector<bool>& listed, const IpAddress& base, std::mt19937& random)
{
    CompiledListBuilder builder(1 << 20);
    for (std::size_t i = 0; i < kWorld; ++i) {
        if (listed[i])
            builder.add(static_cast<std::uint16_t>(random() % 3), {at(base, i), at(base, i)});
    }
    return test::HeldList(std::move(builder).build().value());
}

std::vector<ProtectedNetwork> randomNetworks(const IpAddress& base, std::mt19937& random)
{
    std::vector<ProtectedNetwork> networks;
    for (auto count = random() % 8; count > 0; --count) {
        const auto length = static_cast<unsigned>(base.bitCount() - random() % 6);
        networks.push_back({Cidr(at(base, random() % kWorld), length), "allowlist", "the allowlist"});
    }
    return networks;
}

// Runs of true values.
std::uint64_t runs(const std::vector<bool>& values)
{
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
        count += values[i] && (i == 0 || !values[i - 1]);
    return count;
}

struct Reference
{
    std::map<std::size_t, EpochMs> since;
    std::uint64_t added = 0;
    std::uint64_t removed = 0;
    std::vector<bool> kept = std::vector<bool>(kWorld);

    void update(const std::vector<bool>& listed, const IpAddress& base,
                const std::vector<ProtectedNetwork>& networks, EpochMs now)
    {
        std::vector<bool> come(kWorld);
        std::vector<bool> gone(kWorld);
        for (std::size_t i = 0; i < kWorld; ++i) {
            const bool cut = std::ranges::any_of(
                networks, [&](const auto& one) { return one.network.contains(at(base, i)); });
            const bool keeps = listed[i] && !cut;
            come[i] = keeps && !kept[i];
            gone[i] = kept[i] && !keeps;
            kept[i] = keeps;
            if (come[i])
                since[i] = now;
            if (gone[i])
                since.erase(i);
        }
        // Parts of one range: apart where others are between them, whether those are new or not.
        added = runs(come);
        removed = runs(gone);
    }
};

} // namespace

void TestListUpdateReference::equalsTheReference_data()
{
    QTest::addColumn<QString>("base");
    QTest::newRow("IPv4") << "192.0.2.0";
    QTest::newRow("IPv4, first address") << "0.0.0.0";
    QTest::newRow("IPv4, last address") << "255.255.254.0";
    QTest::newRow("IPv6") << "2001:db8::fe00";
    QTest::newRow("IPv6, first address") << "::";
    QTest::newRow("IPv6, last address") << "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fe00";
}

void TestListUpdateReference::equalsTheReference()
{
    QFETCH(const QString, base);
    const IpAddress lowest = *IpAddress::parse(base.toStdString());
    std::mt19937 random(7);
    for (int history = 0; history < 40; ++history) {
        Reference reference;
        std::optional<test::HeldList> inForce;
        std::vector<EpochMs> generations;
        for (EpochMs now = 1000; now < 1012; ++now) {
            const auto listed = randomWorld(random);
            const test::HeldList fetched = compiled(listed, lowest, random);
            const auto networks = randomNetworks(lowest, random);
            reference.update(listed, lowest, networks, now);
            const auto update = prepareUpdate(fetched.list(), inForce ? &inForce->list() : nullptr,
                                              generations, now, networks, {});
            QVERIFY(update);
            const test::HeldList made(update->image);
            const AddressTable& table = made.list().addresses();
            for (std::size_t i = 0; i < kWorld; ++i) {
                const auto numbers = table.lists(table.find(at(lowest, i)));
                QCOMPARE(numbers.size(), reference.kept[i] ? std::size_t{1} : std::size_t{0});
                if (reference.kept[i])
                    QCOMPARE(update->generations.at(numbers.front()), reference.since.at(i));
            }
            QCOMPARE(update->ranges, runs(reference.kept));
            QCOMPARE(update->added, reference.added);
            QCOMPARE(update->removed, reference.removed);
            QCOMPARE(update->addresses,
                     lowest.isV4() ? static_cast<std::uint64_t>(std::ranges::count(reference.kept, true))
                                   : 0U);
            inForce.emplace(update->image);
            generations = update->generations;
        }
    }
}

QTEST_APPLESS_MAIN(TestListUpdateReference)
#include "tst_list_update_reference.moc"
