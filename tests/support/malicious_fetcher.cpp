// In place of bartizan-fetch: reads the job and answers it in the way that the last part of the job's URL
// names.
#include "engine/fetch/fetch_job.h"
#include "engine/fetch/fetch_report.h"
#include "engine/lists/compiled_list.h"
#include "platform/linux/descriptor_message.h"
#include "platform/linux/sealed_memory.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <map>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using namespace bartizan;

constexpr int kChannel = 0;
constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

FetchReport goodReport()
{
    FetchReport report;
    report.format = "addresses";
    return report;
}

std::vector<std::byte> goodImage()
{
    CompiledListBuilder builder(10);
    (void)builder.take({*Cidr::parse("192.0.2.0/24"), {}, {}, 1});
    return std::move(builder).build().value();
}

void answer(const std::string& text, int descriptor)
{
    (void)sendMessage(kChannel, text, descriptor);
}

void answerWith(int descriptor)
{
    answer(writeFetchReport(goodReport()), descriptor);
}

int memory(std::uint64_t size, int seals, unsigned flags = MFD_ALLOW_SEALING)
{
    const int descriptor = ::memfd_create("list", flags);
    const auto image = goodImage();
    if (::write(descriptor, image.data(), image.size()) < 0 ||
        ::ftruncate(descriptor, static_cast<off_t>(size)) != 0)
        std::abort();
    ::fcntl(descriptor, F_ADD_SEALS, seals);
    return descriptor;
}

// All at once, in one message or several.
void severalDescriptors(std::size_t count, std::size_t messages)
{
    std::vector<char> control(CMSG_SPACE(count * sizeof(int)));
    std::vector<int> descriptors(count, sealedCopy(goodImage()).value().release());
    for (std::size_t i = 0; i < messages; ++i) {
        char blank = ' ';
        iovec part{&blank, 1};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(count * sizeof(int));
        std::memcpy(CMSG_DATA(header), descriptors.data(), count * sizeof(int));
        if (::sendmsg(kChannel, &message, MSG_NOSIGNAL) < 0)
            std::exit(1);
    }
    answerWith(-1);
}

void sendForEver(const std::string& text)
{
    while (::send(kChannel, text.data(), text.size(), MSG_NOSIGNAL) > 0) {
    }
}

void hang()
{
    for (;;)
        ::pause();
}

// One that lives on and keeps the channel, in a group of its own.
void leaveChild()
{
    if (::fork() == 0) {
        ::setpgid(0, 0);
        ::alarm(20);
        hang();
    }
}

// A file of its own, so that what is handed over is as large as can be without being there.
int hugeMemory()
{
    const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &none);
    return memory(std::uint64_t{1} << 40U, kSeals);
}

std::vector<std::byte> garbage()
{
    auto image = goodImage();
    for (std::size_t i = 8; i < image.size(); ++i)
        image[i] = static_cast<std::byte>(i * 37);
    return image;
}

const std::map<std::string_view, std::function<void()>>& behaviours()
{
    static const std::map<std::string_view, std::function<void()>> all{
        {"good", [] { answerWith(sealedCopy(goodImage()).value().get()); }},
        {"garbage-image", [] { answerWith(sealedCopy(garbage()).value().get()); }},
        {"no-descriptor", [] { answerWith(-1); }},
        {"unsealed", [] { answerWith(memory(64, 0)); }},
        {"half-sealed", [] { answerWith(memory(64, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)); }},
        {"no-sealing", [] { answerWith(memory(64, 0, 0)); }},
        {"too-large", [] { answerWith(hugeMemory()); }},
        {"holes", [] { answerWith(memory(std::uint64_t{64} << 20U, kSeals)); }},
        {"empty", [] { answerWith(memory(0, kSeals)); }},
        {"pipe",
         [] {
             std::array<int, 2> ends{};
             answerWith(::pipe(ends.data()) == 0 ? ends[0] : -1);
         }},
        {"folder", [] { answerWith(::open("/", O_RDONLY | O_DIRECTORY)); }},
        {"file", [] { answerWith(::open("/etc/passwd", O_RDONLY)); }},
        {"device", [] { answerWith(::open("/dev/zero", O_RDWR)); }},
        {"socket", [] { answerWith(kChannel); }},
        {"two-descriptors", [] { severalDescriptors(2, 1); }},
        {"descriptor-twice", [] { severalDescriptors(1, 2); }},
        {"many-descriptors", [] { severalDescriptors(253, 1); }},
        {"unchanged-with-list",
         [] {
             FetchReport report;
             report.notModified = true;
             answer(writeFetchReport(report), sealedCopy(goodImage()).value().get());
         }},
        {"no-json", [] { answer("hello", -1); }},
        {"empty-answer", [] { ::shutdown(kChannel, SHUT_WR); }},
        {"endless-json", [] { sendForEver("{\"report\":{\"etag\":\"" + std::string(100'000, 'a')); }},
        {"endless-blanks", [] { sendForEver(std::string(100'000, ' ')); }},
        {"nested-json", [] { answer(std::string(500'000, '['), -1); }},
        {"nested-objects",
         [] {
             std::string text;
             for (int i = 0; i < 100'000; ++i)
                 text += "{\"a\":";
             answer(text, -1);
         }},
        {"header-injection",
         [] {
             answer(
                 R"({"report":{"notModified":true,"etag":"a\r\nHost: b","lastModified":"","finalUrl":""}})",
                 -1);
         }},
        {"error-with-terminal-codes",
         [] {
             answer(R"({"error":{"code":"refused","message":"\u001b[31mred\u202e","cure":"\u0007"}})", -1);
         }},
        {"silent", hang},
        {"silent-with-child",
         [] {
             leaveChild();
             hang();
         }},
        {"child-keeps-channel",
         [] {
             leaveChild();
             std::_Exit(0);
         }},
        {"deaf-and-silent", [] { ::shutdown(kChannel, SHUT_RD), hang(); }},
        {"signal", [] { ::signal(SIGSEGV, SIG_DFL), ::raise(SIGSEGV); }}, // a sanitizer would catch it
        {"closes", [] { ::close(kChannel), hang(); }},
        {"answers-and-stays",
         [] {
             answerWith(sealedCopy(goodImage()).value().get());
             hang();
         }},
    };
    return all;
}

} // namespace

int main()
{
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    MessageReceiver receiver(kLongestFetchJob);
    for (;;) {
        const auto state = receiver.receive(kChannel);
        if (!state)
            return 1;
        if (*state == MessageReceiver::State::Done)
            break;
    }
    const auto job = readFetchJob(receiver.text());
    if (!job)
        return 1;
    const std::string& url = job->request.url;
    const auto behaviour = behaviours().find(std::string_view(url).substr(url.rfind('/') + 1));
    if (behaviour == behaviours().end())
        return 1;
    behaviour->second();
    return 0;
}
