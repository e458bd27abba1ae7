#include "engine/logsource/source_batch.h"

namespace bartizan {

bool isFull(const RecordBatch& records)
{
    constexpr std::size_t kBytes = 256 * 1024;
    constexpr std::size_t kRecords = 4096;
    return records.byteCount() >= kBytes || records.records().size() >= kRecords;
}

SourceStatus sourceStatusOf(const Error& error)
{
    switch (error.code) {
    case ErrorCode::NotFound:
        return SourceStatus::Missing;
    case ErrorCode::PermissionDenied:
        return SourceStatus::Denied;
    default:
        return SourceStatus::Failed;
    }
}

std::string_view sourceStatusName(SourceStatus status)
{
    switch (status) {
    case SourceStatus::Reading:
        return "reading";
    case SourceStatus::Missing:
        return "missing";
    case SourceStatus::Denied:
        return "denied";
    case SourceStatus::Failed:
        break;
    }
    return "failed";
}

} // namespace bartizan
