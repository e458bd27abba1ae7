// Lists longer than one answer: asks page after page.
#pragma once

#include "engine/ctl/engine_connection.h"

#include <QJsonArray>

namespace bartizan::ctl {

struct Page
{
    QJsonArray items;
    bool more = false; // there are older ones beyond `limit`
};

// `method` answers {KEY: [{"id": …}, …], "more": bool}, newest first, and takes `limit` and `before`.
[[nodiscard]] Result<Page> collectPages(EngineConnection& engine, std::string_view method, const QString& key,
                                        QJsonObject params, qsizetype limit);

} // namespace bartizan::ctl
