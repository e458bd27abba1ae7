// All decoders of a rule set, compiled into one immutable plan (spec §5.2, §5.3).
#pragma once

#include "engine/base/problem.h"
#include "engine/base/ruleset_source.h"
#include "engine/decode/decoder.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bartizan {

// What decode() needs to remember between events; one per thread, usable with any set.
class DecodeScratch
{
public:
    DecodeScratch() = default;
    // From now on `trace` hears of every step; nullptr ends it. It outlives the scratch or that call.
    void setTrace(DecoderTrace* trace) { m_trace = trace; }

private:
    friend class DecoderSet;
    friend class DecoderRun;
    struct Hash
    {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    void tell(const Decoder& decoder, DecoderStep step, bool held) const
    {
        if (m_trace != nullptr)
            m_trace->tried(decoder, step, held);
    }
    std::vector<std::string_view> m_captures;
    DecoderTrace* m_trace = nullptr;
    // Per program name the decoders whose condition on it holds: log files repeat few names.
    std::unordered_map<std::string, std::vector<std::uint32_t>, Hash, std::equal_to<>> m_byProgram;
    std::vector<std::uint32_t> m_unremembered; // of a program name that is not worth it
    std::uint64_t m_setNumber = 0;
};

class DecoderSet
{
public:
    // Files are taken in the order of their base names. What is wrong is added to `problems` (component
    // "decoders"); a broken decoder or file is left out, the rest is compiled.
    [[nodiscard]] static std::shared_ptr<const DecoderSet> compile(std::span<const SourceFile> files,
                                                                   Problems& problems);

    // Behind predecode(): finds the decoder of `event`, sets decoder, type and the fields. Views in the event
    // may point into the set, which has to outlive them. Thread-safe with a scratch per thread.
    void decode(Event& event, DecodeScratch& scratch) const;

    // The numeric id behind a name in decoded_as, the internal decoders' names of spec §5.8 included.
    [[nodiscard]] std::optional<int> idOf(std::string_view name) const;
    // As written in the files, children included.
    [[nodiscard]] std::size_t count() const { return m_decoders.size(); }
    // nullptr where it is none of a decoder's.
    [[nodiscard]] const Decoder* ownerOf(const Pattern& pattern) const;

private:
    friend class DecoderCompiler;
    friend class DecoderRun;

    struct Child
    {
        const Decoder* decoder = nullptr;
        bool getNext = false; // a later child of the same own name follows in the chain
    };
    struct Top
    {
        const Decoder* decoder = nullptr;
        std::vector<Child> children;
    };

    DecoderSet();
    [[nodiscard]] const std::vector<std::uint32_t>& candidates(std::string_view program,
                                                               DecodeScratch& scratch) const;
    [[nodiscard]] const Top* findTop(const Event& event, DecodeScratch& scratch,
                                     std::size_t& parentEnd) const;

    std::uint64_t m_number; // tells a scratch which set its memory is about
    std::vector<std::unique_ptr<const Decoder>> m_decoders;
    std::vector<Top> m_withProgram;    // list P
    std::vector<Top> m_withoutProgram; // list N
    std::unordered_map<std::string, int> m_ids;
    std::unique_ptr<const Decoder> m_windowsEvents;
};

} // namespace bartizan
