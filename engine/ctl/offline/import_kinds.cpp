#include "engine/ctl/offline/import_kinds.h"

#include "engine/base/strings.h"
#include "engine/base/utf8.h"
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

bool isPlainFileName(std::string_view name)
{
    constexpr std::size_t kLongest = 200;
    return !name.empty() && name.size() <= kLongest && !name.starts_with('.') &&
           name.find_first_of("/\\:") == std::string_view::npos &&
           name.find("..") == std::string_view::npos && forDisplay(name, kLongest) == name;
}

std::string pathInInstallation(std::string_view path)
{
    constexpr std::string_view kUsualPlace = "/var/ossec/";
    if (path.starts_with(kUsualPlace))
        path.remove_prefix(kUsualPlace.size());
    if (path.starts_with('/'))
        return {};
    std::string tidy;
    for (const std::string_view part : splitAny(path, "/")) {
        if (part == ".")
            continue;
        if (part == "..")
            return {};
        tidy += (tidy.empty() ? "" : "/") + std::string(part);
    }
    return tidy;
}

} // namespace bartizan::offline
