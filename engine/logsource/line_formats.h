// Lines that are rewritten for the rules (spec §11). Nothing where a line is not of the format.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bartizan {

// "@4000000065f1a2b30c5e9a2c text" of multilog: "Mar 13 12:57:13 host program: text", in local time.
[[nodiscard]] std::optional<std::string> multilogLine(std::string_view line, std::string_view host,
                                                      std::string_view program);

// "Host: 192.0.2.1 ()⇥Ports: 22/open/tcp//ssh///, 25/closed/tcp///" of nmap -oG:
// "Host: 192.0.2.1 (), open ports: 22(tcp)".
[[nodiscard]] std::optional<std::string> nmapLine(std::string_view line);

// "Host: 192.0.2.1 ()⇥Status: Up": nmap -oG writes one before each host's ports; it says nothing of its own.
[[nodiscard]] bool isNmapHostState(std::string_view line);

} // namespace bartizan
