// Downloads a published list and compiles it, outside of the engine: the engine parses neither HTTP nor TLS,
// nor what is packed, nor a foreign format.
#pragma once

#include "engine/base/problem.h"
#include "engine/base/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace bartizan {

// Bytes that nobody can change any more, for as long as it lives.
class ListImage
{
public:
    virtual ~ListImage() = default;
    [[nodiscard]] virtual std::span<const std::byte> bytes() const = 0;
};

struct FetchLimits
{
    std::uint64_t downloadBytes = std::uint64_t{256} << 20U;
    std::uint64_t unpackedBytes = std::uint64_t{1} << 30U;
    std::uint64_t entries = 20'000'000;
    std::chrono::seconds time{300}; // of all of it
    std::chrono::seconds idle{30};  // without a byte
    int redirects = 5;
};

struct FetchRequest
{
    std::string url;    // https, without credentials
    std::string format; // a name of list_format.h; empty: detected
    std::string column; // ListOptions::column
    // As the server said last time; empty: not known.
    std::string etag;
    std::string lastModified;
    // Addresses of private networks and this machine may be asked, and plain http: root's configuration
    // allows it.
    bool allowPrivate = false;
    std::string authorities; // a file of certificates trusted besides the system's; empty: none
    std::size_t previewEntries = 10;
    FetchLimits limits;
};

struct FetchedEntry
{
    std::uint64_t line = 0;
    std::string kind; // "network", "md5", "sha256", "domain"
    std::string text;
    std::string note;
};

// Texts are hostile: they come from the net.
struct FetchReport
{
    bool notModified = false; // the rest is empty then, except etag and lastModified
    std::string etag;
    std::string lastModified;
    std::string finalUrl; // after redirects
    std::uint64_t downloadBytes = 0;
    std::string format;
    double confidence = 0;
    std::string reason;
    std::string layout;
    std::uint64_t goodLines = 0;
    std::uint64_t badLines = 0;
    std::uint64_t leftOutLines = 0;
    std::uint64_t networks = 0; // entries, as they stood in the list
    std::uint64_t hashes = 0;
    std::uint64_t domains = 0;
    std::vector<FetchedEntry> first;
    Problems problems;                // the first few
    std::shared_ptr<ListImage> image; // for CompiledList::open(), which is the receiver's to call
};

class ListFetcher
{
public:
    virtual ~ListFetcher() = default;

    // Works on the calling thread until it is done, asked to stop (Busy) or out of time; nothing it
    // started is left running. Thread-safe. Errors say what the server or the list did wrong and what to do.
    [[nodiscard]] virtual Result<FetchReport> fetch(const FetchRequest& request,
                                                    const std::stop_token& stop) = 0;
    // The same with a list that is here: bytes that a person pasted or a file of theirs.
    [[nodiscard]] virtual Result<FetchReport>
    compile(std::span<const std::byte> bytes, const FetchRequest& request, const std::stop_token& stop) = 0;
};

} // namespace bartizan
