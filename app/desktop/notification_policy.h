// Which blocks are worth a notification, and in how many words: flood control without a desktop, a clock or a
// timer, so that a table can test it.
//
// * Only a block that has just become active by a rule, or one that failed, is news. One that was made long
// before the
//   event (the engine put it back after a restart) is not.
// * The same rule and address: once in ten minutes.
// * One notification stands at a time. What comes within a minute of the one before is counted into it: "3
// addresses
//   blocked in the last minute" replaces the first.
// * At most six changes a minute; what comes faster is held and told together by flush().
// * A notification the person closed stays closed: the burst it was about goes on in silence.
#pragma once

#include "app/client/protocol_objects.h"

#include <QHash>

#include <optional>

namespace bartizan::app {

struct BlockNews
{
    enum class Kind { Blocked, Several, Failed };

    Kind kind = Kind::Blocked;
    QList<Block> blocks; // newest last; for Several those of the last minute, at most kMostNamed
    int count = 1;
    enum class Place { New, Replace } place = Place::New;
};

class NotificationPolicy
{
public:
    static constexpr qint64 kWindowMs = 60'000;
    static constexpr qint64 kRepeatMs = 600'000;
    static constexpr qint64 kReplayMs = 60'000;
    static constexpr int kChangesPerWindow = 6;
    static constexpr int kMostNamed = 3;

    // What to show now, if anything.
    [[nodiscard]] std::optional<BlockNews> onBlock(const Block& block, qint64 nowMs);
    // When flush() should be called, ms since 1970; nothing when nothing is held.
    [[nodiscard]] std::optional<qint64> flushAt() const;
    [[nodiscard]] std::optional<BlockNews> flush(qint64 nowMs);
    // The person closed what was shown.
    void dismissed() { m_dismissed = true; }

private:
    [[nodiscard]] bool isNews(const Block& block, qint64 nowMs);
    [[nodiscard]] std::optional<BlockNews> tell(qint64 nowMs);
    void forgetOld(qint64 nowMs);

    struct Entry
    {
        Block block;
        qint64 at;
    };

    QHash<QString, qint64> m_told; // rule, address and state → when
    QList<Entry> m_recent;         // of the current burst, within the window
    QList<qint64> m_changes;       // when something was shown
    qint64 m_lastNews = 0;
    bool m_shownInBurst = false;
    bool m_dismissed = false;
    bool m_held = false;
};

} // namespace bartizan::app
