#include "engine/logsource/rotation.h"

#include "engine/base/strings.h"

#include <algorithm>
#include <array>

namespace bartizan {

namespace {

struct Piece
{
    std::string path;
    std::string key;
    FileIdentity identity;

    bool operator==(const Piece&) const = default;
};

// ".1" → 1, "-20261124" → its date; nothing for anything else. "-2" is no rotation: worker-2.log is a log of
// its own.
std::optional<std::string> suffixKey(std::string_view suffix)
{
    constexpr std::size_t kLongestNumber = 4;
    constexpr std::ptrdiff_t kShortestDate = 6;
    if (suffix == ".old")
        return "1:0000";
    if (suffix.size() < 2 || std::string_view("-._").find(suffix.front()) == std::string_view::npos)
        return std::nullopt;
    const char separator = suffix.front();
    suffix.remove_prefix(1);
    const auto isDatePart = [](char c) {
        return isDigit(c) || std::string_view("-._:T").find(c) != std::string_view::npos;
    };
    if (!isDigit(suffix.front()) || !std::ranges::all_of(suffix, isDatePart))
        return std::nullopt;
    const auto digits = std::ranges::count_if(suffix, isDigit);
    if (separator == '.' && suffix.size() <= kLongestNumber && std::ranges::all_of(suffix, isDigit))
        return "1:" + std::string(kLongestNumber - suffix.size(), '0') + std::string(suffix);
    if (digits < kShortestDate)
        return std::nullopt;
    // Later dates are newer: complement the digits, so that they sort first.
    std::string key = "0:";
    for (const char c : suffix)
        key += isDigit(c) ? static_cast<char>('9' - (c - '0')) : c;
    return key;
}

std::size_t nameStart(std::string_view path)
{
    const auto slash = path.find_last_of("/\\");
    return slash == std::string_view::npos ? 0 : slash + 1;
}

// Where the extension begins, or the end.
std::size_t extensionStart(std::string_view path)
{
    const auto dot = path.rfind('.');
    return dot == std::string_view::npos || dot <= nameStart(path) ? path.size() : dot;
}

std::vector<Piece> listPieces(LogFileSystem& files, const std::string& path)
{
    std::vector<std::string> names = files.glob(escapeGlob(path) + "?*");
    const std::size_t extension = extensionStart(path);
    if (extension < path.size()) {
        const auto more =
            files.glob(escapeGlob(path.substr(0, extension)) + "?*" + escapeGlob(path.substr(extension)));
        names.insert(names.end(), more.begin(), more.end());
    }
    std::vector<Piece> pieces;
    for (std::string& name : names) {
        auto key = rotationKey(path, name);
        if (!key)
            continue;
        if (const auto identity = files.identify(name))
            pieces.push_back({std::move(name), std::move(*key), *identity});
    }
    std::ranges::sort(pieces, {}, [](const Piece& piece) { return std::pair(piece.key, piece.path); });
    const auto same = std::ranges::unique(pieces, {}, &Piece::path);
    pieces.erase(same.begin(), same.end());
    return pieces;
}

Result<std::string> bytesAt(LogFile& file, std::uint64_t offset, std::size_t size)
{
    std::string bytes(size, '\0');
    const auto count = file.read(offset, bytes);
    if (!count)
        return std::unexpected(count.error());
    bytes.resize(*count);
    return bytes;
}

std::uint64_t sizeOf(const LogFile& file)
{
    return file.size().value_or(0);
}

} // namespace

std::optional<std::string> rotationKey(std::string_view path, std::string_view candidate)
{
    if (candidate.size() <= path.size())
        return std::nullopt;
    if (candidate.starts_with(path)) {
        if (auto key = suffixKey(candidate.substr(path.size())))
            return key;
    }
    const std::size_t extension = extensionStart(path);
    const std::string_view stem = path.substr(0, extension);
    const std::string_view ending = path.substr(extension);
    if (ending.empty() || !candidate.starts_with(stem) || !candidate.ends_with(ending))
        return std::nullopt;
    return suffixKey(candidate.substr(stem.size(), candidate.size() - path.size()));
}

bool isCompressedName(std::string_view path)
{
    static constexpr std::array<std::string_view, 9> kEndings{".gz",  ".xz", ".bz2", ".zst", ".lz4",
                                                              ".zip", ".Z",  ".lzo", ".br"};
    return std::ranges::any_of(kEndings, [&](std::string_view ending) { return path.ends_with(ending); });
}

std::string escapeGlob(std::string_view path)
{
    std::string text;
    for (const char c : path) {
        if (c == '*' || c == '?' || c == '[')
            text += {'[', c, ']'};
        else if (c == '\\')
            text += "\\\\";
        else
            text += c;
    }
    return text;
}

bool fits(LogFile& file, const FilePosition& position)
{
    if (position.offset == 0)
        return file.identity() == position.identity;
    if (position.tailSize == 0 || sizeOf(file) < position.offset)
        return false;
    const auto head = bytesAt(file, 0, position.headSize);
    const auto tail = bytesAt(file, position.offset - position.tailSize, position.tailSize);
    return head && tail && head->size() == position.headSize && tail->size() == position.tailSize &&
           fingerprint(*head) == position.headHash && fingerprint(*tail) == position.tailHash;
}

Result<FilePosition> positionAt(LogFile& file, const std::string& path, std::uint64_t offset)
{
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(offset, kFingerprintSize));
    const auto head = bytesAt(file, 0, size);
    if (!head)
        return std::unexpected(head.error());
    const auto tail = bytesAt(file, offset - size, size);
    if (!tail)
        return std::unexpected(tail.error());
    return FilePosition{path,
                        file.identity(),
                        offset,
                        static_cast<std::uint32_t>(head->size()),
                        fingerprint(*head),
                        static_cast<std::uint32_t>(tail->size()),
                        fingerprint(*tail)};
}

RotationScan::RotationScan(LogFileSystem& files, const std::string& path)
{
    constexpr int kAttempts = 20;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        m_pieces.clear();
        const std::vector<Piece> before = listPieces(files, path);
        auto log = files.open(path);
        m_error = log ? Error{} : log.error();
        m_pieces.push_back(log ? std::move(*log) : nullptr);
        bool steady = true;
        for (const Piece& piece : before) {
            auto file = files.open(piece.path);
            if (file && (*file)->identity() == piece.identity)
                m_pieces.push_back(std::move(*file));
            else if (file || file.error().code == ErrorCode::NotFound)
                steady = false;
        }
        const auto now = files.identify(path);
        const bool sameLog = m_pieces.front() != nullptr ? now && *now == m_pieces.front()->identity()
                                                         : !now || m_error.code != ErrorCode::NotFound;
        m_isSteady = steady && sameLog && listPieces(files, path) == before;
        if (m_isSteady)
            return;
    }
}

std::optional<std::size_t> RotationScan::find(const FilePosition& position)
{
    const auto search = [&](auto&& condition) -> std::optional<std::size_t> {
        for (std::size_t i = 0; i < m_pieces.size(); ++i) {
            if (m_pieces[i] != nullptr && condition(*m_pieces[i]) && fits(*m_pieces[i], position))
                return i;
        }
        return std::nullopt;
    };
    // The inode first. Device numbers may change at a reboot, and inodes are used again, so the content has
    // the last word.
    const auto same =
        search([&](const LogFile& file) { return file.identity().inode == position.identity.inode; });
    return same ? same : search([](const LogFile&) { return true; });
}

std::optional<std::size_t> RotationScan::find(const FileIdentity& identity) const
{
    for (std::size_t i = 0; i < m_pieces.size(); ++i) {
        if (m_pieces[i] != nullptr && m_pieces[i]->identity() == identity)
            return i;
    }
    return std::nullopt;
}

std::optional<std::size_t> RotationScan::successor(std::optional<std::size_t> index)
{
    for (std::size_t i = index.value_or(0); i-- > 1;) {
        LogFile& piece = *m_pieces[i];
        const std::uint64_t size = sizeOf(piece);
        if (size == 0 || piece.identity() == m_pieces[*index]->identity())
            continue;
        if (m_pieces.front() != nullptr) {
            const auto end = positionAt(piece, {}, size);
            if (piece.identity() == m_pieces.front()->identity() || (end && fits(*m_pieces.front(), *end)))
                continue; // copytruncate has begun to copy the log
        }
        return i;
    }
    if (index != 0U && m_pieces.front() != nullptr)
        return 0;
    return std::nullopt;
}

} // namespace bartizan
