#include "engine/config/configuration_reader.h"

#include "engine/base/strings.h"
#include "engine/config/reader_support.h"
#include "engine/config/text_file.h"
#include "engine/xml/xml_reader.h"

#include <algorithm>
#include <array>

namespace bartizan {

namespace config {

namespace {

using BlockReader = void (*)(const xml::Element&, Configuration&, ProblemSink&);

struct Block
{
    std::string_view name;
    BlockReader read;
};

constexpr std::array<Block, 7> kBlocks{{{"ruleset", readRuleset},
                                        {"localfile", readLocalFile},
                                        {"command", readCommand},
                                        {"active-response", readActiveResponse},
                                        {"global", readGlobal},
                                        {"alerts", readAlerts},
                                        {"lists", readLists}}};

// Blocks of the reference that have no counterpart here.
constexpr std::array<std::string_view, 38> kUnsupportedBlocks{"syscheck",
                                                              "rootcheck",
                                                              "remote",
                                                              "client",
                                                              "client_buffer",
                                                              "wodle",
                                                              "sca",
                                                              "auth",
                                                              "cluster",
                                                              "integration",
                                                              "labels",
                                                              "logging",
                                                              "syslog_output",
                                                              "database_output",
                                                              "email_alerts",
                                                              "reports",
                                                              "socket",
                                                              "fluent-forward",
                                                              "gcp-pubsub",
                                                              "gcp-bucket",
                                                              "github",
                                                              "office365",
                                                              "ms-graph",
                                                              "task-manager",
                                                              "agent-upgrade",
                                                              "agentless",
                                                              "rule_test",
                                                              "indexer",
                                                              "osquery",
                                                              "anti_tampering",
                                                              "vulnerability-detection",
                                                              "vulnerability-detector",
                                                              "openscap",
                                                              "cis-cat",
                                                              "docker-listener",
                                                              "azure-logs",
                                                              "aws-s3",
                                                              "rules"};

bool isSwitchedOff(const xml::Element& block)
{
    const xml::Element* disabled = block.child("disabled");
    const xml::Element* enabled = block.child("enabled");
    return (disabled != nullptr && value(*disabled) == "yes") ||
           (enabled != nullptr && value(*enabled) == "no");
}

void readBlock(const xml::Element& block, Configuration& configuration, ProblemSink& problems)
{
    switch (blockSupport(block.name)) {
    case BlockSupport::Known:
        std::ranges::find(kBlocks, block.name, &Block::name)->read(block, configuration, problems);
        break;
    case BlockSupport::Foreign:
        if (isSwitchedOff(block))
            problems.note(block, tag(block.name) + " is not supported; it is switched off anyway.");
        else
            problems.warning(block, tag(block.name) + " is not supported; it has no effect.",
                             "Remove the block.");
        break;
    case BlockSupport::Misplaced:
        if (block.name == "decoder")
            problems.error(block, "A decoder does not belong into a configuration; it is left out.",
                           "Put it into a file under decoders/.");
        else
            problems.error(block, "A rule does not belong into a configuration; it is left out.",
                           "Put it into a file under rules/.");
        break;
    case BlockSupport::Unknown:
        problems.error(block, "Unknown block " + tag(block.name) + "; it is left out.",
                       "Check the spelling, or remove it.");
        break;
    }
}

} // namespace

} // namespace config

BlockSupport blockSupport(std::string_view name)
{
    if (std::ranges::find(config::kBlocks, name, &config::Block::name) != config::kBlocks.end())
        return BlockSupport::Known;
    if (std::ranges::find(config::kUnsupportedBlocks, name) != config::kUnsupportedBlocks.end())
        return BlockSupport::Foreign;
    const bool isPiece = name == "group" || name == "rule" || name == "decoder";
    return isPiece ? BlockSupport::Misplaced : BlockSupport::Unknown;
}

const Command* Configuration::findCommand(std::string_view name) const
{
    const auto found = std::ranges::find(commands, name, &Command::name);
    return found != commands.end() ? &*found : nullptr;
}

Result<Configuration> readConfiguration(std::string_view text, std::string_view fileName, Problems& problems)
{
    const xml::Document document = xml::read(text, fileName);
    for (Problem problem : document.problems) {
        problem.component = "configuration";
        problems.push_back(std::move(problem));
    }
    const bool broken = std::ranges::any_of(
        document.problems, [](const Problem& problem) { return problem.severity == Severity::Error; });
    if (broken) {
        return fail(ErrorCode::InvalidArgument, describe(document.problems.front()),
                    "Correct it; until then the configuration is not used.");
    }

    Configuration configuration;
    config::ProblemSink sink(fileName, problems);
    for (const xml::Element& root : document.roots) {
        if (root.name == "ossec_config" || root.name == "bartizan_config") {
            for (const xml::Element& block : root.children)
                config::readBlock(block, configuration, sink);
        } else {
            config::readBlock(root, configuration, sink);
        }
    }
    config::checkResponses(configuration, problems);
    return configuration;
}

Result<Configuration> readConfigurationFile(const std::string& path, Problems& problems)
{
    const auto text = config::readTextFile(path);
    if (!text)
        return std::unexpected(text.error());
    return readConfiguration(*text, path, problems);
}

std::shared_ptr<const GeoLocator> openGeoDatabase(const Configuration& configuration,
                                                  const GeoDatabaseOpener& open, Problems& problems)
{
    if (configuration.geoDatabase.empty() || !open)
        return nullptr;
    auto opened = open(configuration.geoDatabase);
    if (opened)
        return std::move(*opened);
    const ConfigPlace& place = configuration.geoDatabasePlace;
    problems.push_back({Severity::Warning, "configuration", place.file, place.line, place.column,
                        opened.error().message + " srcgeoip and dstgeoip never match.", opened.error().cure});
    return nullptr;
}

} // namespace bartizan
