// What a client sends of a list in parts, until it is whole. One at a time. Main thread.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/reputation/own/own_list_types.h"

#include <QJsonObject>

#include <optional>
#include <string>
#include <vector>

namespace bartizan {

class OwnLists;

// What has come so far.
struct PendingImport
{
    std::string sender;
    std::string name;
    bool replace = false;
    int nextPart = 0;
    EpochMs lastPartAt = 0;
    std::size_t bytes = 0;
    std::vector<EntryAddition> entries;
};

class OwnListImport
{
public:
    // Takes the part of a request to lists.import; with the last one, all of it goes into the list. Nothing:
    // there are more to come. Busy: somebody else is at it. `sender` tells clients apart.
    Result<std::optional<EditOutcome>> take(OwnLists& lists, const QJsonObject& params,
                                            const std::string& sender, const std::string& by, EpochMs now);

private:
    Result<void> begin(const QJsonObject& params, const std::string& sender, EpochMs now);
    Result<void> append(const QJsonObject& params, EpochMs now);
    [[nodiscard]] static Result<EditOutcome> putInto(OwnLists& lists, PendingImport pending,
                                                     const std::string& by, EpochMs now);

    std::optional<PendingImport> m_pending;
};

} // namespace bartizan
