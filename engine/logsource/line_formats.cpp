#include "engine/logsource/line_formats.h"

#include "engine/base/clock.h"
#include "engine/base/strings.h"
#include "engine/logsource/date_names.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

namespace bartizan {

std::optional<std::string> multilogLine(std::string_view line, std::string_view host,
                                        std::string_view program)
{
    // A label of TAI64N: 2^62 plus the seconds since 1970 TAI, which was 10 seconds ahead; then nanoseconds.
    constexpr std::size_t kSecondDigits = 16;
    constexpr std::size_t kLabel = 1 + kSecondDigits + 8;
    constexpr std::uint64_t kEpoch = (std::uint64_t{1} << 62U) + 10;
    if (line.size() < kLabel + 1 || line.front() != '@' || line[kLabel] != ' ')
        return std::nullopt;
    std::uint64_t seconds = 0;
    const char* const begin = line.data() + 1;
    const auto [end, error] = std::from_chars(begin, begin + kSecondDigits, seconds, 16);
    constexpr std::uint64_t kLatest = 253'402'300'800; // the year 10000
    if (error != std::errc{} || end != begin + kSecondDigits || seconds < kEpoch ||
        seconds - kEpoch > kLatest)
        return std::nullopt;
    std::string text = expandDateNames("%b %e %T ", static_cast<EpochMs>(seconds - kEpoch) * 1000);
    text += host;
    text += ' ';
    text += program;
    text += ": ";
    text += line.substr(kLabel + 1);
    return text;
}

std::optional<std::string> nmapLine(std::string_view line)
{
    constexpr std::string_view kPorts = "Ports: ";
    const auto ports = line.find(kPorts);
    if (!line.starts_with("Host: ") || ports == std::string_view::npos)
        return std::nullopt;
    std::string text(trim(line.substr(0, ports)));
    text += ", open ports:";
    std::string_view list = line.substr(ports + kPorts.size());
    list = list.substr(0, list.find('\t'));
    for (const std::string_view item : split(list, ',')) {
        const std::vector<std::string_view> parts = split(trim(item), '/');
        if (parts.size() > 2 && parts[1] == "open") {
            text += ' ';
            text += parts[0];
            text += '(';
            text += parts[2];
            text += ')';
        }
    }
    return text;
}

bool isNmapHostState(std::string_view line)
{
    return line.starts_with("Host: ") && line.find("Status: ") != std::string_view::npos &&
           line.find("Ports: ") == std::string_view::npos;
}

} // namespace bartizan
