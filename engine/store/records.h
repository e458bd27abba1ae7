// What the store keeps, as plain values. Text is bytes as they came: whoever shows it repairs and escapes it.
#pragma once

#include "engine/base/clock.h"
#include "engine/net/cidr.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

using AlertId = std::int64_t; // from 1, growing, never used twice; 0 = none
using BlockId = std::int64_t; // the same

// One row: equal alerts (rule, source address, location) of one minute, with the first and the last line.
struct AlertRecord
{
    AlertId id = 0;
    EpochMs firstTime = 0;
    EpochMs lastTime = 0;
    std::int64_t count = 1;
    std::uint32_t ruleId = 0;
    int level = 0;
    std::string description;
    std::vector<std::string> groups;
    std::string decoderName;
    std::string decoderParent;
    std::string sourceAddress; // canonical where it is an address, else as decoded; may be empty
    std::string location;
    std::string hostname;
    std::string programName;
    std::string firstLog;
    std::string lastLog;
    std::string previousOutput;
    std::string dataJson;   // the alert's `data` member, an object; "{}" when empty
    std::string originJson; // who wrote the line, see originJson(); may be empty

    bool operator==(const AlertRecord&) const = default;
};

enum class BlockState {
    Pending,  // wanted, not yet seen in the kernel
    Active,   // read back from the kernel
    Failed,   // `error` says why
    Refused,  // `guard` says by which
    Observed, // would have been blocked
    Released, // by a person: `releasedBy`
    Expired,
};

enum class BlockOrigin { Rule, Person };

// "pending", "rule", ...: the names of the protocol (docs/ipc.md).
[[nodiscard]] std::string_view blockStateName(BlockState state);
[[nodiscard]] std::string_view blockOriginName(BlockOrigin origin);

struct BlockRecord
{
    BlockId id = 0; // 0 until saved for the first time
    Cidr address;
    BlockState state = BlockState::Pending;
    BlockOrigin origin = BlockOrigin::Rule;
    std::uint32_t ruleId = 0;
    int ruleLevel = 0;
    std::string ruleDescription;
    AlertId alertId = 0;
    std::string command;
    std::string reason; // the deciding log line, or a person's words
    std::string requestedBy;
    EpochMs createdAt = 0;
    std::optional<EpochMs> expiresAt; // nothing = permanent
    std::string backend;
    std::string error;
    std::string guard;
    std::optional<EpochMs> releasedAt; // when it ended, by a person or by time
    std::string releasedBy;

    bool operator==(const BlockRecord&) const = default;
};

// How far a log has been read; the log sources know what is in `position`.
struct SourcePosition
{
    std::string path;
    std::string position;

    bool operator==(const SourcePosition&) const = default;
};

// An address that a person wants never blocked. One per address.
struct AllowRecord
{
    Cidr address;
    std::string reason;
    EpochMs createdAt = 0;
    std::string createdBy;

    bool operator==(const AllowRecord&) const = default;
};

// One call of an audited method of the control protocol.
struct AuditRecord
{
    std::int64_t id = 0; // given by the store
    EpochMs time = 0;
    std::uint32_t userId = 0;
    std::string userName;
    std::int64_t processId = 0;
    std::string method;
    std::string paramsJson;
    bool granted = false;
    std::string error; // stable error name, empty when the call succeeded

    bool operator==(const AuditRecord&) const = default;
};

} // namespace bartizan
