// Alerts as rows. Internal to the store; every function runs on the thread of its Database.
#pragma once

#include "engine/store/database.h"
#include "engine/store/store.h"

#include <vector>

namespace bartizan::store {

// Inserts the alert, or folds it into the row that has its id.
Result<void> foldAlert(Database& database, const AlertRecord& alert);
Result<Page<AlertRecord>> selectAlerts(Database& database, const AlertQuery& query);
// NotFound.
Result<AlertRecord> selectAlert(Database& database, AlertId id);
// What tells the newest rows apart (id, times, rule, source address, location); the rest is left empty.
Result<std::vector<AlertRecord>> selectNewestKeys(Database& database, std::size_t limit);

// A row's source address as it is stored and compared: canonical if it is an address.
[[nodiscard]] std::string canonicalAddress(const std::string& text);
// Family byte and bytes: sorts as addresses do within a family.
[[nodiscard]] std::string addressKey(const IpAddress& address);

} // namespace bartizan::store
