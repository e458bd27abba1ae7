// Frames of the control protocol (docs/ipc.md). The only thing the engine and its clients share, with
// methods.h.
#pragma once

#include "engine/base/result.h"

#include <QByteArray>
#include <QJsonObject>

#include <cstdint>
#include <optional>

namespace bartizan::protocol {

enum class FrameKind : std::uint8_t { Request = 1, Response = 2, Event = 3, Acknowledgement = 4 };

inline constexpr int kVersion = 1;
inline constexpr std::uint32_t kMaxBody = 1U << 20;
inline constexpr std::uint32_t kMaxBodyBeforeHello = 64U << 10;
inline constexpr int kMaxNesting = 32;

struct Frame
{
    FrameKind kind = FrameKind::Request;
    QJsonObject body;
};

[[nodiscard]] QByteArray encode(const Frame& frame);

// Bytes come in as they come; whole frames come out. An error is final for the connection: limits are checked
// before anything is allocated for the body.
class FrameDecoder
{
public:
    void setMaxBody(std::uint32_t limit) { m_maxBody = limit; }
    void append(const QByteArray& bytes) { m_buffer.append(bytes); }
    // The next whole frame, nothing if more bytes are needed, or InvalidArgument / Exhausted.
    [[nodiscard]] Result<std::optional<Frame>> next();

private:
    QByteArray m_buffer;
    std::uint32_t m_maxBody = kMaxBodyBeforeHello;
};

} // namespace bartizan::protocol
