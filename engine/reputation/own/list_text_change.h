// Changes of a list's text that leave every line they are not about as it is, byte for byte, and how they are
// taken back. Pure.
#pragma once

#include "engine/reputation/own/list_text.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::own {

struct NewEntry
{
    std::string_view key;
    std::string_view note;
};

struct ChangedLine // without line ends
{
    std::string before;
    std::string after;
};

struct RemovedLine
{
    std::uint64_t index = 0; // from 0, in the text as it was
    std::string whole;       // with its end
};

// All that is needed to take a change back.
struct TextStep
{
    std::string added; // lines, at the end
    std::vector<ChangedLine> changed;
    std::vector<RemovedLine> removed; // by index
    // The line end that a last line without one was given, and that line.
    std::string addedEnd;
    std::string endedLine;
};

enum class PutResult : std::uint8_t { Added, Changed, Same };

struct TextChange
{
    std::string text;
    TextStep step;
    std::vector<PutResult> put; // as many as were given
    // Lines that can't be given another value, since the form can't say it: nothing is to be written then.
    std::vector<std::uint64_t> stubborn;
};

// The keys in `put` differ from each other; writeLine() takes each of them. What stands already is given the
// note (of a repeated key the first line, which counts); the others are appended. `removes` is asked about
// each entry whose key is not in `put`.
[[nodiscard]] TextChange changeText(std::string_view text, std::span<const NewEntry> put,
                                    const std::function<bool(const TextLine&)>& removes);

struct TextReturn
{
    struct Clash
    {
        std::uint64_t line = 0;
        std::string key;
    };
    std::string text;
    // What is undone: lines taken away, put back as they were, brought back.
    std::uint64_t removed = 0;
    std::uint64_t changed = 0;
    std::uint64_t added = 0;
    std::uint64_t gone = 0; // lines of the step that are not there any more, and need no undoing
    // Lines of the step that somebody else has changed since: nothing is to be written then.
    std::vector<Clash> clashes;
};

// Where nothing but the step happened since, the text is again what it was, to the byte.
[[nodiscard]] TextReturn takeBack(std::string_view text, const TextStep& step);

} // namespace bartizan::own
