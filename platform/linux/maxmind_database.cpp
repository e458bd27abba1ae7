#include "platform/linux/maxmind_database.h"

#include <arpa/inet.h>
#include <maxminddb.h>

#include <filesystem>

namespace bartizan {

namespace {

std::string textAt(MMDB_entry_s& entry, const char* const* path)
{
    MMDB_entry_data_s data;
    if (MMDB_aget_value(&entry, &data, path) != MMDB_SUCCESS || !data.has_data ||
        data.type != MMDB_DATA_TYPE_UTF8_STRING)
        return {};
    return {data.utf8_string, data.data_size};
}

class MaxMindDatabase final : public GeoLocator
{
public:
    ~MaxMindDatabase() override
    {
        if (m_open)
            MMDB_close(&m_database);
    }

    [[nodiscard]] int open(const std::string& path)
    {
        const int status = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &m_database);
        m_open = status == MMDB_SUCCESS;
        return status;
    }

    [[nodiscard]] std::optional<std::string> locate(std::string_view address) const override
    {
        const auto entry = entryOf(std::string(address));
        if (!entry)
            return std::nullopt;
        MMDB_entry_s found = *entry;
        static constexpr std::array<const char*, 3> kCountry{"country", "iso_code", nullptr};
        static constexpr std::array<const char*, 5> kRegion{"subdivisions", "0", "names", "en", nullptr};
        std::string place = textAt(found, kCountry.data());
        if (place.empty())
            return std::nullopt;
        if (const std::string region = textAt(found, kRegion.data()); !region.empty())
            place += " / " + region;
        return place;
    }

private:
    // Numeric addresses only: nothing is resolved.
    [[nodiscard]] std::optional<MMDB_entry_s> entryOf(const std::string& address) const
    {
        sockaddr_storage storage{};
        auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
        auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
        if (::inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1)
            storage.ss_family = AF_INET;
        else if (::inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1)
            storage.ss_family = AF_INET6;
        else
            return std::nullopt;
        int error = MMDB_SUCCESS;
        const auto result =
            MMDB_lookup_sockaddr(&m_database, reinterpret_cast<const sockaddr*>(&storage), &error);
        if (error != MMDB_SUCCESS || !result.found_entry)
            return std::nullopt;
        return result.entry;
    }

    MMDB_s m_database{};
    bool m_open = false;
};

} // namespace

Result<std::shared_ptr<const GeoLocator>> openMaxMindDatabase(const std::string& path)
{
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        return fail(ErrorCode::NotFound, "The location database " + path + " does not exist.",
                    "Put a MaxMind country or city database there, or remove the setting.");
    }
    auto database = std::make_shared<MaxMindDatabase>();
    if (const int status = database->open(path); status != MMDB_SUCCESS) {
        return fail(ErrorCode::InvalidArgument,
                    path + " is no MaxMind database: " + MMDB_strerror(status) + '.',
                    "Use a file of the .mmdb format.");
    }
    return database;
}

} // namespace bartizan
