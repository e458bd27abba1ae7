// Alerts as rows. Internal to the store; every function runs on the thread of its Database.
#pragma once

#include "engine/store/database.h"
#include "engine/store/store.h"

#include <optional>
#include <span>
#include <vector>

namespace bartizan::store {

// Inserts the alert, or folds it into the row that has its id.
Result<void> foldAlert(Database& database, const AlertRecord& alert);

// Where a query looks.
struct AlertScope
{
    AlertId after = 0;                   // only newer rows
    std::int64_t newest = 0;             // of those before query.before only about so many; 0: all
    std::span<const AlertId> among = {}; // only these; empty: all
};

// Newest first, at most `limit` (not query.limit).
Result<std::vector<AlertRecord>> selectAlerts(Database& database, const AlertQuery& query,
                                              const AlertScope& scope, std::size_t limit);
// NotFound.
Result<AlertRecord> selectAlert(Database& database, AlertId id);
// What tells the newest rows apart (id, times, rule, source address, location); the rest is left empty.
Result<std::vector<AlertRecord>> selectNewestKeys(Database& database, std::size_t limit);

struct AlertText
{
    AlertId id = 0;
    std::string text; // all that a search looks at, bytes as they came
};

// The texts of the rows after one and up to another, oldest first.
class AlertTexts
{
public:
    AlertTexts(Database& history, AlertId after, AlertId through, std::int64_t limit);
    Result<std::optional<AlertText>> next(); // nothing at the end
    [[nodiscard]] bool wasCut() const { return m_left == 0; }

private:
    Statement m_statement;
    std::int64_t m_left;
    bool m_begun = false;
};

// A row's source address as it is stored and compared: canonical if it is an address.
[[nodiscard]] std::string canonicalAddress(const std::string& text);
// Family byte and bytes: sorts as addresses do within a family.
[[nodiscard]] std::string addressKey(const IpAddress& address);

} // namespace bartizan::store
