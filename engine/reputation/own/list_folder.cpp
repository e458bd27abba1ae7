#include "engine/reputation/own/list_folder.h"

#include "engine/base/strings.h"
#include "engine/base/utf8.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace bartizan::own {

namespace {

constexpr std::size_t kLongestName = 64;
constexpr int kDeepest = 4;
constexpr std::size_t kMostNames = 10'000;
constexpr auto kNewRights = QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup;
constexpr auto kStateRights = QFile::ReadOwner | QFile::WriteOwner;

QString qt(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

bool isNameCharacter(char c)
{
    const char lower = lowerAscii(c);
    return isDigit(c) || (lower >= 'a' && lower <= 'z') || c == '-' || c == '_' || c == '.';
}

std::unexpected<Error> notWritten(std::string_view path, const QString& why)
{
    return fail(ErrorCode::Unavailable, std::string(path) + " can't be written: " + why.toStdString(),
                "Check the rights of its folder and the free space. Nothing was changed.");
}

Result<void> save(const std::string& path, std::string_view bytes, QFile::Permissions rights)
{
    QSaveFile out(qt(path));
    if (!out.open(QIODevice::WriteOnly) || !out.setPermissions(rights) ||
        out.write(bytes.data(), static_cast<qint64>(bytes.size())) != static_cast<qint64>(bytes.size()) ||
        !out.commit())
        return notWritten(path, out.errorString());
    return {};
}

Result<std::string> readFile(const std::string& path, std::uint64_t largest)
{
    QFile in(qt(path));
    if (!in.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        return fail(ErrorCode::Unavailable, path + " can't be read: " + in.errorString().toStdString(),
                    "Check its rights.");
    std::string bytes;
    const auto size = static_cast<std::uint64_t>(std::max<qint64>(in.size(), 0));
    bytes.resize(std::min(size, largest) + 1); // one more shows what has grown
    std::size_t read = 0;
    for (;;) {
        const auto got = in.read(bytes.data() + read, static_cast<qint64>(bytes.size() - read));
        if (got < 0)
            return fail(ErrorCode::Unavailable, path + " can't be read: " + in.errorString().toStdString());
        read += static_cast<std::size_t>(got);
        if (read > largest)
            return fail(ErrorCode::Exhausted,
                        path + " is larger than " + std::to_string(largest >> 20) + " MiB",
                        "Split it into several lists.");
        if (got == 0)
            break;
        if (read == bytes.size())
            bytes.resize(std::min<std::uint64_t>(largest, 2 * read) + 1);
    }
    bytes.resize(read);
    return bytes;
}

void collect(const QString& folder, const std::string& prefix, int depth, std::vector<std::string>& names)
{
    const auto found =
        QDir(folder).entryInfoList(QDir::Files | QDir::Dirs | QDir::NoDotAndDotDot | QDir::NoSymLinks);
    for (const auto& entry : found) {
        const auto name = entry.fileName().toStdString();
        if (names.size() >= kMostNames || !isListName(name))
            continue;
        if (entry.isDir() && depth < kDeepest)
            collect(entry.filePath(), prefix + name + '/', depth + 1, names);
        else if (entry.isFile())
            names.push_back(prefix + name);
    }
}

} // namespace

bool isListName(std::string_view name)
{
    return !name.empty() && name.size() <= kLongestName && name.front() != '.' && !name.ends_with(".cdb") &&
           std::ranges::all_of(name, isNameCharacter);
}

std::vector<std::string> ListFolder::names() const
{
    std::vector<std::string> names;
    collect(qt(m_folder), {}, 1, names);
    std::ranges::sort(names);
    return names;
}

Result<std::string> ListFolder::pathBelow(std::string_view name) const
{
    const auto parts = split(name, '/');
    if (parts.size() > static_cast<std::size_t>(kDeepest) || !std::ranges::all_of(parts, isListName))
        return fail(ErrorCode::InvalidArgument, '\'' + forDisplay(name, 80) + "' can't be the name of a list",
                    "Use up to 64 letters a to z, digits, '-', '_' and '.'.");
    std::string path = m_folder;
    for (const auto part : parts) {
        path.append("/").append(part);
        if (QFileInfo(qt(path)).isSymLink())
            return fail(ErrorCode::Refused, path + " is a link", "Put the list itself there.");
    }
    return path;
}

bool ListFolder::isTaken(std::string_view name) const
{
    const auto path = pathBelow(name);
    return !path || QFileInfo::exists(qt(*path));
}

Result<std::string> ListFolder::pathOf(std::string_view name) const
{
    auto path = pathBelow(name);
    if (!path)
        return path;
    const QFileInfo file(qt(*path));
    if (!file.exists())
        return fail(ErrorCode::NotFound, "There is no list of your own named " + std::string(name),
                    "\"bartizanctl lists\" shows all.");
    if (!file.isFile())
        return fail(ErrorCode::Refused, *path + " is no file", "Put the list itself there.");
    return path;
}

Result<std::string> ListFolder::read(std::string_view name) const
{
    const auto path = pathOf(name);
    return path ? readFile(*path, kLargestListFile) : path;
}

Result<EpochMs> ListFolder::modified(std::string_view name) const
{
    const auto path = pathOf(name);
    if (!path)
        return std::unexpected(path.error());
    return QFileInfo(qt(*path)).lastModified().toMSecsSinceEpoch();
}

Result<void> ListFolder::write(std::string_view name, std::string_view text) const
{
    if (text.size() > kLargestListFile)
        return fail(ErrorCode::Exhausted, std::string(name) + " would be larger than 256 MiB",
                    "Split it into several lists. Nothing was changed.");
    const auto path = pathBelow(name);
    if (!path)
        return std::unexpected(path.error());
    const std::filesystem::path target(*path);
    const QFileInfo there(qt(*path));
    // Under a hidden name first, which nobody takes for a list should it be left over.
    const auto staged = (target.parent_path() / ('.' + target.filename().string() + ".new")).string();
    const auto rights = there.exists() ? there.permissions() : kNewRights;
    if (auto saved = save(staged, text, rights); !saved)
        return saved;
    std::error_code error;
    std::filesystem::rename(staged, target, error);
    if (error) {
        QFile::remove(qt(staged));
        return notWritten(*path, QString::fromStdString(error.message()));
    }
    return {};
}

Result<void> ListFolder::remove(std::string_view name) const
{
    const auto path = pathOf(name);
    if (!path)
        return std::unexpected(path.error());
    QFile file(qt(*path));
    if (!file.remove())
        return notWritten(*path, file.errorString());
    return {};
}

Result<void> writeStateFile(const std::string& path, std::string_view bytes)
{
    const QFileInfo file(qt(path));
    if (!QDir().mkpath(file.path()))
        return notWritten(file.path().toStdString(), QStringLiteral("the folder can't be made"));
    if (file.isSymLink())
        return fail(ErrorCode::Refused, path + " is a link", "Remove it.");
    return save(path, bytes, kStateRights);
}

Result<std::string> readStateFile(const std::string& path, std::uint64_t largest)
{
    const QFileInfo file(qt(path));
    if (!file.exists() && !file.isSymLink())
        return fail(ErrorCode::NotFound, path + " is not there");
    if (file.isSymLink() || !file.isFile())
        return fail(ErrorCode::Refused, path + " is no file", "Remove it.");
    return readFile(path, largest);
}

void setAside(const std::string& path)
{
    std::error_code ignored;
    std::filesystem::rename(path, path + ".damaged", ignored);
}

} // namespace bartizan::own
