// From decoder models to the compiled plan: patterns, parents, chains and ids (spec §5.1, §5.2).
#pragma once

#include "engine/decode/decoder_model.h"
#include "engine/decode/decoder_set.h"

#include <memory>
#include <optional>
#include <string>

namespace bartizan {

class DecoderCompiler
{
public:
    DecoderCompiler(DecoderSet& set, Problems& problems)
        : m_set(set)
        , m_problems(problems)
    {
    }

    // In load order. A decoder that does not fit to what stands before it is reported and left out.
    void add(DecoderModel model);
    // The internal decoders' names (spec §5.8) and what can be said only at the end.
    void finish();

private:
    [[nodiscard]] bool compilePatterns(const DecoderModel& model, Decoder& decoder);
    [[nodiscard]] bool compilePattern(const DecoderModel& model, const std::optional<PatternModel>& pattern,
                                      std::unique_ptr<const Pattern>& target);
    void addTop(const DecoderModel& model, std::unique_ptr<Decoder> decoder);
    void addChild(const DecoderModel& model, std::unique_ptr<Decoder> decoder);
    [[nodiscard]] bool fitsChain(const DecoderModel& model, const Decoder& decoder,
                                 const DecoderSet::Top& parent);
    int idFor(const std::string& name);
    bool fail(const DecoderModel& model, const xml::Position& position, std::string message,
              std::string cure);

    DecoderSet& m_set;
    Problems& m_problems;
};

} // namespace bartizan
