// Fetches or compiles a list as the engine does, and prints what came of it as JSON:
//
//     fetch_probe PROGRAM [option=value …]
//
// url, file (a list that is here), format, column, etag, lastModified, authorities, allowPrivate=1,
// downloadBytes, unpackedBytes, entries, seconds, idle, redirects, stopAfter (milliseconds); ask=ADDRESS or
// NAME (repeated) is looked up in the list.
#include "engine/base/json_writer.h"
#include "engine/base/strings.h"
#include "engine/lists/compiled_list.h"
#include "platform/linux/fetch_process.h"

#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <thread>

namespace {

using namespace bartizan;

struct Options
{
    FetchRequest request;
    std::optional<std::string> file;
    std::optional<std::chrono::milliseconds> stopAfter;
    std::vector<std::string> asked;
};

bool take(Options& options, std::string_view name, const std::string& value)
{
    FetchRequest& request = options.request;
    const std::map<std::string_view, std::string*> texts{{"url", &request.url},
                                                         {"format", &request.format},
                                                         {"column", &request.column},
                                                         {"etag", &request.etag},
                                                         {"lastModified", &request.lastModified},
                                                         {"authorities", &request.authorities}};
    if (const auto text = texts.find(name); text != texts.end()) {
        *text->second = value;
        return true;
    }
    if (name == "file" || name == "ask") {
        name == "file" ? void(options.file = value) : options.asked.push_back(value);
        return true;
    }
    const auto number = parseNumber<std::uint32_t>(value);
    if (!number)
        return false;
    const std::map<std::string_view, std::function<void()>> numbers{
        {"allowPrivate", [&] { request.allowPrivate = *number != 0; }},
        {"downloadBytes", [&] { request.limits.downloadBytes = *number; }},
        {"unpackedBytes", [&] { request.limits.unpackedBytes = *number; }},
        {"entries", [&] { request.limits.entries = *number; }},
        {"seconds", [&] { request.limits.time = std::chrono::seconds(*number); }},
        {"idle", [&] { request.limits.idle = std::chrono::seconds(*number); }},
        {"redirects", [&] { request.limits.redirects = static_cast<int>(*number); }},
        {"stopAfter", [&] { options.stopAfter = std::chrono::milliseconds(*number); }}};
    const auto known = numbers.find(name);
    if (known != numbers.end())
        known->second();
    return known != numbers.end();
}

Result<FetchReport> run(const std::string& program, const Options& options)
{
    FetchProcess fetcher(program);
    std::stop_source stop;
    std::optional<std::jthread> stopper;
    if (options.stopAfter)
        stopper.emplace([&] {
            std::this_thread::sleep_for(*options.stopAfter);
            stop.request_stop();
        });
    if (!options.file)
        return fetcher.fetch(options.request, stop.get_token());
    std::ifstream file(*options.file, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    return fetcher.compile(std::as_bytes(std::span(bytes)), options.request, stop.get_token());
}

void write(JsonWriter& json, const Error& error)
{
    json.key("error").beginObject();
    json.key("code").number(static_cast<int>(error.code));
    json.key("message").string(error.message);
    json.key("cure").string(error.cure);
    json.endObject();
}

void writeList(JsonWriter& json, const CompiledList& list, const std::vector<std::string>& asked)
{
    json.key("v4Ranges").number(static_cast<std::int64_t>(list.addresses().rangeCount(IpFamily::V4)));
    json.key("v6Ranges").number(static_cast<std::int64_t>(list.addresses().rangeCount(IpFamily::V6)));
    json.key("hashCount").number(static_cast<std::int64_t>(list.hashCount()));
    json.key("domainCount").number(static_cast<std::int64_t>(list.domainCount()));
    json.key("listed").beginArray();
    for (const std::string& text : asked) {
        const auto address = IpAddress::parse(text);
        if (address ? list.addresses().contains(*address) : list.holdsDomain(text))
            json.string(text);
    }
    json.endArray();
}

void write(JsonWriter& json, const FetchReport& report)
{
    json.key("notModified").boolean(report.notModified);
    json.key("etag").string(report.etag);
    json.key("lastModified").string(report.lastModified);
    json.key("finalUrl").string(report.finalUrl);
    json.key("downloadBytes").number(static_cast<std::int64_t>(report.downloadBytes));
    json.key("format").string(report.format);
    json.key("reason").string(report.reason);
    json.key("layout").string(report.layout);
    json.key("goodLines").number(static_cast<std::int64_t>(report.goodLines));
    json.key("badLines").number(static_cast<std::int64_t>(report.badLines));
    json.key("networks").number(static_cast<std::int64_t>(report.networks));
    json.key("hashes").number(static_cast<std::int64_t>(report.hashes));
    json.key("domains").number(static_cast<std::int64_t>(report.domains));
    json.key("first").beginArray();
    for (const FetchedEntry& entry : report.first)
        json.string(entry.kind + " " + entry.text);
    json.endArray();
    json.key("problems").beginArray();
    for (const Problem& problem : report.problems)
        json.string(describe(problem));
    json.endArray();
}

} // namespace

int main(int argc, char** argv)
{
    Options options;
    options.request.limits.time = std::chrono::seconds(20);
    options.request.limits.idle = std::chrono::seconds(10);
    for (int i = 2; i < argc; ++i) {
        const std::string_view argument(argv[i]);
        const auto equals = argument.find('=');
        if (equals == std::string_view::npos ||
            !take(options, argument.substr(0, equals), std::string(argument.substr(equals + 1)))) {
            std::fprintf(stderr, "fetch_probe: what is %s?\n", argv[i]);
            return 2;
        }
    }
    if (argc < 2)
        return 2;
    JsonWriter json;
    json.beginObject();
    const auto report = run(argv[1], options);
    if (!report)
        write(json, report.error());
    else
        write(json, *report);
    if (report && report->image) {
        json.key("imageBytes").number(static_cast<std::int64_t>(report->image->bytes().size()));
        const auto list = CompiledList::open(report->image->bytes());
        if (list)
            writeList(json, *list, options.asked);
        else
            write(json, list.error());
    }
    json.endObject();
    std::printf("%s\n", json.text().c_str());
    return 0;
}
