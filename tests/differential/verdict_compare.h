// Two verdicts on the same record, member by member.
#pragma once

#include "engine/analysis/analysis_port.h"

#include <string>

namespace bartizan::test {

// What differs, a line each with both values; empty where the two are equal in every member.
[[nodiscard]] std::string verdictDifference(const Verdict& fast, const Verdict& plain);

// "rule 5710 level 5, decoder sshd, srcip=192.0.2.7 …"
[[nodiscard]] std::string verdictSummary(const Verdict& verdict);

} // namespace bartizan::test
