#include "platform/linux/nftables_rules.h"

#include <bit>
#include <cerrno>
#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>

namespace bartizan::nft {

namespace {

constexpr std::uint32_t kLoopbackIndex = 1; // of lo, in every network namespace
// Where the addresses stand in the header (RFC 791 §3.1, RFC 8200 §3).
constexpr std::uint32_t kSourceInIpv4 = 12;
constexpr std::uint32_t kDestinationInIpv4 = 16;
constexpr std::uint32_t kSourceInIpv6 = 8;
constexpr std::uint32_t kDestinationInIpv6 = 24;
// TCP's flags (RFC 9293 §3.1).
constexpr std::uint32_t kTcpFlags = 13;
constexpr std::uint8_t kTcpSyn = 0x02;
constexpr std::uint8_t kTcpAck = 0x10;
// The numbers by which nft knows the types ipv4_addr and ipv6_addr when it lists a set.
constexpr std::uint32_t kTypeIpv4 = 7;
constexpr std::uint32_t kTypeIpv6 = 8;

using Word = std::array<std::uint8_t, sizeof(std::uint32_t)>;

nftnl_expr* append(nftnl_rule* rule, const char* name)
{
    nftnl_expr* expression = nftnl_expr_alloc(name);
    nftnl_rule_add_expr(rule, expression);
    return expression;
}

void appendPayload(nftnl_rule* rule, std::uint32_t base, std::uint32_t offset, std::uint32_t size)
{
    nftnl_expr* payload = append(rule, "payload");
    nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_BASE, base);
    nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
    nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
    nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_LEN, size);
}

} // namespace

std::uint32_t keySize(IpFamily family)
{
    return family == IpFamily::V4 ? 4 : 16;
}

unsigned bitCount(IpFamily family)
{
    return keySize(family) * 8;
}

SetTraits traitsFor(IpFamily family, std::uint32_t flags)
{
    return {flags, family == IpFamily::V4 ? kTypeIpv4 : kTypeIpv6, keySize(family)};
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

void deleteSet(Transaction& transaction, const std::string& table, const std::string& name)
{
    transaction.message(NFT_MSG_DELSET, 0, [&](nlmsghdr* header) {
        mnl_attr_put_strz(header, NFTA_SET_TABLE, table.c_str());
        mnl_attr_put_strz(header, NFTA_SET_NAME, name.c_str());
    });
}

void createChain(Transaction& transaction, const std::string& table, const ChainPlace& place)
{
    Chain chain(nftnl_chain_alloc());
    nftnl_chain_set_u32(chain.get(), NFTNL_CHAIN_FAMILY, NFPROTO_INET);
    nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_TABLE, table.c_str());
    nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_NAME, place.name);
    nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_TYPE, "filter");
    nftnl_chain_set_u32(chain.get(), NFTNL_CHAIN_HOOKNUM, place.hook);
    nftnl_chain_set_s32(chain.get(), NFTNL_CHAIN_PRIO, place.priority);
    nftnl_chain_set_u32(chain.get(), NFTNL_CHAIN_POLICY, NF_ACCEPT);
    transaction.message(NFT_MSG_NEWCHAIN, NLM_F_CREATE,
                        [&](nlmsghdr* header) { nftnl_chain_nlmsg_build_payload(header, chain.get()); });
}

void deleteChain(Transaction& transaction, const std::string& table, const ChainPlace& place)
{
    const auto named = [&](std::uint16_t tableAttribute, std::uint16_t chainAttribute) {
        return [&table, &place, tableAttribute, chainAttribute](nlmsghdr* header) {
            mnl_attr_put_strz(header, tableAttribute, table.c_str());
            mnl_attr_put_strz(header, chainAttribute, place.name);
        };
    };
    transaction.message(NFT_MSG_DELRULE, 0, named(NFTA_RULE_TABLE, NFTA_RULE_CHAIN));
    transaction.message(NFT_MSG_DELCHAIN, 0, named(NFTA_CHAIN_TABLE, NFTA_CHAIN_NAME));
}

int readChain(Connection& connection, const std::string& table, const ChainPlace& place, bool& present,
              bool& right)
{
    const int error = connection.get(
        NFT_MSG_GETCHAIN,
        [&](nlmsghdr* header) {
            mnl_attr_put_strz(header, NFTA_CHAIN_TABLE, table.c_str());
            mnl_attr_put_strz(header, NFTA_CHAIN_NAME, place.name);
        },
        [&](const nlmsghdr* header) {
            Chain chain(nftnl_chain_alloc());
            if (nftnl_chain_nlmsg_parse(header, chain.get()) < 0)
                return;
            present = true;
            const char* type = nftnl_chain_get_str(chain.get(), NFTNL_CHAIN_TYPE);
            right = nftnl_chain_is_set(chain.get(), NFTNL_CHAIN_HOOKNUM) && type != nullptr &&
                    std::string_view(type) == "filter" &&
                    nftnl_chain_get_u32(chain.get(), NFTNL_CHAIN_HOOKNUM) == place.hook &&
                    nftnl_chain_get_s32(chain.get(), NFTNL_CHAIN_PRIO) == place.priority;
        });
    return error == ENOENT ? 0 : error;
}

Rule newRule(const std::string& table, const ChainPlace& chain)
{
    Rule rule(nftnl_rule_alloc());
    nftnl_rule_set_u32(rule.get(), NFTNL_RULE_FAMILY, NFPROTO_INET);
    nftnl_rule_set_str(rule.get(), NFTNL_RULE_TABLE, table.c_str());
    nftnl_rule_set_str(rule.get(), NFTNL_RULE_CHAIN, chain.name);
    return rule;
}

void appendMetaIs(nftnl_rule* rule, std::uint32_t key, std::span<const std::uint8_t> value)
{
    nftnl_expr* meta = append(rule, "meta");
    nftnl_expr_set_u32(meta, NFTNL_EXPR_META_KEY, key);
    nftnl_expr_set_u32(meta, NFTNL_EXPR_META_DREG, NFT_REG_1);
    appendCompare(rule, NFT_CMP_EQ, value);
}

void appendAddress(nftnl_rule* rule, IpFamily family, AddressEnd end)
{
    const bool isV4 = family == IpFamily::V4;
    const bool isSource = end == AddressEnd::Source;
    const std::uint8_t protocol = isV4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
    appendMetaIs(rule, NFT_META_NFPROTO, {&protocol, 1});
    const std::uint32_t offset = isV4 ? (isSource ? kSourceInIpv4 : kDestinationInIpv4)
                                      : (isSource ? kSourceInIpv6 : kDestinationInIpv6);
    appendPayload(rule, NFT_PAYLOAD_NETWORK_HEADER, offset, keySize(family));
}

void appendMask(nftnl_rule* rule, std::span<const std::uint8_t> mask)
{
    const std::array<std::uint8_t, 16> zero{};
    const auto size = static_cast<std::uint32_t>(mask.size());
    nftnl_expr* bitwise = append(rule, "bitwise");
    nftnl_expr_set_u32(bitwise, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
    nftnl_expr_set_u32(bitwise, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
    nftnl_expr_set_u32(bitwise, NFTNL_EXPR_BITWISE_OP, NFT_BITWISE_BOOL);
    nftnl_expr_set_u32(bitwise, NFTNL_EXPR_BITWISE_LEN, size);
    nftnl_expr_set(bitwise, NFTNL_EXPR_BITWISE_MASK, mask.data(), size);
    nftnl_expr_set(bitwise, NFTNL_EXPR_BITWISE_XOR, zero.data(), size);
}

void appendCompare(nftnl_rule* rule, std::uint32_t operation, std::span<const std::uint8_t> value)
{
    nftnl_expr* compare = append(rule, "cmp");
    nftnl_expr_set_u32(compare, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
    nftnl_expr_set_u32(compare, NFTNL_EXPR_CMP_OP, operation);
    nftnl_expr_set(compare, NFTNL_EXPR_CMP_DATA, value.data(), static_cast<std::uint32_t>(value.size()));
}

void appendRange(nftnl_rule* rule, const Key& first, const Key& last)
{
    nftnl_expr* range = append(rule, "range");
    nftnl_expr_set_u32(range, NFTNL_EXPR_RANGE_SREG, NFT_REG_1);
    nftnl_expr_set_u32(range, NFTNL_EXPR_RANGE_OP, NFT_RANGE_EQ);
    nftnl_expr_set(range, NFTNL_EXPR_RANGE_FROM_DATA, first.bytes.data(), first.size);
    nftnl_expr_set(range, NFTNL_EXPR_RANGE_TO_DATA, last.bytes.data(), last.size);
}

void appendLookup(nftnl_rule* rule, const std::string& set)
{
    nftnl_expr* lookup = append(rule, "lookup");
    nftnl_expr_set_u32(lookup, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
    nftnl_expr_set_str(lookup, NFTNL_EXPR_LOOKUP_SET, set.c_str());
    nftnl_expr_set_u32(lookup, NFTNL_EXPR_LOOKUP_FLAGS, 0); // as the kernel tells it back
}

void appendCounter(nftnl_rule* rule)
{
    append(rule, "counter");
}

void appendVerdict(nftnl_rule* rule, std::uint32_t verdict)
{
    nftnl_expr* immediate = append(rule, "immediate");
    nftnl_expr_set_u32(immediate, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
    nftnl_expr_set_u32(immediate, NFTNL_EXPR_IMM_VERDICT, verdict);
}

void appendIsTcp(nftnl_rule* rule)
{
    constexpr std::array<std::uint8_t, 1> kTcp{IPPROTO_TCP};
    appendMetaIs(rule, NFT_META_L4PROTO, kTcp);
}

void appendReset(nftnl_rule* rule)
{
    nftnl_expr* reject = append(rule, "reject");
    nftnl_expr_set_u32(reject, NFTNL_EXPR_REJECT_TYPE, NFT_REJECT_TCP_RST);
}

void appendProhibited(nftnl_rule* rule)
{
    nftnl_expr* reject = append(rule, "reject");
    nftnl_expr_set_u32(reject, NFTNL_EXPR_REJECT_TYPE, NFT_REJECT_ICMPX_UNREACH);
    nftnl_expr_set_u8(reject, NFTNL_EXPR_REJECT_CODE, NFT_REJECT_ICMPX_ADMIN_PROHIBITED);
}

Rule acceptLoopback(const std::string& table, const ChainPlace& chain, AddressEnd end)
{
    Rule rule = newRule(table, chain);
    appendMetaIs(rule.get(), end == AddressEnd::Source ? NFT_META_IIF : NFT_META_OIF,
                 std::bit_cast<Word>(kLoopbackIndex));
    appendVerdict(rule.get(), NF_ACCEPT);
    return rule;
}

Rule acceptAddresses(const std::string& table, const ChainPlace& chain, IpFamily family, AddressEnd end,
                     std::string_view set)
{
    Rule rule = newRule(table, chain);
    appendAddress(rule.get(), family, end);
    appendLookup(rule.get(), std::string(set));
    appendVerdict(rule.get(), NF_ACCEPT);
    return rule;
}

Rule acceptKnownFlows(const std::string& table, const ChainPlace& chain)
{
    constexpr std::uint32_t kNew = NF_CT_STATE_BIT(IP_CT_NEW);
    Rule rule = newRule(table, chain);
    nftnl_expr* state = append(rule.get(), "ct");
    nftnl_expr_set_u32(state, NFTNL_EXPR_CT_KEY, NFT_CT_STATE);
    nftnl_expr_set_u32(state, NFTNL_EXPR_CT_DREG, NFT_REG_1);
    appendMask(rule.get(), std::bit_cast<Word>(kNew));
    appendCompare(rule.get(), NFT_CMP_EQ, Word{});
    appendVerdict(rule.get(), NF_ACCEPT);
    return rule;
}

Rule acceptTcpWithoutOpening(const std::string& table, const ChainPlace& chain)
{
    constexpr std::array<std::uint8_t, 1> kMask{kTcpSyn | kTcpAck};
    constexpr std::array<std::uint8_t, 1> kOpening{kTcpSyn};
    Rule rule = newRule(table, chain);
    appendIsTcp(rule.get());
    appendPayload(rule.get(), NFT_PAYLOAD_TRANSPORT_HEADER, kTcpFlags, 1);
    appendMask(rule.get(), kMask);
    appendCompare(rule.get(), NFT_CMP_NEQ, kOpening);
    appendVerdict(rule.get(), NF_ACCEPT);
    return rule;
}

void createRule(Transaction& transaction, nftnl_rule* rule)
{
    transaction.message(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND,
                        [&](nlmsghdr* header) { nftnl_rule_nlmsg_build_payload(header, rule); });
}

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

int readRules(Connection& connection, const std::string& table, const ChainPlace& chain,
              std::vector<std::string>& rules)
{
    const int error = connection.dump(
        NFT_MSG_GETRULE,
        [&](nlmsghdr* header) {
            mnl_attr_put_strz(header, NFTA_RULE_TABLE, table.c_str());
            mnl_attr_put_strz(header, NFTA_RULE_CHAIN, chain.name);
        },
        [&] { rules.clear(); },
        [&](const nlmsghdr* header) {
            Rule rule(nftnl_rule_alloc());
            if (nftnl_rule_nlmsg_parse(header, rule.get()) >= 0)
                rules.push_back(fingerprint(rule.get()));
        });
    return error == ENOENT ? 0 : error;
}

} // namespace bartizan::nft
