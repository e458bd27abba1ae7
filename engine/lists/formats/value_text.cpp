#include "engine/lists/formats/value_text.h"

#include "engine/base/strings.h"
#include "engine/lists/formats/address_text.h"

#include <algorithm>

namespace bartizan::formats {

namespace {

constexpr std::size_t kLongestDomain = 253;
constexpr std::size_t kLongestLabel = 63;

// 16 for what is no hexadecimal digit.
unsigned digitValue(char c)
{
    if (isDigit(c))
        return static_cast<unsigned>(c - '0');
    const char lower = lowerAscii(c);
    return lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a') + 10 : 16;
}

bool isHexadecimal(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return digitValue(c) < 16; });
}

bool isLabelCharacter(char c)
{
    const char lower = lowerAscii(c);
    return isDigit(c) || (lower >= 'a' && lower <= 'z') || c == '-' || c == '_';
}

bool isLabel(std::string_view label)
{
    return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, isLabelCharacter);
}

bool isDomain(std::string_view text)
{
    if (text.size() > kLongestDomain)
        return false;
    std::size_t labels = 0;
    for (;;) {
        const auto label = text.substr(0, text.find('.'));
        if (!isLabel(label))
            return false;
        ++labels;
        if (label.size() == text.size())
            return labels >= 2 && !std::ranges::all_of(label, isDigit);
        text.remove_prefix(label.size() + 1);
    }
}

} // namespace

std::optional<FileHash> readHash(std::string_view text)
{
    if (text.size() != 32 && text.size() != 64)
        return std::nullopt;
    FileHash hash;
    hash.algorithm = text.size() == 32 ? FileHash::Algorithm::Md5 : FileHash::Algorithm::Sha256;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const unsigned high = digitValue(text[i]);
        const unsigned low = digitValue(text[i + 1]);
        if (high > 15 || low > 15)
            return std::nullopt;
        hash.bytes[i / 2] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return hash;
}

Complaint explainHash(std::string_view text)
{
    const std::string none = shown(text) + " is no MD5 or SHA-256: ";
    if (!text.empty() && isHexadecimal(text)) {
        if (text.size() == 40 || text.size() == 128)
            return {none + "it has the length of a SHA-" + (text.size() == 40 ? "1" : "512"),
                    "Use the SHA-256 of the file."};
        return {none + "it has " + std::to_string(text.size()) + " digits, not 32 or 64",
                "Copy the whole hash."};
    }
    return {none + "it is not made of hexadecimal digits",
            "Write one hash a line, the file's name behind it."};
}

std::optional<DomainName> readDomain(std::string_view text, std::string& storage)
{
    const bool withSubdomains = text.starts_with("*.") || text.starts_with('.');
    if (withSubdomains)
        text.remove_prefix(text.front() == '*' ? 2 : 1);
    if (text.ends_with('.'))
        text.remove_suffix(1);
    if (!isDomain(text))
        return std::nullopt;
    storage.assign(text);
    std::ranges::transform(storage, storage.begin(), lowerAscii);
    return DomainName{storage, withSubdomains};
}

Complaint explainDomain(std::string_view text)
{
    const std::string none = shown(text) + " is no domain: ";
    if (Cidr::parse(text))
        return {none + "it is an address", "Put addresses into a list of their own."};
    if (text.find("://") != std::string_view::npos)
        return {none + "it is a URL", "Write the host's name alone."};
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
        return {none + "it has letters other than a to z", "Write it in its ASCII form, xn--…"};
    if (text.find('.') == std::string_view::npos)
        return {none + "it has no dot", "Write the whole name, as bad.example."};
    if (text.size() > kLongestDomain)
        return {none + "it has more than 253 characters", "Remove the line."};
    for (const auto label : split(text, '.')) {
        if (label.size() > kLongestLabel)
            return {none + "a part has more than 63 characters", "Remove the line."};
        if (!isLabel(label))
            return {none + (label.empty() ? "a part between dots is missing"
                                          : "'" + shown(label) + "' can't be a part of one"),
                    "Write it as bad.example, one a line."};
    }
    return {none + "its last part is a number", "Write it as bad.example, one a line."};
}

std::optional<Value> readAny(std::string_view text, std::string& storage)
{
    if (auto networks = readNetworks(text))
        return networks;
    if (const auto hash = readHash(text))
        return *hash;
    if (const auto domain = readDomain(text, storage))
        return *domain;
    return std::nullopt;
}

Complaint explainAny(std::string_view text)
{
    const bool isHash = text.size() >= 24 && isHexadecimal(text) && !std::ranges::all_of(text, isDigit);
    return isHash ? explainHash(text) : explainNetworks(text);
}

void takeAny(Reading& reading, std::uint64_t line, std::string_view text, std::string_view note)
{
    const auto value = readAny(text, reading.domainStorage);
    if (!value) {
        reading.bad(line, [&] { return explainAny(text); });
        return;
    }
    if (auto remark = remarkOnNetworks(text, *value))
        reading.remark(line, std::move(*remark));
    reading.good(line, *value, note);
}

} // namespace bartizan::formats
