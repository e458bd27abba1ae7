#include "platform/linux/nftables_objects.h"

#include "engine/base/strings.h"

#include <algorithm>
#include <cerrno>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

namespace bartizan::nft {

namespace {

// Before fragments are rare enough to care, after defragmentation (-400), before raw (-300) and conntrack
// (-200).
constexpr std::int32_t kPriority = -310;
constexpr std::uint32_t kLoopbackIndex = 1; // of lo, in every network namespace
// Where the source address stands in the header (RFC 791 §3.1, RFC 8200 §3).
constexpr std::uint32_t kSourceInIpv4 = 12;
constexpr std::uint32_t kSourceInIpv6 = 8;
// The numbers by which nft knows the types ipv4_addr and ipv6_addr when it lists a set.
constexpr std::uint32_t kTypeIpv4 = 7;
constexpr std::uint32_t kTypeIpv6 = 8;

template<auto free> struct Deleter
{
    template<class T> void operator()(T* object) const { free(object); }
};
using Table = std::unique_ptr<nftnl_table, Deleter<nftnl_table_free>>;
using Set = std::unique_ptr<nftnl_set, Deleter<nftnl_set_free>>;
using Chain = std::unique_ptr<nftnl_chain, Deleter<nftnl_chain_free>>;
using Rule = std::unique_ptr<nftnl_rule, Deleter<nftnl_rule_free>>;

std::uint32_t keySize(IpFamily family)
{
    return family == IpFamily::V4 ? 4 : 16;
}

unsigned bitCount(IpFamily family)
{
    return keySize(family) * 8;
}

struct SetTraits
{
    std::uint32_t flags = 0;
    std::uint32_t keyType = 0;
    std::uint32_t keySize = 0;
    bool operator==(const SetTraits&) const = default;
};

SetTraits traitsFor(IpFamily family, std::uint32_t flags)
{
    return {flags, family == IpFamily::V4 ? kTypeIpv4 : kTypeIpv6, keySize(family)};
}

SetTraits allowTraits(IpFamily family)
{
    return traitsFor(family, NFT_SET_INTERVAL);
}

SetTraits blockTraits(IpFamily family)
{
    return traitsFor(family, NFT_SET_TIMEOUT);
}

void createSet(Transaction& transaction, const std::string& table, const std::string& name,
               const SetTraits& traits)
{
    Set set(nftnl_set_alloc());
    nftnl_set_set_str(set.get(), NFTNL_SET_TABLE, table.c_str());
    nftnl_set_set_str(set.get(), NFTNL_SET_NAME, name.c_str());
    nftnl_set_set_u32(set.get(), NFTNL_SET_FAMILY, NFPROTO_INET);
    nftnl_set_set_u32(set.get(), NFTNL_SET_FLAGS, traits.flags);
    nftnl_set_set_u32(set.get(), NFTNL_SET_KEY_TYPE, traits.keyType);
    nftnl_set_set_u32(set.get(), NFTNL_SET_KEY_LEN, traits.keySize);
    nftnl_set_set_u32(set.get(), NFTNL_SET_ID,
                      1); // wanted by the kernel, used by nobody: our rules name the set
    transaction.message(NFT_MSG_NEWSET, NLM_F_CREATE,
                        [&](nlmsghdr* header) { nftnl_set_nlmsg_build_payload(header, set.get()); });
}

nftnl_expr* append(nftnl_rule* rule, const char* name)
{
    nftnl_expr* expression = nftnl_expr_alloc(name);
    nftnl_rule_add_expr(rule, expression);
    return expression;
}

void appendMetaIs(nftnl_rule* rule, std::uint32_t key, const void* value, std::uint32_t size)
{
    nftnl_expr* meta = append(rule, "meta");
    nftnl_expr_set_u32(meta, NFTNL_EXPR_META_KEY, key);
    nftnl_expr_set_u32(meta, NFTNL_EXPR_META_DREG, NFT_REG_1);
    nftnl_expr* compare = append(rule, "cmp");
    nftnl_expr_set_u32(compare, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
    nftnl_expr_set_u32(compare, NFTNL_EXPR_CMP_OP, NFT_CMP_EQ);
    nftnl_expr_set(compare, NFTNL_EXPR_CMP_DATA, value, size);
}

void appendVerdict(nftnl_rule* rule, std::uint32_t verdict)
{
    nftnl_expr* immediate = append(rule, "immediate");
    nftnl_expr_set_u32(immediate, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
    nftnl_expr_set_u32(immediate, NFTNL_EXPR_IMM_VERDICT, verdict);
}

void appendMask(nftnl_rule* rule, const BlockKind& kind)
{
    std::array<std::uint8_t, 16> mask{};
    const std::array<std::uint8_t, 16> zero{};
    for (unsigned bit = 0; bit < kind.prefix; ++bit)
        mask[bit / 8] = static_cast<std::uint8_t>(mask[bit / 8] | (0x80U >> (bit % 8)));
    nftnl_expr* bitwise = append(rule, "bitwise");
    nftnl_expr_set_u32(bitwise, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
    nftnl_expr_set_u32(bitwise, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
    nftnl_expr_set_u32(bitwise, NFTNL_EXPR_BITWISE_OP, NFT_BITWISE_BOOL);
    nftnl_expr_set_u32(bitwise, NFTNL_EXPR_BITWISE_LEN, keySize(kind.family));
    nftnl_expr_set(bitwise, NFTNL_EXPR_BITWISE_MASK, mask.data(), keySize(kind.family));
    nftnl_expr_set(bitwise, NFTNL_EXPR_BITWISE_XOR, zero.data(), keySize(kind.family));
}

Rule newRule(const std::string& table)
{
    Rule rule(nftnl_rule_alloc());
    nftnl_rule_set_u32(rule.get(), NFTNL_RULE_FAMILY, NFPROTO_INET);
    nftnl_rule_set_str(rule.get(), NFTNL_RULE_TABLE, table.c_str());
    nftnl_rule_set_str(rule.get(), NFTNL_RULE_CHAIN, std::string(kChain).c_str());
    return rule;
}

Rule loopbackRule(const std::string& table)
{
    Rule rule = newRule(table);
    appendMetaIs(rule.get(), NFT_META_IIF, &kLoopbackIndex, sizeof(kLoopbackIndex));
    appendVerdict(rule.get(), NF_ACCEPT);
    return rule;
}

// Up to the look-up of the source address, masked to `kind`'s length.
Rule lookupRule(const std::string& table, const BlockKind& kind, const std::string& set)
{
    const bool isV4 = kind.family == IpFamily::V4;
    Rule rule = newRule(table);
    const std::uint8_t protocol = isV4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
    appendMetaIs(rule.get(), NFT_META_NFPROTO, &protocol, sizeof(protocol));
    nftnl_expr* payload = append(rule.get(), "payload");
    nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
    nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
    nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_OFFSET, isV4 ? kSourceInIpv4 : kSourceInIpv6);
    nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_LEN, keySize(kind.family));
    if (kind.prefix < bitCount(kind.family))
        appendMask(rule.get(), kind);
    nftnl_expr* lookup = append(rule.get(), "lookup");
    nftnl_expr_set_u32(lookup, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
    nftnl_expr_set_str(lookup, NFTNL_EXPR_LOOKUP_SET, set.c_str());
    nftnl_expr_set_u32(lookup, NFTNL_EXPR_LOOKUP_FLAGS, 0); // as the kernel tells it back
    return rule;
}

Rule allowRule(const std::string& table, IpFamily family)
{
    Rule rule = lookupRule(table, {family, bitCount(family)}, std::string(allowSetName(family)));
    appendVerdict(rule.get(), NF_ACCEPT);
    return rule;
}

Rule blockRule(const std::string& table, const BlockKind& kind)
{
    Rule rule = lookupRule(table, kind, blockSetName(kind));
    append(rule.get(), "counter");
    appendVerdict(rule.get(), NF_DROP);
    return rule;
}

std::vector<Rule> acceptRules(const std::string& table)
{
    std::vector<Rule> rules;
    rules.push_back(loopbackRule(table));
    rules.push_back(allowRule(table, IpFamily::V4));
    rules.push_back(allowRule(table, IpFamily::V6));
    return rules;
}

void createRule(Transaction& transaction, nftnl_rule* rule)
{
    transaction.message(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND,
                        [&](nlmsghdr* header) { nftnl_rule_nlmsg_build_payload(header, rule); });
}

// A rule as text, without what changes by itself: the same for one that we build and one that the kernel
// tells of.
std::string fingerprint(const nftnl_rule* rule)
{
    std::string text;
    nftnl_expr_foreach(
        const_cast<nftnl_rule*>(rule), // NOLINT: the library's signature; nothing is changed
        [](nftnl_expr* expression, void* data) {
            auto& into = *static_cast<std::string*>(data);
            const std::string_view name = nftnl_expr_get_str(expression, NFTNL_EXPR_NAME);
            into.append(name).push_back(' ');
            char buffer[256];
            if (name != "counter" &&
                nftnl_expr_snprintf(buffer, sizeof(buffer), expression, NFTNL_OUTPUT_DEFAULT, 0) >= 0)
                into.append(buffer);
            into.push_back('\n');
            return 0;
        },
        &text);
    return text;
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

// Whether it is there, and whether it hooks in where it should.
int readChain(Connection& connection, const std::string& table, bool& present, bool& right)
{
    const int error = connection.get(
        NFT_MSG_GETCHAIN,
        [&](nlmsghdr* header) {
            putTable(header, NFTA_CHAIN_TABLE, table);
            mnl_attr_put_strz(header, NFTA_CHAIN_NAME, std::string(kChain).c_str());
        },
        [&](const nlmsghdr* header) {
            Chain chain(nftnl_chain_alloc());
            if (nftnl_chain_nlmsg_parse(header, chain.get()) < 0)
                return;
            present = true;
            const char* type = nftnl_chain_get_str(chain.get(), NFTNL_CHAIN_TYPE);
            right = nftnl_chain_is_set(chain.get(), NFTNL_CHAIN_HOOKNUM) && type != nullptr &&
                    std::string_view(type) == "filter" &&
                    nftnl_chain_get_u32(chain.get(), NFTNL_CHAIN_HOOKNUM) == NF_INET_PRE_ROUTING &&
                    nftnl_chain_get_s32(chain.get(), NFTNL_CHAIN_PRIO) == kPriority;
        });
    return error == ENOENT ? 0 : error;
}

int readRules(Connection& connection, const std::string& table, std::vector<std::string>& rules)
{
    return connection.dump(
        NFT_MSG_GETRULE,
        [&](nlmsghdr* header) {
            putTable(header, NFTA_RULE_TABLE, table);
            mnl_attr_put_strz(header, NFTA_RULE_CHAIN, std::string(kChain).c_str());
        },
        [&] { rules.clear(); },
        [&](const nlmsghdr* header) {
            Rule rule(nftnl_rule_alloc());
            if (nftnl_rule_nlmsg_parse(header, rule.get()) >= 0)
                rules.push_back(fingerprint(rule.get()));
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
    Chain chain(nftnl_chain_alloc());
    nftnl_chain_set_u32(chain.get(), NFTNL_CHAIN_FAMILY, NFPROTO_INET);
    nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_TABLE, table.c_str());
    nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_NAME, std::string(kChain).c_str());
    nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_TYPE, "filter");
    nftnl_chain_set_u32(chain.get(), NFTNL_CHAIN_HOOKNUM, NF_INET_PRE_ROUTING);
    nftnl_chain_set_s32(chain.get(), NFTNL_CHAIN_PRIO, kPriority);
    nftnl_chain_set_u32(chain.get(), NFTNL_CHAIN_POLICY, NF_ACCEPT);
    transaction.message(NFT_MSG_NEWCHAIN, NLM_F_CREATE,
                        [&](nlmsghdr* header) { nftnl_chain_nlmsg_build_payload(header, chain.get()); });
    for (const Rule& rule : acceptRules(table))
        createRule(transaction, rule.get());
    for (const BlockKind& kind : kinds)
        createRule(transaction, blockRule(table, kind).get());
}

void deleteChain(Transaction& transaction, const std::string& table)
{
    const auto named = [&](std::uint16_t tableAttribute, std::uint16_t chainAttribute) {
        return [&table, tableAttribute, chainAttribute](nlmsghdr* header) {
            putTable(header, tableAttribute, table);
            mnl_attr_put_strz(header, chainAttribute, std::string(kChain).c_str());
        };
    };
    transaction.message(NFT_MSG_DELRULE, 0, named(NFTA_RULE_TABLE, NFTA_RULE_CHAIN));
    transaction.message(NFT_MSG_DELCHAIN, 0, named(NFTA_CHAIN_TABLE, NFTA_CHAIN_NAME));
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
    if (const int error = readChain(connection, table, standing.chain, chainRight); error != 0)
        return error;
    if (standing.chain) {
        if (const int error = readRules(connection, table, rules); error != 0 && error != ENOENT)
            return error;
    }
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
    standing.complete =
        setsRight && !standing.dormant && chainRight && isOurRules(table, rules, standing.kinds);
    return 0;
}

} // namespace bartizan::nft
