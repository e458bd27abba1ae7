// Read-only access to a log file, with the identity that tells a rotated file from its successor.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/result.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace bartizan {

struct FileIdentity
{
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    bool operator==(const FileIdentity&) const = default;
};

class LogFile
{
public:
    virtual ~LogFile() = default;
    [[nodiscard]] virtual FileIdentity identity() const = 0;
    [[nodiscard]] virtual Result<std::uint64_t> size() const = 0;
    // Reads at `offset`; 0 bytes at the end.
    virtual Result<std::size_t> read(std::uint64_t offset, std::span<char> into) = 0;
};

class LogFileSystem
{
public:
    virtual ~LogFileSystem() = default;
    // Regular files only. NotFound, PermissionDenied (the message names user and cure) or Unsupported.
    [[nodiscard]] virtual Result<std::unique_ptr<LogFile>> open(const std::string& path) = 0;
    // Identity of what carries this name now, without opening it.
    [[nodiscard]] virtual Result<FileIdentity> identify(const std::string& path) = 0;
    // When it was last written to.
    [[nodiscard]] virtual Result<EpochMs> modifiedAt(const std::string& path) = 0;
    // Paths that match a glob (`* ? [ ]`), sorted.
    [[nodiscard]] virtual std::vector<std::string> glob(const std::string& pattern) = 0;
};

} // namespace bartizan
