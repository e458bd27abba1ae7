#include "engine/decode/windows_audit_policy.h"

#include "engine/base/strings.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace bartizan {

namespace {

struct Name
{
    std::uint32_t id;
    std::string_view text;
};

constexpr std::array kCategories{
    Name{8272, "System"},
    Name{8273, "Logon/Logoff"},
    Name{8274, "Object Access"},
    Name{8275, "Privilege Use"},
    Name{8276, "Detailed Tracking"},
    Name{8277, "Policy Change"},
    Name{8278, "Account Management"},
    Name{8279, "DS Access"},
    Name{8280, "Account Logon"},
};

constexpr std::array kSubcategories{
    Name{12288, "Security State Change"},
    Name{12289, "Security System Extension"},
    Name{12290, "System Integrity"},
    Name{12291, "IPsec Driver"},
    Name{12292, "Other System Events"},
    Name{12544, "Logon"},
    Name{12545, "Logoff"},
    Name{12546, "Account Lockout"},
    Name{12547, "IPsec Main Mode"},
    Name{12548, "Special Logon"},
    Name{12549, "IPsec Quick Mode"},
    Name{12550, "IPsec Extended Mode"},
    Name{12551, "Other Logon/Logoff Events"},
    Name{12552, "Network Policy Server"},
    Name{12553, "User / Device Claims"},
    Name{12554, "Group Membership"},
    Name{12800, "File System"},
    Name{12801, "Registry"},
    Name{12802, "Kernel Object"},
    Name{12803, "SAM"},
    Name{12804, "Other Object Access Events"},
    Name{12805, "Certification Services"},
    Name{12806, "Application Generated"},
    Name{12807, "Handle Manipulation"},
    Name{12808, "File Share"},
    Name{12809, "Filtering Platform Packet Drop"},
    Name{12810, "Filtering Platform Connection"},
    Name{12811, "Detailed File Share"},
    Name{12812, "Removable Storage"},
    Name{12813, "Central Policy Staging"},
    Name{13056, "Sensitive Privilege Use"},
    Name{13057, "Non Sensitive Privilege Use"},
    Name{13058, "Other Privilege Use Events"},
    Name{13312, "Process Creation"},
    Name{13313, "Process Termination"},
    Name{13314, "DPAPI Activity"},
    Name{13315, "RPC Events"},
    Name{13316, "Plug and Play Events"},
    Name{13317, "Token Right Adjusted Events"},
    Name{13568, "Audit Policy Change"},
    Name{13569, "Authentication Policy Change"},
    Name{13570, "Authorization Policy Change"},
    Name{13571, "MPSSVC Rule-Level Policy Change"},
    Name{13572, "Filtering Platform Policy Change"},
    Name{13573, "Other Policy Change Events"},
    Name{13824, "User Account Management"},
    Name{13825, "Computer Account Management"},
    Name{13826, "Security Group Management"},
    Name{13827, "Distribution Group Management"},
    Name{13828, "Application Group Management"},
    Name{13829, "Other Account Management Events"},
    Name{14080, "Directory Service Access"},
    Name{14081, "Directory Service Changes"},
    Name{14082, "Directory Service Replication"},
    Name{14083, "Detailed Directory Service Replication"},
    Name{14336, "Credential Validation"},
    Name{14337, "Kerberos Service Ticket Operations"},
    Name{14338, "Other Account Logon Events"},
    Name{14339, "Kerberos Authentication Service"},
};

constexpr std::array kChanges{
    Name{8448, "Success removed"},         Name{8449, "Success added"},
    Name{8450, "Failure removed"},         Name{8451, "Failure added"},
    Name{8452, "Success include removed"}, Name{8453, "Success include added"},
    Name{8454, "Success exclude removed"}, Name{8455, "Success exclude added"},
    Name{8456, "Failure include removed"}, Name{8457, "Failure include added"},
    Name{8458, "Failure exclude removed"}, Name{8459, "Failure exclude added"},
};

std::optional<std::string_view> nameOf(std::span<const Name> names, std::string_view id)
{
    if (!id.starts_with("%%"))
        return std::nullopt;
    const auto number = parseNumber<std::uint32_t>(id.substr(2));
    const auto found = number ? std::ranges::find(names, *number, &Name::id) : names.end();
    return found == names.end() ? std::nullopt : std::optional(found->text);
}

} // namespace

std::optional<std::string_view> auditCategoryName(std::string_view id)
{
    return nameOf(kCategories, trim(id));
}

std::optional<std::string_view> auditSubcategoryName(std::string_view id)
{
    return nameOf(kSubcategories, trim(id));
}

std::string auditChangeNames(std::string_view ids)
{
    std::string text;
    for (const auto id : splitAny(ids, ", "))
        (text += text.empty() ? "" : ", ") += nameOf(kChanges, id).value_or(id);
    return text;
}

} // namespace bartizan
