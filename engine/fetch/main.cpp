// Fetches one list: reads a job from standard input, a socket of the engine's, and answers there with a
// report and the compiled list. What it does with bytes from elsewhere it does in a sandbox.
#include "engine/fetch/compile.h"
#include "engine/fetch/download.h"
#include "engine/fetch/fetch_job.h"
#include "engine/fetch/fetch_report.h"
#include "platform/linux/descriptor_message.h"
#include "platform/linux/fetch_sandbox.h"
#include "platform/linux/sealed_memory.h"

#include <QCoreApplication>
#include <QHostInfo>
#include <QSslSocket>

#include <cstdio>
#include <new>

namespace {

using namespace bartizan;

constexpr int kChannel = 0;
constexpr int kUsageError = 2;

struct Outcome
{
    FetchReport report;
    FileDescriptor image;
};

fetch::ProxyEnvironment proxies()
{
    return {qEnvironmentVariable("http_proxy"), qEnvironmentVariable("https_proxy"),
            qEnvironmentVariable("no_proxy")};
}

// What loads libraries, which can't be done later.
void loadLibraries()
{
    (void)QSslSocket::supportsSsl();
    (void)QHostInfo::fromName(QStringLiteral("localhost"));
}

SandboxLimits sandboxLimits(const FetchLimits& limits)
{
    // The list as it came, grown in steps, unpacked twice at worst; its entries, sorted, and the image twice.
    constexpr std::uint64_t kOfAnEntry = 128;
    return {limits.downloadBytes * 2 + limits.unpackedBytes * 3 + limits.entries * kOfAnEntry,
            mostImageBytes(limits), limits.time};
}

Result<Outcome> compile(std::string_view bytes, const FetchRequest& request)
{
    auto compiled = fetch::compileList(bytes, request, SystemClock().now());
    if (!compiled)
        return std::unexpected(std::move(compiled.error()));
    auto image = sealedCopy(compiled->image);
    if (!image)
        return std::unexpected(std::move(image.error()));
    return Outcome{std::move(compiled->report), std::move(*image)};
}

Result<Outcome> fetchAndCompile(const FetchRequest& request)
{
    auto downloaded = fetch::download(request, proxies());
    if (!downloaded)
        return std::unexpected(std::move(downloaded.error()));
    Outcome outcome;
    if (!downloaded->notModified) {
        auto compiled = compile(downloaded->bytes, request);
        if (!compiled)
            return compiled;
        outcome = std::move(*compiled);
    }
    outcome.report.notModified = downloaded->notModified;
    outcome.report.etag = std::move(downloaded->etag);
    outcome.report.lastModified = std::move(downloaded->lastModified);
    if (!downloaded->notModified) {
        outcome.report.finalUrl = std::move(downloaded->finalUrl);
        outcome.report.downloadBytes = downloaded->bytes.size();
    }
    return outcome;
}

Result<Outcome> carryOut(const FetchJob& job, const FileDescriptor& list)
{
    loadLibraries();
    if (auto inside = enterFetchSandbox(sandboxLimits(job.request.limits)); !inside)
        return std::unexpected(std::move(inside.error()));
    try {
        if (!job.isHere)
            return fetchAndCompile(job.request);
        const auto bytes = mapSealed(list.get(), job.request.limits.downloadBytes);
        if (!bytes)
            return std::unexpected(bytes.error());
        const auto view = (*bytes)->bytes();
        return compile({reinterpret_cast<const char*>(view.data()), view.size()}, job.request);
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::Exhausted, "There is no memory for the list",
                    "Free some memory or take a smaller list.");
    }
}

Result<Outcome> takeJob()
{
    MessageReceiver receiver(kLongestFetchJob);
    for (;;) {
        const auto state = receiver.receive(kChannel);
        if (!state)
            return std::unexpected(state.error());
        if (*state == MessageReceiver::State::Done)
            break;
    }
    const auto job = readFetchJob(receiver.text());
    if (!job)
        return std::unexpected(job.error());
    return carryOut(*job, receiver.descriptor());
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const auto outcome = argc == 1 ? takeJob() : fail(ErrorCode::InvalidArgument, "it takes no arguments");
    const std::string answer = outcome ? writeFetchReport(outcome->report) : writeFetchError(outcome.error());
    if (sendMessage(kChannel, answer, outcome ? outcome->image.get() : -1))
        return 0;
    std::fprintf(stderr,
                 "bartizan-fetch: bartizand starts it for each list; there is nothing to do by hand\n");
    return kUsageError;
}
