// The list objects of the control protocol (docs/ipc.md).
#pragma once

#include "engine/platform/list_fetcher.h"
#include "engine/reputation/catalogue/list_catalogue.h"
#include "engine/reputation/list_keeper.h"

#include <QJsonObject>

namespace bartizan {

// Settings, figures, times, what went wrong, what waits for an answer.
[[nodiscard]] QJsonObject toJson(const ListInForce& list);
// What a download or a paste holds, before anything is done with it.
[[nodiscard]] QJsonObject toJson(const FetchReport& report);
[[nodiscard]] QJsonObject toJson(const CatalogueList& list);

} // namespace bartizan
