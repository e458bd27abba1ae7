// From a verdict to what the history keeps, and to what a response is asked.
#pragma once

#include "engine/analysis/analysis_port.h"
#include "engine/response/block_keeper.h"
#include "engine/response/response_policy.h"
#include "engine/store/records.h"

namespace bartizan {

// Long texts are cut: an attacker chooses their length.
inline constexpr std::size_t kStoredLogLimit = 8192;

// Without an id; `verdict.rule` is set.
[[nodiscard]] AlertRecord alertRecord(const Verdict& verdict, const RecordBatch& records);

// The alert as a line of alerts.json, without its end (spec §13). Its id is "seconds.number". `verdict.rule`
// is set.
[[nodiscard]] std::string alertLine(const Verdict& verdict, const RecordBatch& records, std::int64_t number,
                                    const std::string& hostName);

// What to ask of the keeper. `verdict.rule` is set.
[[nodiscard]] BlockRequest blockRequest(const ResponseOrder& order, const Verdict& verdict,
                                        const RecordBatch& records, AlertId alertId,
                                        const std::string& hostName);

// The alert of a block whose verdict is long gone, as far as the block's record tells (spec §13).
[[nodiscard]] std::string briefAlertJson(const BlockRecord& block);

} // namespace bartizan
