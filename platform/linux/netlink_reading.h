// Walks netlink messages and attributes; libmnl's own macros are C. For .cpp files only.
#pragma once

#include <cstddef>
#include <libmnl/libmnl.h>

namespace bartizan {

template<class Take> void eachAttribute(const void* first, std::size_t bytes, Take take)
{
    const auto* begin = static_cast<const char*>(first);
    std::size_t at = 0;
    while (bytes - at >= sizeof(nlattr)) {
        const auto* attribute = static_cast<const nlattr*>(static_cast<const void*>(begin + at));
        if (!mnl_attr_ok(attribute, static_cast<int>(bytes - at)))
            return;
        take(attribute);
        const std::size_t size = MNL_ALIGN(attribute->nla_len);
        if (size > bytes - at)
            return;
        at += size;
    }
}

// `skip`: the size of the fixed header before the attributes.
template<class Take> void eachAttribute(const nlmsghdr* message, std::size_t skip, Take take)
{
    const std::size_t size = mnl_nlmsg_get_payload_len(message);
    skip = MNL_ALIGN(skip);
    if (size > skip)
        eachAttribute(static_cast<const char*>(mnl_nlmsg_get_payload(message)) + skip, size - skip, take);
}

template<class Take> void eachNested(const nlattr* outer, Take take)
{
    eachAttribute(mnl_attr_get_payload(outer), mnl_attr_get_payload_len(outer), take);
}

// Every message of one datagram.
template<class Take> void eachMessage(const char* bytes, std::size_t size, Take take)
{
    int left = static_cast<int>(size);
    for (auto* message = static_cast<const nlmsghdr*>(static_cast<const void*>(bytes));
         mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left))
        take(message);
}

} // namespace bartizan
