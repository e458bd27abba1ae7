#include "engine/base/origin_requirement.h"

#include "engine/base/json_writer.h"
#include "engine/base/strings.h"
#include "engine/base/utf8.h"

#include <algorithm>
#include <array>

namespace bartizan {

namespace {

constexpr std::string_view kSshUnits = "ssh.service sshd.service ssh@*.service sshd@*.service";

bool fitsPattern(std::string_view pattern, std::string_view text)
{
    const auto star = pattern.find('*');
    if (star == std::string_view::npos)
        return pattern == text;
    if (!text.starts_with(pattern.substr(0, star)))
        return false;
    text.remove_prefix(star);
    pattern.remove_prefix(star + 1);
    for (std::size_t at = 0; at <= text.size(); ++at) {
        if (fitsPattern(pattern, text.substr(at)))
            return true;
    }
    return false;
}

bool isUnitCharacter(char c)
{
    return isDigit(c) || (lowerAscii(c) >= 'a' && lowerAscii(c) <= 'z') ||
           std::string_view(":-_.\\@*").find(c) != std::string_view::npos;
}

bool isRoots(const RecordOrigin& origin)
{
    return origin.userId == 0U;
}

bool isSystemService(std::string_view unit)
{
    return unit.ends_with(".service") && !unit.starts_with("user@");
}

} // namespace

Result<OriginRequirement> OriginRequirement::parse(std::string_view text)
{
    OriginRequirement requirement;
    requirement.m_text = trim(text);
    std::string_view rest = requirement.m_text;
    if (rest.starts_with('!')) {
        requirement.m_negate = true;
        rest.remove_prefix(1);
    }
    while (!rest.empty()) {
        const auto end = rest.find_first_of(" ,\t\n");
        const std::string_view unit = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (unit.empty())
            continue;
        if (!std::ranges::all_of(unit, isUnitCharacter) || std::ranges::count(unit, '*') > 4)
            return fail(ErrorCode::InvalidArgument,
                        "origin: " + forDisplay(unit, 60) + " is no name of a unit",
                        "Write names like ssh.service, with * for any text.");
        requirement.m_any |= unit == "any";
        requirement.m_units.emplace_back(unit);
    }
    if (requirement.m_units.empty() || (requirement.m_any && requirement.m_negate))
        return fail(ErrorCode::InvalidArgument, "origin names no unit",
                    "Write names like ssh.service, or kernel, or any.");
    return requirement;
}

bool OriginRequirement::fits(const RecordOrigin& origin) const
{
    if (m_any)
        return true;
    switch (origin.kind) {
    case RecordOrigin::Kind::Unknown:
        return !m_negate;
    case RecordOrigin::Kind::Unverified:
        return false;
    case RecordOrigin::Kind::Journal:
        break;
    }
    const bool isOneOfThem = std::ranges::any_of(m_units, [&](const std::string& unit) {
        return origin.transport == "kernel" ? unit == "kernel"
                                            : isRoots(origin) && fitsPattern(unit, origin.unit);
    });
    return isOneOfThem != m_negate;
}

std::string doubtAbout(const RecordOrigin& origin, std::optional<std::string_view> programName)
{
    static const OriginRequirement kSsh = *OriginRequirement::parse(kSshUnits);
    if (origin.kind == RecordOrigin::Kind::Unknown)
        return {};
    const bool isSyslog = programName && !programName->empty();
    if (origin.kind == RecordOrigin::Kind::Unverified)
        return isSyslog ? "any program of this computer can write such a line into that file; the journal "
                          "tells who did"
                        : "";
    if (origin.transport == "kernel")
        return {};
    if (!isRoots(origin))
        return origin.userId
                   ? "the line was written by user " + std::to_string(*origin.userId) + ", not by root"
                   : "the journal does not say who wrote the line";
    if (!isSystemService(origin.unit))
        return "the line was not written by a system service but in " +
               (origin.unit.empty() ? std::string("none") : forDisplay(origin.unit, 80));
    // They log as root what somebody at this computer typed in, and nobody speaks to them from elsewhere.
    constexpr std::array<std::string_view, 12> kLocalPrograms{
        "sudo", "su",   "login",  "gdm-password", "gdm-session-worker", "lightdm", "sddm", "sddm-helper",
        "cron", "CRON", "pkexec", "polkitd"};
    if (isSyslog && std::ranges::find(kLocalPrograms, *programName) != kLocalPrograms.end())
        return "what " + std::string(*programName) + " writes is the choice of somebody at this computer";
    constexpr std::array<std::string_view, 3> kSshPrograms{"sshd", "sshd-session", "sshd-auth"};
    if (isSyslog && std::ranges::find(kSshPrograms, *programName) != kSshPrograms.end() && !kSsh.fits(origin))
        return "the line calls itself sshd but was written by " + forDisplay(origin.unit, 80);
    return {};
}

std::string originJson(const RecordOrigin& origin)
{
    if (origin.kind == RecordOrigin::Kind::Unknown)
        return {};
    JsonWriter json;
    json.beginObject();
    json.key("kind").string(origin.kind == RecordOrigin::Kind::Journal ? "journal" : "unverified");
    if (origin.kind == RecordOrigin::Kind::Journal) {
        if (origin.userId)
            json.key("uid").number(static_cast<std::int64_t>(*origin.userId));
        json.key("unit").string(origin.unit);
        json.key("transport").string(origin.transport);
    }
    json.endObject();
    return json.take();
}

} // namespace bartizan
