#include "platform/linux/descriptor_message.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <vector>

namespace bartizan {

namespace {

// As many as the kernel passes in one message (SCM_MAX_FD).
constexpr std::size_t kMostDescriptors = 253;

std::unexpected<Error> refuse(std::string_view why)
{
    return fail(ErrorCode::Corrupt, "The other process sent " + std::string(why));
}

// All that came with it, so that none stays open.
std::vector<FileDescriptor> descriptorsOf(msghdr& message)
{
    std::vector<FileDescriptor> descriptors;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int descriptor = -1;
            std::memcpy(&descriptor, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
            descriptors.emplace_back(descriptor);
        }
    }
    return descriptors;
}

} // namespace

Result<void> sendMessage(int socket, std::string_view text, int descriptor)
{
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    while (!text.empty()) {
        iovec part{const_cast<char*>(text.data()), text.size()};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        if (descriptor >= 0) {
            message.msg_control = control.data();
            message.msg_controllen = control.size();
            cmsghdr* header = CMSG_FIRSTHDR(&message);
            header->cmsg_level = SOL_SOCKET;
            header->cmsg_type = SCM_RIGHTS;
            header->cmsg_len = CMSG_LEN(sizeof(int));
            std::memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
        }
        const ssize_t sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0) // NOLINTNEXTLINE(concurrency-mt-unsafe)
            return fail(ErrorCode::Unavailable, std::string("It can't be sent: ") + std::strerror(errno));
        text.remove_prefix(static_cast<std::size_t>(sent));
        descriptor = -1;
    }
    ::shutdown(socket, SHUT_WR);
    return {};
}

Result<MessageReceiver::State> MessageReceiver::receive(int socket)
{
    std::array<char, 16 * 1024> buffer;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(kMostDescriptors * sizeof(int))> control;
    iovec part{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t received = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (received < 0) {
        if (errno == EINTR || errno == EAGAIN)
            return State::More;
        return refuse("nothing: the connection is broken");
    }
    auto descriptors = descriptorsOf(message);
    const bool hasOne = m_descriptor.isOpen();
    if ((message.msg_flags & MSG_CTRUNC) != 0 || descriptors.size() > (hasOne ? 0U : 1U))
        return refuse("several files where one is expected");
    if (!descriptors.empty())
        m_descriptor = std::move(descriptors.front());
    if (received == 0)
        return State::Done;
    const auto size = static_cast<std::size_t>(received);
    if (size > m_longest - m_text.size())
        return refuse("a text that does not end");
    m_text.append(buffer.data(), size);
    return State::More;
}

} // namespace bartizan
