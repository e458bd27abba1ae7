// Errors as values. A function that can fail returns Result<T>; the caller decides by code, a person reads
// the message and the cure. No exception crosses a module's border.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace bartizan {

enum class ErrorCode {
    InvalidArgument, // the caller's input is wrong; the message says which and why
    NotFound,
    PermissionDenied, // the system or the permission table refused
    Refused,          // a guard refused on purpose
    Unavailable,      // a tool, a file system or a service is missing or does not answer
    Busy,             // try again later
    Exhausted,        // disk full, limit reached
    Corrupt,          // data on disk is damaged
    Unsupported,
    Internal,
};

struct Error
{
    ErrorCode code = ErrorCode::Internal;
    std::string message; // one sentence, names the file, address or field it is about
    std::string cure;    // what the person can do next; may be empty
};

template<class T> using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message, std::string cure = {})
{
    return std::unexpected(Error{code, std::move(message), std::move(cure)});
}

} // namespace bartizan
