#include "engine/lists/formats/foreign_content.h"

#include "engine/base/strings.h"
#include "engine/lists/formats/address_text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace bartizan::formats {

namespace {

constexpr std::size_t kLookedAt = 4096;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::optional<std::string_view> packerOf(std::string_view bytes)
{
    using Signature = std::pair<std::string_view, std::string_view>;
    static constexpr std::array<Signature, 6> kPackers{Signature{"\x1F\x8B", "gzip"},
                                                       Signature{"PK\x03\x04", "zip"},
                                                       Signature{"\xFD"
                                                                 "7zXZ",
                                                                 "xz"},
                                                       Signature{"BZh91AY", "bzip2"},
                                                       Signature{"\x28\xB5\x2F\xFD", "zstd"},
                                                       Signature{"7z\xBC\xAF", "7-Zip"}};
    for (const auto& [signature, name] : kPackers) {
        if (bytes.starts_with(signature))
            return name;
    }
    return std::nullopt;
}

bool startsWithIgnoringCase(std::string_view text, std::string_view start)
{
    return equalsIgnoreCase(text.substr(0, start.size()), start);
}

// Over what may stand in front of a page: blanks, comments, <?xml …?>.
std::string_view skipMarkupPrologue(std::string_view text)
{
    for (;;) {
        text = trim(text);
        const std::string_view end = text.starts_with("<!--") ? "-->" : text.starts_with("<?") ? "?>" : "";
        const auto found = end.empty() ? std::string_view::npos : text.find(end);
        if (found == std::string_view::npos)
            return text;
        text.remove_prefix(found + end.size());
    }
}

std::string titleOf(std::string_view page)
{
    const auto lower = toLower(page);
    const auto open = lower.find("<title");
    const auto start = open == std::string::npos ? open : lower.find('>', open);
    const auto end = start == std::string::npos ? start : lower.find("</title", start);
    return end == std::string::npos ? std::string() : shown(trim(page.substr(start + 1, end - start - 1)));
}

std::optional<Complaint> recogniseMarkup(std::string_view beginning)
{
    static constexpr std::array<std::string_view, 8> kPages{"<!doctype html", "<html", "<head",   "<body",
                                                            "<title",         "<meta", "<script", "<h1"};
    const auto text = skipMarkupPrologue(beginning);
    const auto begins = [&](std::string_view start) { return startsWithIgnoringCase(text, start); };
    if (std::ranges::any_of(kPages, begins)) {
        const auto title = titleOf(beginning);
        return Complaint{"It is a web page, not a list" +
                             (title.empty() ? std::string() : " (\"" + title + "\")"),
                         "The address leads to an error or a log-in page: look at it in a browser."};
    }
    if (trim(beginning).starts_with('<'))
        return Complaint{"It is XML, not a list", "Ask its author for a plain list, CSV or STIX 2.1."};
    return std::nullopt;
}

bool isBinary(std::string_view beginning)
{
    const auto isOdd = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f') || byte == 0x7F;
    };
    const auto odd = static_cast<std::size_t>(std::ranges::count_if(beginning, isOdd));
    return beginning.find('\0') != std::string_view::npos || odd * 10 > beginning.size();
}

} // namespace

std::optional<Complaint> recogniseForeign(std::string_view bytes)
{
    if (const auto packer = packerOf(bytes))
        return Complaint{"It is packed with " + std::string(*packer), "Unpack it first."};
    if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF"))
        return Complaint{"It is text in UTF-16", "Save it as UTF-8."};
    const auto beginning = withoutByteOrderMark(bytes).substr(0, kLookedAt);
    if (isBinary(beginning))
        return Complaint{"It is binary data, not a list", "Check that it is the right file."};
    return recogniseMarkup(beginning);
}

std::string_view withoutByteOrderMark(std::string_view bytes)
{
    if (bytes.starts_with(kByteOrderMark))
        bytes.remove_prefix(kByteOrderMark.size());
    return bytes;
}

} // namespace bartizan::formats
