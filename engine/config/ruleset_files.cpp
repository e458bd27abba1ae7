#include "engine/config/ruleset_files.h"

#include "engine/base/utf8.h"
#include "engine/config/text_file.h"
#include "engine/pattern/pattern.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

namespace bartizan {

namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultPattern = ".xml$";

bool isInside(const fs::path& path, const fs::path& folder)
{
    const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
    return end == folder.end();
}

// Reads files of one kind into one list, each file once.
class Collector
{
public:
    Collector(std::string component, std::vector<SourceFile>& files, Problems& problems)
        : m_component(std::move(component))
        , m_files(files)
        , m_problems(problems)
    {
    }

    void exclude(const std::vector<PlacedText>& names)
    {
        for (const PlacedText& name : names)
            m_excluded.push_back(name.text);
    }

    // The files right in `folder` whose name fits.
    void addFolder(const fs::path& folder, const std::string& pattern)
    {
        const auto compiled = compilePattern(PatternType::OsRegex, pattern);
        if (!compiled)
            return; // the reader of the configuration has let through only what compiles
        for (const fs::path& path : entries(folder)) {
            const std::string name = path.filename().string();
            if (!(*compiled)->matches(name))
                continue;
            if (isExcluded(path))
                report(Severity::Note, path, "Left out: the configuration excludes it.", {});
            else if (isUsable(path, folder))
                addFile(path, path.string());
        }
    }

    // Every file below `folder`, named by its path in there.
    void addTree(const fs::path& folder) { addTree(folder, folder); }

    // `place` is where it was named, if it was.
    void addFile(const fs::path& path, const std::string& name, const ConfigPlace* place = nullptr)
    {
        std::error_code error;
        const fs::path real = fs::weakly_canonical(path, error);
        if (!m_seen.insert(error ? path : real).second)
            return;
        auto bytes = config::readTextFile(path);
        if (bytes)
            m_files.push_back({name, std::move(*bytes), path.string()});
        else if (place != nullptr)
            m_problems.push_back({Severity::Error, m_component, place->file, place->line, place->column,
                                  bytes.error().message, bytes.error().cure});
        else
            report(Severity::Error, path, bytes.error().message, bytes.error().cure);
    }

private:
    void addTree(const fs::path& folder, const fs::path& top)
    {
        for (const fs::path& path : entries(folder)) {
            // NAME.cdb is the reference's compiled form of the list NAME, NAME.before-import what an import
            // replaced; hidden files are editors' and package managers'.
            if (path.extension() == ".cdb" || path.extension() == ".before-import" ||
                path.filename().string().starts_with('.'))
                continue;
            std::error_code error;
            if (fs::is_directory(fs::symlink_status(path, error)))
                addTree(path, top);
            else if (isUsable(path, top))
                addFile(path, path.lexically_relative(top).generic_string());
        }
    }

    // Sorted, so that what is found does not depend on the file system.
    std::vector<fs::path> entries(const fs::path& folder)
    {
        std::vector<fs::path> found;
        std::error_code error;
        for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
            found.push_back(entry->path());
        if (error) {
            report(Severity::Error, folder, "The folder " + forDisplay(folder.string()) + " can't be read.",
                   "Let the engine's user read it.");
        }
        std::ranges::sort(found);
        return found;
    }

    bool isUsable(const fs::path& path, const fs::path& folder)
    {
        std::error_code error;
        const fs::path real = fs::canonical(path, error);
        std::error_code ignored; // the folder was found a moment ago
        const fs::path top = fs::canonical(folder, ignored);
        if (error) {
            report(Severity::Error, path, "The link leads nowhere, or its target can't be reached.",
                   "Remove it.");
            return false;
        }
        if (!isInside(real, top)) {
            report(Severity::Warning, path, "A link that leads out of its folder; it is left out.",
                   "Put a copy of the file into the folder.");
            return false;
        }
        if (!fs::is_regular_file(real, error)) {
            report(Severity::Warning, path, "Not a regular file; it is left out.",
                   "Remove it from the folder.");
            return false;
        }
        return true;
    }

    [[nodiscard]] bool isExcluded(const fs::path& path) const
    {
        return std::ranges::any_of(m_excluded, [&](const std::string& name) {
            return path.filename() == name ||
                   (name.find('/') != std::string::npos && path.generic_string().ends_with("/" + name));
        });
    }

    void report(Severity severity, const fs::path& path, std::string message, std::string cure)
    {
        m_problems.push_back(
            {severity, m_component, path.string(), 0, 0, std::move(message), std::move(cure)});
    }

    std::string m_component;
    std::vector<SourceFile>& m_files;
    Problems& m_problems;
    std::set<fs::path> m_seen;
    std::vector<std::string> m_excluded;
};

bool isFolder(const fs::path& path)
{
    std::error_code error;
    return fs::is_directory(path, error);
}

// A path as the configuration names it: relative to its folder; the reference's names of its own and the
// stock folders mean ours where no such path exists.
struct Place
{
    fs::path path;
    bool isBuiltin = false;
    bool isOwnByCustom = false; // "etc/..." for a place beside the configuration
};

class Folders
{
public:
    Folders(fs::path configuration, fs::path builtin)
        : m_configuration(std::move(configuration))
        , m_builtin(std::move(builtin))
    {
    }

    [[nodiscard]] Place resolve(const std::string& text) const
    {
        std::error_code error;
        const fs::path own = m_configuration / text; // an absolute `text` replaces the left side
        if (fs::exists(own, error))
            return {own};
        if (text.starts_with("etc/"))
            return {m_configuration / text.substr(4), false, true};
        if (text.starts_with("ruleset/"))
            return {m_builtin.empty() ? m_builtin : m_builtin / text.substr(8), true};
        return {own};
    }

    [[nodiscard]] fs::path own(const char* name) const { return m_configuration / name; }
    [[nodiscard]] fs::path builtin(const char* name) const
    {
        return m_builtin.empty() ? m_builtin : m_builtin / name;
    }

private:
    fs::path m_configuration;
    fs::path m_builtin;
};

struct Kind
{
    const char* name; // of the folder, and the problems' component
    const std::vector<RulesetFolder>& folders;
    const std::vector<PlacedText>& includes;
    const std::vector<PlacedText>& excludes;
};

struct Named
{
    bool own = false;     // a folder other than the built-in ones
    bool builtin = false; // the built-in ones, under the reference's names
};

Named whatIsNamed(const Folders& folders, const RulesetSettings& settings)
{
    Named named;
    for (const auto* kind : {&settings.decoderFolders, &settings.ruleFolders}) {
        for (const RulesetFolder& folder : *kind)
            (folders.resolve(folder.path).isBuiltin ? named.builtin : named.own) = true;
    }
    return named;
}

struct BuiltinUse
{
    bool rules = false; // and decoders
    bool lists = false;
};

BuiltinUse usesBuiltin(const Folders& folders, const RulesetSettings& settings)
{
    const Named named = whatIsNamed(folders, settings);
    const bool isDefault = settings.builtin == BuiltinRuleset::Default;
    const bool rules = settings.builtin == BuiltinRuleset::Use || (isDefault && !named.own);
    return {rules, rules || (isDefault && named.builtin)};
}

void collect(const Kind& kind, const Folders& folders, bool withBuiltin, const RulesetSettings& settings,
             std::vector<SourceFile>& files, Problems& problems)
{
    Collector collector(kind.name, files, problems);
    collector.exclude(kind.excludes);
    if (withBuiltin && isFolder(folders.builtin(kind.name)))
        collector.addFolder(folders.builtin(kind.name), kDefaultPattern);
    if (kind.folders.empty() && isFolder(folders.own(kind.name)))
        collector.addFolder(folders.own(kind.name), kDefaultPattern);
    for (const RulesetFolder& folder : kind.folders) {
        const Place place = folders.resolve(folder.path);
        if (place.isBuiltin && settings.builtin == BuiltinRuleset::Leave)
            continue;
        if (isFolder(place.path)) {
            collector.addFolder(place.path, folder.pattern);
        } else {
            // Every stock configuration names the folder of one's own rules, whether there are any or not.
            const bool isStock = place.isOwnByCustom && place.path == folders.own(kind.name);
            problems.push_back({isStock ? Severity::Note : Severity::Error, kind.name, folder.place.file,
                                folder.place.line, folder.place.column,
                                "The folder " + forDisplay(place.path.string()) + " does not exist.",
                                "Create it, or correct the path."});
        }
    }
    for (const PlacedText& include : kind.includes)
        collector.addFile(folders.resolve(include.text).path, folders.resolve(include.text).path.string(),
                          &include.place);
}

// The list's name as a rule may write it, without the customary folders.
std::string listName(std::string text)
{
    for (const char* prefix : {"etc/", "lists/"}) {
        if (text.starts_with(prefix))
            text.erase(0, std::char_traits<char>::length(prefix));
    }
    return text;
}

void collectLists(const Folders& folders, bool withBuiltin, const RulesetSettings& settings,
                  std::vector<SourceFile>& files, Problems& problems)
{
    Collector collector("lists", files, problems);
    if (isFolder(folders.own("lists")))
        collector.addTree(folders.own("lists"));
    std::vector<SourceFile> builtin;
    if (withBuiltin && isFolder(folders.builtin("lists")))
        Collector("lists", builtin, problems).addTree(folders.builtin("lists"));
    for (const PlacedText& list : settings.lists) {
        const fs::path path = folders.resolve(list.text).path;
        const std::string name = listName(list.text);
        std::error_code error;
        if (fs::exists(path, error) || error) {
            collector.addFile(path, name, &list.place);
        } else if (std::ranges::find(builtin, name, &SourceFile::name) == builtin.end()) {
            // A rule that looks into it is reported for itself.
            problems.push_back({Severity::Note, "lists", list.place.file, list.place.line, list.place.column,
                                forDisplay(path.string()) + " does not exist.",
                                "Create it, or remove the line."});
        }
    }

    for (SourceFile& file : builtin) {
        const bool replaced =
            std::ranges::any_of(files, [&](const SourceFile& other) { return other.name == file.name; });
        if (replaced)
            problems.push_back({Severity::Note,
                                "lists",
                                file.path,
                                0,
                                0,
                                "Left out: the configuration has a list of that name.",
                                {}});
        else
            files.push_back(std::move(file));
    }
}

} // namespace

Result<RulesetSource> readRulesetFolder(const std::string& folder, Problems& problems, RulesetParts parts)
{
    const fs::path top(folder);
    if (!isFolder(top)) {
        return fail(ErrorCode::NotFound, "The rule set folder " + forDisplay(folder) + " does not exist.",
                    "Name a folder that holds decoders/, rules/ and lists/.");
    }
    RulesetSource source;
    for (const auto& [name, files] :
         {std::pair{"decoders", &source.decoders}, std::pair{"rules", &source.rules}}) {
        if (isFolder(top / name)) {
            Collector(name, *files, problems).addFolder(top / name, kDefaultPattern);
        } else {
            problems.push_back({Severity::Warning, name, (top / name).string(), 0, 0,
                                "The folder does not exist.",
                                "Create it, or name a folder that holds decoders/, rules/ and lists/."});
        }
    }
    if (parts == RulesetParts::All)
        source.lists = readListsOfFolder(folder, problems);
    return source;
}

std::vector<SourceFile> readListsOfFolder(const std::string& folder, Problems& problems)
{
    std::vector<SourceFile> lists;
    const fs::path place = fs::path(folder) / "lists";
    if (isFolder(place))
        Collector("lists", lists, problems).addTree(place);
    return lists;
}

RulesetSource readConfiguredRuleset(const std::string& configFolder, const std::string& builtinFolder,
                                    const Configuration& configuration, Problems& problems,
                                    RulesetParts parts)
{
    const Folders folders(configFolder, builtinFolder);
    const RulesetSettings& settings = configuration.ruleset;
    const bool withBuiltin = usesBuiltin(folders, settings).rules;

    RulesetSource source;
    collect({"decoders", settings.decoderFolders, settings.decoderIncludes, settings.decoderExcludes},
            folders, withBuiltin, settings, source.decoders, problems);
    collect({"rules", settings.ruleFolders, settings.ruleIncludes, settings.ruleExcludes}, folders,
            withBuiltin, settings, source.rules, problems);
    if (parts == RulesetParts::All)
        source.lists = readConfiguredLists(configFolder, builtinFolder, settings, problems);
    return source;
}

std::vector<SourceFile> readConfiguredLists(const std::string& configFolder, const std::string& builtinFolder,
                                            const RulesetSettings& settings, Problems& problems)
{
    const Folders folders(configFolder, builtinFolder);
    std::vector<SourceFile> lists;
    collectLists(folders, usesBuiltin(folders, settings).lists, settings, lists, problems);
    return lists;
}

std::string findBuiltinRuleset(const std::string& programFolder)
{
    for (const char* place : {"../share/bartizan/ruleset", "../../share/bartizan/ruleset"}) {
        const auto folder = (std::filesystem::path(programFolder) / place).lexically_normal();
        std::error_code error;
        if (std::filesystem::is_directory(folder, error))
            return folder.string();
    }
    return {};
}

std::string findDefaultConfiguration(const std::string& builtinRuleset)
{
    if (builtinRuleset.empty())
        return {};
    const auto file = (fs::path(builtinRuleset) / ".." / "defaults" / "bartizan.conf").lexically_normal();
    std::error_code error;
    return fs::is_regular_file(file, error) ? file.string() : std::string();
}

} // namespace bartizan
