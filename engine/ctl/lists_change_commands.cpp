// lists add, set, remove, update, accept, reject, undo.
#include "engine/ctl/lists_commands.h"

#include "engine/ctl/describe.h"
#include "engine/ctl/text.h"

#include <QJsonArray>

namespace bartizan::ctl {

using namespace Qt::StringLiterals;

namespace {

// The options of lists add and lists set as members of the request. `wrong` says what can't be.
std::optional<QJsonObject> settings(const Arguments& arguments, QString& wrong)
{
    QJsonObject params{{u"name"_s, arguments.positional().value(0)}};
    for (const char* option : {"--use", "--traffic", "--format", "--column", "--title"}) {
        if (const auto typed = arguments.value(option))
            params.insert(QString::fromLatin1(option + 2), *typed);
    }
    if (arguments.has("--dry-run"))
        params.insert(u"dry_run"_s, true);
    if (arguments.has("--in-force"))
        params.insert(u"dry_run"_s, false);
    if (const auto every = arguments.value("--every")) {
        const auto length = parseDuration(every->toStdString());
        if (!length || length->count() < 60) {
            wrong = u"'%1' is not a duration of a minute or more; say 6h or 1d"_s.arg(*every);
            return std::nullopt;
        }
        params.insert(u"interval_minutes"_s, static_cast<qint64>(length->count() / 60));
    }
    return params;
}

// What an option can't do here; empty where none of them is there.
QString outOfPlace(const Arguments& arguments, std::initializer_list<const char*> options, const QString& why)
{
    for (const char* option : options) {
        if (arguments.has(option) || arguments.value(option))
            return QLatin1String(option) + ' '_L1 + why;
    }
    return {};
}

// "5,000 addresses or networks, 1 domain"
QString holdings(const QJsonObject& entries)
{
    QStringList kinds;
    if (const auto networks = entries["networks"_L1].toInteger())
        kinds.append(counted(networks, "address") + (networks == 1 ? " or network"_L1 : " or networks"_L1));
    if (const auto hashes = entries["hashes"_L1].toInteger())
        kinds.append(counted(hashes, "file hash"));
    if (const auto domains = entries["domains"_L1].toInteger())
        kinds.append(counted(domains, "domain"));
    return kinds.join(", "_L1);
}

// Problems of a download have the line's number and no file: the list stands in for it.
QJsonArray inList(const QJsonArray& problems, const QString& list)
{
    QJsonArray placed;
    for (const auto& item : problems) {
        QJsonObject problem = item.toObject();
        if (problem["file"_L1].toString().isEmpty())
            problem.insert(u"file"_s, list);
        placed.append(problem);
    }
    return placed;
}

void warnAboutOutbound(Output& out, const QJsonObject& list)
{
    if (list["use"_L1] == "block"_L1 && list["traffic"_L1] != "inbound"_L1)
        out.remark(u"Connections that begin here are stopped, too: where the list names an address of a "
                   u"content delivery "
                   "network or of a mail provider, pages and mails of yours will fail. \"bartizanctl lists "
                   "dry-run %1\" "
                   "says whom it would have met."_s.arg(safe(list["name"_L1], 64)));
}

int subscribe(Context& context, const Arguments& arguments, const QString& from)
{
    QString wrong;
    auto params = settings(arguments, wrong);
    if (!params)
        return context.usageError(wrong);
    params->insert(from.contains("://"_L1) ? u"url"_s : u"catalogue"_s, from);
    Output& out = context.out;
    // Looked at first: what can't be read is not saved.
    EngineConnection engine(context.options.socket, context.platform.trust);
    if (const auto opened = engine.open(); !opened)
        return out.failure(opened.error());
    const auto preview = engine.call("lists.preview", *params);
    if (!preview)
        return out.failure(preview.error());
    const auto found = (*preview)["preview"_L1].toObject();
    const auto added = engine.call("lists.add", *params);
    if (!added)
        return out.failure(added.error());
    QJsonObject both = *added;
    both.insert(u"preview"_s, found);
    out.document(both);
    const QString name = (*added)["list"_L1].toObject()["name"_L1].toString();
    out.line(u"Subscribed: %1, of the format %2, holds %3."_s.arg(
        safe(name, 64), safe(found["format"_L1], 32), holdings(found["entries"_L1].toObject())));
    showProblems(out, inList(found["problems"_L1].toArray(), name));
    if ((*added)["list"_L1]["use"_L1] == "block"_L1 && found["entries"_L1]["networks"_L1].toInteger() == 0)
        out.remark(u"The firewall blocks addresses, and there is none on this list. Rules can ask for it."_s);
    warnAboutOutbound(out, (*added)["list"_L1].toObject());
    return kSuccess;
}

QString relationText(const QString& relation)
{
    if (relation == "covers"_L1)
        return u" covers "_s;
    if (relation == "covered_by"_L1)
        return u" is covered by "_s;
    return relation == "same"_L1 ? u" is the same as "_s : u" overlaps "_s;
}

void showOverlaps(Output& out, const QJsonObject& result)
{
    const QJsonArray overlaps = result["overlaps"_L1].toArray();
    for (const auto& item : overlaps) {
        const QJsonObject overlap = item.toObject();
        const QString list = safe(overlap["list"_L1], 64);
        out.line("note: "_L1 + safe(overlap["entry"_L1], 100) +
                 relationText(overlap["relation"_L1].toString()) +
                 (list.isEmpty() ? safe(overlap["other"_L1], 100) : "the list "_L1 + list));
    }
    const auto more = result["overlap_count"_L1].toInteger() - overlaps.size();
    if (more > 0)
        out.line(u"note: and %1 overlaps more"_s.arg(grouped(more)));
}

int showEdited(Output& out, const QJsonObject& result)
{
    QStringList done;
    for (const auto& [member, words] :
         {std::pair("added"_L1, "added"_L1), std::pair("changed"_L1, "changed"_L1),
          std::pair("removed"_L1, "removed"_L1)}) {
        if (const auto count = result[member].toInteger())
            done.append(grouped(count) + ' '_L1 + words);
    }
    const bool broken = showProblems(out, result["problems"_L1].toArray());
    showOverlaps(out, result);
    out.line(done.isEmpty() ? u"Nothing changed."_s : u"Entries: "_s + done.join(", "_L1) + '.'_L1);
    return broken ? kFailure : kSuccess;
}

int edit(Context& context, const QJsonObject& params)
{
    return request(context, "lists.edit", params,
                   [&](const QJsonObject& result) { return showEdited(context.out, result); });
}

int addEntries(Context& context, const Arguments& arguments)
{
    QJsonArray entries;
    for (const auto& entry : arguments.positional().mid(1)) {
        QJsonObject one{{u"entry"_s, entry}};
        if (const auto note = arguments.value("--note"))
            one.insert(u"note"_s, *note);
        if (const auto length = arguments.value("--for")) {
            const auto seconds = parseDuration(length->toStdString());
            if (!seconds)
                return context.usageError(
                    u"'%1' is not a duration of up to ten years; say 7d"_s.arg(*length));
            one.insert(u"seconds"_s, static_cast<qint64>(seconds->count()));
        }
        entries.append(one);
    }
    return edit(context, {{u"name"_s, arguments.positional().first()}, {u"add"_s, entries}});
}

// A command that is a method with the name of a list.
int simple(Context& context, const QStringList& words, std::string_view method, const QString& done)
{
    if (words.size() != 1)
        return context.usageError(u"name one list"_s);
    return request(context, method, {{u"name"_s, words.first()}}, [&](const QJsonObject&) {
        context.out.line(done.arg(safe(words.first(), 64)));
        return kSuccess;
    });
}

} // namespace

int runListsAdd(Context& context, const QStringList& words)
{
    const auto arguments = Arguments::parse(
        words, {"--from=", "--format=", "--column=", "--use=", "--traffic=", "--title=", "--dry-run",
                "--every=", "--note=", "--for="});
    if (!arguments)
        return context.usageError(arguments.error());
    if (arguments->positional().isEmpty())
        return context.usageError(u"name the list"_s);
    if (const auto from = arguments->value("--from")) {
        if (arguments->positional().size() > 1)
            return context.usageError(u"entries can't be added to what is subscribed to"_s);
        const QString wrong = outOfPlace(*arguments, {"--note", "--for"}, u"is for entries of your own"_s);
        if (!wrong.isEmpty())
            return context.usageError(wrong);
        return subscribe(context, *arguments, *from);
    }
    const QString name = arguments->positional().first();
    if (arguments->positional().size() == 1)
        return context.usageError(u"name the entries of %1, or where it comes from with --from"_s.arg(name));
    // Whoever asks for a block must not believe that there is one.
    const QString wrong =
        outOfPlace(*arguments, {"--use", "--traffic", "--dry-run", "--title"},
                   u"is not for entries; say it of the list: bartizanctl lists set %1 ..."_s.arg(name)) +
        outOfPlace(*arguments, {"--every", "--format", "--column"}, u"goes with --from"_s);
    return wrong.isEmpty() ? addEntries(context, *arguments) : context.usageError(wrong);
}

int runListsSet(Context& context, const QStringList& words)
{
    const auto arguments = Arguments::parse(
        words, {"--from=", "--format=", "--column=", "--use=", "--traffic=", "--title=", "--dry-run",
                "--in-force", "--every="});
    if (!arguments)
        return context.usageError(arguments.error());
    if (arguments->positional().size() != 1)
        return context.usageError(u"name one list"_s);
    QString wrong;
    auto params = settings(*arguments, wrong);
    if (!params)
        return context.usageError(wrong);
    if (const auto from = arguments->value("--from"))
        params->insert(u"url"_s, *from);
    if (params->size() == 1)
        return context.usageError(u"say what is to change"_s);
    if (arguments->has("--dry-run") && arguments->has("--in-force"))
        return context.usageError(u"--dry-run and --in-force exclude each other"_s);
    return request(context, "lists.set", *params, [&](const QJsonObject& result) {
        const auto list = result["list"_L1].toObject();
        context.out.line("Changed: "_L1 + safe(list["name"_L1], 64) + '.'_L1);
        warnAboutOutbound(context.out, list);
        return kSuccess;
    });
}

int runListsRemove(Context& context, const QStringList& words)
{
    if (words.isEmpty())
        return context.usageError(u"name the list, and the entries if not all of it is to go"_s);
    if (words.size() > 1)
        return edit(context,
                    {{u"name"_s, words.first()}, {u"remove"_s, QJsonArray::fromStringList(words.mid(1))}});
    return request(context, "lists.remove", {{u"name"_s, words.first()}}, [&](const QJsonObject& result) {
        context.out.line(
            "Removed: "_L1 + safe(words.first(), 64) + '.'_L1 +
            (result["can_be_undone"_L1].toBool()
                 ? " \"bartizanctl lists undo "_L1 + safe(words.first(), 64) + "\" brings it back."_L1
                 : QString()));
        return kSuccess;
    });
}

int runListsUpdate(Context& context, const QStringList& words)
{
    if (words.size() > 1)
        return context.usageError(u"name one list, or none for all"_s);
    QJsonObject params;
    if (!words.isEmpty())
        params.insert(u"name"_s, words.first());
    return request(context, "lists.update", params, [&](const QJsonObject&) {
        context.out.line(u"Being downloaded. \"bartizanctl lists\" shows what comes of it."_s);
        return kSuccess;
    });
}

int runListsAccept(Context& context, const QStringList& words)
{
    return simple(context, words, "lists.accept", u"Taken: the new version of %1 is being put in force."_s);
}

int runListsReject(Context& context, const QStringList& words)
{
    return simple(context, words, "lists.reject", u"Kept: %1 stays as it was until it changes again."_s);
}

int runListsUndo(Context& context, const QStringList& words)
{
    if (words.size() != 1)
        return context.usageError(u"name one list"_s);
    return request(context, "lists.undo", {{u"name"_s, words.first()}},
                   [&](const QJsonObject& result) { return showEdited(context.out, result); });
}

} // namespace bartizan::ctl
