#include "platform/linux/nftables_lists.h"

#include "engine/base/strings.h"
#include "engine/platform/firewall_list.h"
#include "platform/linux/nftables_objects.h"

#include <algorithm>
#include <iterator>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

namespace bartizan::nft {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kHosts = "_hosts_";
constexpr std::string_view kNetworks = "_nets_";

std::string toHex(const Key& key)
{
    std::string text;
    for (const char byte : key.view()) {
        const auto value = static_cast<unsigned char>(byte);
        text.push_back(kHexDigits[value >> 4]);
        text.push_back(kHexDigits[value & 15]);
    }
    return text;
}

std::optional<Key> fromHex(std::string_view text, IpFamily family)
{
    Key key;
    key.size = static_cast<std::uint8_t>(keySize(family));
    if (text.size() != std::size_t{2} * key.size)
        return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::size_t digit = kHexDigits.find(text[i]);
        if (digit == std::string_view::npos)
            return std::nullopt;
        key.bytes[i / 2] = static_cast<std::uint8_t>(key.bytes[i / 2] * 16 + digit);
    }
    return key;
}

Key lastKey(IpFamily family)
{
    Key key = firstKey(family);
    std::fill_n(key.bytes.begin(), key.size, std::uint8_t{0xFF});
    return key;
}

Key before(Key key)
{
    for (std::size_t i = key.size; i-- > 0;) {
        if (key.bytes[i]-- != 0)
            break;
    }
    return key;
}

bool isSamePart(const ListSet& a, const ListSet& b)
{
    return a.list == b.list && a.version == b.version && a.traffic == b.traffic && a.family == b.family &&
           a.part == b.part;
}

SetTraits traitsOf(const ListSet& set)
{
    return traitsFor(set.family, set.part == ListPart::Networks ? NFT_SET_INTERVAL : 0);
}

constexpr std::pair<ListTraffic, std::string_view> kTrafficMarks[] = {
    {ListTraffic::Outbound, "_out"}, {ListTraffic::Both, "_both"}, {ListTraffic::Inbound, ""}};

bool isAskedIn(const ListSet& set, const ListChain& chain)
{
    return set.traffic == ListTraffic::Both ||
           (set.traffic == ListTraffic::Inbound) == (chain.end == AddressEnd::Source);
}

std::vector<Rule> acceptRules(const std::string& table, const ListChain& chain)
{
    std::vector<Rule> rules;
    rules.push_back(acceptLoopback(table, chain.place, chain.end));
    rules.push_back(acceptKnownFlows(table, chain.place));
    rules.push_back(acceptTcpWithoutOpening(table, chain.place));
    for (const IpFamily family : {IpFamily::V4, IpFamily::V6})
        rules.push_back(acceptAddresses(table, chain.place, family, chain.end, allowSetName(family)));
    return rules;
}

// Begins a rule for the addresses of a set.
Rule ruleFor(const std::string& table, const ListChain& chain, const ListSets& sets, const ListSet& set)
{
    Rule rule = newRule(table, chain.place);
    appendAddress(rule.get(), set.family, chain.end);
    // Comparing costs a packet less than a look-up in each of many sets.
    appendRange(rule.get(), set.first, lastOf(sets, set));
    appendLookup(rule.get(), listSetName(set));
    return rule;
}

// Who knocks is told nothing; programs of the owner's are told at once, so that they need not wait.
std::vector<Rule> cutRules(const std::string& table, const ListChain& chain, const ListSets& sets,
                           const ListSet& set)
{
    std::vector<Rule> rules;
    if (chain.end == AddressEnd::Source) {
        rules.push_back(ruleFor(table, chain, sets, set));
        appendCounter(rules.back().get());
        appendVerdict(rules.back().get(), NF_DROP);
        return rules;
    }
    rules.push_back(ruleFor(table, chain, sets, set));
    appendIsTcp(rules.back().get());
    appendCounter(rules.back().get());
    appendReset(rules.back().get());
    rules.push_back(ruleFor(table, chain, sets, set));
    appendCounter(rules.back().get());
    appendProhibited(rules.back().get());
    return rules;
}

// All rules of a chain, in order; none where no list is asked in it.
std::vector<Rule> rulesOf(const std::string& table, const ListChain& chain, const ListSets& sets)
{
    std::vector<Rule> rules;
    for (const ListSet& set : sets) {
        if (!isAskedIn(set, chain))
            continue;
        if (rules.empty())
            rules = acceptRules(table, chain);
        std::ranges::move(cutRules(table, chain, sets, set), std::back_inserter(rules));
    }
    return rules;
}

std::vector<std::string> fingerprints(const std::vector<Rule>& rules)
{
    std::vector<std::string> texts;
    texts.reserve(rules.size());
    for (const Rule& rule : rules)
        texts.push_back(fingerprint(rule.get()));
    return texts;
}

using RuleTexts = std::array<std::set<std::string>, kListChains.size()>;

RuleTexts asSets(const std::array<std::vector<std::string>, kListChains.size()>& rules)
{
    RuleTexts sets;
    for (std::size_t i = 0; i < rules.size(); ++i)
        sets[i].insert(rules[i].begin(), rules[i].end());
    return sets;
}

// In every chain where it is asked.
bool hasItsRules(const std::string& table, const ListSets& sets, const ListSet& set, const RuleTexts& found)
{
    for (std::size_t i = 0; i < kListChains.size(); ++i) {
        if (isAskedIn(set, kListChains[i]) &&
            !std::ranges::all_of(fingerprints(cutRules(table, kListChains[i], sets, set)),
                                 [&](const std::string& text) { return found[i].contains(text); }))
            return false;
    }
    return true;
}

// Takes out of `sets` the versions of which not all are in `marked`.
ListSets wholeVersions(const ListSets& sets, const ListSets& marked)
{
    const auto versionOf = [](const ListSet& set) { return std::pair(set.list, set.version); };
    std::set<std::pair<std::string, std::uint32_t>> broken;
    for (const ListSet& set : sets) {
        if (!marked.contains(set))
            broken.insert(versionOf(set));
    }
    ListSets whole;
    for (const ListSet& set : marked) {
        if (!broken.contains(versionOf(set)))
            whole.insert(set);
    }
    return whole;
}

} // namespace

Key firstKey(IpFamily family)
{
    Key key;
    key.size = static_cast<std::uint8_t>(keySize(family));
    return key;
}

std::string listSetName(const ListSet& set)
{
    std::string name = set.family == IpFamily::V4 ? "list4_" : "list6_";
    name += set.list + "_" + std::to_string(set.version);
    name +=
        std::ranges::find(kTrafficMarks, set.traffic, [](const auto& mark) { return mark.first; })->second;
    name += set.part == ListPart::Hosts ? kHosts : kNetworks;
    return name + toHex(set.first);
}

std::optional<ListSet> parseListSetName(std::string_view name)
{
    if (!name.starts_with("list4_") && !name.starts_with("list6_"))
        return std::nullopt;
    ListSet set;
    set.family = name[4] == '4' ? IpFamily::V4 : IpFamily::V6;
    name.remove_prefix(6);
    const std::size_t end = name.find('_');
    if (end == std::string_view::npos || !isListName(name.substr(0, end)))
        return std::nullopt;
    set.list = name.substr(0, end);
    name.remove_prefix(end + 1);
    const std::size_t digits = std::min(name.find('_'), name.size());
    const auto version = parseNumber<std::uint32_t>(name.substr(0, digits));
    name.remove_prefix(digits);
    for (const auto& [traffic, mark] : kTrafficMarks) {
        if (name.starts_with(mark)) {
            set.traffic = traffic;
            name.remove_prefix(mark.size());
            break;
        }
    }
    set.part = name.starts_with(kHosts) ? ListPart::Hosts : ListPart::Networks;
    const std::string_view mark = set.part == ListPart::Hosts ? kHosts : kNetworks;
    const auto first = name.starts_with(mark) ? fromHex(name.substr(mark.size()), set.family) : std::nullopt;
    if (!version || !first)
        return std::nullopt;
    set.version = *version;
    set.first = *first;
    return set;
}

Key lastOf(const ListSets& sets, const ListSet& set)
{
    const auto next = sets.upper_bound(set);
    if (next != sets.end() && isSamePart(*next, set))
        return before(next->first);
    return lastKey(set.family);
}

std::optional<ListSet> setFor(const ListSets& sets, const ListSet& like, const Key& address)
{
    ListSet wanted = like;
    wanted.first = address;
    const auto behind = sets.upper_bound(wanted);
    if (behind == sets.begin() || !isSamePart(*std::prev(behind), like))
        return std::nullopt;
    return *std::prev(behind);
}

void createListSet(Transaction& transaction, const std::string& table, const ListSet& set)
{
    createSet(transaction, table, listSetName(set), traitsOf(set));
}

void deleteListSet(Transaction& transaction, const std::string& table, const ListSet& set)
{
    deleteSet(transaction, table, listSetName(set));
}

ListChainsPresent chainsFor(const ListSets& sets)
{
    ListChainsPresent chains{};
    for (std::size_t i = 0; i < kListChains.size(); ++i)
        chains[i] =
            std::ranges::any_of(sets, [i](const auto& set) { return isAskedIn(set, kListChains[i]); });
    return chains;
}

void replaceListChains(Transaction& transaction, const std::string& table, const ListChainsPresent& present,
                       const ListSets& sets)
{
    for (std::size_t i = 0; i < kListChains.size(); ++i) {
        const ListChain& chain = kListChains[i];
        if (present[i])
            deleteChain(transaction, table, chain.place);
        const auto rules = rulesOf(table, chain, sets);
        if (!rules.empty())
            createChain(transaction, table, chain.place);
        for (const Rule& rule : rules)
            createRule(transaction, rule.get());
    }
}

int readLists(Connection& connection, const std::string& table, const std::map<std::string, SetTraits>& sets,
              ListStanding& standing)
{
    standing = {};
    for (const auto& [name, traits] : sets) {
        const auto set = parseListSetName(name);
        if (set && traits == traitsOf(*set))
            standing.present.insert(*set);
        else if (set)
            standing.misshapen.push_back(name);
    }
    std::array<std::vector<std::string>, kListChains.size()> rules;
    bool placesRight = true;
    for (std::size_t i = 0; i < kListChains.size(); ++i) {
        const ChainPlace& place = kListChains[i].place;
        bool right = false;
        if (const int error = readChain(connection, table, place, standing.chains[i], right); error != 0)
            return error;
        if (!standing.chains[i])
            continue;
        placesRight = placesRight && right;
        if (const int error = readRules(connection, table, place, rules[i]); error != 0)
            return error;
    }
    ListSets marked;
    const RuleTexts found = asSets(rules);
    std::ranges::copy_if(standing.present, std::inserter(marked, marked.end()), [&](const ListSet& set) {
        return hasItsRules(table, standing.present, set, found);
    });
    standing.inForce = wholeVersions(standing.present, marked);
    standing.right = placesRight && standing.chains == chainsFor(standing.inForce);
    for (std::size_t i = 0; i < kListChains.size(); ++i)
        standing.right =
            standing.right && rules[i] == fingerprints(rulesOf(table, kListChains[i], standing.inForce));
    return 0;
}

} // namespace bartizan::nft
