#include "platform/linux/user_account.h"

#include <algorithm>
#include <cerrno>
#include <grp.h>
#include <pwd.h>

namespace bartizan {

namespace {

constexpr std::size_t kLargestRecord = std::size_t{1} << 20; // a group of thousands has a long line
constexpr int kMostGroups = 65536;                           // NGROUPS_MAX

// Calls a get…_r function with a buffer that grows until the record fits.
template<class Record, class Ask> bool lookUp(Record& record, std::vector<char>& buffer, Ask ask)
{
    for (buffer.resize(1024); buffer.size() <= kLargestRecord; buffer.resize(buffer.size() * 2)) {
        Record* found = nullptr;
        const int error = ask(&record, buffer.data(), buffer.size(), &found);
        if (error != ERANGE)
            return error == 0 && found != nullptr;
    }
    return false;
}

std::vector<std::string> groupsOf(const passwd& user)
{
    int count = 64;
    std::vector<gid_t> ids(64);
    while (::getgrouplist(user.pw_name, user.pw_gid, ids.data(), &count) < 0) {
        if (ids.size() >= kMostGroups)
            return {};
        ids.resize(ids.size() * 2);
        count = static_cast<int>(ids.size());
    }
    ids.resize(static_cast<std::size_t>(count));
    std::vector<std::string> names;
    std::vector<char> buffer;
    for (const gid_t id : ids) {
        group record{};
        const auto ask = [id](group* into, char* bytes, std::size_t size, group** found) {
            return ::getgrgid_r(id, into, bytes, size, found);
        };
        if (lookUp(record, buffer, ask))
            names.emplace_back(record.gr_name);
    }
    return names;
}

template<class Ask> std::optional<UserAccount> findBy(Ask ask)
{
    passwd record{};
    std::vector<char> buffer;
    if (!lookUp(record, buffer, ask))
        return std::nullopt;
    return UserAccount{record.pw_uid, record.pw_name, groupsOf(record)};
}

bool hasOneOf(std::span<const std::string> groups, std::span<const std::string_view> wanted)
{
    return std::ranges::find_first_of(groups, wanted) != groups.end();
}

} // namespace

std::optional<UserAccount> findUser(std::uint32_t userId)
{
    return findBy([userId](passwd* into, char* bytes, std::size_t size, passwd** found) {
        return ::getpwuid_r(userId, into, bytes, size, found);
    });
}

std::optional<UserAccount> findUser(const std::string& name)
{
    return findBy([&name](passwd* into, char* bytes, std::size_t size, passwd** found) {
        return ::getpwnam_r(name.c_str(), into, bytes, size, found);
    });
}

bool hasAdministratorGroup(std::span<const std::string> groups)
{
    static constexpr std::string_view kGroups[] = {"sudo", "wheel", "admin"};
    return hasOneOf(groups, kGroups);
}

bool hasOperatorGroup(std::span<const std::string> groups)
{
    static constexpr std::string_view kGroups[] = {"bartizan"};
    return hasOneOf(groups, kGroups);
}

} // namespace bartizan
