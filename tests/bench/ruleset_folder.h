// A rule set's files, for the benchmarks.
#pragma once

#include "engine/base/ruleset_source.h"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace bartizan::test {

[[nodiscard]] inline std::vector<SourceFile> filesBelow(const std::filesystem::path& folder)
{
    std::vector<SourceFile> files;
    if (!std::filesystem::exists(folder))
        return files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        std::ifstream stream(entry.path(), std::ios::binary);
        if (entry.is_regular_file())
            files.push_back({std::filesystem::relative(entry.path(), folder).string(),
                             std::string(std::istreambuf_iterator<char>(stream), {})});
    }
    return files;
}

// `folder` holds decoders/ and rules/, and may hold lists/.
[[nodiscard]] inline RulesetSource rulesetBelow(const std::filesystem::path& folder)
{
    return {filesBelow(folder / "decoders"), filesBelow(folder / "rules"), filesBelow(folder / "lists")};
}

} // namespace bartizan::test
