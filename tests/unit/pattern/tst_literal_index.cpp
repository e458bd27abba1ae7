// The index of all literals against a plain search for each, and the list of candidates over it.
#include "engine/base/strings.h"
#include "engine/pattern/candidate_list.h"
#include "engine/pattern/literal_index.h"

#include <QTest>

#include <algorithm>
#include <random>

using namespace bartizan;

namespace {

// Few different bytes, so that literals share groups and stand in texts by chance.
std::string randomText(std::mt19937& random, std::size_t size)
{
    static constexpr std::string_view kBytes = "kqwxKQWX%{";
    std::string text;
    while (text.size() < size)
        text += kBytes[random() % kBytes.size()];
    return text;
}

bool holdsOne(std::string_view text, const std::vector<std::string>& literals)
{
    const std::string lower = toLower(text);
    return std::ranges::any_of(literals, [&lower](const std::string& literal) {
        return lower.find(toLower(literal)) != std::string::npos;
    });
}

} // namespace

class LiteralIndexTest : public QObject
{
    Q_OBJECT
private slots:
    void equalRequirementsShareANumber();
    void tellsWhatEveryTextMeets();
    void findsWhatAPlainSearchFinds();
    void findsWhereTextsEnd();
    void listsCandidatesInOrder();
};

void LiteralIndexTest::equalRequirementsShareANumber()
{
    LiteralIndex index;
    const auto first = index.require({"sqlmap", "nikto"});
    QCOMPARE(index.require({"Nikto", "SQLMAP", "nikto"}), first);
    QVERIFY(index.require({"sqlmap"}) != first);
    QCOMPARE(index.requirementCount(), std::size_t{3});
}

void LiteralIndexTest::tellsWhatEveryTextMeets()
{
    LiteralIndex index;
    for (const std::vector<std::string>& literals :
         {std::vector<std::string>{}, {""}, {"sqlmap", ""}, {"e"}, {"404"}, {" "}})
        QCOMPARE(index.require(literals), LiteralIndex::kAlways);
    const auto percent = index.require({"%"});
    index.build();
    LiteralHits hits;
    for (const auto* text : {"", "x", "%"}) {
        index.scan(text, hits);
        QVERIFY(hits.meets(LiteralIndex::kAlways));
        QCOMPARE(hits.meets(percent), *text == '%');
    }
}

void LiteralIndexTest::findsWhatAPlainSearchFinds()
{
    std::mt19937 random(7);
    LiteralIndex index;
    std::vector<std::pair<std::vector<std::string>, std::uint32_t>> wanted;
    for (int i = 0; i < 400; ++i) {
        std::vector<std::string> literals;
        for (std::size_t j = 0; j < 1 + random() % 3; ++j)
            literals.push_back(randomText(random, 1 + random() % 9));
        const auto number = index.require(literals);
        wanted.emplace_back(std::move(literals), number);
    }
    index.build();
    LiteralHits hits; // one for all texts: nothing is left over from the one before
    for (int i = 0; i < 2000; ++i) {
        const auto text = randomText(random, random() % 1500);
        index.scan(text, hits);
        for (const auto& [literals, number] : wanted) {
            if (number != LiteralIndex::kAlways)
                QCOMPARE(hits.meets(number), holdsOne(text, literals));
        }
        for (const auto number : hits.met())
            QVERIFY(hits.meets(number));
    }
}

void LiteralIndexTest::findsWhereTextsEnd()
{
    LiteralIndex index;
    const auto longOne = index.require({"nuclei"});
    const auto shortOne = index.require({"}}"});
    index.build();
    LiteralHits hits;
    for (std::size_t before = 0; before < 1100; ++before) {
        const std::string padding(before, '.');
        index.scan(padding + "nuclei", hits);
        QVERIFY(hits.meets(longOne) && !hits.meets(shortOne));
        index.scan(padding + "}}", hits);
        QVERIFY(!hits.meets(longOne) && hits.meets(shortOne));
        index.scan(padding + "nucle", hits);
        QVERIFY(!hits.meets(longOne));
        index.scan(padding + "}", hits);
        QVERIFY(!hits.meets(shortOne));
    }
}

void LiteralIndexTest::listsCandidatesInOrder()
{
    LiteralIndex index;
    const auto nikto = index.require({"nikto"});
    const auto nuclei = index.require({"nuclei"});
    index.build();
    const auto other = CandidateList::otherKey(5);
    const std::vector<std::uint32_t> keys{nuclei, LiteralIndex::kAlways, nikto, other,
                                          nuclei, LiteralIndex::kAlways, nikto};
    const CandidateList list(keys);
    LiteralHits hits;
    const auto found = [&](std::string_view text, std::uint32_t key) {
        index.scan(text, hits);
        std::vector<std::uint32_t> places{99}; // what stands there stays
        list.find(hits.met(), key, places);
        return places;
    };
    using Places = std::vector<std::uint32_t>;
    QCOMPARE(found("", CandidateList::otherKey(6)), (Places{99, 1, 5}));
    QCOMPARE(found("nikto", CandidateList::otherKey(6)), (Places{99, 1, 2, 5, 6}));
    QCOMPARE(found("nuclei", other), (Places{99, 0, 1, 3, 4, 5}));
    QCOMPARE(found("nuclei nikto", other), (Places{99, 0, 1, 2, 3, 4, 5, 6}));
    Places places;
    CandidateList().find({}, other, places);
    QVERIFY(places.empty());
}

QTEST_GUILESS_MAIN(LiteralIndexTest)
#include "tst_literal_index.moc"
