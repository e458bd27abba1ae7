#include "platform/linux/nftables_objects.h"

#include "engine/base/strings.h"

#include <algorithm>
#include <cerrno>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

namespace bartizan::nft {

namespace {

SetTraits allowTraits(IpFamily family)
{
    return traitsFor(family, NFT_SET_INTERVAL);
}

SetTraits blockTraits(IpFamily family)
{
    return traitsFor(family, NFT_SET_TIMEOUT);
}

std::vector<std::uint8_t> maskOf(const BlockKind& kind)
{
    std::vector<std::uint8_t> mask(keySize(kind.family));
    for (unsigned bit = 0; bit < kind.prefix; ++bit)
        mask[bit / 8] = static_cast<std::uint8_t>(mask[bit / 8] | (0x80U >> (bit % 8)));
    return mask;
}

Rule blockRule(const std::string& table, const BlockKind& kind)
{
    Rule rule = newRule(table, kGuardChain);
    appendAddress(rule.get(), kind.family, AddressEnd::Source);
    if (kind.prefix < bitCount(kind.family))
        appendMask(rule.get(), maskOf(kind));
    appendLookup(rule.get(), blockSetName(kind));
    appendCounter(rule.get());
    appendVerdict(rule.get(), NF_DROP);
    return rule;
}

std::vector<Rule> acceptRules(const std::string& table)
{
    std::vector<Rule> rules;
    rules.push_back(acceptLoopback(table, kGuardChain));
    for (const IpFamily family : {IpFamily::V4, IpFamily::V6})
        rules.push_back(
            acceptAddresses(table, kGuardChain, family, AddressEnd::Source, allowSetName(family)));
    return rules;
}

bool isOurRules(const std::string& table, const std::vector<std::string>& found,
                const std::set<BlockKind>& kinds)
{
    std::vector<std::string> wanted;
    for (const Rule& rule : acceptRules(table))
        wanted.push_back(fingerprint(rule.get()));
    const auto ordered = std::ssize(wanted);
    for (const BlockKind& kind : kinds)
        wanted.push_back(fingerprint(blockRule(table, kind).get()));
    if (found.size() != wanted.size() || !std::equal(wanted.begin(), wanted.begin() + ordered, found.begin()))
        return false;
    return std::is_permutation(wanted.begin() + ordered, wanted.end(), found.begin() + ordered);
}

void putTable(nlmsghdr* header, std::uint16_t attribute, const std::string& table)
{
    mnl_attr_put_strz(header, attribute, table.c_str());
}

int readTable(Connection& connection, const std::string& table, Standing& standing)
{
    const int error = connection.get(
        NFT_MSG_GETTABLE, [&](nlmsghdr* header) { putTable(header, NFTA_TABLE_NAME, table); },
        [&](const nlmsghdr* header) {
            Table found(nftnl_table_alloc());
            if (nftnl_table_nlmsg_parse(header, found.get()) < 0)
                return;
            standing.table = true;
            standing.dormant =
                (nftnl_table_get_u32(found.get(), NFTNL_TABLE_FLAGS) & NFT_TABLE_F_DORMANT) != 0;
        });
    return error == ENOENT ? 0 : error;
}

int readSets(Connection& connection, const std::string& table, std::map<std::string, SetTraits>& sets)
{
    return connection.dump(
        NFT_MSG_GETSET, [&](nlmsghdr* header) { putTable(header, NFTA_SET_TABLE, table); },
        [&] { sets.clear(); },
        [&](const nlmsghdr* header) {
            Set set(nftnl_set_alloc());
            if (nftnl_set_nlmsg_parse(header, set.get()) < 0)
                return;
            sets[nftnl_set_get_str(set.get(), NFTNL_SET_NAME)] = {
                nftnl_set_get_u32(set.get(), NFTNL_SET_FLAGS),
                nftnl_set_get_u32(set.get(), NFTNL_SET_KEY_TYPE),
                nftnl_set_get_u32(set.get(), NFTNL_SET_KEY_LEN)};
        });
}

} // namespace

std::string_view allowSetName(IpFamily family)
{
    return family == IpFamily::V4 ? "allow4" : "allow6";
}

std::string blockSetName(const BlockKind& kind)
{
    const std::string name = kind.family == IpFamily::V4 ? "block4" : "block6";
    return kind.prefix == bitCount(kind.family) ? name : name + "_" + std::to_string(kind.prefix);
}

std::optional<BlockKind> parseBlockSetName(std::string_view name)
{
    if (!name.starts_with("block4") && !name.starts_with("block6"))
        return std::nullopt;
    const IpFamily family = name[5] == '4' ? IpFamily::V4 : IpFamily::V6;
    name.remove_prefix(6);
    if (name.empty())
        return BlockKind(family, bitCount(family));
    const auto prefix = name.front() == '_' ? parseNumber<unsigned>(name.substr(1)) : std::nullopt;
    if (!prefix || *prefix == 0 || *prefix >= bitCount(family))
        return std::nullopt;
    return BlockKind(family, *prefix);
}

void createTable(Transaction& transaction, const std::string& table)
{
    Table object(nftnl_table_alloc());
    nftnl_table_set_u32(object.get(), NFTNL_TABLE_FAMILY, NFPROTO_INET);
    nftnl_table_set_str(object.get(), NFTNL_TABLE_NAME, table.c_str());
    nftnl_table_set_u32(object.get(), NFTNL_TABLE_FLAGS, 0); // a dormant one wakes up
    transaction.message(NFT_MSG_NEWTABLE, NLM_F_CREATE,
                        [&](nlmsghdr* header) { nftnl_table_nlmsg_build_payload(header, object.get()); });
}

void deleteTable(Transaction& transaction, const std::string& table)
{
    transaction.message(NFT_MSG_DELTABLE, 0,
                        [&](nlmsghdr* header) { putTable(header, NFTA_TABLE_NAME, table); });
}

void createSets(Transaction& transaction, const std::string& table, const std::set<BlockKind>& kinds)
{
    for (const IpFamily family : {IpFamily::V4, IpFamily::V6})
        createSet(transaction, table, std::string(allowSetName(family)), allowTraits(family));
    for (const BlockKind& kind : kinds)
        createSet(transaction, table, blockSetName(kind), blockTraits(kind.family));
}

void createChainAndRules(Transaction& transaction, const std::string& table, const std::set<BlockKind>& kinds)
{
    createChain(transaction, table, kGuardChain);
    for (const Rule& rule : acceptRules(table))
        createRule(transaction, rule.get());
    for (const BlockKind& kind : kinds)
        createRule(transaction, blockRule(table, kind).get());
}

void createBlockKind(Transaction& transaction, const std::string& table, const BlockKind& kind)
{
    createSet(transaction, table, blockSetName(kind), blockTraits(kind.family));
    createRule(transaction, blockRule(table, kind).get());
}

int readStanding(Connection& connection, const std::string& table, Standing& standing)
{
    standing = {};
    if (const int error = readTable(connection, table, standing); error != 0 || !standing.table)
        return error;
    std::map<std::string, SetTraits> sets;
    bool chainRight = false;
    std::vector<std::string> rules;
    if (const int error = readSets(connection, table, sets); error != 0)
        return error == ENOENT ? 0 : error;
    if (const int error = readChain(connection, table, kGuardChain, standing.chain, chainRight); error != 0)
        return error;
    if (standing.chain) {
        if (const int error = readRules(connection, table, kGuardChain, rules); error != 0)
            return error;
    }
    if (const int error = readLists(connection, table, sets, standing.lists); error != 0)
        return error;
    bool setsRight = true;
    for (const IpFamily family : {IpFamily::V4, IpFamily::V6}) {
        const auto found = sets.find(std::string(allowSetName(family)));
        setsRight = setsRight && found != sets.end();
        standing.foreignSets |= found != sets.end() && found->second != allowTraits(family);
    }
    for (const auto& [name, traits] : sets) {
        const auto kind = parseBlockSetName(name);
        if (kind && traits == blockTraits(kind->family))
            standing.kinds.insert(*kind);
        else if (kind)
            standing.foreignSets = true;
    }
    setsRight = setsRight && !standing.foreignSets && standing.kinds.contains({IpFamily::V4, 32}) &&
                standing.kinds.contains({IpFamily::V6, 128});
    standing.complete = setsRight && !standing.dormant && chainRight &&
                        isOurRules(table, rules, standing.kinds) && standing.lists.right;
    return 0;
}

} // namespace bartizan::nft
