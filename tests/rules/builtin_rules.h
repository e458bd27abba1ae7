// The built-in rules with the default configuration's responses, as the engine puts them together.
#pragma once

#include "engine/analysis/analysis_port.h"
#include "engine/response/response_policy.h"

#include <QString>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::test {

struct Outcome
{
    Verdict verdict;
    std::vector<std::string> blocked; // addresses
};

class BuiltinRules
{
public:
    // Problems of loading are kept in `problems`. `extra` files are added, as a user's own.
    explicit BuiltinRules(const RulesetSource& extra = {}, std::string_view extraConfiguration = {});

    // One line, `seconds` after the last one of any session.
    [[nodiscard]] Outcome feed(std::string_view line, std::uint32_t session, int seconds = 1,
                               const RecordOrigin& origin = {});

    Problems problems;

private:
    std::unique_ptr<AnalysisPort> m_analyser;
    std::unique_ptr<ResponsePolicy> m_policy;
    EpochMs m_now = 1'900'000'000'000;
};

[[nodiscard]] std::string fieldOf(const Verdict& verdict, std::string_view name); // "" when it is not set
[[nodiscard]] QString describe(const Outcome& outcome);

} // namespace bartizan::test
