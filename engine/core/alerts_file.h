// alerts.json: each alert as one line in the reference's shape (spec §13), for tools that read such a file.
// Used by one thread.
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

namespace bartizan {

class AlertsFile
{
public:
    static constexpr std::uint64_t kLargest = 256ULL * 1024 * 1024;
    static constexpr int kOldFiles = 4;

    // `path` is opened at the first append; its folder is made.
    explicit AlertsFile(std::string path, std::uint64_t largest = kLargest)
        : m_path(std::move(path))
        , m_largest(largest)
    {
    }

    // Appends whole lines and hands them to the system. A file that has grown too large becomes PATH.1, and
    // the oldest of kOldFiles goes. An error is worth a report and no reason to stop: the next call tries
    // again.
    [[nodiscard]] Result<void> append(std::string_view lines);

    [[nodiscard]] const std::string& path() const { return m_path; }

private:
    [[nodiscard]] Result<void> open();
    void rotate();

    std::string m_path;
    std::uint64_t m_largest;
    std::uint64_t m_size = 0;
    std::ofstream m_file;
};

} // namespace bartizan
