#include "engine/config/response_programs.h"

#include <algorithm>
#include <array>

namespace bartizan {

namespace {

constexpr std::array<std::string_view, 4> kBlockPrograms{"firewall-drop", "default-firewall-drop",
                                                         "firewalld-drop", "nftables-drop"};
constexpr std::array<std::string_view, 19> kStockPrograms{
    "host-deny",     "route-null",     "netsh",           "disable-account", "pf",
    "npf",           "ipfw",           "ipfw_mac",        "ip-customblock",  "restart-wazuh",
    "restart-ossec", "restart",        "kaspersky",       "wazuh-slack",     "ossec-slack",
    "ossec-tweeter", "cloudflare-ban", "route-null-2012", "ossec-pagerduty"};

template<class Names> bool isOneOf(const Names& names, std::string_view name)
{
    return std::ranges::find(names, name) != names.end();
}

} // namespace

ResponseProgram responseProgram(std::string_view executable)
{
    std::string_view name = executable;
    if (name.ends_with(".sh"))
        name.remove_suffix(3);
    if (isOneOf(kBlockPrograms, name))
        return ResponseProgram::Block;
    for (const std::string_view ending : {".cmd", ".exe", ".py"}) {
        if (name.ends_with(ending))
            name.remove_suffix(ending.size());
    }
    return isOneOf(kStockPrograms, name) ? ResponseProgram::Stock : ResponseProgram::Own;
}

} // namespace bartizan
