// What a fetcher answers, and a job. What is taken can be written and read again, and is the same then.
#include "engine/fetch/fetch_report.h"
#include "engine/fetch/fetch_job.h"

#include <cstdlib>

namespace {

using namespace bartizan;

void checkReport(std::string_view json)
{
    const auto report = readFetchReport(json);
    if (!report) {
        if (report.error().message.empty())
            std::abort();
        return;
    }
    const std::string written = writeFetchReport(*report);
    const auto again = readFetchReport(written);
    if (!again || writeFetchReport(*again) != written || written.size() > kLongestFetchReport)
        std::abort();
    for (const std::string* text : {&report->etag, &report->lastModified, &report->finalUrl}) {
        if (text->find_first_of("\r\n") != std::string::npos)
            std::abort();
    }
}

void checkJob(std::string_view json)
{
    const auto job = readFetchJob(json);
    if (!job)
        return;
    const std::string written = writeFetchJob(*job);
    const auto again = readFetchJob(written);
    // Escapes may make it longer than what is read.
    if (again ? writeFetchJob(*again) != written : written.size() <= kLongestFetchJob)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view json(reinterpret_cast<const char*>(data), size);
    checkReport(json);
    checkJob(json);
    return 0;
}
