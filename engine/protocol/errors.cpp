#include "engine/protocol/errors.h"

#include <algorithm>
#include <array>

namespace bartizan::protocol {

namespace {

struct Mapping
{
    ErrorCode code;
    std::string_view name;
    int rpcCode;
};

// The first entry of a name is what a client makes of it.
constexpr std::array kMappings{
    Mapping{ErrorCode::InvalidArgument, "invalid_argument", -32602},
    Mapping{ErrorCode::NotFound, "not_found", -32001},
    Mapping{ErrorCode::PermissionDenied, "not_authorized", -32002},
    Mapping{ErrorCode::Refused, "refused", -32003},
    Mapping{ErrorCode::Unavailable, "unavailable", -32004},
    Mapping{ErrorCode::Corrupt, "unavailable", -32004},
    Mapping{ErrorCode::Busy, "busy", -32005},
    Mapping{ErrorCode::Exhausted, "too_large", -32006},
    Mapping{ErrorCode::Unsupported, "unsupported", -32601},
    Mapping{ErrorCode::Internal, "internal", -32603},
};

const Mapping& mappingOf(ErrorCode code)
{
    const auto found = std::ranges::find(kMappings, code, &Mapping::code);
    return found != kMappings.end() ? *found : kMappings.back();
}

} // namespace

std::string_view errorName(ErrorCode code)
{
    return mappingOf(code).name;
}

QJsonObject errorObject(const Error& error, const QJsonObject& details)
{
    const Mapping& mapping = mappingOf(error.code);
    QJsonObject data = details;
    data.insert(QLatin1String("code"),
                QLatin1String(mapping.name.data(), static_cast<qsizetype>(mapping.name.size())));
    if (!error.cure.empty())
        data.insert(QLatin1String("cure"), QString::fromStdString(error.cure));
    return {{QLatin1String("code"), mapping.rpcCode},
            {QLatin1String("message"), QString::fromStdString(error.message)},
            {QLatin1String("data"), data}};
}

Error errorFromObject(const QJsonObject& error)
{
    const QJsonObject data = error[QLatin1String("data")].toObject();
    const std::string name = data[QLatin1String("code")].toString().toStdString();
    const auto found = std::ranges::find(kMappings, std::string_view(name), &Mapping::name);
    return {found != kMappings.end() ? found->code : ErrorCode::Internal,
            error[QLatin1String("message")].toString().toStdString(),
            data[QLatin1String("cure")].toString().toStdString()};
}

} // namespace bartizan::protocol
