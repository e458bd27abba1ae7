#include "engine/fetch/fetch_job.h"

#include "engine/base/json_writer.h"
#include "engine/fetch/message_reader.h"

#include <algorithm>
#include <limits>

namespace bartizan {

namespace {

using namespace fetch;

constexpr std::size_t kLongestText = 8192;
constexpr std::size_t kMostPreviewEntries = 1000;
constexpr std::uint64_t kLongestSeconds = 24 * 3600;
constexpr std::uint64_t kMostRedirects = 50;

bool readSeconds(JsonCursor& cursor, std::chrono::seconds& seconds)
{
    std::uint64_t count = 0;
    if (!readCount(cursor, count) || count == 0 || count > kLongestSeconds)
        return false;
    seconds = std::chrono::seconds(count);
    return true;
}

std::vector<Member> membersOf(FetchJob& job)
{
    FetchRequest& request = job.request;
    FetchLimits& limits = request.limits;
    const auto text = [](std::string& target) {
        return [&target](JsonCursor& cursor) { return readText(cursor, target, kLongestText); };
    };
    const auto count = [](auto& target, std::uint64_t most) {
        return [&target, most](JsonCursor& cursor) {
            std::uint64_t value = 0;
            const bool fits = readCount(cursor, value) && value <= most;
            target = static_cast<std::remove_reference_t<decltype(target)>>(value);
            return fits;
        };
    };
    const auto flag = [](bool& target) {
        return [&target](JsonCursor& cursor) { return readFlag(cursor, target); };
    };
    const auto seconds = [](std::chrono::seconds& target) {
        return [&target](JsonCursor& cursor) { return readSeconds(cursor, target); };
    };
    constexpr auto kAny = std::numeric_limits<std::uint64_t>::max();
    return {{"url", text(request.url)},
            {"format", text(request.format)},
            {"column", text(request.column)},
            {"etag", text(request.etag)},
            {"lastModified", text(request.lastModified)},
            {"allowPrivate", flag(request.allowPrivate)},
            {"authorities", text(request.authorities)},
            {"previewEntries", count(request.previewEntries, kMostPreviewEntries)},
            {"downloadBytes", count(limits.downloadBytes, kAny)},
            {"unpackedBytes", count(limits.unpackedBytes, kAny)},
            {"entries", count(limits.entries, kAny)},
            {"seconds", seconds(limits.time)},
            {"idleSeconds", seconds(limits.idle)},
            {"redirects", count(limits.redirects, kMostRedirects)},
            {"isHere", flag(job.isHere)}};
}

std::int64_t signedCount(std::uint64_t count)
{
    return static_cast<std::int64_t>(
        std::min<std::uint64_t>(count, std::numeric_limits<std::int64_t>::max()));
}

} // namespace

std::string writeFetchJob(const FetchJob& job)
{
    const FetchRequest& request = job.request;
    JsonWriter json;
    json.beginObject();
    json.key("url").string(request.url);
    json.key("format").string(request.format);
    json.key("column").string(request.column);
    json.key("etag").string(request.etag);
    json.key("lastModified").string(request.lastModified);
    json.key("allowPrivate").boolean(request.allowPrivate);
    json.key("authorities").string(request.authorities);
    json.key("previewEntries").number(signedCount(std::min(request.previewEntries, kMostPreviewEntries)));
    json.key("downloadBytes").number(signedCount(request.limits.downloadBytes));
    json.key("unpackedBytes").number(signedCount(request.limits.unpackedBytes));
    json.key("entries").number(signedCount(request.limits.entries));
    json.key("seconds").number(request.limits.time.count());
    json.key("idleSeconds").number(request.limits.idle.count());
    json.key("redirects").number(request.limits.redirects);
    json.key("isHere").boolean(job.isHere);
    json.endObject();
    return json.take();
}

Result<FetchJob> readFetchJob(std::string_view json)
{
    FetchJob job;
    JsonCursor cursor(json, 2, kLongestText);
    if (json.size() > kLongestFetchJob || !readObject(cursor, membersOf(job)) || !cursor.isAtEnd())
        return fail(ErrorCode::InvalidArgument,
                    "The request for a list can't be carried out: a part of it is too long "
                    "or out of its limits",
                    "Check the address and the limits of the list.");
    return job;
}

std::uint64_t mostImageBytes(const FetchLimits& limits)
{
    // The tables of all /24 networks take 68 MiB, and an entry 48 bytes at most, but for the names of
    // domains, which the list holds in full.
    constexpr std::uint64_t kTables = std::uint64_t{128} << 20U;
    constexpr std::uint64_t kMost = std::uint64_t{1} << 40U;
    return kTables + std::min(limits.entries, kMost / 64) * 48 + std::min(limits.unpackedBytes, kMost);
}

} // namespace bartizan
