#include "engine/reputation/list_folder.h"

#include "engine/platform/firewall_list.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSaveFile>
#include <QStorageInfo>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace bartizan {

using namespace Qt::Literals::StringLiterals;

namespace {

constexpr qint64 kLargestText = qint64{4} << 20U;
constexpr qint64 kLargestImage = qint64{1} << 31U;
constexpr qint64 kLeaveFree = qint64{64} << 20U;
constexpr int kSettingsVersion = 1;

class MappedFile final : public ListImage
{
public:
    [[nodiscard]] static Result<std::shared_ptr<ListImage>> open(const QString& path)
    {
        auto mapped = std::make_shared<MappedFile>();
        mapped->m_file.setFileName(path);
        if (!mapped->m_file.open(QIODevice::ReadOnly))
            return fail(mapped->m_file.exists() ? ErrorCode::Unavailable : ErrorCode::NotFound,
                        path.toStdString() + " can't be read: " + mapped->m_file.errorString().toStdString());
        const qint64 size = mapped->m_file.size();
        if (size <= 0 || size > kLargestImage)
            return fail(ErrorCode::Corrupt, path.toStdString() + " has an impossible size");
        const uchar* bytes = mapped->m_file.map(0, size);
        if (bytes == nullptr)
            return fail(ErrorCode::Unavailable, path.toStdString() + " can't be mapped: " +
                                                    mapped->m_file.errorString().toStdString());
        mapped->m_bytes = {reinterpret_cast<const std::byte*>(bytes), static_cast<std::size_t>(size)};
        return mapped;
    }
    [[nodiscard]] std::span<const std::byte> bytes() const override { return m_bytes; }

private:
    QFile m_file; // its end is the mapping's
    std::span<const std::byte> m_bytes;
};

Result<void> write(const QString& path, const char* bytes, qint64 size)
{
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.write(bytes, size) == size && file.commit())
        return {};
    return fail(ErrorCode::Unavailable,
                path.toStdString() + " can't be written: " + file.errorString().toStdString(),
                "Make room and check the permissions of the state folder.");
}

Result<void> writeJson(const QString& path, const QJsonObject& json)
{
    const QByteArray bytes = QJsonDocument(json).toJson(QJsonDocument::Compact);
    return write(path, bytes.constData(), bytes.size());
}

// Nothing where there is no such file; an empty object where it is damaged.
std::optional<QJsonObject> readJson(const QString& path)
{
    QFile file(path);
    if (!file.exists())
        return std::nullopt;
    if (!file.open(QIODevice::ReadOnly) || file.size() > kLargestText)
        return QJsonObject();
    return QJsonDocument::fromJson(file.readAll()).object();
}

void setAside(const QString& path, Problems& problems, std::string consequence)
{
    const QString aside = path + ".damaged"_L1;
    QFile::remove(aside);
    QFile::rename(path, aside);
    problems.push_back({Severity::Warning, "lists", aside.toStdString(), 0, 0,
                        "the file is damaged and was set aside: " + std::move(consequence),
                        "look into it, then remove it"});
}

const char* ending(ListFolder::Version version)
{
    switch (version) {
    case ListFolder::Version::InForce:
        return ".list";
    case ListFolder::Version::Held:
        return ".held";
    }
    return ".list";
}

std::string newEnding(std::uint64_t number)
{
    return '.' + std::to_string(number) + ".new";
}

} // namespace

ListFolder::ListFolder(std::string stateFolder)
    : m_folder(std::move(stateFolder) + "/lists")
{
}

std::string ListFolder::path(const std::string& name, const std::string& ending) const
{
    return m_folder + "/subscriptions/" + name + ending;
}

Result<void> ListFolder::ensure()
{
    if (QDir().mkpath(QString::fromStdString(m_folder + "/subscriptions")))
        return {};
    return fail(ErrorCode::Unavailable, "the folder " + m_folder + "/subscriptions can't be made",
                "Check the permissions of the state folder.");
}

std::vector<ListSettings> ListFolder::readSettings(Problems& problems)
{
    const QString file = QString::fromStdString(m_folder + "/settings.json");
    const auto json = readJson(file);
    if (!json)
        return {};
    std::vector<ListSettings> all;
    bool good = (*json)["version"_L1].toInt() == kSettingsVersion && (*json)["lists"_L1].isArray();
    const auto lists = (*json)["lists"_L1].toArray();
    for (const auto& item : lists) {
        // What root's configuration allows may have changed since; who fetches asks again.
        auto settings = listSettingsFrom(item.toObject(), {}, UrlRule::Private);
        if (settings && !settings->name.empty())
            all.push_back(std::move(*settings));
        else
            good = false;
    }
    if (!good)
        setAside(file, problems, "lists whose settings can't be read are not subscribed to any more");
    return all;
}

Result<void> ListFolder::writeSettings(std::span<const ListSettings> settings)
{
    QJsonArray lists;
    for (const auto& one : settings)
        lists.append(toJson(one));
    return writeJson(QString::fromStdString(m_folder + "/settings.json"),
                     {{u"version"_s, kSettingsVersion}, {u"lists"_s, lists}});
}

ListState ListFolder::readState(const std::string& name, Problems& problems)
{
    const QString file = QString::fromStdString(path(name, ".json"));
    const auto json = readJson(file);
    if (!json)
        return {};
    auto state = listStateFrom(*json);
    if (!state)
        setAside(file, problems, "the list " + name + " is downloaded afresh");
    return state.value_or(ListState{});
}

Result<void> ListFolder::writeState(const std::string& name, const ListState& state)
{
    return writeJson(QString::fromStdString(path(name, ".json")), toJson(state));
}

Result<std::shared_ptr<ListImage>> ListFolder::openImage(const std::string& name, Version version) const
{
    return MappedFile::open(QString::fromStdString(path(name, ending(version))));
}

Result<std::shared_ptr<ListImage>> ListFolder::writeNew(const std::string& name, std::uint64_t number,
                                                        std::span<const std::byte> bytes)
{
    const QString file = QString::fromStdString(path(name, newEnding(number)));
    const auto size = static_cast<qint64>(bytes.size());
    const QStorageInfo disk(QFileInfo(file).path());
    if (disk.isValid() && disk.bytesAvailable() < size + kLeaveFree)
        return fail(ErrorCode::Exhausted,
                    "the disk of " + file.toStdString() + " is nearly full; the list " + name +
                        " stays as it was",
                    "Make room.");
    if (auto written = write(file, reinterpret_cast<const char*>(bytes.data()), size); !written)
        return std::unexpected(std::move(written.error()));
    return MappedFile::open(file);
}

Result<void> ListFolder::promoteNew(const std::string& name, std::uint64_t number, Version to)
{
    std::error_code error;
    std::filesystem::rename(path(name, newEnding(number)), path(name, ending(to)), error);
    if (error)
        return fail(ErrorCode::Unavailable,
                    "the new version of the list " + name + " can't be kept: " + error.message(),
                    "Check the permissions of the state folder.");
    return {};
}

void ListFolder::removeNew(const std::string& name, std::uint64_t number)
{
    QFile::remove(QString::fromStdString(path(name, newEnding(number))));
}

void ListFolder::removeImage(const std::string& name, Version version)
{
    QFile::remove(QString::fromStdString(path(name, ending(version))));
}

void ListFolder::remove(const std::string& name)
{
    removeImage(name, Version::InForce);
    removeImage(name, Version::Held);
    QFile::remove(QString::fromStdString(path(name, ".json")));
}

void ListFolder::removeOthers(std::span<const ListSettings> known)
{
    const QDir folder(QString::fromStdString(m_folder + "/subscriptions"));
    const auto files = folder.entryInfoList(QDir::Files);
    for (const QFileInfo& file : files) {
        if (file.suffix() == "new"_L1)
            QFile::remove(file.filePath());
        const std::string name = file.completeBaseName().toStdString();
        const bool wanted = std::ranges::any_of(
            known, [&](const ListSettings& one) { return one.isSubscription() && one.name == name; });
        if (!wanted && isListName(name))
            remove(name);
    }
}

} // namespace bartizan
