#include "engine/ctl/command.h"
#include "engine/ctl/pages.h"
#include "engine/ctl/text.h"
#include "engine/net/ip_address.h"

#include "engine/base/strings.h"

#include <QJsonArray>

#include <algorithm>

namespace bartizan::ctl {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMostAlerts = 1000;
constexpr int kHighestLevel = 16;

void show(Output& out, const Page& page)
{
    Table table{
        {u"TIME"_s},    {u"COUNT"_s, Align::Right}, {u"LEVEL"_s, Align::Right}, {u"RULE"_s, Align::Right},
        {u"ADDRESS"_s}, {u"DESCRIPTION"_s}};
    for (const auto& item : page.items) {
        const QJsonObject alert = item.toObject();
        const QJsonObject rule = alert["rule"_L1].toObject();
        const QString address = safe(alert["srcip"_L1], 45);
        table.addRow({localTime(alert["last_time"_L1]), grouped(alert["count"_L1].toInteger(1)),
                      QString::number(rule["level"_L1].toInt()), safe(rule["id"_L1], 20),
                      address.isEmpty() ? u"-"_s : address, safe(rule["description"_L1])});
    }
    if (table.empty())
        out.line(u"No alerts."_s);
    else
        out.table(table);
    if (page.more)
        out.line(out.styled(u"There are older ones: --limit %1 shows more, up to %2."_s
                                .arg(std::min<qsizetype>(page.items.size() * 4, kMostAlerts))
                                .arg(kMostAlerts),
                            Style::Faint));
}

std::optional<int> numberBetween(const QString& typed, int lowest, int highest)
{
    const auto number = parseNumber<int>(typed.toStdString());
    return number && *number >= lowest && *number <= highest ? number : std::nullopt;
}

} // namespace

int runAlerts(Context& context, const QStringList& arguments)
{
    const auto parsed =
        Arguments::parse(arguments, {"--limit=", "--search=", "--level=", "--address=", "--rule="});
    if (!parsed)
        return context.usageError(parsed.error());
    if (!parsed->positional().isEmpty())
        return context.usageError(u"alerts takes options only; use --search TEXT to search"_s);
    int limit = 20;
    QJsonObject params;
    if (const auto typed = parsed->value("--limit")) {
        const auto number = numberBetween(*typed, 1, kMostAlerts);
        if (!number)
            return context.usageError(u"--limit takes a number from 1 to %1"_s.arg(kMostAlerts));
        limit = *number;
    }
    if (const auto typed = parsed->value("--level")) {
        const auto level = numberBetween(*typed, 0, kHighestLevel);
        if (!level)
            return context.usageError(u"--level takes a number from 0 to %1"_s.arg(kHighestLevel));
        params.insert("min_level"_L1, *level);
    }
    if (const auto typed = parsed->value("--rule")) {
        if (!numberBetween(*typed, 1, 999999999))
            return context.usageError(u"--rule takes the number of a rule"_s);
        params.insert("rule_id"_L1, *typed);
    }
    if (const auto typed = parsed->value("--address")) {
        const auto address = IpAddress::parse(typed->toStdString());
        if (!address)
            return context.usageError(u"'%1' is not an address"_s.arg(*typed));
        params.insert("address"_L1, QString::fromStdString(address->toString()));
    }
    if (const auto typed = parsed->value("--search"))
        params.insert("search"_L1, *typed);

    EngineConnection engine(context.options.socket, context.platform.trust);
    if (const auto opened = engine.open(); !opened)
        return context.out.failure(opened.error());
    const auto page = collectPages(engine, "alerts.list", u"alerts"_s, params, limit);
    if (!page)
        return context.out.failure(page.error());
    context.out.document({{"alerts"_L1, page->items}, {"more"_L1, page->more}});
    show(context.out, *page);
    return kSuccess;
}

} // namespace bartizan::ctl
