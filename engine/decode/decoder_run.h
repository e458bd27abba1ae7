// One event going through the children, chains and regexes of the top-level decoder that accepted it (spec
// §5.3).
#pragma once

#include "engine/decode/decoder_set.h"

namespace bartizan {

class DecoderRun
{
public:
    DecoderRun(Event& event, DecodeScratch& scratch, const DecoderSet::Top& top, std::size_t parentEnd)
        : m_event(event)
        , m_scratch(scratch)
        , m_top(top)
        , m_parentEnd(parentEnd)
        , m_prematchEnd(parentEnd)
    {
    }
    void run();

private:
    // The index of the child to run, or nothing.
    [[nodiscard]] std::optional<std::size_t> findChild();
    void show(const Decoder& decoder);
    // Runs the regex or plugin. False when there is neither, or when the search ends here.
    [[nodiscard]] bool execute(const Decoder& decoder, bool isLast);
    void store(const Decoder& decoder);
    void callPlugin(DecoderPlugin plugin);
    [[nodiscard]] std::string_view textBehind(PatternOffset offset) const;

    Event& m_event;
    DecodeScratch& m_scratch;
    const DecoderSet::Top& m_top;
    std::size_t m_parentEnd;
    std::size_t m_prematchEnd;
    std::optional<std::size_t> m_regexEnd;
    const Decoder* m_info = nullptr; // the shown one; its plugin offset and JSON options hold
};

} // namespace bartizan
