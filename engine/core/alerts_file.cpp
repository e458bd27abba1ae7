#include "engine/core/alerts_file.h"

#include <filesystem>
#include <system_error>

namespace bartizan {

namespace {

namespace fs = std::filesystem;

// A line that a crash tore is ended, so that the next one can be read.
bool endsInTheMiddleOfALine(const std::string& path)
{
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file || file.tellg() <= 0)
        return false;
    file.seekg(-1, std::ios::end);
    return file.get() != '\n';
}

} // namespace

Result<void> AlertsFile::open()
{
    std::error_code error;
    // Closed to others before the first alert is in it.
    const fs::path folder = fs::path(m_path).parent_path();
    if (fs::create_directories(folder, error))
        fs::permissions(folder, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec, error);
    const bool isTorn = endsInTheMiddleOfALine(m_path);
    const bool isNew = !fs::exists(m_path, error);
    m_file = std::ofstream(m_path, std::ios::binary | std::ios::app);
    if (!m_file) {
        return fail(ErrorCode::Unavailable, "The alerts file " + m_path + " can't be written.",
                    "Let the engine's user write its folder, or remove <jsonout_output>.");
    }
    if (isNew)
        fs::permissions(m_path, fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read,
                        error);
    m_size = fs::file_size(m_path, error);
    if (error)
        m_size = 0;
    if (isTorn)
        m_file << '\n';
    return {};
}

void AlertsFile::rotate()
{
    m_file.close();
    std::error_code error;
    for (int number = kOldFiles; number > 1; --number)
        fs::rename(m_path + '.' + std::to_string(number - 1), m_path + '.' + std::to_string(number), error);
    fs::rename(m_path, m_path + ".1", error);
}

Result<void> AlertsFile::append(std::string_view lines)
{
    if (m_file.is_open() && m_size + lines.size() > m_largest)
        rotate();
    if (!m_file.is_open()) {
        if (auto opened = open(); !opened)
            return opened;
        if (m_size > 0 && m_size + lines.size() > m_largest) {
            rotate();
            if (auto opened = open(); !opened)
                return opened;
        }
    }
    m_file << lines << std::flush;
    m_size += lines.size();
    if (!m_file) {
        m_file = std::ofstream();
        return fail(ErrorCode::Unavailable, "Alerts can't be written to " + m_path + '.',
                    "Make room on the disk, or remove <jsonout_output>.");
    }
    return {};
}

} // namespace bartizan
