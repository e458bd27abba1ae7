#include "engine/ctl/offline/import_kinds.h"

#include "engine/base/strings.h"
#include "engine/lists/cdb_list.h"
#include "engine/xml/xml_reader.h"

#include <algorithm>
#include <cstdint>

namespace bartizan::offline {

namespace {

constexpr std::uint32_t kFirstOwnRule = 100'000;

std::size_t countElements(const std::vector<xml::Element>& elements, std::string_view name)
{
    std::size_t count = 0;
    for (const xml::Element& element : elements)
        count += (element.name == name ? 1 : 0) + countElements(element.children, name);
    return count;
}

bool hasOwnRule(const std::vector<xml::Element>& elements)
{
    return std::ranges::any_of(elements, [](const xml::Element& element) {
        const xml::Attribute* id = element.name == "rule" ? element.attribute("id") : nullptr;
        return (id != nullptr && parseNumber<std::uint32_t>(trim(id->value)).value_or(0) >= kFirstOwnRule) ||
               hasOwnRule(element.children);
    });
}

} // namespace

const char* targetFolder(ImportKind kind)
{
    switch (kind) {
    case ImportKind::Rules:
        return "rules/";
    case ImportKind::Decoders:
        return "decoders/";
    case ImportKind::List:
        return "lists/";
    case ImportKind::Response:
        return "responses/";
    case ImportKind::Configuration:
        break;
    }
    return "";
}

std::optional<std::size_t> countIn(ImportKind kind, const std::string& bytes)
{
    Problems ignored;
    switch (kind) {
    case ImportKind::Rules:
        return countElements(xml::read(bytes, {}, xml::LongText::Cut).roots, "rule");
    case ImportKind::Decoders:
        return countElements(xml::read(bytes, {}, xml::LongText::Cut).roots, "decoder");
    case ImportKind::List:
        return CdbList::compile(bytes, {}, ignored).size();
    case ImportKind::Configuration:
    case ImportKind::Response:
        break;
    }
    return std::nullopt;
}

bool holdsOwnRules(const std::string& bytes)
{
    const auto document = xml::read(bytes, {}, xml::LongText::Cut);
    return !document.ok() || hasOwnRule(document.roots);
}

} // namespace bartizan::offline
