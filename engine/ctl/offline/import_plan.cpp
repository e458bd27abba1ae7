#include "engine/ctl/offline/import_plan.h"

#include "engine/base/strings.h"
#include "engine/ctl/offline/import_kinds.h"
#include "engine/pattern/pattern.h"

#include <algorithm>
#include <functional>

namespace bartizan::offline {

namespace {

constexpr std::size_t kLargestFile = 16UL * 1024 * 1024;
constexpr std::size_t kLargestImport = 512UL * 1024 * 1024;
constexpr std::size_t kMostFiles = 10'000;
constexpr int kDeepestList = 8;
constexpr const char* kConfigurationFile = "etc/ossec.conf";

std::string baseName(std::string_view path)
{
    return std::string(path.substr(path.rfind('/') + 1));
}

bool isExcluded(const std::vector<PlacedText>& names, const std::string& path)
{
    return std::ranges::any_of(names, [&](const PlacedText& name) {
        return name.text == baseName(path) || pathInInstallation(name.text) == path;
    });
}

class Planner
{
public:
    Planner(const FolderReader& from, StockRules stock)
        : m_from(from)
        , m_stock(stock)
    {
    }

    Result<ImportPlan> plan()
    {
        if (!isInstallation())
            return fail(ErrorCode::NotFound,
                        "There is no Wazuh or OSSEC installation: neither etc/ossec.conf nor etc/rules, "
                        "etc/decoders, etc/lists, etc/local_decoder.xml or rules/local_rules.xml.",
                        "Name the folder that holds etc/, such as /var/ossec or a copy of it.");
        if (const auto read = takeConfiguration(); !read)
            return std::unexpected(read.error());
        takeRules();
        takeDecoders();
        takeLists();
        takePrograms();
        if (m_isTooMuch)
            return fail(ErrorCode::Exhausted, "The installation holds too many or too large files.",
                        "Import a copy that holds only what is needed.");
        return std::move(m_plan);
    }

private:
    [[nodiscard]] bool isInstallation() const;
    Result<void> takeConfiguration();
    void takeRules();
    void takeLegacyRules();
    void takeDecoders();
    void takeLists();
    void takeListTree(const std::string& folder, int depth);
    void takePrograms();

    // The files of a folder whose names fit, and what is in their way.
    void eachFile(const std::string& folder, const std::string& pattern,
                  const std::function<void(const std::string& path)>& visit);
    void takeFolders(ImportKind kind, const std::vector<RulesetFolder>& named, const std::string& usual,
                     const std::string& stock);
    void takeIncludes(ImportKind kind, const std::vector<PlacedText>& includes);
    void takeStock(ImportKind kind, const std::string& folder);
    void take(ImportKind kind, const std::string& from, const std::string& name);
    void add(ImportKind kind, const std::string& from, const std::string& name, std::string bytes);
    void leave(const std::string& file, std::string reason, int line = 0, std::string what = {})
    {
        m_plan.left.push_back({file, line, std::move(what), std::move(reason)});
    }
    [[nodiscard]] bool isFolder(const std::string& path) const { return m_from.list(path).has_value(); }
    [[nodiscard]] const RulesetSettings& settings() const { return m_plan.configuration.ruleset.settings; }

    const FolderReader& m_from;
    const StockRules m_stock;
    ImportPlan m_plan;
    std::size_t m_bytes = 0;
    bool m_isTooMuch = false;
};

bool Planner::isInstallation() const
{
    const auto holds = [this](const char* folder, std::initializer_list<std::string_view> names) {
        const auto entries = m_from.list(folder);
        return entries && std::ranges::any_of(*entries, [&](const FolderEntry& entry) {
                   return std::ranges::find(names, entry.name) != names.end();
               });
    };
    if (holds("", {"ossec.conf"}))
        return false; // etc/ itself: its rules/ would be taken for OSSEC's
    return holds("etc", {"ossec.conf", "rules", "decoders", "lists", "local_decoder.xml"}) ||
           holds("rules", {"local_rules.xml"});
}

Result<void> Planner::takeConfiguration()
{
    auto bytes = m_from.read(kConfigurationFile, kLargestFile);
    if (!bytes && bytes.error().code == ErrorCode::PermissionDenied)
        return fail(ErrorCode::PermissionDenied,
                    std::string(kConfigurationFile) + " is " + bytes.error().message + ".",
                    bytes.error().cure);
    if (!bytes) {
        if (bytes.error().code != ErrorCode::NotFound)
            leave(kConfigurationFile, bytes.error().message);
        return {};
    }
    auto read =
        importConfiguration(*bytes, kConfigurationFile,
                            m_stock == StockRules::Take ? BuiltinRules::Off : BuiltinRules::AsConfigured);
    if (!read)
        return std::unexpected(read.error());
    m_plan.configuration = std::move(*read);
    m_plan.left = std::move(m_plan.configuration.left);
    if (!m_plan.configuration.text.empty()) {
        m_plan.taken.push_back({ImportKind::Configuration, kConfigurationFile, "bartizan.conf",
                                m_plan.configuration.text, m_plan.configuration.blocks});
    }
    for (const char* shared : {"etc/shared/agent.conf", "etc/shared/default/agent.conf"}) {
        if (m_from.read(shared, kLargestFile))
            leave(shared, "what a manager sends out is not read; copy what you need into bartizan.conf");
    }
    return {};
}

void Planner::eachFile(const std::string& folder, const std::string& pattern,
                       const std::function<void(const std::string& path)>& visit)
{
    const auto entries = m_from.list(folder);
    if (!entries) {
        if (entries.error().code != ErrorCode::NotFound)
            leave(folder, entries.error().message);
        return;
    }
    auto compiled = compilePattern(PatternType::OsRegex, pattern);
    if (!compiled)
        compiled = compilePattern(PatternType::OsRegex, ".xml$");
    for (const FolderEntry& entry : *entries) {
        const std::string path = folder + "/" + entry.name;
        if (entry.name.starts_with('.'))
            continue;
        if (entry.kind == FolderEntry::Kind::Folder)
            leave(path, "a folder in here is not read");
        else if (entry.kind == FolderEntry::Kind::Link)
            leave(path, "a link, which is not followed");
        else if (entry.kind == FolderEntry::Kind::Other)
            leave(path, "not a regular file");
        else if (!(*compiled)->matches(entry.name))
            leave(path, "its name does not fit " + pattern);
        else
            visit(path);
    }
}

void Planner::take(ImportKind kind, const std::string& from, const std::string& name)
{
    if (!isPlainFileName(baseName(name))) {
        leave(from, "a file name that is not used here");
        return;
    }
    auto bytes = m_isTooMuch ? Result<std::string>() : m_from.read(from, kLargestFile);
    if (bytes)
        add(kind, from, name, std::move(*bytes));
    else
        leave(from, bytes.error().message);
}

void Planner::add(ImportKind kind, const std::string& from, const std::string& name, std::string bytes)
{
    std::string to = targetFolder(kind) + name;
    // <rule_dir pattern="…"> may have let in any name; here only .xml is read.
    if ((kind == ImportKind::Rules || kind == ImportKind::Decoders) && !to.ends_with(".xml"))
        to += ".xml";
    if (const TakenFile* taken = m_plan.findTarget(to)) {
        if (taken->from != from)
            leave(from, "another file of that name is taken: " + taken->from);
        return;
    }
    m_bytes += bytes.size();
    m_isTooMuch = m_isTooMuch || m_bytes > kLargestImport || m_plan.taken.size() >= kMostFiles;
    if (m_isTooMuch)
        return;
    const auto count = countIn(kind, bytes);
    m_plan.taken.push_back({kind, from, to, std::move(bytes), count});
}

// `usual` is read where no folder is named. `stock` is where the installation's own rules are.
void Planner::takeFolders(ImportKind kind, const std::vector<RulesetFolder>& named, const std::string& usual,
                          const std::string& stock)
{
    std::vector<RulesetFolder> folders = named;
    if (folders.empty())
        folders.push_back({.path = usual, .place = {}});
    const auto& excludes = kind == ImportKind::Rules ? settings().ruleExcludes : settings().decoderExcludes;
    for (const RulesetFolder& folder : folders) {
        const std::string path = pathInInstallation(folder.path);
        if (path == stock)
            continue;
        if (path.empty()) {
            leave(folder.place.file, "the folder is not in the installation", folder.place.line, folder.path);
            continue;
        }
        eachFile(path, folder.pattern, [&](const std::string& file) {
            if (isExcluded(excludes, file))
                leave(file, "the configuration excludes it");
            else
                take(kind, file, baseName(file));
        });
    }
    const bool isNamed = std::ranges::any_of(
        folders, [&](const RulesetFolder& folder) { return pathInInstallation(folder.path) == usual; });
    if (!isNamed && !usual.empty() && isFolder(usual))
        leave(usual, "not in use there: the configuration does not name the folder");
}

void Planner::takeIncludes(ImportKind kind, const std::vector<PlacedText>& includes)
{
    for (const PlacedText& include : includes) {
        const std::string path = pathInInstallation(include.text);
        if (path.empty())
            leave(include.place.file, "the file is not in the installation", include.place.line,
                  include.text);
        else if (path.starts_with("ruleset/") || path == "etc/decoder.xml")
            continue; // decided with the others that came with the installation
        else
            take(kind, path, baseName(path));
    }
}

void Planner::takeStock(ImportKind kind, const std::string& folder)
{
    std::size_t count = 0;
    const auto& excludes = kind == ImportKind::Rules ? settings().ruleExcludes : settings().decoderExcludes;
    if (!isFolder(folder))
        return;
    eachFile(folder, ".xml$", [&](const std::string& file) {
        if (m_stock == StockRules::Leave)
            ++count;
        else if (isExcluded(excludes, file))
            leave(file, "the configuration excludes it");
        else
            take(kind, file, baseName(file));
    });
    if (count > 0) {
        leave(folder,
              "they came with the installation, and Bartizan has its own; --with-stock-rules takes them", 0,
              std::to_string(count) + (count == 1 ? " file" : " files"));
    }
}

void Planner::takeRules()
{
    // Lists and rules of OSSEC stand in rules/; a Wazuh installation has no such folder.
    if (!isFolder("etc/rules") && isFolder("rules"))
        takeLegacyRules();
    else
        takeFolders(ImportKind::Rules, settings().ruleFolders, "etc/rules", "ruleset/rules");
    takeIncludes(ImportKind::Rules, settings().ruleIncludes);
    takeStock(ImportKind::Rules, "ruleset/rules");
}

void Planner::takeLegacyRules()
{
    const std::vector<std::string>& ordered = m_plan.configuration.ruleset.ordered;
    std::size_t stockFiles = 0;
    for (const RulesetFolder& folder : settings().ruleFolders) {
        if (pathInInstallation(folder.path) != "rules")
            takeFolders(ImportKind::Rules, {folder}, {}, "rules");
    }
    eachFile("rules", ".xml$", [&](const std::string& file) {
        const std::string name = baseName(file);
        const auto place = std::ranges::find(ordered, name);
        if (!ordered.empty() && place == ordered.end() && settings().ruleFolders.empty()) {
            leave(file, "not in use there: no <include> names it");
            return;
        }
        const auto bytes = m_from.read(file, kLargestFile);
        if (!bytes || name == "local_rules.xml" || holdsOwnRules(*bytes)) {
            take(ImportKind::Rules, file, name);
        } else if (m_stock == StockRules::Take) {
            // Here files are read by name, there in the order in which they are named.
            std::string number = std::to_string(10'000 + (place - ordered.begin()) * 10).substr(1);
            take(ImportKind::Rules, file, ordered.empty() ? name : number + "-" + name);
        } else {
            ++stockFiles;
        }
    });
    if (stockFiles > 0) {
        leave("rules", "no rule of one's own (from 100000 on) is in there; --with-stock-rules takes them", 0,
              std::to_string(stockFiles) + (stockFiles == 1 ? " file" : " files"));
    }
}

void Planner::takeDecoders()
{
    takeFolders(ImportKind::Decoders, settings().decoderFolders, "etc/decoders", "ruleset/decoders");
    takeIncludes(ImportKind::Decoders, settings().decoderIncludes);
    if (m_from.read("etc/local_decoder.xml", kLargestFile).has_value())
        take(ImportKind::Decoders, "etc/local_decoder.xml", "local_decoder.xml");
    takeStock(ImportKind::Decoders, "ruleset/decoders");
    if (const auto stock = m_from.read("etc/decoder.xml", kLargestFile)) {
        if (m_stock == StockRules::Take)
            take(ImportKind::Decoders, "etc/decoder.xml", "decoder.xml");
        else
            leave("etc/decoder.xml", "it came with the installation, and Bartizan has its own; "
                                     "--with-stock-rules takes it");
    }
}

void Planner::takeListTree(const std::string& folder, int depth)
{
    const auto entries = m_from.list(folder);
    if (!entries) {
        if (entries.error().code != ErrorCode::NotFound)
            leave(folder, entries.error().message);
        return;
    }
    for (const FolderEntry& entry : *entries) {
        const std::string path = folder + "/" + entry.name;
        if (entry.name.starts_with('.') || entry.name.ends_with(".cdb"))
            continue; // NAME.cdb is the compiled form of the list NAME
        if (entry.kind == FolderEntry::Kind::File)
            take(ImportKind::List, path, path.substr(std::string_view("etc/lists/").size()));
        else if (entry.kind == FolderEntry::Kind::Link)
            leave(path, "a link, which is not followed");
        else if (entry.kind != FolderEntry::Kind::Folder)
            leave(path, "not a regular file");
        else if (depth == kDeepestList || !isPlainFileName(entry.name))
            leave(path, "a folder that is not read");
        else
            takeListTree(path, depth + 1);
    }
}

void Planner::takeLists()
{
    takeListTree("etc/lists", 1);
    for (const PlacedText& list : settings().lists) {
        const std::string path = pathInInstallation(list.text);
        if (path.empty()) {
            leave(list.place.file, "the list is not in the installation", list.place.line, list.text);
            continue;
        }
        if (path.starts_with("etc/lists/"))
            continue;            // taken, or left with its reason, or not there and of no effect
        std::string name = path; // the one a rule finds it by
        for (const std::string_view prefix : {"etc/", "lists/"}) {
            if (name.starts_with(prefix))
                name.erase(0, prefix.size());
        }
        const bool isPlain = std::ranges::all_of(split(name, '/'), isPlainFileName);
        if (isPlain)
            take(ImportKind::List, path, name);
        else
            leave(path, "a file name that is not used here");
    }
}

void Planner::takePrograms()
{
    for (const PlacedText& program : m_plan.configuration.programs) {
        const std::string path = "active-response/bin/" + program.text;
        auto bytes = m_from.read(path, kLargestFile);
        if (bytes)
            add(ImportKind::Response, path, program.text, std::move(*bytes));
        else
            leave(program.place.file, path + " is " + bytes.error().message, program.place.line,
                  program.text);
    }
}

} // namespace

const TakenFile* ImportPlan::findTarget(std::string_view to) const
{
    const auto found = std::ranges::find(taken, to, &TakenFile::to);
    return found != taken.end() ? &*found : nullptr;
}

Result<ImportPlan> planImport(const FolderReader& installation, StockRules stock)
{
    return Planner(installation, stock).plan();
}

} // namespace bartizan::offline
