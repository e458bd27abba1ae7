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
    qsizetype step = kMostPerCall;
    while (page.more && page.items.size() < limit) {
        const qsizetype asked = std::min(step, limit - page.items.size());
        params.insert("limit"_L1, asked);
        const auto part = engine.call(method, params);
        // Long log lines: fewer of them fit in one frame.
        if (!part && part.error().code == ErrorCode::Exhausted && asked > 1) {
            step = std::max<qsizetype>(asked / 4, 1);
            continue;
        }
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
