// What is known about a subscription: its last downloads, the version in force and the one that waits for a
// person's answer. Kept in the state folder.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/result.h"

#include <QJsonObject>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bartizan {

struct ListFigures
{
    std::uint64_t ranges = 0;    // of addresses, as merged
    std::uint64_t addresses = 0; // of IPv4 that they cover
    std::uint64_t hashes = 0;
    std::uint64_t domains = 0;

    [[nodiscard]] std::uint64_t entries() const { return ranges + hashes + domains; }
    bool operator==(const ListFigures&) const = default;
};

// A part of a published list that the guard left out.
struct ListCutRecord
{
    std::string range; // "10.0.0.0/8", "192.0.2.1-192.0.2.9"
    std::string kind;
    std::string reason;

    bool operator==(const ListCutRecord&) const = default;
};

// A version of a list, as compiled.
struct ListVersion
{
    EpochMs at = 0;        // when it was downloaded
    std::string format;    // as detected or asked for
    std::string published; // checksum of what was downloaded, before anything was cut
    std::string image;     // checksum of what is kept
    ListFigures figures;
    std::uint64_t added = 0; // against the version before
    std::uint64_t removed = 0;
    std::uint64_t badLines = 0;
    std::vector<EpochMs> generations; // since when: see ListUpdate
    std::vector<ListCutRecord> cuts;  // the first few
    std::uint64_t cutCount = 0;

    bool operator==(const ListVersion&) const = default;
};

struct HeldVersion
{
    ListVersion version;
    std::string kind; // ListHold
    std::string question;

    bool operator==(const HeldVersion&) const = default;
};

struct ListState
{
    // Nothing is known yet.
    ListState() = default;
    explicit ListState(std::string about)
        : url(std::move(about))
    {
    }

    std::string url; // that all of this is about
    std::string etag;
    std::string lastModified;
    EpochMs checkedAt = 0; // the server's last answer, "not modified" too
    EpochMs triedAt = 0;
    int failures = 0;  // in a row
    std::string error; // of the last try; empty: it went well
    std::string cure;
    std::optional<ListVersion> inForce;
    std::optional<HeldVersion> held;
    std::string rejected; // checksum of a version that a person did not want

    bool operator==(const ListState&) const = default;
};

[[nodiscard]] QJsonObject toJson(const ListState& state);
// Corrupt where a member is missing or of another type.
[[nodiscard]] Result<ListState> listStateFrom(const QJsonObject& json);

} // namespace bartizan
