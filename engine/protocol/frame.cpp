#include "engine/protocol/frame.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QtEndian>

namespace bartizan::protocol {

namespace {

constexpr QByteArrayView kMagic("BZTN");
constexpr qsizetype kHeaderSize = 10;
constexpr char kFrameVersion = 1;

// Counted on the text, before a document is built: the parser's own limit (1,024) is deeper than any client
// needs.
bool nestsTooDeep(QByteArrayView json)
{
    int depth = 0;
    bool inString = false;
    for (qsizetype i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (inString) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                inString = false;
        } else if (c == '"') {
            inString = true;
        } else if (c == '{' || c == '[') {
            if (++depth > kMaxNesting)
                return true;
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
    return false;
}

} // namespace

QByteArray encode(const Frame& frame)
{
    const QByteArray body = QJsonDocument(frame.body).toJson(QJsonDocument::Compact);
    QByteArray bytes(kMagic.data(), kMagic.size());
    bytes.append(kFrameVersion);
    bytes.append(static_cast<char>(frame.kind));
    char length[4];
    qToLittleEndian(static_cast<quint32>(body.size()), length);
    bytes.append(length, 4);
    return bytes.append(body);
}

Result<std::optional<Frame>> FrameDecoder::next()
{
    if (m_buffer.size() < kHeaderSize)
        return std::optional<Frame>();
    if (!m_buffer.startsWith(kMagic) || m_buffer[4] != kFrameVersion)
        return fail(ErrorCode::InvalidArgument, "not a frame of this protocol");
    const auto kind = static_cast<std::uint8_t>(m_buffer[5]);
    if (kind < 1 || kind > 4)
        return fail(ErrorCode::InvalidArgument, "unknown frame kind");
    const auto length = qFromLittleEndian<quint32>(m_buffer.constData() + 6);
    if (length > m_maxBody)
        return fail(ErrorCode::Exhausted, "frame is larger than " + std::to_string(m_maxBody) + " bytes");
    if (m_buffer.size() < kHeaderSize + static_cast<qsizetype>(length))
        return std::optional<Frame>();
    const QByteArray body = m_buffer.mid(kHeaderSize, static_cast<qsizetype>(length));
    m_buffer.remove(0, kHeaderSize + static_cast<qsizetype>(length));
    if (nestsTooDeep(body))
        return fail(ErrorCode::InvalidArgument, "frame nests too deeply");
    QJsonParseError error;
    const auto document = QJsonDocument::fromJson(body, &error);
    if (error.error != QJsonParseError::NoError || !document.isObject())
        return fail(ErrorCode::InvalidArgument, "frame body is not a JSON object");
    return Frame{static_cast<FrameKind>(kind), document.object()};
}

} // namespace bartizan::protocol
