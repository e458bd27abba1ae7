#include "engine/config/text_file.h"

#include <fstream>
#include <system_error>

namespace bartizan::config {

namespace fs = std::filesystem;

Result<std::string> readTextFile(const fs::path& path)
{
    constexpr std::uintmax_t kLimit = 256ULL * 1024 * 1024;
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found)
        return fail(ErrorCode::NotFound, path.string() + " does not exist.");
    // A FIFO or a device would block or never end.
    if (!error && status.type() != fs::file_type::regular)
        return fail(ErrorCode::Unsupported, path.string() + " is not a regular file.");
    const auto size = fs::file_size(path, error);
    if (!error && size > kLimit)
        return fail(ErrorCode::Exhausted, path.string() + " is larger than 256 MiB.", "Split it.");

    std::ifstream stream(path, std::ios::binary);
    std::string text;
    if (stream && !error) {
        text.resize(size);
        stream.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(stream.gcount()));
    }
    if (error || !stream.is_open() || stream.bad()) {
        return fail(ErrorCode::PermissionDenied, path.string() + " can't be read.",
                    "Let the engine's user read the file and enter its folder.");
    }
    return text;
}

} // namespace bartizan::config
