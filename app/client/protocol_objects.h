// The objects of docs/ipc.md as values of the app. Reading is lenient: an absent or mistyped member is empty,
// an unknown state is kept as Unknown, so that a newer engine never breaks an older app.
#pragma once

#include <QDateTime>
#include <QJsonObject>
#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

namespace bartizan::app {

enum class ProblemSeverity { Note, Warning, Error };

struct EngineProblem
{
    ProblemSeverity severity = ProblemSeverity::Error;
    QString component;
    QString file;
    int line = 0;
    QString message;
    QString cure;

    bool operator==(const EngineProblem&) const = default;
};

struct LogSource
{
    QString path;
    QString state;
    QString detail;

    bool operator==(const LogSource&) const = default;
};

enum class ProtectionState { Unknown, Protecting, Observing, Paused, Degraded };

struct EngineStatus
{
    QString version;
    ProtectionState state = ProtectionState::Unknown;
    QString mode;
    QDateTime pausedUntil;
    QList<EngineProblem> problems;
    QString firewallBackend;
    bool firewallReady = false;
    QString firewallError;
    QList<LogSource> sources;
    qint64 rules = 0;
    qint64 lines = 0;
    qint64 alerts = 0;
    qint64 activeBlocks = 0;

    [[nodiscard]] static EngineStatus fromJson(const QJsonObject& json);
    bool operator==(const EngineStatus&) const = default;
};

struct RuleSummary
{
    QString id;
    int level = 0;
    QString description;
    QStringList groups;

    bool operator==(const RuleSummary&) const = default;
};

// Who wrote the line, as far as the engine knows (docs/ipc.md).
struct AlertOrigin
{
    QString kind; // "journal", "unverified", or empty
    std::optional<qint64> user;
    QString unit;
    QString transport;
};

struct Alert
{
    qint64 id = 0;
    QDateTime time;
    QDateTime lastTime;
    qint64 count = 1;
    RuleSummary rule;
    QString decoder;
    QString sourceAddress;
    QString location;
    QString hostname;
    QString programName;
    QString fullLog;
    QString lastLog;
    QString previousOutput;
    QJsonObject data;
    AlertOrigin origin;

    [[nodiscard]] static Alert fromJson(const QJsonObject& json);
};

enum class BlockState { Unknown, Pending, Active, Failed, Refused, Observed, Released, Expired };

struct Block
{
    qint64 id = 0;
    QString address;
    BlockState state = BlockState::Unknown;
    bool byPerson = false;
    std::optional<RuleSummary> rule;
    qint64 alertId = 0;
    QString command;
    QString reason;
    QString requestedBy;
    QDateTime created;
    QDateTime expires;
    bool permanent = false;
    QString backend;
    QString error;
    QString guard;
    QDateTime released;
    QString releasedBy;

    // In the firewall, or on its way there.
    [[nodiscard]] bool stands() const { return state == BlockState::Pending || state == BlockState::Active; }
    // 0 when it is over; nothing for a permanent one.
    [[nodiscard]] std::optional<qint64> remainingSeconds(qint64 nowMs) const;
    [[nodiscard]] std::optional<qint64> lengthSeconds() const;

    [[nodiscard]] static Block fromJson(const QJsonObject& json);
};

enum class Verdict { Unknown, Blocked, NotBlocked, Protected };

struct Why
{
    QString address;
    Verdict verdict = Verdict::Unknown;
    QString text;
    QString guard;
    QList<Block> blocks;
    QList<Alert> alerts;
    QStringList lists;

    [[nodiscard]] static Why fromJson(const QJsonObject& json);
};

} // namespace bartizan::app
