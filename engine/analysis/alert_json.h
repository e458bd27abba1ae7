// Alerts as JSON (spec §13). Pure.
#pragma once

#include "engine/analysis/analysis_port.h"
#include "engine/base/clock.h"

#include <string>
#include <string_view>

namespace bartizan {

// The `data` member: nested at dots, leaves are strings; a dynamic value that begins with '[' and parses as
// JSON is an array; empty ones are left out. `{}` without fields. Of two fields with one name, or a field
// that is another's parent, the first stays.
[[nodiscard]] std::string fieldsJson(const Verdict& verdict);

// One line of alerts.json. `recordText` is the record, `alertId` "seconds.offset" or any other unique text.
// The verdict has a rule.
[[nodiscard]] std::string alertJson(const Verdict& verdict, std::string_view recordText,
                                    std::string_view location, EpochMs time, std::string_view hostName,
                                    std::string_view alertId);

} // namespace bartizan
