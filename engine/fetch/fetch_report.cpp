#include "engine/fetch/fetch_report.h"

#include "engine/base/json_writer.h"
#include "engine/base/utf8.h"
#include "engine/fetch/message_reader.h"
#include "engine/lists/formats/list_format.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

namespace bartizan {

namespace {

using namespace fetch;

constexpr std::size_t kLongestTag = 1024;
constexpr std::size_t kLongestUrl = 4096;
constexpr std::size_t kLongestWord = 32;
constexpr std::size_t kLongestSentence = 1000;
constexpr std::size_t kMostEntries = 1000;
constexpr std::size_t kMostProblems = 100;
constexpr unsigned kDeepest = 4;
// What the members that are not counted here take at most.
constexpr std::size_t kRoomForTheRest = std::size_t{64} * 1024;

using Name = std::pair<ErrorCode, std::string_view>;
constexpr std::array<Name, 9> kCodes{Name{ErrorCode::InvalidArgument, "invalidArgument"},
                                     Name{ErrorCode::NotFound, "notFound"},
                                     Name{ErrorCode::PermissionDenied, "permissionDenied"},
                                     Name{ErrorCode::Refused, "refused"},
                                     Name{ErrorCode::Unavailable, "unavailable"},
                                     Name{ErrorCode::Busy, "busy"},
                                     Name{ErrorCode::Exhausted, "exhausted"},
                                     Name{ErrorCode::Corrupt, "corrupt"},
                                     Name{ErrorCode::Unsupported, "unsupported"}};
constexpr std::array<std::pair<Severity, std::string_view>, 3> kSeverities{
    {{Severity::Note, "note"}, {Severity::Warning, "warning"}, {Severity::Error, "error"}}};
constexpr std::array<std::string_view, 4> kKinds{"network", "md5", "sha256", "domain"};

template<class Value, std::size_t Size>
std::optional<Value> valueOf(const std::array<std::pair<Value, std::string_view>, Size>& names,
                             std::string_view name)
{
    for (const auto& [value, known] : names) {
        if (known == name)
            return value;
    }
    return std::nullopt;
}

std::string nameOf(ErrorCode code)
{
    for (const auto& [known, name] : kCodes) {
        if (known == code)
            return std::string(name);
    }
    return "internal";
}

// Not within a character; repaired before, since that may lengthen it.
std::string cut(std::string_view text, std::size_t longest)
{
    std::string repaired = repairUtf8(text);
    if (repaired.size() <= longest)
        return repaired;
    while (longest > 0 && (static_cast<unsigned char>(repaired[longest]) & 0xC0U) == 0x80U)
        --longest;
    repaired.resize(longest);
    return repaired;
}

bool isHeaderText(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

// A tag that is cut would match nothing.
std::string_view wholeTag(std::string_view tag)
{
    return tag.size() <= kLongestTag && isHeaderText(tag) ? tag : std::string_view{};
}

void write(JsonWriter& json, const FetchedEntry& entry)
{
    json.beginObject();
    json.key("line").number(static_cast<std::int64_t>(entry.line));
    json.key("kind").string(entry.kind);
    json.key("text").string(cut(entry.text, kLongestSentence));
    json.key("note").string(cut(entry.note, kLongestSentence));
    json.endObject();
}

void write(JsonWriter& json, const Problem& problem)
{
    const auto severity =
        std::ranges::find(kSeverities, problem.severity, &std::pair<Severity, std::string_view>::first);
    json.beginObject();
    json.key("severity").string(severity->second);
    json.key("line").number(std::max(problem.line, 0));
    json.key("message").string(cut(problem.message, kLongestSentence));
    json.key("cure").string(cut(problem.cure, kLongestSentence));
    json.endObject();
}

template<class Items> void writeSome(JsonWriter& json, const Items& items, std::size_t most, std::size_t room)
{
    json.beginArray();
    for (const auto& item : items) {
        JsonWriter part;
        write(part, item);
        if (most-- == 0 || json.text().size() + part.text().size() > room)
            break;
        json.raw(part.text());
    }
    json.endArray();
}

auto textInto(std::string& target, std::size_t longest)
{
    return [&target, longest](JsonCursor& cursor) { return readText(cursor, target, longest); };
}

auto headerInto(std::string& target, std::size_t longest)
{
    return [&target, longest](JsonCursor& cursor) {
        return readText(cursor, target, longest) && isHeaderText(target);
    };
}

auto countInto(std::uint64_t& target)
{
    return [&target](JsonCursor& cursor) { return readCount(cursor, target); };
}

template<class Item, class ReadItem>
auto itemsInto(std::vector<Item>& items, std::size_t most, ReadItem&& readItem)
{
    return [&items, most, readItem](JsonCursor& cursor) {
        if (cursor.kind() != JsonCursor::Kind::Array || !cursor.enter())
            return false;
        while (cursor.nextElement()) {
            if (items.size() >= most || !readItem(cursor, items.emplace_back()))
                return false;
        }
        return !cursor.hasFailed();
    };
}

bool readEntry(JsonCursor& cursor, FetchedEntry& entry)
{
    const std::array<Member, 4> members{Member{"line", countInto(entry.line)},
                                        {"kind", textInto(entry.kind, kLongestWord)},
                                        {"text", textInto(entry.text, kLongestSentence)},
                                        {"note", textInto(entry.note, kLongestSentence)}};
    return readObject(cursor, members) && std::ranges::find(kKinds, entry.kind) != kKinds.end();
}

bool readProblem(JsonCursor& cursor, Problem& problem)
{
    std::string severity;
    std::uint64_t line = 0;
    const std::array<Member, 4> members{Member{"severity", textInto(severity, kLongestWord)},
                                        {"line", countInto(line)},
                                        {"message", textInto(problem.message, kLongestSentence)},
                                        {"cure", textInto(problem.cure, kLongestSentence)}};
    if (!readObject(cursor, members) || line > static_cast<std::uint64_t>(std::numeric_limits<int>::max()))
        return false;
    const auto known = valueOf(kSeverities, severity);
    problem.severity = known.value_or(Severity::Error);
    problem.component = "lists";
    problem.line = static_cast<int>(line);
    return known.has_value();
}

bool readReport(JsonCursor& cursor, FetchReport& report)
{
    const std::array<Member, 17> members{
        Member{"notModified", [&](JsonCursor& value) { return readFlag(value, report.notModified); }},
        {"etag", headerInto(report.etag, kLongestTag)},
        {"lastModified", headerInto(report.lastModified, kLongestTag)},
        {"finalUrl", headerInto(report.finalUrl, kLongestUrl)},
        {"downloadBytes", countInto(report.downloadBytes)},
        {"format", textInto(report.format, kLongestWord)},
        {"confidence", [&](JsonCursor& value) { return readShare(value, report.confidence); }},
        {"reason", textInto(report.reason, kLongestSentence)},
        {"layout", textInto(report.layout, kLongestSentence)},
        {"goodLines", countInto(report.goodLines)},
        {"badLines", countInto(report.badLines)},
        {"leftOutLines", countInto(report.leftOutLines)},
        {"networks", countInto(report.networks)},
        {"hashes", countInto(report.hashes)},
        {"domains", countInto(report.domains)},
        {"first", itemsInto(report.first, kMostEntries, readEntry)},
        {"problems", itemsInto(report.problems, kMostProblems, readProblem)}};
    if (!readObject(cursor, members))
        return false;
    return report.notModified ? report.format.empty() : listFormatFromName(report.format).has_value();
}

bool readError(JsonCursor& cursor, Error& error)
{
    std::string code;
    const std::array<Member, 3> members{Member{"code", textInto(code, kLongestWord)},
                                        {"message", textInto(error.message, kLongestSentence)},
                                        {"cure", textInto(error.cure, kLongestSentence)}};
    if (!readObject(cursor, members) || error.message.empty())
        return false;
    error.code = valueOf(kCodes, code).value_or(ErrorCode::Internal);
    error.message = forDisplay(error.message, kLongestSentence);
    error.cure = forDisplay(error.cure, kLongestSentence);
    return true;
}

} // namespace

std::string writeFetchReport(const FetchReport& report)
{
    JsonWriter json;
    json.beginObject();
    json.key("report").beginObject();
    json.key("notModified").boolean(report.notModified);
    json.key("etag").string(wholeTag(report.etag));
    json.key("lastModified").string(wholeTag(report.lastModified));
    json.key("finalUrl").string(cut(report.finalUrl, kLongestUrl));
    json.key("downloadBytes").number(static_cast<std::int64_t>(report.downloadBytes));
    json.key("format").string(report.format);
    json.key("confidence").real(report.confidence);
    json.key("reason").string(cut(report.reason, kLongestSentence));
    json.key("layout").string(cut(report.layout, kLongestSentence));
    json.key("goodLines").number(static_cast<std::int64_t>(report.goodLines));
    json.key("badLines").number(static_cast<std::int64_t>(report.badLines));
    json.key("leftOutLines").number(static_cast<std::int64_t>(report.leftOutLines));
    json.key("networks").number(static_cast<std::int64_t>(report.networks));
    json.key("hashes").number(static_cast<std::int64_t>(report.hashes));
    json.key("domains").number(static_cast<std::int64_t>(report.domains));
    json.key("problems");
    writeSome(json, report.problems, kMostProblems, kLongestFetchReport / 2);
    json.key("first");
    writeSome(json, report.first, kMostEntries, kLongestFetchReport - kRoomForTheRest);
    json.endObject();
    json.endObject();
    return json.take();
}

std::string writeFetchError(const Error& error)
{
    JsonWriter json;
    json.beginObject();
    json.key("error").beginObject();
    json.key("code").string(nameOf(error.code));
    json.key("message").string(cut(error.message, kLongestSentence));
    json.key("cure").string(cut(error.cure, kLongestSentence));
    json.endObject();
    json.endObject();
    return json.take();
}

Result<FetchReport> readFetchReport(std::string_view json)
{
    JsonCursor cursor(json, kDeepest, kLongestUrl);
    FetchReport report;
    Error error;
    std::string key;
    bool isError = false;
    const auto readEither = [&] {
        if (json.size() > kLongestFetchReport || cursor.kind() != JsonCursor::Kind::Object ||
            !cursor.enter() || !cursor.nextMember(key))
            return false;
        isError = key == "error";
        if (isError ? !readError(cursor, error) : key != "report" || !readReport(cursor, report))
            return false;
        return !cursor.nextMember(key) && !cursor.hasFailed() && cursor.isAtEnd();
    };
    if (!readEither())
        return fail(ErrorCode::Corrupt, "The program that fetches lists answered something that is no report",
                    "Install Bartizan again; the list that was there stays in force.");
    if (isError)
        return std::unexpected(std::move(error));
    return report;
}

} // namespace bartizan
