// Random changes, undos, restarts and hand edits, against a model that is as simple as can be.
#include "own_lists_bench.h"

#include <map>
#include <random>
#include <set>

using namespace bartizan;

namespace {

// A list without comments is a sequence of keys with notes; with them, the other lines are pinned apart.
class Walk
{
public:
    explicit Walk(unsigned seed)
        : m_random(seed)
    {
        m_bench.write("bad", "# head\r\nno colon\n");
    }

    void step()
    {
        switch (pick(8)) {
        case 0:
        case 1:
        case 2:
            add();
            break;
        case 3:
            remove();
            break;
        case 4:
            undo();
            break;
        case 5:
            m_bench.restart();
            break;
        case 6:
            editByHand();
            break;
        default:
            expire();
        }
        compare();
    }
    [[nodiscard]] int undone() const { return m_undone; }

private:
    struct Model
    {
        std::map<std::string, std::string> entries;
        std::map<std::string, EpochMs> expiries;
    };

    unsigned pick(unsigned below) { return std::uniform_int_distribution<unsigned>(0, below - 1)(m_random); }
    std::string anyKey()
    {
        static const std::vector<std::string> kKeys{"alice",       "192.0.2.7", "2001:db8::1", "192.0.2.",
                                                    "bad.example", "8080",      "10.0.0.0/8",  "x:y:z",
                                                    "x y",         "bob"};
        return kKeys[pick(static_cast<unsigned>(kKeys.size()))];
    }
    std::string anyNote()
    {
        static const std::vector<std::string> kNotes{"", "n", "a: b", "it's", ":", "one two"};
        return kNotes[pick(static_cast<unsigned>(kNotes.size()))];
    }

    void add()
    {
        EntryEdit edit;
        auto after = m_model;
        std::set<std::string> named;
        for (unsigned i = 0; i <= pick(3); ++i) {
            const auto key = anyKey();
            const auto note = anyNote();
            const std::optional<EpochMs> expiry =
                pick(3) == 0 ? std::optional<EpochMs>(m_now + 1 + pick(1'000)) : std::nullopt;
            edit.add.push_back({key, note, expiry});
            if (!named.insert(key).second)
                continue; // the first counts
            after.entries[key] = note;
            after.expiries.erase(key);
            if (expiry)
                after.expiries[key] = *expiry;
        }
        change(edit, after);
    }
    void remove()
    {
        const auto key = anyKey();
        auto after = m_model;
        after.expiries.erase(key);
        if (after.entries.erase(key) == 0) {
            QVERIFY(!m_bench.edit("bad", {{}, {key}}, m_now).isWritten());
            return;
        }
        change({{}, {key}}, after);
    }
    void change(const EntryEdit& edit, const Model& after)
    {
        const auto before = m_bench.text("bad");
        const auto outcome = m_bench.edit("bad", edit, m_now);
        QVERIFY2(outcome.isWritten(),
                 outcome.problems.empty() ? "" : outcome.problems.back().message.c_str());
        const bool isChanged = after.entries != m_model.entries || after.expiries != m_model.expiries;
        QCOMPARE(outcome.added + outcome.changed + outcome.removed > 0, isChanged);
        if (isChanged)
            m_history.emplace_back(before, m_model);
        m_model = after;
    }
    // Byte for byte, as long as nobody else touched the file.
    void undo()
    {
        const auto outcome = m_bench.lists().undo("bad", "alice", m_now);
        if (m_history.empty()) {
            QVERIFY(!outcome.has_value() || !m_isExact);
            return;
        }
        const auto [text, model] = m_history.back();
        if (!outcome) {
            QVERIFY(!m_isExact);
            QCOMPARE(outcome.error().code, ErrorCode::Refused);
            readModel();
            m_history.clear();
            return;
        }
        m_history.pop_back();
        ++m_undone;
        if (m_isExact) {
            QCOMPARE(m_bench.text("bad"), text);
            m_model = model;
        }
        readModel();
    }
    // A line of a key that nobody else uses, or somebody else's note.
    void editByHand()
    {
        const auto text = m_bench.text("bad");
        if (pick(2) == 0) {
            m_bench.write("bad", "# remark " + std::to_string(pick(100)) + '\n' + text);
        } else {
            m_bench.write("bad", text + "hand" + std::to_string(pick(1'000'000)) + ":x\n");
        }
        m_isExact = false;
        readModel();
    }
    void expire()
    {
        m_now += pick(300);
        bool isDue = false;
        for (auto one = m_model.expiries.begin(); one != m_model.expiries.end();) {
            if (one->second > m_now) {
                ++one;
                continue;
            }
            isDue = true;
            m_model.entries.erase(one->first);
            one = m_model.expiries.erase(one);
        }
        QCOMPARE(!m_bench.lists().expireDue(m_now).empty(), isDue);
        m_isExact = m_isExact && !isDue;
    }

    // Who edits by hand and undoes over it gets what the file says; the notes of the model are read anew.
    void readModel()
    {
        Model model;
        const auto page = m_bench.lists().entries("bad", 0, 1'000, {});
        for (const auto& entry : page->entries) {
            if (entry.problem.starts_with("The line has no"))
                continue;
            QVERIFY2(entry.problem.empty(), entry.problem.c_str()); // no key came twice
            model.entries[entry.key] = entry.note;
            if (entry.expiresAt)
                model.expiries[entry.key] = *entry.expiresAt;
        }
        if (m_isExact) {
            QCOMPARE(model.entries, m_model.entries);
            QCOMPARE(model.expiries, m_model.expiries);
        }
        m_model = std::move(model);
    }
    void compare()
    {
        const auto expected = m_model;
        readModel();
        QCOMPARE(m_model.entries, expected.entries);
        QCOMPARE(m_model.expiries, expected.expiries);
        const auto text = m_bench.text("bad");
        // An undo over a hand edit may put lines between them.
        QVERIFY(text.find("# head\r\n") != std::string::npos && text.find("no colon\n") != std::string::npos);
        std::optional<EpochMs> next;
        for (const auto& [key, at] : expected.expiries)
            next = next ? std::min(*next, at) : at;
        QCOMPARE(m_bench.lists().nextExpiry(), next);
    }

    std::mt19937 m_random;
    OwnListsBench m_bench;
    Model m_model;
    std::vector<std::pair<std::string, Model>> m_history;
    EpochMs m_now = kNow;
    bool m_isExact = true; // nothing but changes and undos since the first
    int m_undone = 0;
};

} // namespace

class TestOwnListsProperty : public QObject
{
    Q_OBJECT

private slots:
    void walks();
};

void TestOwnListsProperty::walks()
{
    int undone = 0;
    for (unsigned seed = 1; seed <= 40; ++seed) {
        Walk walk(seed);
        for (int i = 0; i < 40; ++i) {
            walk.step();
            if (QTest::currentTestFailed())
                QFAIL(qPrintable(QStringLiteral("seed %1, step %2").arg(seed).arg(i)));
        }
        undone += walk.undone();
    }
    QVERIFY(undone > 100);
}

QTEST_GUILESS_MAIN(TestOwnListsProperty)
#include "tst_own_lists_property.moc"
