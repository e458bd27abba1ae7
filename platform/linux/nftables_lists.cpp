#include "platform/linux/nftables_lists.h"

#include "engine/base/strings.h"
#include "engine/platform/firewall_list.h"
#include "platform/linux/nftables_objects.h"

#include <algorithm>
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
    return a.list == b.list && a.version == b.version && a.family == b.family && a.part == b.part;
}

SetTraits traitsOf(const ListSet& set)
{
    return traitsFor(set.family, set.part == ListPart::Networks ? NFT_SET_INTERVAL : 0);
}

std::vector<Rule> acceptRules(const std::string& table)
{
    std::vector<Rule> rules;
    rules.push_back(acceptLoopback(table, kListChain));
    rules.push_back(acceptKnownFlows(table, kListChain));
    rules.push_back(acceptTcpWithoutOpening(table, kListChain));
    for (const IpFamily family : {IpFamily::V4, IpFamily::V6})
        rules.push_back(acceptSources(table, kListChain, family, allowSetName(family)));
    return rules;
}

Rule dropRule(const std::string& table, const ListSets& sets, const ListSet& set)
{
    Rule rule = newRule(table, kListChain);
    appendSourceAddress(rule.get(), set.family);
    // Comparing costs a packet less than a look-up in each of many sets.
    appendRange(rule.get(), set.first, lastOf(sets, set));
    appendLookup(rule.get(), listSetName(set));
    appendCounter(rule.get());
    appendVerdict(rule.get(), NF_DROP);
    return rule;
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

void replaceListChain(Transaction& transaction, const std::string& table, bool present, const ListSets& sets)
{
    if (present)
        deleteChain(transaction, table, kListChain);
    if (sets.empty())
        return;
    createChain(transaction, table, kListChain);
    for (const Rule& rule : acceptRules(table))
        createRule(transaction, rule.get());
    for (const ListSet& set : sets)
        createRule(transaction, dropRule(table, sets, set).get());
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
    bool right = false;
    if (const int error = readChain(connection, table, kListChain, standing.chain, right); error != 0)
        return error;
    if (!standing.chain)
        return 0;
    std::vector<std::string> rules;
    if (const int error = readRules(connection, table, kListChain, rules); error != 0)
        return error;

    std::map<std::string, const ListSet*> known;
    for (const ListSet& set : standing.present)
        known.emplace(fingerprint(dropRule(table, standing.present, set).get()), &set);
    ListSets marked;
    for (const std::string& rule : rules) {
        if (const auto found = known.find(rule); found != known.end())
            marked.insert(*found->second);
    }
    standing.inForce = wholeVersions(standing.present, marked);
    std::vector<std::string> wanted;
    for (const Rule& rule : acceptRules(table))
        wanted.push_back(fingerprint(rule.get()));
    for (const ListSet& set : standing.inForce)
        wanted.push_back(fingerprint(dropRule(table, standing.inForce, set).get()));
    standing.right = right && !standing.inForce.empty() && rules == wanted;
    return 0;
}

} // namespace bartizan::nft
