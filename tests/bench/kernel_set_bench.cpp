// What list_bench measures, of the kernel's own sets: the same scattered addresses in an nftables set and in
// an ipset, made by their own programs in a network namespace. Look-ups are told apart from what asks for
// them by asking without a set, or one with a single entry, in turns. Needs root. Usage: kernel_set_bench
// [ENTRIES] (default: 100,000); JSON on standard output.
#include "tests/bench/bench_measures.h"
#include "tests/support/network_namespace.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <libmnl/libmnl.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/nfnetlink.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <random>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace bartizan;

namespace {

constexpr std::size_t kAsked = 100'000;
constexpr int kRounds = 5;
using Numbers = std::vector<std::uint32_t>; // addresses in the machine's byte order

void need(bool holds, const std::string& what)
{
    if (!holds)
        throw std::runtime_error(what);
}

struct TemporaryFolder
{
    std::string path = (std::filesystem::temp_directory_path() / "kernel_set_bench.XXXXXX").string();

    TemporaryFolder() { need(::mkdtemp(path.data()) != nullptr, "no temporary folder"); }
    ~TemporaryFolder() { std::filesystem::remove_all(path); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
};

std::string text(std::uint32_t address)
{
    return std::to_string(address >> 24) + '.' + std::to_string(address >> 16 & 255) + '.' +
           std::to_string(address >> 8 & 255) + '.' + std::to_string(address & 255);
}

void writeCost(JsonWriter& json, const std::vector<std::string>& program)
{
    rusage start{};
    rusage end{};
    ::getrusage(RUSAGE_CHILDREN, &start);
    need(test::runProgram(program).exitCode == 0, program.front() + " failed");
    ::getrusage(RUSAGE_CHILDREN, &end);
    const auto seconds = [](const timeval& from, const timeval& to) {
        return static_cast<double>(to.tv_sec - from.tv_sec) +
               static_cast<double>(to.tv_usec - from.tv_usec) / 1e6;
    };
    json.key("build_cpu_seconds")
        .real(seconds(start.ru_utime, end.ru_utime) + seconds(start.ru_stime, end.ru_stime));
}

// Median, in nanoseconds an address.
double medianOf(std::vector<double> costs)
{
    std::ranges::sort(costs);
    return costs[costs.size() / 2];
}
double nanoseconds(const std::function<void()>& work)
{
    return bench::costOf(work).cpuSeconds * 1e9 / static_cast<double>(kAsked);
}

// Packets from any address, which the last rule of the output chain drops; those to 127.0.0.2 ask the set
// before.
class PacketSender
{
public:
    PacketSender()
        : m_socket(::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW))
    {
        need(m_socket >= 0, "no raw socket");
    }
    ~PacketSender() { ::close(m_socket); }
    PacketSender(const PacketSender&) = delete;
    PacketSender& operator=(const PacketSender&) = delete;

    enum class Ask { Nothing, Set };
    void send(const Numbers& sources, Ask ask) const
    {
        iphdr packet{};
        packet.version = 4;
        packet.ihl = 5;
        packet.ttl = 1;
        packet.protocol = IPPROTO_UDP;
        packet.daddr = htonl(INADDR_LOOPBACK + (ask == Ask::Set ? 1 : 0));
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = packet.daddr;
        for (const std::uint32_t source : sources) {
            packet.saddr = htonl(source);
            const auto sent = ::sendto(m_socket, &packet, sizeof(packet), 0,
                                       reinterpret_cast<const sockaddr*>(&to), sizeof(to));
            need(sent < 0 && errno == EPERM, "a packet was not dropped");
        }
    }

private:
    int m_socket;
};

void nftables(JsonWriter& json, const std::string& folder, const Numbers& entries, const Numbers& hits,
              const Numbers& misses)
{
    const std::string file = folder + "/nft";
    std::ofstream script(file);
    script << "table ip bench { set listed { type ipv4_addr; }\n"
              "chain output { type filter hook output priority 0;\n"
              "ip daddr 127.0.0.2 ip saddr @listed counter\ndrop\n}\n}\n";
    constexpr std::size_t kLine = 1000;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        script << (i % kLine == 0 ? "add element ip bench listed { " : ", ") << text(entries[i]);
        if (i % kLine == kLine - 1 || i + 1 == entries.size())
            script << " }\n";
    }
    script.close();
    json.key("nft").beginObject();
    writeCost(json, {"nft", "-f", file});

    const PacketSender sender;
    std::vector<double> without;
    std::vector<double> hit;
    std::vector<double> miss;
    for (int round = 0; round < kRounds; ++round) {
        without.push_back(nanoseconds([&] { sender.send(misses, PacketSender::Ask::Nothing); }));
        miss.push_back(nanoseconds([&] { sender.send(misses, PacketSender::Ask::Set); }));
        hit.push_back(nanoseconds([&] { sender.send(hits, PacketSender::Ask::Set); }));
    }
    const auto counted = test::runProgram({"nft", "list", "chain", "ip", "bench", "output"});
    need(counted.output.find("packets " + std::to_string(kRounds * kAsked) + " ") != std::string::npos,
         "nft found something else than was asked for");
    json.key("packet_without_set_nanoseconds").real(medianOf(without));
    json.key("hit_nanoseconds").real(medianOf(hit) - medianOf(without));
    json.key("miss_nanoseconds").real(medianOf(miss) - medianOf(without));
    json.endObject();
    (void)test::runProgram({"nft", "delete", "table", "ip", "bench"});
}

// Asks an ipset over netlink, many addresses in a message.
class IpsetTester
{
public:
    IpsetTester()
        : m_socket(mnl_socket_open(NETLINK_NETFILTER))
    {
        need(m_socket != nullptr && mnl_socket_bind(m_socket, 0, MNL_SOCKET_AUTOPID) == 0, "no netlink");
        int on = 1;
        (void)mnl_socket_setsockopt(m_socket, NETLINK_CAP_ACK, &on, sizeof(on));
    }
    ~IpsetTester() { mnl_socket_close(m_socket); }
    IpsetTester(const IpsetTester&) = delete;
    IpsetTester& operator=(const IpsetTester&) = delete;

    std::size_t found(const char* set, const Numbers& addresses)
    {
        std::size_t count = 0;
        for (std::size_t begin = 0; begin < addresses.size(); begin += kBatch) {
            const std::size_t size = std::min(kBatch, addresses.size() - begin);
            std::size_t used = 0;
            for (std::size_t i = 0; i < size; ++i)
                used += put(m_request.data() + used, set, addresses[begin + i]);
            need(mnl_socket_sendto(m_socket, m_request.data(), used) >= 0, "netlink does not send");
            for (std::size_t answered = 0; answered < size;)
                answered += readAnswers(count);
        }
        return count;
    }

private:
    static constexpr std::size_t kBatch = 64;
    static constexpr int kNotInSet = 4103; // IPSET_ERR_EXIST

    static std::size_t put(char* place, const char* set, std::uint32_t address)
    {
        nlmsghdr* header = mnl_nlmsg_put_header(place);
        header->nlmsg_type = NFNL_SUBSYS_IPSET << 8 | IPSET_CMD_TEST;
        header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
        auto* family = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(nfgenmsg)));
        family->nfgen_family = AF_INET;
        family->version = NFNETLINK_V0;
        family->res_id = 0;
        mnl_attr_put_u8(header, IPSET_ATTR_PROTOCOL, 6);
        mnl_attr_put_strz(header, IPSET_ATTR_SETNAME, set);
        nlattr* data = mnl_attr_nest_start(header, IPSET_ATTR_DATA);
        nlattr* ip = mnl_attr_nest_start(header, IPSET_ATTR_IP);
        mnl_attr_put_u32(header, IPSET_ATTR_IPADDR_IPV4 | NLA_F_NET_BYTEORDER, htonl(address));
        mnl_attr_nest_end(header, ip);
        mnl_attr_nest_end(header, data);
        return MNL_ALIGN(header->nlmsg_len);
    }

    std::size_t readAnswers(std::size_t& count)
    {
        const auto size = mnl_socket_recvfrom(m_socket, m_answer.data(), m_answer.size());
        need(size > 0, "netlink does not answer");
        std::size_t answers = 0;
        int left = static_cast<int>(size);
        for (auto* header = reinterpret_cast<const nlmsghdr*>(m_answer.data()); mnl_nlmsg_ok(header, left);
             header = mnl_nlmsg_next(header, &left)) {
            need(header->nlmsg_type == NLMSG_ERROR, "netlink answers something else");
            const int error = static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(header))->error;
            need(error == 0 || error == -kNotInSet, "ipset refuses: " + std::to_string(error));
            count += error == 0;
            ++answers;
        }
        return answers;
    }

    mnl_socket* m_socket;
    std::array<char, kBatch * 128> m_request{};
    std::array<char, std::size_t{64} * 1024> m_answer{};
};

void ipset(JsonWriter& json, const std::string& folder, const Numbers& entries, const Numbers& hits,
           const Numbers& misses)
{
    json.key("ipset");
    if (std::system("command -v ipset >/dev/null") != 0) {
        json.null();
        return;
    }
    const std::string file = folder + "/ipset";
    std::ofstream script(file);
    script << "create single hash:ip\nadd single 192.0.2.1\n"
           << "create listed hash:ip maxelem " << entries.size() << '\n';
    for (const std::uint32_t entry : entries)
        script << "add listed " << text(entry) << '\n';
    script.close();
    json.beginObject();
    writeCost(json, {"ipset", "restore", "-exist", "-file", file});

    IpsetTester tester;
    std::vector<double> without;
    std::vector<double> hit;
    std::vector<double> miss;
    std::size_t wrong = 0;
    for (int round = 0; round < kRounds; ++round) {
        without.push_back(nanoseconds([&] { wrong += tester.found("single", misses); }));
        miss.push_back(nanoseconds([&] { wrong += tester.found("listed", misses); }));
        hit.push_back(nanoseconds([&] { wrong += kAsked - tester.found("listed", hits); }));
    }
    need(wrong == 0, "ipset found something else than was asked for");
    json.key("question_of_single_entry_nanoseconds").real(medianOf(without));
    json.key("hit_nanoseconds").real(medianOf(hit) - medianOf(without));
    json.key("miss_nanoseconds").real(medianOf(miss) - medianOf(without));
    json.endObject();
    (void)test::runProgram({"ipset", "destroy"});
}

void measure(JsonWriter& json, std::size_t count)
{
    std::mt19937_64 random(20);
    // ipset does not take 0.
    const auto number = [&] { return std::max(1U, static_cast<std::uint32_t>(random() >> 32)); };
    Numbers entries(count);
    std::ranges::generate(entries, number);
    Numbers sorted = entries;
    std::ranges::sort(sorted);
    Numbers hits(kAsked);
    std::ranges::generate(hits, [&] { return entries[random() % entries.size()]; });
    Numbers misses;
    while (misses.size() < kAsked) {
        const std::uint32_t asked = number();
        if (!std::ranges::binary_search(sorted, asked))
            misses.push_back(asked);
    }

    const TemporaryFolder folder;
    const test::NetworkNamespace space("sets");
    json.beginObject();
    json.key("entries").number(static_cast<std::int64_t>(count));
    space.run([&] {
        nftables(json, folder.path, entries, hits, misses);
        ipset(json, folder.path, entries, hits, misses);
    });
    json.endObject();
}

} // namespace

int main(int argc, char** argv)
{
    const std::size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
    if (count == 0) {
        std::fprintf(stderr, "usage: kernel_set_bench [ENTRIES]\n");
        return 2;
    }
    if (const std::string missing = test::missingPrivilege(); !missing.empty()) {
        std::fprintf(stderr, "kernel_set_bench: %s\n", missing.c_str());
        return 1;
    }
    try {
        JsonWriter json;
        measure(json, count);
        std::printf("%s\n", json.text().c_str());
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "kernel_set_bench: %s\n", error.what());
        return 1;
    }
}
