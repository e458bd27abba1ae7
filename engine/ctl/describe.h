// Objects of docs/ipc.md as lines for people, shared by several commands.
#pragma once

#include "engine/ctl/output.h"

#include <QJsonArray>
#include <QJsonObject>

namespace bartizan::ctl {

// One line each, with its cure. True when one of them is an error.
bool showProblems(Output& out, const QJsonArray& problems);

// "5712 (level 10)"; "-" without a rule.
[[nodiscard]] QString ruleText(const QJsonObject& rule);
// "active, 9m 58s left", "failed: no permission", "released by anna 2026-11-24 08:10:00".
[[nodiscard]] QString originText(const QJsonObject& origin); // who wrote a line; empty where nothing is known
[[nodiscard]] QString blockStateText(const QJsonObject& block);
[[nodiscard]] Style blockStyle(const QJsonObject& block);
// The rule's description or a person's name and reason.
[[nodiscard]] QString blockReasonText(const QJsonObject& block);

} // namespace bartizan::ctl
