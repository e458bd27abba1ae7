// The files of a rule set as bytes: read by the configuration, compiled by the analysis.
#pragma once

#include <string>
#include <vector>

namespace bartizan {

// A file as bytes. The core never opens one itself.
struct SourceFile
{
    std::string name; // as shown in problems; rule and decoder files are ordered by base name (spec §2)
    std::string bytes;
    std::string path = {}; // for problems, where `name` is not the path itself
};

struct RulesetSource
{
    std::vector<SourceFile> decoders;
    std::vector<SourceFile> rules;
    // `name` is the path below lists/ ("blacklist-alienvault", "amazon/aws-eventnames"); a rule may name it
    // so, or with "lists/" or "etc/lists/" in front.
    std::vector<SourceFile> lists;
};

} // namespace bartizan
