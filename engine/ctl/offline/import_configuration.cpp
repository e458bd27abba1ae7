#include "engine/ctl/offline/import_configuration.h"

#include "engine/base/strings.h"
#include "engine/config/configuration_reader.h"
#include "engine/config/response_programs.h"
#include "engine/ctl/offline/import_kinds.h"
#include "engine/logsource/line_shaper.h"
#include "engine/xml/xml_reader.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace bartizan::offline {

namespace {

using xml::Element;

constexpr std::string_view kIntroduction =
    "<!-- Taken over from a Wazuh or OSSEC installation by bartizanctl import. -->\n";

struct Reason
{
    std::initializer_list<std::string_view> blocks;
    std::string_view text;
};

std::string_view reasonFor(std::string_view block)
{
    static const std::array<Reason, 4> kReasons{
        {{{"remote", "client", "client_buffer", "auth", "cluster", "agentless", "agent-upgrade",
           "task-manager", "anti_tampering", "agent_config"},
          "there are no managers and agents here: each computer protects itself"},
         {{"vulnerability-detection", "vulnerability-detector", "sca", "rootcheck", "openscap", "cis-cat",
           "osquery", "wodle"},
          "Bartizan does not search the system for weaknesses"},
         {{"email_alerts", "integration", "syslog_output", "database_output", "reports", "fluent-forward",
           "indexer", "socket"},
          "alerts are not sent elsewhere"},
         {{"gcp-pubsub", "gcp-bucket", "github", "office365", "ms-graph", "docker-listener", "azure-logs",
           "aws-s3"},
          "Bartizan reads this computer's logs only"}}};
    for (const Reason& reason : kReasons) {
        if (std::ranges::find(reason.blocks, block) != reason.blocks.end())
            return reason.text;
    }
    return {};
}

int newlines(std::string_view text)
{
    return static_cast<int>(std::ranges::count(text, '\n'));
}

// What the reader of our own configuration makes of a piece of text.
struct Piece
{
    Configuration configuration;
    Problems problems;
};

class Importer
{
public:
    Importer(std::string_view text, const std::string& file)
        : m_text(text)
        , m_file(file)
    {
    }

    Result<ImportedConfiguration> import(BuiltinRules builtin)
    {
        const xml::Document document = xml::read(m_text, m_file);
        if (!document.ok())
            return fail(ErrorCode::InvalidArgument, describe(document.problems.front()),
                        "Correct it there, then import again.");
        takeVariables(document);
        emit(std::string(kIntroduction) + m_variables + "<ossec_config>\n");
        for (const Element& root : document.roots) {
            if (root.name == "ossec_config" || root.name == "bartizan_config") {
                for (const Element& block : root.children)
                    take(block);
            } else {
                take(root);
            }
        }
        addRuleset(builtin);
        emit("</ossec_config>\n");
        if (m_result.blocks == 0)
            m_result.text.clear();
        return std::move(m_result);
    }

private:
    // <var> elements are not among the roots; they stand somewhere between.
    void takeVariables(const xml::Document& document)
    {
        std::size_t at = 0;
        const auto takeGap = [&](std::size_t end) {
            const auto gap = m_text.substr(at, end - at);
            if (gap.find("<var") != std::string_view::npos)
                m_variables += std::string(trim(gap)) + '\n';
        };
        for (const Element& root : document.roots) {
            takeGap(root.begin);
            at = root.end;
        }
        takeGap(m_text.size());
    }

    [[nodiscard]] std::string_view source(const Element& element) const
    {
        return m_text.substr(element.begin, element.end - element.begin);
    }

    [[nodiscard]] Piece read(const std::string& piece) const
    {
        Piece result;
        if (auto read = readConfiguration(m_variables + piece, m_file, result.problems))
            result.configuration = std::move(*read);
        return result;
    }

    void leave(const Element& element, std::string reason)
    {
        leave(element, "<" + element.name + ">", std::move(reason));
    }
    void leave(const Element& element, std::string what, std::string reason)
    {
        m_result.left.push_back({m_file, element.position.line, std::move(what), std::move(reason)});
    }

    void refuse(const Element& command)
    {
        if (const Element* name = command.child("name"))
            m_refused.emplace_back(trim(name->content));
    }

    void take(const Element& block);
    void takeLocalFile(const Element& block);
    void takeCommand(const Element& block);
    void takeSettings(const Element& block);
    void takeLegacyRules(const Element& block);

    void copy(const Element& block, const std::vector<const Element*>& without = {});
    void emit(std::string_view text)
    {
        m_result.text += text;
        m_line += newlines(text);
    }
    // Emits bytes of the original that begin in its line `original`.
    void append(std::string_view text, int original)
    {
        m_result.lines.push_back({m_line, original});
        emit(text);
    }

    void addRuleset(BuiltinRules builtin);

    const std::string_view m_text;
    const std::string m_file;
    std::string m_variables;
    std::vector<std::string> m_refused; // names of commands
    ImportedConfiguration m_result;
    int m_line = 1; // of the result, at its end
};

void Importer::take(const Element& block)
{
    switch (blockSupport(block.name)) {
    case BlockSupport::Unknown:
    case BlockSupport::Foreign:
        if (block.name == "rules")
            takeLegacyRules(block);
        else if (const auto reason = reasonFor(block.name); !reason.empty())
            leave(block, std::string(reason));
        else
            leave(block, blockSupport(block.name) == BlockSupport::Foreign
                             ? "Bartizan has no such part"
                             : "no block of that name is known");
        return;
    case BlockSupport::Misplaced:
        leave(block, "it belongs into a file of rules or decoders");
        return;
    case BlockSupport::Known:
        break;
    }
    if (block.name == "localfile") {
        takeLocalFile(block);
    } else if (block.name == "command") {
        takeCommand(block);
    } else if (block.name == "global" || block.name == "alerts") {
        takeSettings(block);
    } else if (block.name == "ruleset") {
        m_result.ruleset.isConfigured = true;
        const RulesetSettings read = this->read(std::string(source(block))).configuration.ruleset;
        RulesetSettings& all = m_result.ruleset.settings;
        const auto add = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
        if (read.builtin != BuiltinRuleset::Default)
            all.builtin = read.builtin;
        add(all.decoderFolders, read.decoderFolders);
        add(all.ruleFolders, read.ruleFolders);
        add(all.decoderIncludes, read.decoderIncludes);
        add(all.ruleIncludes, read.ruleIncludes);
        add(all.decoderExcludes, read.decoderExcludes);
        add(all.ruleExcludes, read.ruleExcludes);
        add(all.lists, read.lists);
    } else if (block.name == "active-response" && block.child("command") == nullptr &&
               block.child("repeated_offenders") == nullptr) {
        leave(block, "it names no command: an agent's switch");
    } else if (const Element* command = block.child("command");
               command != nullptr &&
               std::ranges::find(m_refused, trim(command->content)) != m_refused.end()) {
        leave(block, "its command is left out");
    } else {
        copy(block);
    }
}

void Importer::takeLocalFile(const Element& block)
{
    Piece piece = read(std::string(source(block)));
    std::string what = "<localfile>";
    if (const Element* location = block.child("location"))
        what += " " + std::string(trim(location->content));
    if (piece.configuration.localFiles.empty()) {
        leave(block, what, piece.problems.empty() ? "it can't be used" : piece.problems.front().message);
        return;
    }
    const LocalFile& file = piece.configuration.localFiles.front();
    Problems problems;
    if (!LineShaper::make(file, problems))
        leave(block, what, "the log_format " + file.format + " is of other systems");
    else if (file.location.ends_with("active-responses.log"))
        leave(block, what, "what Bartizan does is an event by itself");
    else
        copy(block);
}

void Importer::takeCommand(const Element& block)
{
    Piece piece = read(std::string(source(block)));
    if (piece.configuration.commands.empty()) {
        leave(block, piece.problems.empty() ? "it can't be used" : piece.problems.front().message);
        refuse(block);
        return;
    }
    const std::string& program = piece.configuration.commands.front().executable;
    if (!isPlainFileName(program)) {
        leave(block, "<command> " + program, "the executable is not a plain file name");
        refuse(block);
        return;
    }
    copy(block);
    switch (responseProgram(program)) {
    case ResponseProgram::Block:
        break;
    case ResponseProgram::Stock:
        leave(block, program, "this program is not available; responses that name it do nothing");
        break;
    case ResponseProgram::Own:
        m_result.programs.push_back({program, {m_file, block.position.line, block.position.column}});
        break;
    }
}

// Settings that mean nothing here are left out one by one, so that they are not reported for ever.
void Importer::takeSettings(const Element& block)
{
    std::vector<const Element*> without;
    for (const Element& setting : block.children) {
        const Piece piece =
            read("<" + block.name + ">" + std::string(source(setting)) + "</" + block.name + ">");
        const bool isForeign =
            !piece.problems.empty() && std::ranges::all_of(piece.problems, [](const Problem& problem) {
                return problem.severity == Severity::Note;
            });
        if (!isForeign)
            continue;
        without.push_back(&setting);
        leave(setting, "a setting that means nothing here");
    }
    if (without.size() < block.children.size())
        copy(block, without);
}

// OSSEC names its files one by one, in folders of its own.
void Importer::takeLegacyRules(const Element& block)
{
    InstalledRuleset& ruleset = m_result.ruleset;
    ruleset.isConfigured = true;
    ruleset.isLegacy = true;
    for (const Element& element : block.children) {
        const std::string text(trim(element.content));
        const ConfigPlace place{m_file, element.position.line, element.position.column};
        RulesetFolder folder{.path = text, .place = place};
        if (const xml::Attribute* pattern = element.attribute("pattern"))
            folder.pattern = pattern->value;
        if (element.name == "include")
            ruleset.ordered.push_back(text);
        else if (element.name == "rule_dir")
            ruleset.settings.ruleFolders.push_back(std::move(folder));
        else if (element.name == "decoder_dir")
            ruleset.settings.decoderFolders.push_back(std::move(folder));
        else if (element.name == "decoder")
            ruleset.settings.decoderIncludes.push_back({text, place});
        else if (element.name == "list")
            ruleset.settings.lists.push_back({text, place});
        else
            leave(element, "no setting of that name is known");
    }
}

void Importer::copy(const Element& block, const std::vector<const Element*>& without)
{
    // With the blanks in front, so that columns stay what they were.
    std::size_t begin = block.begin;
    while (begin > 0 && (m_text[begin - 1] == ' ' || m_text[begin - 1] == '\t'))
        --begin;
    if (begin > 0 && m_text[begin - 1] != '\n')
        begin = block.begin;
    emit("\n");
    int line = block.position.line;
    for (const Element* removed : without) {
        std::size_t end = removed->begin;
        while (end > begin && isBlank(m_text[end - 1]))
            --end;
        append(m_text.substr(begin, end - begin), line);
        line += newlines(m_text.substr(begin, removed->end - begin));
        begin = removed->end;
    }
    append(m_text.substr(begin, block.end - begin), line);
    emit("\n");
    ++m_result.blocks;
}

// A new block: the folders have other names here, and are read without being named. Files of one's own that
// are excluded are not taken at all.
void Importer::addRuleset(BuiltinRules builtin)
{
    const InstalledRuleset& ruleset = m_result.ruleset;
    const RulesetSettings& settings = ruleset.settings;
    if (!ruleset.isConfigured && builtin == BuiltinRules::AsConfigured)
        return;
    const auto isStock = [](const RulesetFolder& named) {
        return pathInInstallation(named.path).starts_with("ruleset/");
    };
    const bool folders = !settings.ruleFolders.empty() || !settings.decoderFolders.empty();
    // OSSEC's configuration names all its rules; those that came with it stand for our own.
    const bool namesStock = std::ranges::any_of(settings.ruleFolders, isStock) ||
                            std::ranges::any_of(settings.decoderFolders, isStock) || ruleset.isLegacy ||
                            !folders;
    const bool off = builtin == BuiltinRules::Off || settings.builtin == BuiltinRuleset::Leave ||
                     (settings.builtin == BuiltinRuleset::Default && !namesStock);
    emit("\n");
    m_result.lines.push_back({m_line, 0});
    emit(std::string("  <ruleset builtin=\"") + (off ? "no" : "yes") + "\">\n");
    const auto exclude = [&](const std::vector<PlacedText>& names, std::string_view tag) {
        for (const PlacedText& name : names) {
            if (!off && !name.text.starts_with("etc/"))
                emit("    <" + std::string(tag) + ">" + name.text + "</" + std::string(tag) + ">\n");
        }
    };
    exclude(settings.decoderExcludes, "decoder_exclude");
    exclude(settings.ruleExcludes, "rule_exclude");
    emit("  </ruleset>\n");
    ++m_result.blocks;
}

} // namespace

int ImportedConfiguration::originalLine(int line) const
{
    int original = 0;
    for (const CopiedLines& copied : lines) {
        if (copied.line > line)
            break;
        original = copied.original == 0 ? 0 : copied.original + line - copied.line;
    }
    return original;
}

Result<ImportedConfiguration> importConfiguration(std::string_view text, const std::string& file,
                                                  BuiltinRules builtin)
{
    return Importer(text, file).import(builtin);
}

} // namespace bartizan::offline
