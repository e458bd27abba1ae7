// The control protocol's frames, as any local user may send them, in two pieces.
#include "engine/protocol/frame.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace bartizan::protocol;
    FrameDecoder decoder;
    const QByteArray bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    for (const auto& piece : {bytes.left(bytes.size() / 2), bytes.mid(bytes.size() / 2)}) {
        decoder.append(piece);
        for (auto frame = decoder.next(); frame && *frame; frame = decoder.next())
            (void)encode(**frame);
    }
    return 0;
}
