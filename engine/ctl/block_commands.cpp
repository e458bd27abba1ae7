#include "engine/base/strings.h"
#include "engine/ctl/command.h"
#include "engine/ctl/describe.h"
#include "engine/ctl/pages.h"
#include "engine/ctl/text.h"
#include "engine/net/cidr.h"

#include <QJsonArray>

namespace bartizan::ctl {

using namespace Qt::StringLiterals;

namespace {

QString joined(const QJsonArray& addresses)
{
    QStringList names;
    for (const auto& address : addresses)
        names.append(safe(address, 50));
    return names.join(", "_L1);
}

int showBlock(Output& out, const QJsonObject& block)
{
    const QString address = safe(block["address"_L1], 50);
    const QString state = block["state"_L1].toString();
    if (state == "failed"_L1) {
        out.line(out.styled("Not blocked: "_L1 + address + ": "_L1 + safe(block["error"_L1]), Style::Bad));
        return kFailure;
    }
    if (state == "refused"_L1) {
        out.line(
            out.styled("Not blocked: "_L1 + address + " is protected ("_L1 + safe(block["guard"_L1]) + ')'_L1,
                       Style::Bad));
        return kFailure;
    }
    if (state == "observed"_L1) {
        out.line("Not blocked: the engine only observes. It would have blocked "_L1 + address + '.'_L1);
        return kSuccess;
    }
    const QString length =
        block["permanent"_L1].toBool()
            ? u" until it is unblocked"_s
            : " for "_L1 + duration(std::chrono::seconds(block["remaining"_L1].toInteger()));
    out.line((state == "pending"_L1 ? "Is being blocked: "_L1 : "Blocked: "_L1) + address + length + '.'_L1);
    return kSuccess;
}

int showReleased(Output& out, const QJsonObject& result)
{
    const QJsonArray released = result["released"_L1].toArray();
    const QJsonArray missing = result["not_found"_L1].toArray();
    if (!released.isEmpty())
        out.line("Unblocked: "_L1 + joined(released));
    if (!missing.isEmpty())
        out.line("Was not blocked: "_L1 + joined(missing));
    if (released.isEmpty() && missing.isEmpty())
        out.line(u"Nothing was blocked."_s);
    return missing.isEmpty() ? kSuccess : kFailure;
}

} // namespace

int runBlocks(Context& context, const QStringList& arguments)
{
    const auto parsed = Arguments::parse(arguments, {"--all", "--limit="});
    if (!parsed)
        return context.usageError(parsed.error());
    if (!parsed->positional().isEmpty())
        return context.usageError(u"blocks takes no address; 'why ADDR' tells about one"_s);
    const bool all = parsed->has("--all");
    // What stands is shown whole; of the past, the newest.
    qsizetype limit = all ? 100 : 1'000'000;
    if (const auto typed = parsed->value("--limit")) {
        const auto number = parseNumber<int>(typed->toStdString());
        if (!number || *number < 1)
            return context.usageError(u"--limit takes a number from 1"_s);
        limit = *number;
    }
    EngineConnection engine(context.options.socket, context.platform.trust);
    if (const auto opened = engine.open(); !opened)
        return context.out.failure(opened.error());
    const auto page = collectPages(engine, "blocks.list", u"blocks"_s, {{"active"_L1, !all}}, limit);
    if (!page)
        return context.out.failure(page.error());
    Output& out = context.out;
    out.document({{"blocks"_L1, page->items}, {"more"_L1, page->more}});
    Table table{{u"ADDRESS"_s}, {u"STATE"_s}, {u"SINCE"_s}, {u"WHY"_s}};
    for (const auto& item : page->items) {
        const QJsonObject block = item.toObject();
        table.addRow({safe(block["address"_L1], 50), blockStateText(block), localTime(block["created"_L1]),
                      blockReasonText(block)});
    }
    if (!table.empty())
        out.table(table);
    else
        out.line(all ? u"Nothing was ever blocked."_s : u"Nothing is blocked. --all shows past blocks."_s);
    if (page->more)
        out.line(out.styled(u"There are older ones: --limit %1 shows more."_s.arg(limit * 4), Style::Faint));
    return kSuccess;
}

int runBlock(Context& context, const QStringList& arguments)
{
    const auto parsed = Arguments::parse(arguments, {"--for=", "--permanent", "--reason="});
    if (!parsed)
        return context.usageError(parsed.error());
    if (parsed->positional().size() != 1)
        return context.usageError(u"name one address or network"_s);
    const QString typed = parsed->positional().first();
    const auto address = Cidr::parse(typed.toStdString());
    if (!address)
        return context.usageError(u"'%1' is neither an address nor a network"_s.arg(typed));
    QJsonObject params{{"address"_L1, QString::fromStdString(address->toString())}};
    const auto length = parsed->value("--for");
    if (length && parsed->has("--permanent"))
        return context.usageError(u"--for and --permanent exclude each other"_s);
    if (parsed->has("--permanent"))
        params.insert("permanent"_L1, true);
    if (length) {
        const auto seconds = parseDuration(length->toStdString());
        if (!seconds)
            return context.usageError(u"'%1' is not a duration; say 90s, 10m, 2h or 1d"_s.arg(*length));
        params.insert("seconds"_L1, static_cast<qint64>(seconds->count()));
    }
    if (const auto reason = parsed->value("--reason"))
        params.insert("reason"_L1, *reason);
    return request(context, "block.add", params, [&](const QJsonObject& result) {
        return showBlock(context.out, result["block"_L1].toObject());
    });
}

int runUnblock(Context& context, const QStringList& arguments)
{
    const auto parsed = Arguments::parse(arguments, {"--all"});
    if (!parsed)
        return context.usageError(parsed.error());
    if (parsed->has("--all") != parsed->positional().isEmpty())
        return context.usageError(u"name addresses, or say --all"_s);
    QJsonObject params;
    if (parsed->has("--all")) {
        params.insert("all"_L1, true);
    } else {
        QJsonArray addresses;
        for (const QString& typed : parsed->positional()) {
            const auto address = Cidr::parse(typed.toStdString());
            if (!address)
                return context.usageError(u"'%1' is neither an address nor a network"_s.arg(typed));
            addresses.append(QString::fromStdString(address->toString()));
        }
        params.insert("addresses"_L1, addresses);
    }
    return request(context, "block.remove", params,
                   [&](const QJsonObject& result) { return showReleased(context.out, result); });
}

int runAllow(Context& context, const QStringList& arguments)
{
    Output& out = context.out;
    const auto parsed = Arguments::parse(arguments, {"--reason=", "--list", "--remove"});
    if (!parsed)
        return context.usageError(parsed.error());
    const bool list = parsed->has("--list");
    const bool remove = parsed->has("--remove");
    if (list && (remove || parsed->value("--reason") || !parsed->positional().isEmpty()))
        return context.usageError(u"--list stands alone"_s);
    if (list) {
        return request(context, "allow.list", {}, [&](const QJsonObject& result) {
            Table table{{u"ADDRESS"_s}, {u"REASON"_s}, {u"BY"_s}, {u"SINCE"_s}};
            const QJsonArray allowed = result["allowed"_L1].toArray();
            for (const auto& item : allowed) {
                const QJsonObject entry = item.toObject();
                const bool fixed = entry["fixed"_L1].toBool();
                table.addRow({safe(entry["address"_L1], 50), safe(entry["reason"_L1], 80),
                              fixed ? u"this machine"_s : safe(entry["created_by"_L1], 40),
                              localTime(entry["created"_L1])});
            }
            if (table.empty())
                out.line(u"The allowlist is empty."_s);
            else
                out.table(table);
            return kSuccess;
        });
    }
    if (remove && parsed->value("--reason"))
        return context.usageError(u"--remove takes no reason"_s);
    if (parsed->positional().size() != 1)
        return context.usageError(u"name one address or network"_s);
    const QString typed = parsed->positional().first();
    const auto address = Cidr::parse(typed.toStdString());
    if (!address)
        return context.usageError(u"'%1' is neither an address nor a network"_s.arg(typed));
    const QString name = QString::fromStdString(address->toString());
    QJsonObject params{{"address"_L1, name}};
    if (remove) {
        return request(context, "allow.remove", params, [&](const QJsonObject&) {
            out.line("No longer on the allowlist: "_L1 + name + '.'_L1);
            return kSuccess;
        });
    }
    if (const auto reason = parsed->value("--reason"))
        params.insert("reason"_L1, *reason);
    return request(context, "allow.add", params, [&](const QJsonObject& result) {
        out.line("Never to be blocked: "_L1 + safe(result["address"_L1], 50) + '.'_L1);
        const QJsonArray released = result["released"_L1].toArray();
        if (!released.isEmpty())
            out.line("Unblocked: "_L1 + joined(released));
        return kSuccess;
    });
}

} // namespace bartizan::ctl
