// lists: which there are, what they do, what is on them.
#include "engine/ctl/lists_commands.h"

#include "engine/ctl/describe.h"
#include "engine/ctl/pages.h"
#include "engine/ctl/text.h"

#include <QJsonArray>

namespace bartizan::ctl {

using namespace Qt::StringLiterals;

namespace {

QString useText(const QJsonObject& list)
{
    const QString use = list["use"_L1].toString();
    if (use != "block"_L1)
        return safe(use, 20);
    const QString traffic = list["traffic"_L1].toString();
    return (list["dry_run"_L1].toBool() ? u"block (dry run)"_s : u"block"_s) +
           (traffic == "inbound"_L1 ? QString() : ' '_L1 + safe(traffic, 20));
}

QString stateText(const QJsonObject& list)
{
    if (!list["held"_L1].isNull() && list["held"_L1].isObject())
        return u"a new version waits for your answer"_s;
    if (!list["error"_L1].toString().isEmpty())
        return "not updated: "_L1 + safe(list["error"_L1], 80);
    if (list["fetching"_L1].toBool())
        return u"being downloaded"_s;
    const auto firewall = list["firewall"_L1].toObject();
    if (firewall["state"_L1] == "failed"_L1)
        return "not in the firewall: "_L1 + safe(firewall["error"_L1], 80);
    if (firewall["state"_L1] == "loading"_L1)
        return u"on its way into the firewall"_s;
    return firewall["state"_L1] == "in_force"_L1 ? u"in force"_s : u"-"_s;
}

// What the guard wants to know of a version that it holds, and how to answer.
void showQuestion(Output& out, const QJsonObject& list)
{
    if (!list["held"_L1].isObject())
        return;
    const QString name = safe(list["name"_L1], 64);
    out.line(
        out.styled(name + ": "_L1 + safe(list["held"_L1].toObject()["question"_L1], 500), Style::Notice));
    out.line("    bartizanctl lists accept "_L1 + name + "     bartizanctl lists reject "_L1 + name);
}

void showLists(Output& out, const QJsonArray& lists)
{
    Table table{{u"LIST"_s}, {u"ENTRIES"_s, Align::Right}, {u"USE"_s}, {u"FROM"_s}, {u"UPDATED"_s},
                {u"STATE"_s}};
    for (const auto& item : lists) {
        const QJsonObject list = item.toObject();
        const bool subscribed = list["kind"_L1] == "subscription"_L1;
        table.addRow({safe(list["name"_L1], 64), grouped(list["entries"_L1].toInteger()), useText(list),
                      subscribed ? safe(list["url"_L1], 60) : u"file"_s, localTime(list["updated"_L1]),
                      stateText(list)});
    }
    if (table.empty())
        out.line(u"There are no lists. \"bartizanctl lists catalogue\" shows some that are free."_s);
    else
        out.table(table);
    for (const auto& item : lists)
        showQuestion(out, item.toObject());
}

int showCatalogue(Context& context, const QStringList& words)
{
    if (!words.isEmpty())
        return context.usageError(u"catalogue takes no arguments"_s);
    return request(context, "lists.catalogue", {}, [&](const QJsonObject& result) {
        Output& out = context.out;
        const QJsonArray lists = result["catalogue"_L1].toArray();
        for (const auto& item : lists) {
            const QJsonObject list = item.toObject();
            out.line(out.styled(safe(list["id"_L1], 32), Style::Strong) + "  "_L1 +
                     safe(list["name"_L1], 80) + ", "_L1 + safe(list["publisher"_L1], 80));
            out.line("    "_L1 + safe(list["about"_L1], 300));
            out.line("    "_L1 + safe(list["may_hit"_L1], 300));
            out.line(u"    aggressiveness %1 of 5, suggested: %2, licence: %3"_s
                         .arg(list["aggressiveness"_L1].toInteger())
                         .arg(safe(list["suggested_use"_L1], 20),
                              list["licence"_L1].isNull() ? u"not stated"_s : safe(list["licence"_L1], 80)));
        }
        out.line(u"\nTake one: bartizanctl lists add NAME --from ID   (nothing is taken by itself)"_s);
        return kSuccess;
    });
}

void showSettings(Output& out, const QJsonObject& list)
{
    const auto row = [&](const QString& name, const QString& value) {
        if (!value.isEmpty() && value != "-"_L1)
            out.line(name.leftJustified(12) + value);
    };
    row(u"List"_s,
        safe(list["name"_L1], 64) +
            (list["title"_L1].toString().isEmpty() ? QString() : ", "_L1 + safe(list["title"_L1], 100)));
    row(u"Use"_s, useText(list));
    row(u"From"_s, list["kind"_L1] == "subscription"_L1 ? safe(list["url"_L1], 300) : u"a file of yours"_s);
    row(u"Entries"_s, grouped(list["entries"_L1].toInteger()));
    row(u"Updated"_s, localTime(list["updated"_L1]));
    row(u"Checked"_s, localTime(list["checked"_L1]));
    row(u"Next check"_s, localTime(list["next"_L1]));
    row(u"State"_s, stateText(list));
    row(u"What to do"_s, safe(list["cure"_L1], 300));
    showQuestion(out, list);
    const QJsonArray cuts = list["cuts"_L1].toArray();
    if (!cuts.isEmpty())
        out.line(u"Left out, because it is protected:"_s);
    for (const auto& item : cuts)
        out.line("    "_L1 + safe(item.toObject()["range"_L1], 100) + "  "_L1 +
                 safe(item.toObject()["reason"_L1], 150));
    const auto more = list["cut_count"_L1].toInteger() - cuts.size();
    if (more > 0)
        out.line(u"    and %1 more"_s.arg(more));
}

void showEntries(Output& out, const QJsonObject& page)
{
    const QJsonArray entries = page["entries"_L1].toArray();
    // Of what others publish only the entry is known.
    const bool own = page["list"_L1].toObject()["kind"_L1] != "subscription"_L1;
    Table table =
        own ? Table{{u"ENTRY"_s}, {u"NOTE"_s}, {u"EXPIRES"_s}, {u"ADDED"_s}, {u"BY"_s}} : Table{{u"ENTRY"_s}};
    for (const auto& item : entries) {
        const QJsonObject entry = item.toObject();
        if (!own) {
            table.addRow({safe(entry["entry"_L1], 100)});
            continue;
        }
        table.addRow({safe(entry["entry"_L1], 100), safe(entry["note"_L1], 80),
                      localTime(entry["expires"_L1]), localTime(entry["added"_L1]),
                      safe(entry["added_by"_L1], 32)});
    }
    if (!table.empty())
        out.table(table);
    else
        out.line(u"No entry to show."_s);
    const auto total = page["total"_L1].toInteger();
    if (total > entries.size())
        out.line(
            u"%1 of %2 entries; %3"_s.arg(grouped(entries.size()), grouped(total),
                                          own ? u"--offset and --limit show others, --filter finds some."_s
                                              : u"--offset and --limit show others."_s));
}

std::optional<QJsonObject> pageParameters(const Context& context, const Arguments& arguments, QString& wrong)
{
    Q_UNUSED(context);
    QJsonObject params{{u"name"_s, arguments.positional().value(0)}};
    for (const char* option : {"--limit", "--offset"}) {
        const auto typed = arguments.value(option);
        if (!typed)
            continue;
        bool good = false;
        const auto number = typed->toInt(&good);
        if (!good || number < 0) {
            wrong = QLatin1String(option) + u" takes a number"_s;
            return std::nullopt;
        }
        params.insert(QString::fromLatin1(option + 2), number);
    }
    if (const auto filter = arguments.value("--filter"))
        params.insert(u"filter"_s, *filter);
    return params;
}

int showList(Context& context, const QStringList& words)
{
    const auto arguments = Arguments::parse(words, {"--limit=", "--offset=", "--filter="});
    if (!arguments || arguments->positional().size() != 1)
        return context.usageError(arguments ? u"name one list"_s : arguments.error());
    QString wrong;
    const auto params = pageParameters(context, *arguments, wrong);
    if (!params)
        return context.usageError(wrong);
    return request(context, "lists.entries", *params, [&](const QJsonObject& result) {
        showSettings(context.out, result["list"_L1].toObject());
        context.out.line();
        showEntries(context.out, result);
        return kSuccess;
    });
}

int lookUp(Context& context, const QStringList& words)
{
    if (words.size() != 1)
        return context.usageError(u"name one address, domain or hash"_s);
    return request(context, "lists.lookup", {{u"text"_s, words.first()}}, [&](const QJsonObject& result) {
        Output& out = context.out;
        const QJsonArray lists = result["lists"_L1].toArray();
        out.line(safe(result["text"_L1], 255) + ": "_L1 + safe(result["outcome"_L1], 400));
        Table table{{u"LIST"_s}, {u"USE"_s}, {u"SINCE"_s}, {u"NOTE"_s}};
        for (const auto& item : lists) {
            const QJsonObject list = item.toObject();
            const QString since = localTime(list["since"_L1]);
            table.addRow({safe(list["name"_L1], 64), useText(list),
                          list["since_at_least"_L1].toBool() ? since + " or before"_L1 : since,
                          safe(list["value"_L1], 100)});
        }
        if (!table.empty())
            out.table(table);
        return kSuccess;
    });
}

void showMet(Output& out, const QJsonObject& met, const QString& what)
{
    out.line(u"Of your last %1 %2 it would have stopped %3, from %4."_s.arg(
        grouped(met["looked_at"_L1].toInteger()), what, grouped(met["would_block"_L1].toInteger()),
        counted(met["addresses"_L1].toInteger(), "address")));
    const QJsonArray examples = met["examples"_L1].toArray();
    for (const auto& item : examples) {
        const QJsonObject example = item.toObject();
        out.line("    "_L1 + safe(example["address"_L1], 50) + "  "_L1 + localTime(example["last_time"_L1]) +
                 "  "_L1 + safe(example["description"_L1], 100));
    }
}

int dryRun(Context& context, const QStringList& words)
{
    if (words.size() != 1)
        return context.usageError(u"name one list"_s);
    return request(context, "lists.dry_run", {{u"name"_s, words.first()}}, [&](const QJsonObject& result) {
        showMet(context.out, result["logins"_L1].toObject(), u"successful logins"_s);
        showMet(context.out, result["alerts"_L1].toObject(), u"alerts of level 5 and more"_s);
        return kSuccess;
    });
}

struct Verb
{
    const char* name;
    int (*run)(Context& context, const QStringList& words);
};

constexpr Verb kVerbs[] = {
    {"preview", runListsPreview}, {"catalogue", showCatalogue}, {"show", showList},
    {"lookup", lookUp},           {"dry-run", dryRun},          {"add", runListsAdd},
    {"set", runListsSet},         {"remove", runListsRemove},   {"update", runListsUpdate},
    {"accept", runListsAccept},   {"reject", runListsReject},   {"import", runListsImport},
    {"export", runListsExport},   {"undo", runListsUndo},
};

} // namespace

int runLists(Context& context, const QStringList& arguments)
{
    if (arguments.isEmpty()) {
        return request(context, "lists", {}, [&](const QJsonObject& result) {
            showLists(context.out, result["lists"_L1].toArray());
            return kSuccess;
        });
    }
    for (const Verb& verb : kVerbs) {
        if (arguments.first() == QLatin1String(verb.name))
            return verb.run(context, arguments.mid(1));
    }
    return context.usageError(u"unknown: "_s + arguments.join(' '_L1));
}

} // namespace bartizan::ctl
