#include "engine/ctl/pages.h"

#include <algorithm>

namespace bartizan::ctl {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kMostPerCall = 1000;

} // namespace

Result<Page> collectPages(EngineConnection& engine, std::string_view method, const QString& key,
                          QJsonObject params, qsizetype limit)
{
    Page page{.items = {}, .more = true};
    while (page.more && page.items.size() < limit) {
        params.insert("limit"_L1, std::min(kMostPerCall, limit - page.items.size()));
        const auto part = engine.call(method, params);
        if (!part)
            return std::unexpected(part.error());
        const QJsonArray items = (*part)[key].toArray();
        page.more = (*part)["more"_L1].toBool();
        if (items.isEmpty())
            break;
        for (const auto& item : items)
            page.items.append(item);
        params.insert("before"_L1, items.last().toObject()["id"_L1]);
    }
    return page;
}

} // namespace bartizan::ctl
