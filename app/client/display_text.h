// Text that came from a log or from the engine, made fit for a label. Whoever shows such text in the app
// takes it through here, and shows the result as plain text: no markup is ever interpreted.
#pragma once

#include <QString>

namespace bartizan::app {

// Control and bidirectional-control characters replaced, cut to `limit` characters with an ellipsis.
// Line breaks become "␤" in the one-line form and are kept in the other.
[[nodiscard]] QString displayLine(const QString& text, int limit = 400);
[[nodiscard]] QString displayBlock(const QString& text, int limit = 8000);

// "9 min 58 s", "2 h 5 min", "3 d 4 h": two units at most, for a time that is left or a length.
[[nodiscard]] QString durationText(qint64 seconds);
// "10 minutes", "1 hour": written out, for a sentence. Rounded to the largest unit that divides it well.
[[nodiscard]] QString durationInWords(qint64 seconds);

} // namespace bartizan::app
