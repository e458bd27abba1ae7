// One message over a connected socket: text and at most one descriptor. The sender ends it by shutting its
// side down; the receiver sees nothing of a message that is not whole.
#pragma once

#include "engine/base/result.h"
#include "platform/linux/file_descriptor.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace bartizan {

// Waits for room. `descriptor` -1: none.
[[nodiscard]] Result<void> sendMessage(int socket, std::string_view text, int descriptor);

// Collects a message from a sender that may send anything.
class MessageReceiver
{
public:
    explicit MessageReceiver(std::size_t longest)
        : m_longest(longest)
    {
    }

    enum class State { More, Done };
    // Reads once; Corrupt for text that is too long, and for more than one descriptor: all of them are closed
    // then. More where there is nothing at the moment and the socket does not wait.
    [[nodiscard]] Result<State> receive(int socket);

    [[nodiscard]] std::string& text() { return m_text; }
    [[nodiscard]] FileDescriptor& descriptor() { return m_descriptor; }

private:
    std::size_t m_longest;
    std::string m_text;
    FileDescriptor m_descriptor;
};

} // namespace bartizan
