// What the app says about alerts. Translatable; text from logs is escaped and capped.
#pragma once

#include "app/client/protocol_objects.h"

#include <QString>

namespace bartizan::app {

// Who wrote the line: "root, as ssh.service (from the journal)". Empty where nothing is known.
[[nodiscard]] QString originText(const AlertOrigin& origin);

} // namespace bartizan::app
