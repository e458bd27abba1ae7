// Errors as they travel: JSON-RPC's `error {code, message, data {code, cure, ...}}` (docs/ipc.md).
#pragma once

#include "engine/base/result.h"

#include <QJsonObject>
#include <QString>

#include <string_view>

namespace bartizan::protocol {

// The stable name: "not_authorized", "invalid_argument", ...
[[nodiscard]] std::string_view errorName(ErrorCode code);
// The `error` member of a response. `details` joins `data`.
[[nodiscard]] QJsonObject errorObject(const Error& error, const QJsonObject& details = {});
// What a client received. An unknown name is Internal.
[[nodiscard]] Error errorFromObject(const QJsonObject& error);

} // namespace bartizan::protocol
