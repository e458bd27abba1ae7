// Source positions, allow entries, audit and meta as rows. Internal to the store; every function runs on the
// thread of its Database.
#pragma once

#include "engine/base/learned_fact.h"
#include "engine/store/database.h"
#include "engine/store/records.h"

#include <optional>
#include <string>
#include <vector>

namespace bartizan::store {

Result<void> putPosition(Database& database, const SourcePosition& position);
Result<std::vector<SourcePosition>> selectPositions(Database& database);

Result<void> putLearned(Database& database, const LearnedFact& fact);
[[nodiscard]] Result<std::vector<LearnedFact>> selectLearned(Database& database);

Result<void> putAllow(Database& database, const AllowRecord& entry);
// NotFound.
Result<void> deleteAllow(Database& database, const Cidr& address);
// Sorted by time.
Result<std::vector<AllowRecord>> selectAllow(Database& database);

Result<void> insertAudit(Database& database, const AuditRecord& entry);
Result<std::vector<AuditRecord>> selectAudit(Database& database, std::size_t limit);

Result<void> putMeta(Database& database, const std::string& key, const std::string& value);
Result<std::optional<std::string>> selectMeta(Database& database, const std::string& key);

} // namespace bartizan::store
