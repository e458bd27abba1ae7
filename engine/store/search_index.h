// The full-text index of the history: a database file of its own beside it (NAME-search), so that filling it
// never holds up a write to the history, and losing it loses nothing. It holds, for each alert, which runs of
// three characters occur in its text; a row found through it is compared with the text searched for, so what
// the index has of alerts that are gone does no harm. Internal to the store.
//
// It is kept in parts of some thousand alerts. The oldest ones are dropped whole when their alerts are gone.
#pragma once

#include "engine/store/database.h"
#include "engine/store/records.h"

#include <functional>
#include <string>
#include <vector>

namespace bartizan::store {

[[nodiscard]] Database::Location searchIndexLocation(const Database::Location& history);

// Leaves an index for this history in the database: the one that is there, or an empty one when that is of
// another history, is ahead of this one's `lastAlert`, or was made by another version.
Result<void> prepareSearchIndex(Database& index, const std::string& historyId, AlertId lastAlert);

// Alerts up to this one are in the index.
[[nodiscard]] Result<AlertId> indexPosition(Database& index);

using Interrupted = std::function<bool()>;

// Takes some hundred more alerts, up to `through`, in one transaction together with how far it came.
Result<void> indexMore(Database& index, Database& history, AlertId through, const Interrupted& interrupted);

// Drops parts of which no alert is left.
Result<void> dropForgottenParts(Database& index, AlertId oldestAlert);
// Makes the oldest part again without the alerts that are gone.
Result<void> rebuildOldestPart(Database& index, Database& history, AlertId oldestAlert,
                               const Interrupted& interrupted);

// Alerts older than `before` that may match, newest first, at most `limit`.
Result<std::vector<AlertId>> searchCandidates(Database& index, const std::string& query, AlertId before,
                                              std::size_t limit);

} // namespace bartizan::store
