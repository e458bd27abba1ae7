#include "engine/fetch/unpack.h"

#include "engine/base/utf8.h"

#include <archive.h>
#include <archive_entry.h>
#include <memory>
#include <optional>
#include <vector>

namespace bartizan::fetch {

namespace {

constexpr std::uint64_t kMostRatio = 200;
constexpr std::uint64_t kAnyRatio = std::uint64_t{16} << 20U;
constexpr std::size_t kMostFiles = 64;
constexpr int kMostLayers = 2;
constexpr std::size_t kPiece = std::size_t{256} * 1024;

enum class Packing { None, Gzip, Zip };

Packing packingOf(std::string_view bytes)
{
    using namespace std::string_view_literals;
    if (bytes.starts_with("\x1F\x8B"))
        return Packing::Gzip;
    return bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06") ? Packing::Zip : Packing::None;
}

std::unexpected<Error> damaged(std::string_view what)
{
    return fail(ErrorCode::Corrupt, "The packed list can't be unpacked: " + std::string(what),
                "Try again later; if it stays, ask its author.");
}

struct CloseArchive
{
    void operator()(archive* handle) const { ::archive_read_free(handle); }
};

// An archive in memory, with the one format that it is to be.
class Archive
{
public:
    Archive(std::string_view bytes, Packing packing)
        : m_handle(::archive_read_new())
    {
        if (packing == Packing::Gzip) {
            ::archive_read_support_filter_gzip(m_handle.get());
            ::archive_read_support_format_raw(m_handle.get());
            ::archive_read_support_format_empty(m_handle.get());
        } else {
            ::archive_read_support_format_zip_seekable(m_handle.get());
        }
        m_isOpen = ::archive_read_open_memory(m_handle.get(), bytes.data(), bytes.size()) == ARCHIVE_OK;
    }

    // The next file; nothing at the end and where it is damaged.
    archive_entry* next()
    {
        archive_entry* entry = nullptr;
        m_result = m_isOpen ? ::archive_read_next_header(m_handle.get(), &entry) : ARCHIVE_FATAL;
        return m_result == ARCHIVE_OK || m_result == ARCHIVE_WARN ? entry : nullptr;
    }
    // Of the file at hand; 0 at its end, negative on a failure.
    la_ssize_t read(std::span<char> piece)
    {
        return ::archive_read_data(m_handle.get(), piece.data(), piece.size());
    }
    // How often it is packed, as libarchive unpacks it: all layers at once.
    [[nodiscard]] int layers() const { return ::archive_filter_count(m_handle.get()) - 1; }
    [[nodiscard]] bool isAtEnd() const { return m_result == ARCHIVE_EOF; }
    [[nodiscard]] std::string error() const
    {
        const char* text = ::archive_error_string(m_handle.get());
        return forDisplay(text != nullptr ? text : "it is damaged");
    }

private:
    std::unique_ptr<archive, CloseArchive> m_handle;
    bool m_isOpen = false;
    int m_result = ARCHIVE_OK;
};

Result<std::string> readFile(Archive& source, std::uint64_t packedBytes, const FetchLimits& limits)
{
    std::string bytes;
    std::vector<char> piece(kPiece);
    for (;;) {
        const la_ssize_t size = source.read(piece);
        if (size < 0)
            return damaged(source.error());
        if (size == 0)
            return bytes;
        bytes.append(piece.data(), static_cast<std::size_t>(size));
        if (bytes.size() > limits.unpackedBytes)
            return fail(ErrorCode::Exhausted,
                        "The list has more than " + std::to_string(limits.unpackedBytes) + " bytes unpacked",
                        "Take a smaller list, or raise the limit.");
        if (bytes.size() > kAnyRatio && bytes.size() / kMostRatio > packedBytes)
            return fail(ErrorCode::Exhausted,
                        "The packed list unpacks to more than " + std::to_string(kMostRatio) +
                            " times its size, which no list does",
                        "Do not use this list; its server may have been taken over.");
    }
}

struct Choice
{
    std::size_t place = 0;
    std::size_t files = 0;
    std::int64_t size = -1;
    std::string name;
};

// The largest file, by what the archive's directory says.
Result<Choice> chooseFile(std::string_view bytes)
{
    Archive zip(bytes, Packing::Zip);
    Choice choice;
    for (std::size_t place = 0; archive_entry* entry = zip.next(); ++place) {
        if (place >= kMostFiles)
            return damaged("it holds more than " + std::to_string(kMostFiles) + " files");
        if (::archive_entry_filetype(entry) != AE_IFREG)
            continue;
        if (::archive_entry_is_encrypted(entry) != 0)
            return damaged("it is encrypted");
        ++choice.files;
        if (::archive_entry_size(entry) <= choice.size)
            continue;
        const char* name = ::archive_entry_pathname(entry);
        choice.place = place;
        choice.size = ::archive_entry_size(entry);
        choice.name = forDisplay(name != nullptr ? name : "?", 100);
    }
    if (!zip.isAtEnd())
        return damaged(zip.error());
    if (choice.files == 0)
        return damaged("it holds no file");
    return choice;
}

Result<Unpacked> unzip(std::string_view bytes, std::uint64_t packedBytes, const FetchLimits& limits)
{
    const auto choice = chooseFile(bytes);
    if (!choice)
        return std::unexpected(choice.error());
    Archive zip(bytes, Packing::Zip);
    for (std::size_t place = 0; place <= choice->place; ++place) {
        if (zip.next() == nullptr)
            return damaged(zip.error());
    }
    auto text = readFile(zip, packedBytes, limits);
    if (!text)
        return std::unexpected(text.error());
    Unpacked unpacked{true, std::move(*text), {}};
    if (choice->files > 1)
        unpacked.remark = "The archive holds " + std::to_string(choice->files) + " files; the largest, " +
                          choice->name + ", was taken";
    return unpacked;
}

Result<Unpacked> gunzip(std::string_view bytes, std::uint64_t packedBytes, const FetchLimits& limits)
{
    Archive gzip(bytes, Packing::Gzip);
    if (gzip.next() == nullptr)
        return gzip.isAtEnd() ? Result<Unpacked>(Unpacked{true, {}, {}}) : damaged(gzip.error());
    if (gzip.layers() > kMostLayers)
        return damaged("it is packed more than twice");
    auto text = readFile(gzip, packedBytes, limits);
    if (!text)
        return std::unexpected(text.error());
    return Unpacked{true, std::move(*text), {}};
}

} // namespace

Result<Unpacked> unpack(std::string_view bytes, const FetchLimits& limits)
{
    const std::uint64_t packedBytes = bytes.size();
    const auto open = [&](std::string_view packed) {
        return packingOf(packed) == Packing::Zip ? unzip(packed, packedBytes, limits)
                                                 : gunzip(packed, packedBytes, limits);
    };
    if (packingOf(bytes) == Packing::None)
        return Unpacked{};
    auto outer = open(bytes);
    if (!outer || packingOf(outer->bytes) == Packing::None)
        return outer;
    auto inner = open(outer->bytes);
    if (inner && packingOf(inner->bytes) != Packing::None)
        return damaged("it is packed more than twice");
    return inner;
}

} // namespace bartizan::fetch
