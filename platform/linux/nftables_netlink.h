// nf_tables over netlink: a connection, transactions, and set elements packed many to a message. The kernel's
// own numbers (errno, message types) stay below NftablesBackend.
#pragma once

#include "engine/base/result.h"
#include "engine/net/cidr.h"
#include "platform/linux/file_descriptor.h"

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct nlmsghdr;

namespace bartizan::nft {

// What went wrong, with the cure, for an errno from nf_tables. `action` begins the sentence: "can't block
// 192.0.2.1".
[[nodiscard]] Error kernelError(int number, std::string_view action);

// An address as the kernel's bare bytes. Not an IpAddress: that takes an IPv4-mapped one for the IPv4 address
// it means, and an interval may end there.
struct Key
{
    std::array<std::uint8_t, 16> bytes{};
    std::uint8_t size = 4;

    Key() = default;
    explicit Key(const IpAddress& address)
        : bytes(address.bytes())
        , size(address.isV4() ? 4 : 16)
    {
    }
    [[nodiscard]] std::string_view view() const
    {
        return {reinterpret_cast<const char*>(bytes.data()), size};
    }
    auto operator<=>(const Key&) const = default;
};

// A set element. Interval sets hold two for each network: its first address, and the address behind its last
// one.
struct Element
{
    Key key;
    std::uint64_t timeoutMs = 0; // 0 = permanent
    bool intervalEnd = false;
};

// The milliseconds to hand to the kernel: at least asked for, exact in jiffies at every usual HZ, and never
// the 0 that would mean for ever.
[[nodiscard]] std::uint64_t kernelTimeout(std::chrono::milliseconds remaining);

enum class Creation {
    Exclusive, // an element that stands is EEXIST
    Tolerant,  // an element that stands is left as it is (its time: changed from Linux 6.12 on, kept before)
};

// Messages that take effect together or not at all. The buffer is kept from one transaction to the next.
class Transaction
{
public:
    Transaction();
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void begin();
    // Room for one message, header filled in; `fill` appends the attributes, at most kMessageRoom bytes.
    void message(std::uint16_t type, std::uint16_t flags, const std::function<void(nlmsghdr*)>& fill);
    void createElements(std::string_view table, std::string_view set, std::span<const Element> elements,
                        Creation creation);
    void deleteElements(std::string_view table, std::string_view set, std::span<const Element> elements);
    void flushElements(std::string_view table, std::string_view set);
    [[nodiscard]] bool empty() const { return m_lastMessage == 0; }

    static constexpr std::size_t kMessageRoom = 8192;

private:
    friend class Connection;
    void ensureRoom(std::size_t bytes);
    nlmsghdr* openMessage(std::uint16_t type, std::uint16_t flags, std::size_t room);
    void closeMessage(const nlmsghdr* header);
    void elements(std::uint16_t type, std::uint16_t flags, std::string_view table, std::string_view set,
                  std::span<const Element> elements);
    // Ends the batch, numbers its messages from `sequence` and returns the number of the last one.
    std::uint32_t finish(std::uint32_t sequence);

    struct Free
    {
        void operator()(char* bytes) const;
    };
    std::unique_ptr<char, Free> m_bytes;
    std::size_t m_capacity = 0;
    std::size_t m_size = 0;
    std::size_t m_lastMessage = 0; // where it begins; 0 = none yet
};

// One netlink socket. It belongs to the network namespace of the thread that opened it. One thread at a time.
class Connection
{
public:
    [[nodiscard]] static Result<std::unique_ptr<Connection>> open();

    // The kernel's name for this socket: changes made over it carry it.
    [[nodiscard]] std::uint32_t portId() const { return m_portId; }

    // Sends and waits for the kernel's verdict: 0 or an errno.
    [[nodiscard]] int commit(Transaction& transaction);

    using Reader = std::function<void(const nlmsghdr*)>;
    // One question, one answer. 0 or an errno.
    [[nodiscard]] int get(std::uint16_t type, const std::function<void(nlmsghdr*)>& fill, const Reader& read);
    // Everything of a kind. `restart` is called before each pass: the kernel's data may change under a long
    // one.
    [[nodiscard]] int dump(std::uint16_t type, const std::function<void(nlmsghdr*)>& fill,
                           const std::function<void()>& restart, const Reader& read);

    // The number of the rule set's generation; each transaction of anybody raises it by one.
    [[nodiscard]] int generation(std::uint32_t& number);
    // The element with this key, if the set holds it. ENOENT is not an error here.
    [[nodiscard]] int findElement(std::string_view table, std::string_view set, const Key& key,
                                  std::optional<Element>& found);
    // Whether the set holds all of these keys; asks for many at once, and gives up at the first that it does
    // not hold.
    [[nodiscard]] int holdsAll(std::string_view table, std::string_view set,
                               std::span<const Element> elements, bool& all);
    [[nodiscard]] int dumpElements(std::string_view table, std::string_view set,
                                   std::vector<Element>& elements);

private:
    explicit Connection(FileDescriptor socket, std::uint32_t portId);
    [[nodiscard]] int send(const char* bytes, std::size_t size);
    [[nodiscard]] int receive(int flags, std::size_t& size);
    [[nodiscard]] int request(std::uint16_t type, std::uint16_t flags,
                              const std::function<void(nlmsghdr*)>& fill);

    FileDescriptor m_socket;
    std::uint32_t m_portId = 0;
    std::uint32_t m_sequence = 0;
    std::size_t m_sendBuffer = std::size_t{64} * 1024; // less than every kernel's default
    std::vector<char> m_answer;
};

} // namespace bartizan::nft
