#include "tests/firewall/backend_contract.h"

#include <algorithm>
#include <map>

namespace bartizan::test {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

Cidr cidr(std::string_view text)
{
    return Cidr::parse(text).value();
}

// Kernels count in jiffies, and the test itself takes time.
constexpr milliseconds kSlack = 2s;

class Contract
{
public:
    Contract(FirewallBackend& backend, const Wait& wait)
        : m_backend(backend)
        , m_wait(wait)
    {
    }

    std::vector<std::string> run()
    {
        beforeSetUp();
        if (!succeeds("ensureReady", m_backend.ensureReady()))
            return m_breaches;
        addAndRemove();
        allOrNone();
        newTime();
        networks();
        allowed();
        expiry();
        lists();
        largeLists();
        setUpKeepsBlocks();
        takeDown();
        return m_breaches;
    }

private:
    void check(bool holds, const std::string& sentence)
    {
        if (!holds)
            m_breaches.push_back(sentence);
    }

    template<class T> bool succeeds(const std::string& what, const Result<T>& result)
    {
        check(result.has_value(), what + " fails" + (result ? "" : ": " + result.error().message));
        return result.has_value();
    }

    void add(const std::vector<FirewallEntry>& entries) { succeeds("add", m_backend.add(entries)); }

    void remove(const std::vector<Cidr>& addresses) { succeeds("remove", m_backend.remove(addresses)); }

    std::optional<FirewallEntry> find(std::string_view address)
    {
        const auto found = m_backend.find(cidr(address));
        return succeeds("find", found) ? *found : std::nullopt;
    }

    // `remaining`: nothing = permanent.
    void expectBlocked(std::string_view address, std::optional<milliseconds> remaining)
    {
        const std::string name(address);
        const auto found = find(address);
        check(found.has_value(), name + " was added and is not read back");
        if (!found)
            return;
        check(found->address == cidr(address), name + " is read back as " + found->address.toString());
        check(found->remaining.has_value() == remaining.has_value(),
              name + " is timed and permanent mixed up");
        if (found->remaining && remaining) {
            check(*found->remaining > *remaining - kSlack && *found->remaining <= *remaining + kSlack,
                  name + " has " + std::to_string(found->remaining->count()) + " ms left instead of " +
                      std::to_string(remaining->count()));
        }
    }

    void expectFree(std::string_view address, const std::string& why)
    {
        check(!find(address).has_value(), std::string(address) + " is still blocked " + why);
    }

    void expectListed(std::vector<std::string> wanted, const std::string& when)
    {
        const auto listed = m_backend.list();
        if (!succeeds("list", listed))
            return;
        std::vector<std::string> got;
        for (const FirewallEntry& entry : *listed)
            got.push_back(entry.address.toString());
        std::ranges::sort(got);
        std::ranges::sort(wanted);
        check(got == wanted, "the list is wrong " + when + ": " + joined(got));
    }

    static std::string joined(const std::vector<std::string>& parts)
    {
        std::string text;
        for (const std::string& part : parts)
            text += part + " ";
        return text;
    }

    void beforeSetUp()
    {
        succeeds("teardown of nothing", m_backend.teardown());
        const auto listed = m_backend.list();
        check(!listed && listed.error().code == ErrorCode::NotFound, "list() before set-up is not NotFound");
        const auto found = m_backend.find(cidr("192.0.2.1"));
        check(found && !*found, "find() before set-up finds something");
    }

    void addAndRemove()
    {
        add({{cidr("192.0.2.1"), 600s}, {cidr("2001:db8::1"), 600s}, {cidr("192.0.2.2"), std::nullopt}});
        expectBlocked("192.0.2.1", 600s);
        expectBlocked("2001:db8::1", 600s);
        expectBlocked("192.0.2.2", std::nullopt);
        expectFree("192.0.2.3", "without ever being added");
        manyAtOnce();
        expectListed({"192.0.2.1", "192.0.2.2", "2001:db8::1"}, "after add");
        remove({cidr("192.0.2.1"), cidr("192.0.2.99"), cidr("2001:db8::1"), cidr("198.51.100.0/24")});
        expectFree("192.0.2.1", "after remove");
        expectFree("2001:db8::1", "after remove");
        expectListed({"192.0.2.2"}, "after remove");
        remove({cidr("192.0.2.1")});
        remove({cidr("192.0.2.2")});
        expectListed({}, "after removing all");
        add({});
        remove({});
    }

    void manyAtOnce()
    {
        std::vector<FirewallEntry> entries;
        std::vector<Cidr> addresses;
        for (const Cidr& address : manyEntries(70)) {
            entries.push_back({address, 600s});
            addresses.push_back(address);
        }
        add(entries);
        expectMissing(addresses, {});
        const std::vector<Cidr> gone{addresses[1500], addresses[7]};
        remove(gone);
        expectMissing(addresses, {addresses[7], addresses[1500]});
        expectMissing(std::vector{cidr("192.0.2.1"), cidr("198.18.0.0/15")}, {cidr("198.18.0.0/15")});
        remove(addresses);
    }

    void expectMissing(const std::vector<Cidr>& addresses, const std::vector<Cidr>& wanted)
    {
        const auto missing = m_backend.missing(addresses);
        if (succeeds("missing", missing))
            check(*missing == wanted, "missing() finds " + std::to_string(missing->size()) + " instead of " +
                                          std::to_string(wanted.size()));
    }

    void allOrNone()
    {
        const std::vector<FirewallEntry> withBad{{cidr("192.0.2.1"), 600s}, {cidr("0.0.0.0/0"), 600s}};
        const auto added = m_backend.add(withBad);
        check(!added && added.error().code == ErrorCode::InvalidArgument,
              "a block of every address is taken");
        expectFree("192.0.2.1", "though the others of its batch were refused");
        // The last of equal addresses holds.
        add({{cidr("192.0.2.1"), 600s}, {cidr("192.0.2.1"), 60s}});
        expectBlocked("192.0.2.1", 60s);
        remove({cidr("192.0.2.1"), cidr("192.0.2.1")});
        expectFree("192.0.2.1", "after remove");
    }

    void newTime()
    {
        add({{cidr("192.0.2.1"), 60s}, {cidr("2001:db8::1"), 60s}});
        add({{cidr("192.0.2.1"), 6000s}, {cidr("192.0.2.9"), 60s}});
        expectBlocked("192.0.2.1", 6000s);
        expectBlocked("192.0.2.9", 60s);
        add({{cidr("192.0.2.1"), 30s}});
        expectBlocked("192.0.2.1", 30s);
        add({{cidr("192.0.2.1"), std::nullopt}, {cidr("2001:db8::1"), std::nullopt}});
        expectBlocked("192.0.2.1", std::nullopt);
        expectBlocked("2001:db8::1", std::nullopt);
        add({{cidr("192.0.2.1"), 60s}, {cidr("2001:db8::1"), 90s}});
        expectBlocked("192.0.2.1", 60s);
        expectBlocked("2001:db8::1", 90s);
        expectListed({"192.0.2.1", "192.0.2.9", "2001:db8::1"}, "after new times");
        remove({cidr("192.0.2.1"), cidr("192.0.2.9"), cidr("2001:db8::1")});
    }

    void networks()
    {
        add({{cidr("198.51.100.0/24"), 600s}, {cidr("2001:db8:1::/64"), 600s}, {cidr("198.51.100.7"), 60s}});
        // One inside the other, either first.
        add({{cidr("198.51.0.0/16"), 60s}, {cidr("198.51.100.128/25"), std::nullopt}});
        expectBlocked("198.51.100.0/24", 600s);
        expectBlocked("198.51.0.0/16", 60s);
        expectBlocked("198.51.100.128/25", std::nullopt);
        expectBlocked("2001:db8:1::/64", 600s);
        expectBlocked("198.51.100.7", 60s);
        expectFree("198.51.100.0/25", "though only its neighbours were added");
        expectListed(
            {"198.51.100.0/24", "198.51.0.0/16", "198.51.100.128/25", "2001:db8:1::/64", "198.51.100.7"},
            "with networks");
        remove({cidr("198.51.100.0/24")});
        expectFree("198.51.100.0/24", "after remove");
        expectBlocked("198.51.100.7", 60s);
        expectBlocked("198.51.0.0/16", 60s);
        remove({cidr("198.51.0.0/16"), cidr("198.51.100.128/25"), cidr("2001:db8:1::/64"),
                cidr("198.51.100.7")});
        expectListed({}, "after removing networks");
    }

    void expectAllowed(const std::vector<Cidr>& set, std::vector<Cidr> wanted)
    {
        succeeds("setAllowed", m_backend.setAllowed(set));
        const auto listed = m_backend.listAllowed();
        if (!succeeds("listAllowed", listed))
            return;
        std::vector<std::string> got;
        for (const Cidr& network : *listed)
            got.push_back(network.toString());
        std::ranges::sort(wanted);
        std::vector<std::string> texts;
        for (const Cidr& network : wanted)
            texts.push_back(network.toString());
        check(got == texts, "allowed are " + joined(got) + "instead of " + joined(texts));
    }

    void allowed()
    {
        expectAllowed({cidr("10.0.0.1"), cidr("fd00::/8")}, {cidr("10.0.0.1"), cidr("fd00::/8")});
        // Neighbours, networks inside networks, duplicates, the first and the last address.
        expectAllowed({cidr("10.0.1.0/24"), cidr("10.0.0.0/24"), cidr("10.0.0.7"), cidr("10.0.2.0"),
                       cidr("10.0.2.0"), cidr("255.255.255.255"), cidr("0.0.0.0"), cidr("ff00::/8"),
                       cidr("::/127")},
                      {cidr("10.0.0.0/24"), cidr("10.0.1.0/24"), cidr("10.0.2.0"), cidr("255.255.255.255"),
                       cidr("0.0.0.0"), cidr("ff00::/8"), cidr("::/127")});
        expectAllowed({cidr("10.0.0.0/25"), cidr("10.0.0.200")}, {cidr("10.0.0.0/25"), cidr("10.0.0.200")});
        expectAllowed({}, {});
    }

    void expiry()
    {
        add({{cidr("192.0.2.1"), 1ms},
             {cidr("192.0.2.2"), 600ms},
             {cidr("203.0.113.0/24"), 600ms},
             {cidr("192.0.2.3"), 600s}});
        check(find("192.0.2.2").has_value(), "192.0.2.2 ends before its time");
        check(find("203.0.113.0/24").has_value(), "203.0.113.0/24 ends before its time");
        m_wait(1000ms);
        expectFree("192.0.2.1", "after its time");
        expectFree("192.0.2.2", "after its time");
        expectFree("203.0.113.0/24", "after its time");
        expectListed({"192.0.2.3"}, "after the others ended");
        add({{cidr("192.0.2.2"), 600s}}); // one that ended can be added and removed as if it had never been
        remove({cidr("192.0.2.1"), cidr("192.0.2.2"), cidr("192.0.2.3")});
        expectListed({}, "after expiry");
    }

    // Loads to the end; the number of steps that it took.
    int load(const std::string& name, const std::vector<Cidr>& entries,
             ListTraffic traffic = ListTraffic::Inbound)
    {
        auto load = m_backend.beginList(name, entries, traffic);
        if (!succeeds("beginList", load))
            return 0;
        for (int steps = 1;; ++steps) {
            const auto done = (*load)->step();
            if (!succeeds("a step of the list " + name, done) || *done)
                return steps;
        }
    }

    void expectLists(const std::vector<std::string>& wanted, const std::string& when)
    {
        const auto names = m_backend.lists();
        if (succeeds("lists", names))
            check(*names == wanted, "the lists in force are wrong " + when + ": " + joined(*names));
    }

    void expectHeld(std::string_view address, const std::vector<std::string>& wanted)
    {
        const auto names = m_backend.listsHolding(cidr(address).address());
        if (succeeds("listsHolding", names))
            check(*names == wanted, std::string(address) + " is held by the lists: " + joined(*names));
    }

    void lists()
    {
        expectLists({}, "before the first");
        load("tor", {cidr("192.0.2.1"), cidr("2001:db8::1")});
        load("drop-list", {cidr("198.51.100.0/24"), cidr("198.51.100.7"), cidr("198.51.0.0/16"),
                           cidr("203.0.113.128/25"), cidr("2001:db8:1::/48"), cidr("192.0.2.1"),
                           cidr("0.0.0.0/8"), cidr("255.255.255.254/31"), cidr("ffff::/16")});
        expectLists({"drop-list", "tor"}, "after two were loaded");
        expectHeld("192.0.2.1", {"drop-list", "tor"});
        expectHeld("2001:db8::1", {"tor"});
        expectHeld("2001:db8::2", {});
        for (const char* address :
             {"198.51.100.7", "198.51.0.0", "198.51.255.255", "203.0.113.128", "0.0.0.0", "0.255.255.255",
              "255.255.255.255", "2001:db8:1::", "ffff::1", "2001:db8:1:ffff:ffff:ffff:ffff:ffff"})
            expectHeld(address, {"drop-list"});
        for (const char* address : {"198.50.255.255", "198.52.0.0", "203.0.113.127", "1.0.0.0",
                                    "255.255.255.253", "2001:db8:2::", "fffe:ffff::"})
            expectHeld(address, {});
        expectListed({}, "with lists and no block");
        // Little is different.
        load("drop-list", {cidr("198.51.0.0/17"), cidr("203.0.113.128/25"), cidr("203.0.113.5"),
                           cidr("2001:db8:1::/49"), cidr("192.0.2.2"), cidr("0.0.0.0/8")});
        expectHeld("192.0.2.1", {"tor"});
        expectHeld("192.0.2.2", {"drop-list"});
        expectHeld("203.0.113.5", {"drop-list"});
        expectHeld("203.0.113.200", {"drop-list"});
        expectHeld("198.51.127.255", {"drop-list"});
        expectHeld("198.51.128.0", {});
        expectHeld("255.255.255.255", {});
        expectHeld("2001:db8:1::", {"drop-list"});
        expectHeld("2001:db8:1:8000::", {});
        load("drop-list", {});
        expectLists({"tor"}, "after one was taken away");
        expectHeld("192.0.2.2", {});
        load("never-there", {});
        expectRefused("Upper", {cidr("192.0.2.1")});
        expectRefused("", {cidr("192.0.2.1")});
        expectRefused("all", {cidr("::/0")});
        load("tor", {});
        expectLists({}, "after all were taken away");
        listsOfAnyTraffic();
    }

    // Which packets pass is told by real ones; here only that a list stands throughout.
    void listsOfAnyTraffic()
    {
        const std::vector<Cidr> entries{cidr("192.0.2.1"), cidr("198.51.100.0/24"), cidr("2001:db8:1::/48")};
        for (const ListTraffic traffic : {ListTraffic::Outbound, ListTraffic::Both, ListTraffic::Inbound,
                                          ListTraffic::Both, ListTraffic::Outbound}) {
            load("tor", entries, traffic);
            expectLists({"tor"}, "after its traffic was changed");
            expectHeld("192.0.2.1", {"tor"});
            expectHeld("2001:db8:1::7", {"tor"});
            succeeds("ensureReady", m_backend.ensureReady());
            expectLists({"tor"}, "after its traffic was changed and the backend made ready");
        }
        load("drop-list", {cidr("192.0.2.1")});
        expectHeld("192.0.2.1", {"drop-list", "tor"});
        load("tor", {cidr("192.0.2.2")}, ListTraffic::Outbound); // little is different
        expectHeld("192.0.2.1", {"drop-list"});
        expectHeld("192.0.2.2", {"tor"});
        load("tor", {}, ListTraffic::Inbound);
        expectLists({"drop-list"}, "after one was taken away that forbade outbound traffic");
        load("drop-list", {});
        expectLists({}, "after all were taken away");
    }

    void expectRefused(const std::string& name, const std::vector<Cidr>& entries)
    {
        const auto begun = m_backend.beginList(name, entries, ListTraffic::Inbound);
        check(!begun && begun.error().code == ErrorCode::InvalidArgument, "a wrong list is taken: " + name);
    }

    static std::vector<Cidr> manyEntries(std::uint8_t network)
    {
        std::vector<Cidr> entries;
        for (int i = 0; i < 3000; ++i) {
            const char address[] = {static_cast<char>(network), static_cast<char>(i >> 8),
                                    static_cast<char>(i), 64};
            const IpAddress host = *IpAddress::fromBytes({address, sizeof(address)});
            entries.push_back(i % 3 == 0 ? Cidr(host, 26) : Cidr(host));
        }
        return entries;
    }

    void largeLists()
    {
        load("big", manyEntries(60));
        expectHeld("60.0.0.100", {"big"});
        expectHeld("60.0.1.64", {"big"});
        expectHeld("60.0.1.65", {});
        {
            auto next = m_backend.beginList("big", manyEntries(61), ListTraffic::Inbound);
            if (!succeeds("beginList", next))
                return;
            const auto twice = m_backend.beginList("big", manyEntries(62), ListTraffic::Inbound);
            check(!twice && twice.error().code == ErrorCode::Busy, "a list is loaded twice at a time");
            (*next)->prepare();
            for (int i = 0; i < 2; ++i) {
                const auto done = (*next)->step();
                check(done && !*done, "3,000 entries are loaded in two steps");
            }
            // Others use the backend meanwhile.
            add({{cidr("192.0.2.1"), 600s}});
            expectBlocked("192.0.2.1", 600s);
            remove({cidr("192.0.2.1")});
            expectHeld("60.0.1.64", {"big"});
            expectHeld("61.0.1.64", {});
            succeeds("ensureReady during a load", m_backend.ensureReady());
            const auto done = (*next)->step();
            check(done.has_value(), "a load does not survive that the backend is made ready");
        }
        expectLists({"big"}, "after a load was dropped");
        expectHeld("60.0.1.64", {"big"});
        check(load("big", manyEntries(61)) > 3, "a load of many entries is not in steps");
        expectHeld("60.0.1.64", {});
        expectHeld("61.0.1.64", {"big"});
        lostWhileLoading();
    }

    void lostWhileLoading()
    {
        auto next = m_backend.beginList("big", manyEntries(62), ListTraffic::Inbound);
        if (!succeeds("beginList", next))
            return;
        check((*next)->step().has_value(), "the first step of a load fails");
        succeeds("teardown during a load", m_backend.teardown());
        succeeds("ensureReady", m_backend.ensureReady());
        const auto done = (*next)->step();
        check(!done && done.error().code == ErrorCode::NotFound, "a load does not notice that all was lost");
        next->reset();
        expectLists({}, "after all was lost");
        load("big", manyEntries(62));
        expectHeld("62.0.1.64", {"big"});
    }

    void setUpKeepsBlocks()
    {
        add({{cidr("192.0.2.1"), 600s}, {cidr("203.0.113.0/24"), std::nullopt}});
        succeeds("setAllowed", m_backend.setAllowed(std::vector{cidr("10.0.0.1")}));
        succeeds("ensureReady again", m_backend.ensureReady());
        expectLists({"big"}, "after setting up again");
        expectHeld("62.0.1.64", {"big"});
        expectBlocked("192.0.2.1", 600s);
        expectBlocked("203.0.113.0/24", std::nullopt);
        const auto stillAllowed = m_backend.listAllowed();
        check(stillAllowed && stillAllowed->size() == 1, "setting up again forgets the allowed addresses");
    }

    void takeDown()
    {
        succeeds("teardown", m_backend.teardown());
        expectFree("192.0.2.1", "after teardown");
        const auto listed = m_backend.list();
        check(!listed && listed.error().code == ErrorCode::NotFound, "list() after teardown is not NotFound");
        const std::vector<FirewallEntry> one{{cidr("192.0.2.1"), 600s}};
        const auto added = m_backend.add(one);
        check(!added && added.error().code == ErrorCode::NotFound, "add() after teardown is not NotFound");
        succeeds("ensureReady after teardown", m_backend.ensureReady());
        expectListed({}, "after teardown and set-up");
        expectLists({}, "after teardown and set-up");
        succeeds("teardown", m_backend.teardown());
    }

    FirewallBackend& m_backend;
    const Wait& m_wait;
    std::vector<std::string> m_breaches;
};

} // namespace

std::vector<std::string> contractBreaches(FirewallBackend& backend, const Wait& wait)
{
    return Contract(backend, wait).run();
}

} // namespace bartizan::test
