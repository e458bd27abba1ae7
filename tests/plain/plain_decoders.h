// Decoding as spec §5 tells it: two lists, walked from the front for every event.
#pragma once

#include "engine/base/ruleset_source.h"
#include "engine/decode/decoder_model.h"
#include "tests/plain/plain_pattern.h"

#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace bartizan::plain {

// A decoder of the files. Identity is the shown name: decoders that share it share the id of spec §5.2.
struct PlainDecoder
{
    DecoderModel model;
    std::string shownName;
    std::unique_ptr<const PlainPattern> programName;
    std::unique_ptr<const PlainPattern> prematch;
    std::unique_ptr<const PlainPattern> regex;
};

class PlainDecoders
{
public:
    // What is fatal in the reference is left out without a word: a file that can't be read, a decoder that
    // is not valid or does not fit those before it.
    explicit PlainDecoders(std::span<const SourceFile> files);

    // Behind predecode(): sets type and fields. The decoder shown, nullptr where none takes the event.
    const PlainDecoder* decode(Event& event) const;

    // Whether a rule may ask for it in decoded_as.
    [[nodiscard]] bool knows(const std::string& name) const { return m_names.contains(name); }
    [[nodiscard]] std::size_t count() const { return m_decoders.size(); }

private:
    struct Child
    {
        const PlainDecoder* decoder;
        bool getNext;
    };
    struct Top
    {
        const PlainDecoder* decoder;
        std::vector<Child> children;
    };
    class Run;

    void add(DecoderModel model);
    void addChild(std::unique_ptr<PlainDecoder> decoder);
    [[nodiscard]] static bool fits(const PlainDecoder& decoder, const Top& parent);

    std::vector<std::unique_ptr<const PlainDecoder>> m_decoders;
    std::vector<Top> m_withProgram;    // list P
    std::vector<Top> m_withoutProgram; // list N
    std::set<std::string> m_names;
    PlainDecoder m_windowsEvents;
};

// Files in the order of their base names, equal ones as given (spec §2).
[[nodiscard]] std::vector<const SourceFile*> inLoadOrder(std::span<const SourceFile> files);

} // namespace bartizan::plain
