// "Am I protected?" in words: one headline, its cause, and what to do. The same for window, tray and tool
// tip.
#pragma once

#include "app/client/protocol_objects.h"

namespace bartizan::app {

class EngineClient;

enum class Protection { Protecting, Observing, Paused, Degraded, Off };

struct ProtectionSummary
{
    Protection state = Protection::Off;
    QString headline;
    QString cause;
    QString cure;
    QString command; // to copy and run, where the cure is one
};

// The icon's name: ":/icons/status/NAME-…".
[[nodiscard]] QString protectionIcon(Protection state);
[[nodiscard]] ProtectionSummary summarise(const EngineClient& client, qint64 nowMs);
// "auth.log:12: message", without the folder.
[[nodiscard]] QString problemText(const EngineProblem& problem);

} // namespace bartizan::app
