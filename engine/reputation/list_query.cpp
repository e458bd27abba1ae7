#include "engine/reputation/list_query.h"

#include "engine/lists/formats/value_text.h"
#include "engine/net/cidr.h"

#include <algorithm>
#include <cctype>

namespace bartizan {

namespace {

constexpr std::size_t kLongestText = 255;

} // namespace

Result<ListQuery> ListQuery::parse(std::string_view text)
{
    if (text.empty() || text.size() > kLongestText)
        return fail(ErrorCode::InvalidArgument, "there is nothing to look up",
                    "Give an address, a domain or the hash of a file.");
    ListQuery query;
    query.text = text;
    if (const auto address = IpAddress::parse(text)) {
        query.kind = Kind::Address;
        query.address = *address;
        query.text = address->toString();
    } else if (Cidr::parse(text)) {
        return fail(ErrorCode::InvalidArgument, "a network may be on a list in part",
                    "Give one address of it.");
    } else if (const auto hash = formats::readHash(text)) {
        query.kind = Kind::Hash;
        query.hash = *hash;
    } else if (text.find('.') != std::string_view::npos && text.find(' ') == std::string_view::npos) {
        query.kind = Kind::Domain;
        std::ranges::transform(query.text, query.text.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (query.text.ends_with('.'))
            query.text.pop_back();
    }
    return query;
}

std::optional<ListAnswer> lookUp(const CompiledList& list, std::span<const EpochMs> generations,
                                 const ListQuery& query)
{
    if (query.kind == ListQuery::Kind::Hash)
        return list.holds(query.hash) ? std::optional(ListAnswer{}) : std::nullopt;
    if (query.kind == ListQuery::Kind::Domain)
        return list.holdsDomain(query.text) ? std::optional(ListAnswer{}) : std::nullopt;
    if (query.kind != ListQuery::Kind::Address)
        return std::nullopt;
    const auto label = list.addresses().find(query.address);
    if (label == AddressTable::kNotListed)
        return std::nullopt;
    ListAnswer answer;
    const auto numbers = list.addresses().lists(label);
    if (!numbers.empty() && numbers.front() < generations.size()) {
        answer.since = generations[numbers.front()];
        // The oldest one stands for what came before it, too.
        answer.sinceAtLeast = numbers.front() == 0;
    }
    return answer;
}

std::optional<ListAnswer> lookUp(const LookupList& list, const ListQuery& query)
{
    auto value = list.find(query.text);
    if (!value && query.kind == ListQuery::Kind::Address)
        value = list.findAddress(query.text, AddressKeys::Networks);
    return value ? std::optional(ListAnswer{{}, false, std::string(*value)}) : std::nullopt;
}

} // namespace bartizan
