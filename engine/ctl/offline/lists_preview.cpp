// lists preview: what a file holds, before anything is done with it.
#include "engine/base/json_writer.h"
#include "engine/base/utf8.h"
#include "engine/ctl/offline/check.h"
#include "engine/ctl/offline/ruleset_arguments.h"
#include "engine/lists/formats/list_preview.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <ostream>

namespace bartizan::offline {

namespace {

constexpr std::string_view kUsageText = "lists preview FILE [--format NAME] [--column N|NAME] [--json]";
constexpr std::uintmax_t kLargestFile = std::uintmax_t{1} << 30U;
constexpr std::size_t kEntriesShown = 10;
constexpr std::size_t kProblemsShown = 20;

Result<std::string> readFile(const std::string& path)
{
    namespace fs = std::filesystem;
    std::error_code error;
    const auto status = fs::status(path, error);
    if (fs::exists(status) && !fs::is_regular_file(status))
        return fail(ErrorCode::Unsupported, path + " is no regular file",
                    "Name the file that holds the list.");
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return fail(ErrorCode::NotFound, "Can't read " + path, "Check the path and the permissions.");
    const auto size = fs::file_size(path, error);
    if (!error && size > kLargestFile)
        return fail(ErrorCode::Exhausted, path + " is larger than 1 GiB", "Split the list.");
    std::string bytes;
    bytes.resize(error ? 0 : static_cast<std::size_t>(size));
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
}

std::string formatNames()
{
    std::string names;
    for (const auto& facts : listFormats())
        names += (names.empty() ? "" : ", ") + std::string(facts.name);
    return names;
}

int percent(double share)
{
    return static_cast<int>(std::floor(share * 100.0)); // 100 only where nothing is bad
}

void writeCounts(JsonWriter& json, const ListCounts& counts)
{
    const auto count = [&](std::string_view name, std::uint64_t value) {
        json.key(name).number(static_cast<std::int64_t>(value));
    };
    json.key("lines").beginObject();
    count("good", counts.good);
    count("bad", counts.bad);
    count("left_out", counts.leftOut);
    count("blank", counts.blank);
    json.endObject();
    json.key("entries").beginObject();
    count("networks", counts.networks);
    count("hashes", counts.hashes);
    count("domains", counts.domains);
    json.endObject();
}

std::string asJson(const std::string& path, const ListPreview& preview)
{
    const auto& [detection, reading, first] = preview;
    JsonWriter json;
    json.beginObject();
    json.key("file").string(path);
    json.key("format");
    if (detection.format)
        json.string(listFormatFacts(*detection.format).name);
    else
        json.null();
    json.key("confidence").real(detection.confidence);
    json.key("reason").string(detection.reason);
    json.key("layout").string(reading.layout);
    writeCounts(json, reading.counts);
    json.key("first").beginArray();
    for (const auto& entry : first) {
        json.beginObject();
        json.key("line").number(static_cast<std::int64_t>(entry.line));
        json.key("kind").string(entry.kind);
        json.key("value").string(entry.text);
        json.key("note").string(entry.note);
        json.endObject();
    }
    json.endArray();
    writeProblems(json, reading.problems);
    json.endObject();
    return json.take();
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many)
{
    return std::to_string(count) + ' ' + std::string(count == 1 ? one : many);
}

void writeText(std::ostream& out, const std::string& path, const ListPreview& preview, PreviewFormat choice)
{
    const auto& [detection, reading, first] = preview;
    if (!detection.format)
        return;
    out << forDisplay(path) << ": " << listFormatFacts(*detection.format).name << ", "
        << forDisplay(detection.reason);
    if (choice == PreviewFormat::Detected)
        out << " (" << percent(detection.confidence) << " %)";
    out << '\n';
    if (!reading.layout.empty())
        out << forDisplay(reading.layout) << '\n';
    const auto& counts = reading.counts;
    out << counted(counts.good, "good line", "good lines") << ", " << counts.bad << " bad, " << counts.leftOut
        << " left out, " << counts.blank << " blank or comment; "
        << counted(counts.networks, "network", "networks") << ", "
        << counted(counts.hashes, "file hash", "file hashes") << ", "
        << counted(counts.domains, "domain", "domains") << '\n';
    for (const auto& entry : first) {
        out << "  line " << entry.line << "  " << forDisplay(entry.text, 300);
        if (!entry.note.empty())
            out << "  " << forDisplay(entry.note);
        out << '\n';
    }
}

// Nothing where it is well formed.
std::optional<std::string> wrongUse(const Arguments& arguments)
{
    if (arguments.ruleset)
        return "lists preview takes no --ruleset";
    if (arguments.files.size() != 1)
        return "name one file";
    if (arguments.format && !listFormatFromName(*arguments.format))
        return "there is no format " + *arguments.format + "; the formats are " + formatNames();
    return std::nullopt;
}

} // namespace

int runListsPreview(Environment& environment, const std::vector<std::string>& words)
{
    const ErrorForm form = errorForm(environment, words);
    const auto arguments = parseArguments(environment, words, {"--format", "--column"});
    if (!arguments)
        return usage(environment, arguments.error(), kUsageText, form);
    if (auto wrong = wrongUse(*arguments))
        return usage(environment, {ErrorCode::InvalidArgument, std::move(*wrong), {}}, kUsageText, form);
    const std::string& path = arguments->files.front();
    const auto bytes = readFile(path);
    if (!bytes)
        return failure(environment, bytes.error(), form);

    ListOptions options;
    options.fileName = path;
    options.column = arguments->column.value_or(std::string());
    options.limits.mostProblems = kProblemsShown;
    if (arguments->format)
        options.format = *listFormatFromName(*arguments->format);
    const auto choice = arguments->format ? PreviewFormat::Named : PreviewFormat::Detected;
    const auto preview = previewList(*bytes, options, choice, kEntriesShown);
    if (arguments->json) {
        environment.out << asJson(path, preview) << std::endl;
    } else {
        writeText(environment.out, path, preview, choice);
        environment.out.flush();
        print(environment, preview.reading.problems, Notes::Show);
    }
    return preview.reading.isWhole && preview.reading.counts.bad == 0 ? kDone : kFailed;
}

} // namespace bartizan::offline
