#include "platform/linux/nftables_netlink.h"

#include "platform/linux/netlink_reading.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <endian.h>
#include <libnftnl/common.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <new>
#include <sys/socket.h>

namespace bartizan::nft {

namespace {

// A netlink attribute's length has 16 bits; 1500 elements of the largest kind stay below.
constexpr std::size_t kElementsPerMessage = 1500;
constexpr std::size_t kElementBytes = 48;
// Answers to one question that fit into every kernel's default buffer: a message for each element.
constexpr std::size_t kElementsPerQuestion = 100;
constexpr std::size_t kAnswerBytes = std::size_t{256} * 1024;
constexpr int kDumpAttempts = 20;

void putText(nlmsghdr* header, std::uint16_t type, std::string_view text)
{
    mnl_attr_put_strz(header, type, std::string(text).c_str());
}

void putElement(nlmsghdr* header, const Element& element)
{
    nlattr* outer = mnl_attr_nest_start(header, NFTA_LIST_ELEM);
    if (element.intervalEnd)
        mnl_attr_put_u32(header, NFTA_SET_ELEM_FLAGS, htonl(NFT_SET_ELEM_INTERVAL_END));
    nlattr* key = mnl_attr_nest_start(header, NFTA_SET_ELEM_KEY);
    const std::string_view bytes = element.key.view();
    mnl_attr_put(header, NFTA_DATA_VALUE, bytes.size(), bytes.data());
    mnl_attr_nest_end(header, key);
    if (element.timeoutMs != 0)
        mnl_attr_put_u64(header, NFTA_SET_ELEM_TIMEOUT, htobe64(element.timeoutMs));
    mnl_attr_nest_end(header, outer);
}

void readKey(const nlattr* attribute, std::optional<Key>& key)
{
    eachNested(attribute, [&](const nlattr* value) {
        const std::size_t size = mnl_attr_get_payload_len(value);
        if (mnl_attr_get_type(value) != NFTA_DATA_VALUE || size > Key().bytes.size())
            return;
        key.emplace();
        std::memcpy(key->bytes.data(), mnl_attr_get_payload(value), size);
        key->size = static_cast<std::uint8_t>(size);
    });
}

std::optional<Element> readElement(const nlattr* attribute)
{
    std::optional<Key> key;
    bool intervalEnd = false;
    std::uint64_t timeout = 0;
    std::optional<std::uint64_t> expiration;
    eachNested(attribute, [&](const nlattr* part) {
        switch (mnl_attr_get_type(part)) {
        case NFTA_SET_ELEM_KEY:
            readKey(part, key);
            break;
        case NFTA_SET_ELEM_FLAGS:
            intervalEnd = (ntohl(mnl_attr_get_u32(part)) & NFT_SET_ELEM_INTERVAL_END) != 0;
            break;
        case NFTA_SET_ELEM_TIMEOUT:
            timeout = be64toh(mnl_attr_get_u64(part));
            break;
        case NFTA_SET_ELEM_EXPIRATION:
            expiration = be64toh(mnl_attr_get_u64(part));
            break;
        default:
            break;
        }
    });
    if (!key)
        return std::nullopt;
    if (timeout != 0)
        timeout = std::max<std::uint64_t>(expiration.value_or(timeout), 1);
    return Element{*key, timeout, intervalEnd};
}

template<class Take> void readElements(const nlmsghdr* header, Take take)
{
    eachAttribute(header, sizeof(nfgenmsg), [&](const nlattr* attribute) {
        if (mnl_attr_get_type(attribute) != NFTA_SET_ELEM_LIST_ELEMENTS)
            return;
        eachNested(attribute, [&](const nlattr* item) {
            if (const auto element = readElement(item))
                take(*element);
        });
    });
}

// The errno in an NLMSG_ERROR (0 = acknowledged).
int errorOf(const nlmsghdr* header)
{
    const auto* error = static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(header));
    return -error->error;
}

} // namespace

Error kernelError(int number, std::string_view action)
{
    const std::string begin(action);
    switch (number) {
    case EPERM:
    case EACCES:
        return {ErrorCode::PermissionDenied,
                begin + ": the kernel refuses changes of the firewall to this user",
                "Run the engine as root or with the capability CAP_NET_ADMIN."};
    case EAFNOSUPPORT:
    case EPROTONOSUPPORT:
    case EOPNOTSUPP:
    case EINVAL:
        return {ErrorCode::Unavailable,
                begin + ": this kernel does not support what is needed of nf_tables (" +
                    std::strerror(number) + ")",
                "Load the module (modprobe nf_tables), or choose another firewall with --firewall."};
    case ENOENT:
        return {ErrorCode::NotFound, begin + ": our firewall table is gone or incomplete", {}};
    case EBUSY:
    case EAGAIN:
    case EINTR:
        return {ErrorCode::Busy, begin + ": another program is changing the firewall", "Try again."};
    case ENOMEM:
    case ENOBUFS:
    case ENOSPC:
    case ENFILE:
    case EMFILE:
    case EMSGSIZE:
        return {ErrorCode::Exhausted,
                begin + ": the kernel is short of memory for it (" + std::strerror(number) + ")",
                {}};
    default:
        return {ErrorCode::Internal, begin + ": " + std::strerror(number), {}};
    }
}

std::uint64_t kernelTimeout(std::chrono::milliseconds remaining)
{
    // 20 ms is a whole number of jiffies at 100, 250, 300 and 1000 Hz; kernels round down, before 6.12 even
    // to 0.
    constexpr std::int64_t kStep = 20;
    constexpr std::int64_t kLongest = std::int64_t{100} * 365 * 24 * 3600 * 1000;
    const std::int64_t wanted = std::clamp<std::int64_t>(remaining.count(), 1, kLongest);
    return static_cast<std::uint64_t>((wanted + kStep - 1) / kStep * kStep);
}

// ---- Transaction

void Transaction::Free::operator()(char* bytes) const
{
    std::free(bytes);
}

Transaction::Transaction() = default;
Transaction::~Transaction() = default;

void Transaction::ensureRoom(std::size_t bytes)
{
    if (m_size + bytes <= m_capacity)
        return;
    const std::size_t wanted = std::max(m_size + bytes, m_capacity * 2);
    char* grown = static_cast<char*>(std::realloc(m_bytes.get(), wanted));
    if (grown == nullptr)
        throw std::bad_alloc();
    static_cast<void>(m_bytes.release());
    m_bytes.reset(grown);
    m_capacity = wanted;
}

void Transaction::begin()
{
    m_size = 0;
    m_lastMessage = 0;
    ensureRoom(kMessageRoom);
    m_size += nftnl_batch_begin(m_bytes.get(), 0)->nlmsg_len;
}

nlmsghdr* Transaction::openMessage(std::uint16_t type, std::uint16_t flags, std::size_t room)
{
    ensureRoom(room);
    m_lastMessage = m_size;
    return nftnl_nlmsg_build_hdr(m_bytes.get() + m_size, type, NFPROTO_INET, flags, 0);
}

void Transaction::closeMessage(const nlmsghdr* header)
{
    m_size += MNL_ALIGN(header->nlmsg_len);
}

void Transaction::message(std::uint16_t type, std::uint16_t flags, const std::function<void(nlmsghdr*)>& fill)
{
    nlmsghdr* header = openMessage(type, flags, kMessageRoom);
    fill(header);
    closeMessage(header);
}

void Transaction::elements(std::uint16_t type, std::uint16_t flags, std::string_view table,
                           std::string_view set, std::span<const Element> elements)
{
    while (!elements.empty()) {
        const auto part = elements.first(std::min(elements.size(), kElementsPerMessage));
        elements = elements.subspan(part.size());
        nlmsghdr* header = openMessage(type, flags, 512 + part.size() * kElementBytes);
        putText(header, NFTA_SET_ELEM_LIST_TABLE, table);
        putText(header, NFTA_SET_ELEM_LIST_SET, set);
        nlattr* list = mnl_attr_nest_start(header, NFTA_SET_ELEM_LIST_ELEMENTS);
        for (const Element& element : part)
            putElement(header, element);
        mnl_attr_nest_end(header, list);
        closeMessage(header);
    }
}

void Transaction::createElements(std::string_view table, std::string_view set, std::span<const Element> list,
                                 Creation creation)
{
    const int exclusive = creation == Creation::Exclusive ? NLM_F_EXCL : 0;
    elements(NFT_MSG_NEWSETELEM, static_cast<std::uint16_t>(NLM_F_CREATE | exclusive), table, set, list);
}

void Transaction::deleteElements(std::string_view table, std::string_view set, std::span<const Element> list)
{
    elements(NFT_MSG_DELSETELEM, 0, table, set, list);
}

void Transaction::flushElements(std::string_view table, std::string_view set)
{
    message(NFT_MSG_DELSETELEM, 0, [&](nlmsghdr* header) {
        putText(header, NFTA_SET_ELEM_LIST_TABLE, table);
        putText(header, NFTA_SET_ELEM_LIST_SET, set);
    });
}

std::uint32_t Transaction::finish(std::uint32_t sequence)
{
    ensureRoom(kMessageRoom);
    // The end of a batch is acknowledged from Linux 6.10 on only; the last message always.
    reinterpret_cast<nlmsghdr*>(m_bytes.get() + m_lastMessage)->nlmsg_flags |= NLM_F_ACK;
    m_size += nftnl_batch_end(m_bytes.get() + m_size, 0)->nlmsg_len;
    std::uint32_t last = 0;
    for (std::size_t at = 0; at < m_size;) {
        auto* header = reinterpret_cast<nlmsghdr*>(m_bytes.get() + at);
        header->nlmsg_seq = sequence++;
        if (at == m_lastMessage)
            last = header->nlmsg_seq;
        at += MNL_ALIGN(header->nlmsg_len);
    }
    return last;
}

// ---- Connection

Connection::Connection(FileDescriptor socket, std::uint32_t portId)
    : m_socket(std::move(socket))
    , m_portId(portId)
    , m_answer(kAnswerBytes)
{
}

Result<std::unique_ptr<Connection>> Connection::open()
{
    const std::string action = "can't reach the kernel's firewall";
    FileDescriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
    if (!socket.isOpen())
        return std::unexpected(kernelError(errno, action));
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    socklen_t length = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket.get(), generic, length) != 0 || ::getsockname(socket.get(), generic, &length) != 0)
        return std::unexpected(kernelError(errno, action));
    // Errors come back without a copy of the message they are about, which may be 60 kB.
    const int on = 1;
    ::setsockopt(socket.get(), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
    return std::unique_ptr<Connection>(new Connection(std::move(socket), address.nl_pid));
}

int Connection::send(const char* bytes, std::size_t size)
{
    if (size > m_sendBuffer) {
        const int wanted = static_cast<int>(std::min<std::size_t>(size * 2, 1U << 30));
        if (::setsockopt(m_socket.get(), SOL_SOCKET, SO_SNDBUFFORCE, &wanted, sizeof(wanted)) != 0)
            ::setsockopt(m_socket.get(), SOL_SOCKET, SO_SNDBUF, &wanted, sizeof(wanted));
        m_sendBuffer = size;
    }
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    ssize_t sent = 0;
    do {
        sent = ::sendto(m_socket.get(), bytes, size, 0, reinterpret_cast<const sockaddr*>(&kernel),
                        sizeof(kernel));
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? errno : 0;
}

int Connection::commit(Transaction& transaction)
{
    const std::uint32_t first = ++m_sequence;
    const std::uint32_t last = transaction.finish(first);
    m_sequence = last + 1;
    if (const int error = send(transaction.m_bytes.get(), transaction.m_size); error != 0)
        return error;
    // The kernel carries a batch out inside sendto(): every answer is waiting already, and no answer to the
    // last message means that it was never reached.
    int failure = 0;
    bool acknowledged = false;
    for (;;) {
        std::size_t size = 0;
        const int error = receive(MSG_DONTWAIT, size);
        if (error == EAGAIN)
            break;
        if (error != 0)
            return error;
        eachMessage(m_answer.data(), size, [&](const nlmsghdr* header) {
            if (header->nlmsg_type != NLMSG_ERROR || header->nlmsg_seq < first ||
                header->nlmsg_seq > last + 1)
                return;
            const int answer = errorOf(header);
            if (failure == 0)
                failure = answer;
            acknowledged |= answer == 0 && header->nlmsg_seq == last;
        });
    }
    if (failure != 0)
        return failure;
    return acknowledged ? 0 : EIO;
}

int Connection::receive(int flags, std::size_t& size)
{
    for (;;) {
        const ssize_t received = ::recv(m_socket.get(), m_answer.data(), m_answer.size(), flags);
        if (received >= 0) {
            size = static_cast<std::size_t>(received);
            return 0;
        }
        if (errno != EINTR)
            return errno;
    }
}

int Connection::request(std::uint16_t type, std::uint16_t flags, const std::function<void(nlmsghdr*)>& fill)
{
    alignas(NLMSG_ALIGNTO) char buffer[1024 + kElementsPerQuestion * kElementBytes];
    nlmsghdr* header = nftnl_nlmsg_build_hdr(buffer, type, NFPROTO_INET, flags, ++m_sequence);
    fill(header);
    return send(buffer, header->nlmsg_len);
}

int Connection::get(std::uint16_t type, const std::function<void(nlmsghdr*)>& fill, const Reader& read)
{
    if (const int error = request(type, 0, fill); error != 0)
        return error;
    std::optional<int> result;
    while (!result) {
        std::size_t size = 0;
        if (const int error = receive(0, size); error != 0)
            return error;
        eachMessage(m_answer.data(), size, [&](const nlmsghdr* header) {
            if (header->nlmsg_seq != m_sequence || result)
                return; // a late answer to something given up
            result = header->nlmsg_type == NLMSG_ERROR ? errorOf(header) : 0;
            if (header->nlmsg_type != NLMSG_ERROR)
                read(header);
        });
    }
    return *result;
}

int Connection::dump(std::uint16_t type, const std::function<void(nlmsghdr*)>& fill,
                     const std::function<void()>& restart, const Reader& read)
{
    for (int attempt = 0; attempt < kDumpAttempts; ++attempt) {
        restart();
        if (const int error = request(type, NLM_F_DUMP, fill); error != 0)
            return error;
        bool interrupted = false;
        std::optional<int> result;
        while (!result) {
            std::size_t size = 0;
            if (const int error = receive(0, size); error != 0)
                return error;
            eachMessage(m_answer.data(), size, [&](const nlmsghdr* header) {
                if (header->nlmsg_seq != m_sequence || result)
                    return;
                interrupted |= (header->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
                if (header->nlmsg_type == NLMSG_ERROR)
                    result = errorOf(header);
                else if (header->nlmsg_type == NLMSG_DONE)
                    result = 0;
                else
                    read(header);
            });
        }
        if (*result != 0 || !interrupted)
            return *result;
    }
    return EAGAIN;
}

int Connection::generation(std::uint32_t& number)
{
    return get(
        NFT_MSG_GETGEN, [](nlmsghdr*) {},
        [&](const nlmsghdr* header) {
            eachAttribute(header, sizeof(nfgenmsg), [&](const nlattr* attribute) {
                if (mnl_attr_get_type(attribute) == NFTA_GEN_ID)
                    number = ntohl(mnl_attr_get_u32(attribute));
            });
        });
}

int Connection::findElement(std::string_view table, std::string_view set, const Key& key,
                            std::optional<Element>& found)
{
    found.reset();
    const auto fill = [&](nlmsghdr* header) {
        putText(header, NFTA_SET_ELEM_LIST_TABLE, table);
        putText(header, NFTA_SET_ELEM_LIST_SET, set);
        nlattr* list = mnl_attr_nest_start(header, NFTA_SET_ELEM_LIST_ELEMENTS);
        putElement(header, {key, 0, false});
        mnl_attr_nest_end(header, list);
    };
    const int error = get(NFT_MSG_GETSETELEM, fill, [&](const nlmsghdr* header) {
        readElements(header, [&](const Element& element) { found = element; });
    });
    return error == ENOENT ? 0 : error;
}

int Connection::holdsAll(std::string_view table, std::string_view set, std::span<const Element> elements,
                         bool& all)
{
    all = true;
    while (!elements.empty() && all) {
        const auto part = elements.first(std::min(elements.size(), kElementsPerQuestion));
        elements = elements.subspan(part.size());
        const auto fill = [&](nlmsghdr* header) {
            putText(header, NFTA_SET_ELEM_LIST_TABLE, table);
            putText(header, NFTA_SET_ELEM_LIST_SET, set);
            nlattr* list = mnl_attr_nest_start(header, NFTA_SET_ELEM_LIST_ELEMENTS);
            for (const Element& element : part)
                putElement(header, {element.key, 0, false});
            mnl_attr_nest_end(header, list);
        };
        if (const int error = request(NFT_MSG_GETSETELEM, NLM_F_ACK, fill); error != 0)
            return error;
        std::size_t found = 0;
        std::optional<int> result;
        while (!result) {
            std::size_t size = 0;
            if (const int error = receive(0, size); error != 0)
                return error;
            eachMessage(m_answer.data(), size, [&](const nlmsghdr* header) {
                if (header->nlmsg_seq != m_sequence || result)
                    return;
                if (header->nlmsg_type == NLMSG_ERROR)
                    result = errorOf(header);
                else
                    ++found;
            });
        }
        if (*result != 0 && *result != ENOENT)
            return *result;
        all = found == part.size();
    }
    return 0;
}

int Connection::dumpElements(std::string_view table, std::string_view set, std::vector<Element>& elements)
{
    const auto fill = [&](nlmsghdr* header) {
        putText(header, NFTA_SET_ELEM_LIST_TABLE, table);
        putText(header, NFTA_SET_ELEM_LIST_SET, set);
    };
    const std::size_t before = elements.size();
    return dump(
        NFT_MSG_GETSETELEM, fill, [&] { elements.resize(before); },
        [&](const nlmsghdr* header) {
            readElements(header, [&](const Element& element) { elements.push_back(element); });
        });
}

} // namespace bartizan::nft
