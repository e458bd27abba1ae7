#include "engine/core/engine_log.h"

#include "engine/core/json_objects.h"

namespace bartizan {

Q_LOGGING_CATEGORY(lcEngine, "bartizan.engine")

void logProblems(const Problems& problems)
{
    for (const auto& problem : problems) {
        const auto text = jsonText(describe(problem));
        if (problem.severity == Severity::Error)
            qCCritical(lcEngine).noquote() << text;
        else
            qCWarning(lcEngine).noquote() << text;
    }
}

Problem problemOf(const Error& error, std::string component, std::string file)
{
    return {Severity::Error, std::move(component), std::move(file), 0, 0, error.message, error.cure};
}

} // namespace bartizan
