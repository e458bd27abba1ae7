// How the decoder of an event was found, told step by step (spec §5.3): for `logtest --explain` and the rule
// editor's test bench.
#pragma once

namespace bartizan {

class Decoder;

enum class DecoderStep { ProgramName, Prematch, Regex, Plugin };

class DecoderTrace
{
public:
    DecoderTrace() = default;
    DecoderTrace(const DecoderTrace&) = delete;
    DecoderTrace& operator=(const DecoderTrace&) = delete;
    virtual ~DecoderTrace() = default;

    // In the order in which they were tried. Decoders for other program names are not told.
    virtual void tried(const Decoder& decoder, DecoderStep step, bool held) = 0;
};

} // namespace bartizan
