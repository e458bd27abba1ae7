// The XML reader of the rule language (spec §1): not a conforming XML parser, on purpose. Entities stay text,
// several roots are allowed, `\<` does not open a tag, content is kept untrimmed. Every element and attribute
// knows where it stands. Pure: bytes in, a tree out.
#pragma once

#include "engine/base/problem.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::xml {

struct Position
{
    int line = 1;   // from 1
    int column = 1; // from 1, in bytes
};

struct Attribute
{
    std::string name;
    std::string value;
    Position position;
};

struct Element
{
    std::string name;
    std::string content; // the text behind the last child, or all of it where there is none
    std::vector<Attribute> attributes;
    std::vector<Element> children;
    Position position;
    // Its bytes in the text, from "<" to behind the closing tag.
    std::size_t begin = 0;
    std::size_t end = 0;

    // The first attribute or child of that name (exact), or nullptr.
    [[nodiscard]] const Attribute* attribute(std::string_view attributeName) const;
    [[nodiscard]] const Element* child(std::string_view childName) const;
};

struct Document
{
    std::vector<Element> roots; // what could be read up to the first error, if there is one
    Problems problems;          // `file` is filled in; an Error here is fatal for the file in the reference
    [[nodiscard]] bool ok() const { return problems.empty(); }
};

// What happens to a text beyond the limit of 20,480 bytes.
enum class LongText { Refuse, Cut };

// `fileName` is used in problems only. `<var>` elements at root level are taken out and substituted (spec
// §1.1).
[[nodiscard]] Document read(std::string_view text, std::string_view fileName,
                            LongText longText = LongText::Refuse);

} // namespace bartizan::xml
