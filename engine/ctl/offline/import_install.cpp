#include "engine/ctl/offline/import_install.h"

#include <QSaveFile>
#include <QString>
#include <QTemporaryDir>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <system_error>

namespace bartizan::offline {

namespace {

namespace fs = std::filesystem;
using State = ImportTarget::State;

constexpr fs::perms kFileRights =
    fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read | fs::perms::others_read;
constexpr fs::perms kProgramRights =
    kFileRights | fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;

std::optional<std::string> readAll(const fs::path& path)
{
    std::ifstream stream(path, std::ios::binary);
    if (!stream)
        return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(stream), {});
}

ImportTarget lookAt(const TakenFile& file, const fs::path& folder, const std::string& shippedConfiguration)
{
    std::error_code error;
    for (fs::path parent = fs::path(file.to).parent_path(); !parent.empty(); parent = parent.parent_path()) {
        const auto status = fs::status(folder / parent, error);
        if (fs::exists(status) && !fs::is_directory(status))
            return {State::Blocked, parent.string() + " is not a folder"};
    }
    const fs::path path = folder / file.to;
    const auto status = fs::symlink_status(path, error);
    if (!fs::exists(status))
        return {};
    if (fs::is_directory(status))
        return {State::Blocked, "a folder has this name"};
    if (!fs::is_regular_file(status)) // a link is replaced, not what it leads to
        return {State::Differs, {}};
    const auto there = readAll(path);
    if (there == file.bytes)
        return {State::Same, {}};
    const bool isDefault = file.kind == ImportKind::Configuration && !shippedConfiguration.empty() && there &&
                           there == readAll(shippedConfiguration);
    return {isDefault ? State::Default : State::Differs, {}};
}

class Installer
{
public:
    explicit Installer(fs::path folder)
        : m_folder(std::move(folder))
    {
    }
    Installer(const Installer&) = delete;
    Installer& operator=(const Installer&) = delete;
    ~Installer()
    {
        if (!m_isDone)
            undo();
    }

    Result<std::vector<std::string>> install(const std::vector<const TakenFile*>& files,
                                             const std::vector<bool>& keepsCopy)
    {
        if (const auto made = makeFolder(m_folder); !made)
            return std::unexpected(made.error());
        m_staging =
            std::make_unique<QTemporaryDir>(QString::fromStdString((m_folder / ".import-XXXXXX").string()));
        if (!m_staging->isValid())
            return notWritable(m_folder, m_staging->errorString().toStdString());
        for (std::size_t i = 0; i < files.size(); ++i) {
            if (const auto written = stage(*files[i], staged(i)); !written)
                return std::unexpected(written.error());
        }
        std::vector<std::string> copies;
        for (std::size_t i = 0; i < files.size(); ++i) {
            auto copy = putIntoPlace(staged(i), m_folder / files[i]->to, keepsCopy[i]);
            if (!copy)
                return std::unexpected(copy.error());
            if (!copy->empty())
                copies.push_back(copy->lexically_relative(m_folder).string());
        }
        m_isDone = true;
        return copies;
    }

private:
    struct Rename
    {
        fs::path from;
        fs::path to;
    };

    [[nodiscard]] fs::path staged(std::size_t i) const
    {
        return fs::path(m_staging->path().toStdString()) / std::to_string(i);
    }

    static std::unexpected<Error> notWritable(const fs::path& path, const std::string& reason)
    {
        return fail(ErrorCode::PermissionDenied, path.string() + " can't be written: " + reason + ".",
                    "Run it as root, or name another folder with --config. Nothing was installed.");
    }

    Result<void> makeFolder(const fs::path& folder)
    {
        std::error_code error;
        if (folder.empty() || fs::is_directory(folder, error))
            return {};
        if (auto parent = makeFolder(folder.parent_path()); !parent)
            return parent;
        if (!fs::create_directory(folder, error) && error)
            return notWritable(folder, error.message());
        m_madeFolders.push_back(folder);
        fs::permissions(folder, kProgramRights, error); // whatever the umask is
        return {};
    }

    static Result<void> stage(const TakenFile& file, const fs::path& path)
    {
        QSaveFile out(QString::fromStdString(path.string()));
        if (!out.open(QIODevice::WriteOnly) ||
            out.write(file.bytes.data(), static_cast<qint64>(file.bytes.size())) < 0 || !out.commit())
            return notWritable(path, out.errorString().toStdString());
        std::error_code error;
        fs::permissions(path, file.kind == ImportKind::Response ? kProgramRights : kFileRights, error);
        if (error)
            return notWritable(path, error.message());
        return {};
    }

    // The copy that was kept, or an empty path.
    Result<fs::path> putIntoPlace(const fs::path& from, const fs::path& to, bool keepsCopy)
    {
        if (const auto made = makeFolder(to.parent_path()); !made)
            return std::unexpected(made.error());
        fs::path copy;
        if (keepsCopy) {
            copy = freeCopyName(to);
            if (const auto moved = rename(to, copy); !moved)
                return std::unexpected(moved.error());
        }
        if (const auto moved = rename(from, to); !moved)
            return std::unexpected(moved.error());
        return copy;
    }

    static fs::path freeCopyName(const fs::path& path)
    {
        std::error_code error;
        fs::path name = path.string() + ".before-import";
        for (int number = 2; fs::exists(fs::symlink_status(name, error)); ++number)
            name = path.string() + "." + std::to_string(number) + ".before-import";
        return name;
    }

    Result<void> rename(const fs::path& from, const fs::path& to)
    {
        std::error_code error;
        fs::rename(from, to, error);
        if (error)
            return notWritable(to, error.message());
        m_renamed.push_back({from, to});
        return {};
    }

    void undo()
    {
        std::error_code ignored;
        while (!m_renamed.empty()) {
            fs::rename(m_renamed.back().to, m_renamed.back().from, ignored);
            m_renamed.pop_back();
        }
        m_staging.reset();
        while (!m_madeFolders.empty()) {
            fs::remove(m_madeFolders.back(), ignored); // only where it is empty
            m_madeFolders.pop_back();
        }
    }

    const fs::path m_folder;
    std::unique_ptr<QTemporaryDir> m_staging;
    std::vector<Rename> m_renamed;
    std::vector<fs::path> m_madeFolders;
    bool m_isDone = false;
};

} // namespace

std::vector<ImportTarget> lookAtTargets(const ImportPlan& plan, const std::string& configFolder,
                                        const std::string& shippedConfiguration)
{
    std::vector<ImportTarget> targets;
    targets.reserve(plan.taken.size());
    for (const TakenFile& file : plan.taken)
        targets.push_back(lookAt(file, configFolder, shippedConfiguration));
    return targets;
}

Result<std::vector<std::string>> installImport(const ImportPlan& plan,
                                               const std::vector<ImportTarget>& targets,
                                               const std::string& configFolder)
{
    std::vector<const TakenFile*> files;
    std::vector<bool> keepsCopy;
    for (std::size_t i = 0; i < plan.taken.size(); ++i) {
        if (targets[i].state == State::Same)
            continue;
        files.push_back(&plan.taken[i]);
        keepsCopy.push_back(targets[i].state == State::Differs);
    }
    if (files.empty())
        return std::vector<std::string>();
    return Installer(fs::path(configFolder).lexically_normal()).install(files, keepsCopy);
}

} // namespace bartizan::offline
