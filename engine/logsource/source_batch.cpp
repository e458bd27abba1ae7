#include "engine/logsource/source_batch.h"

namespace bartizan {

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
