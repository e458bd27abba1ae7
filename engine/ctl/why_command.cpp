#include "engine/ctl/command.h"
#include "engine/ctl/describe.h"
#include "engine/ctl/text.h"
#include "engine/net/ip_address.h"

#include <QJsonArray>

namespace bartizan::ctl {

using namespace Qt::StringLiterals;

namespace {

void showLists(Output& out, const QJsonArray& lists)
{
    if (lists.isEmpty())
        return;
    QStringList names;
    for (const auto& name : lists)
        names.append(safe(name, 80));
    out.line();
    out.line("On the lists: "_L1 + names.join(", "_L1));
}

// A log line and what it led to, oldest first.
void showAlerts(Output& out, const QJsonArray& alerts)
{
    if (alerts.isEmpty())
        return;
    out.line();
    out.line(out.styled(u"ALERTS"_s, Style::Faint));
    for (auto item = alerts.constEnd(); item != alerts.constBegin();) {
        const QJsonObject alert = (--item)->toObject();
        const QJsonObject rule = alert["rule"_L1].toObject();
        const qint64 count = alert["count"_L1].toInteger(1);
        out.line("  "_L1 + localTime(alert["time"_L1]) + "  rule "_L1 + ruleText(rule) + ": "_L1 +
                 safe(rule["description"_L1]) +
                 (count > 1 ? ", "_L1 + grouped(count) + " times"_L1 : QString()));
        out.line("    "_L1 + out.styled(safe(alert["location"_L1], 80) + ": "_L1 + safe(alert["full_log"_L1]),
                                        Style::Faint));
        const QString origin = originText(alert["origin"_L1].toObject());
        if (!origin.isEmpty())
            out.line("    "_L1 + out.styled(u"written by "_s + origin, Style::Faint));
    }
}

void showBlocks(Output& out, const QJsonArray& blocks)
{
    if (blocks.isEmpty())
        return;
    out.line();
    out.line(out.styled(u"BLOCKS"_s, Style::Faint));
    for (auto item = blocks.constEnd(); item != blocks.constBegin();) {
        const QJsonObject block = (--item)->toObject();
        out.line("  "_L1 + localTime(block["created"_L1]) + "  "_L1 + safe(block["address"_L1], 50) +
                 "  "_L1 + out.styled(blockStateText(block), blockStyle(block)));
        out.line("    "_L1 + out.styled(blockReasonText(block), Style::Faint));
    }
}

} // namespace

int runWhy(Context& context, const QStringList& arguments)
{
    const auto parsed = Arguments::parse(arguments, {});
    if (!parsed)
        return context.usageError(parsed.error());
    if (parsed->positional().size() != 1)
        return context.usageError(u"name one address"_s);
    const QString typed = parsed->positional().first();
    const auto address = IpAddress::parse(typed.toStdString());
    if (!address)
        return context.usageError(u"'%1' is not an address"_s.arg(typed));
    const QJsonObject params{{"address"_L1, QString::fromStdString(address->toString())}};
    return request(context, "why", params, [&](const QJsonObject& why) {
        Output& out = context.out;
        out.line(out.styled(safe(why["text"_L1], 500), Style::Strong));
        if (why["guard"_L1].isString())
            out.line("Protected by: "_L1 + safe(why["guard"_L1]));
        showLists(out, why["lists"_L1].toArray());
        showAlerts(out, why["alerts"_L1].toArray());
        showBlocks(out, why["blocks"_L1].toArray());
        return kSuccess;
    });
}

} // namespace bartizan::ctl
