// The objects of the control protocol (docs/ipc.md), made from what the engine keeps.
#pragma once

#include "engine/base/problem.h"
#include "engine/base/result.h"
#include "engine/store/records.h"

#include <QJsonObject>

#include <string_view>

namespace bartizan {

// Log text: repaired to valid UTF-8.
[[nodiscard]] QString jsonText(std::string_view bytes);
[[nodiscard]] QJsonValue jsonTime(std::optional<EpochMs> time);
[[nodiscard]] QJsonObject toJson(const AlertRecord& alert);
[[nodiscard]] QJsonObject toJson(const BlockRecord& block, EpochMs now);
[[nodiscard]] QJsonObject toJson(const Problem& problem);
[[nodiscard]] QJsonArray toJson(const Problems& problems);

// A parameter of a request, or InvalidArgument that names it.
[[nodiscard]] Result<Cidr> addressParameter(const QJsonObject& params, QLatin1String name);

} // namespace bartizan
