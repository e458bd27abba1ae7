#include "engine/ctl/command.h"
#include "engine/ctl/describe.h"
#include "engine/ctl/text.h"

#include <QDateTime>
#include <QJsonArray>

namespace bartizan::ctl {

using namespace Qt::StringLiterals;

namespace {

// What the history is behind with, empty when it is not.
QString behindText(const QJsonObject& store)
{
    QStringList parts;
    const auto add = [&](QLatin1StringView key, const QString& text) {
        if (const auto value = store[key].toInteger(); value > 0)
            parts.append(grouped(value) + u' ' + text);
    };
    add("waiting"_L1, u"alerts to be written"_s);
    add("not_indexed"_L1, u"to be indexed for searching"_s);
    add("condensed"_L1, u"counted without their source"_s);
    add("dropped"_L1, u"not kept"_s);
    return parts.join(u", "_s);
}

Style styleOfState(const QString& state)
{
    if (state == "protecting"_L1 || state == "reading"_L1)
        return Style::Good;
    return state == "degraded"_L1 || state == "denied"_L1 || state == "failed"_L1 ? Style::Bad
                                                                                  : Style::Notice;
}

QString sinceStart(const QJsonValue& started)
{
    const auto time = QDateTime::fromString(started.toString(), Qt::ISODateWithMs);
    if (!time.isValid())
        return safe(started);
    return localTime(started) + " ("_L1 +
           duration(std::chrono::seconds(time.secsTo(QDateTime::currentDateTimeUtc()))) + ')'_L1;
}

QString firewallText(const QJsonObject& firewall)
{
    QString line = safe(firewall["backend"_L1]);
    line += firewall["ready"_L1].toBool() ? ", ready"_L1 : ", not ready"_L1;
    if (firewall["error"_L1].isString())
        line += ": "_L1 + safe(firewall["error"_L1]);
    return line;
}

QString modeText(const QJsonObject& status)
{
    const bool observes = status["mode"_L1] == "observe"_L1;
    QString line = observes ? u"observe: nothing is blocked"_s : u"respond: attackers are blocked"_s;
    if (status["paused_until"_L1].isString())
        line += ", paused until "_L1 + localTime(status["paused_until"_L1]);
    return line;
}

// What rules that count earlier events can look back on.
QString memoryText(const QJsonObject& correlation)
{
    const auto count = [&](QLatin1String key) { return correlation[key].toInteger(); };
    QString line = counted(count("events"_L1), "event") + ", "_L1 + byteSize(count("bytes"_L1)) + " of "_L1 +
                   byteSize(count("limit"_L1));
    if (const auto evicted = count("evicted"_L1); evicted > 0)
        line += ", "_L1 + grouped(evicted) + " forgotten early for want of room"_L1;
    return line;
}

void showFacts(Output& out, const QJsonObject& status)
{
    const auto fact = [&out](QLatin1String name, const QString& value) {
        out.line("  "_L1 + out.styled(QString(name).leftJustified(10), Style::Faint) + value);
    };
    const auto count = [](const QJsonObject& object, const char* key) {
        return object[QLatin1String(key)].toInteger();
    };
    const QJsonObject rules = status["ruleset"_L1].toObject();
    const QJsonObject counters = status["counters"_L1].toObject();
    const QJsonObject store = status["store"_L1].toObject();
    fact("since"_L1, sinceStart(status["started"_L1]));
    fact("mode"_L1, modeText(status));
    fact("firewall"_L1, firewallText(status["firewall"_L1].toObject()));
    fact("rules"_L1,
         counted(count(rules, "rules"), "rule") + ", "_L1 + counted(count(rules, "decoders"), "decoder") +
             ", "_L1 + counted(count(rules, "lists"), "list") + " with "_L1 +
             (count(rules, "list_entries") == 1 ? u"1 entry"_s
                                                : grouped(count(rules, "list_entries")) + " entries"_L1));
    fact("seen"_L1,
         counted(count(counters, "lines"), "line") + ", "_L1 + counted(count(counters, "alerts"), "alert"));
    fact("blocks"_L1, grouped(count(counters, "active_blocks")) + " active, "_L1 +
                          grouped(count(counters, "blocks")) + " made, "_L1 +
                          grouped(count(counters, "refused")) + " refused, "_L1 +
                          grouped(count(counters, "failed")) + " failed"_L1);
    if (const QJsonObject correlation = status["correlation"_L1].toObject(); !correlation.isEmpty())
        fact("memory"_L1, memoryText(correlation));
    fact("history"_L1, safe(store["path"_L1]) + ", "_L1 + byteSize(count(store, "bytes")) + ", "_L1 +
                           counted(count(store, "alerts"), "alert"));
    if (const QString behind = behindText(store); !behind.isEmpty())
        fact(""_L1, behind);
    if (store["error"_L1].isString())
        fact(""_L1, out.styled(safe(store["error"_L1]), Style::Bad));
}

void showSources(Output& out, const QJsonArray& sources)
{
    Table table{{u"SOURCE"_s}, {u"STATE"_s}, {u"LINES"_s, Align::Right}, {u"LAST LINE"_s}};
    for (const auto& item : sources) {
        const QJsonObject source = item.toObject();
        const QString detail = safe(source["detail"_L1]);
        table.addRow({safe(source["path"_L1]), safe(source["state"_L1]),
                      grouped(source["lines"_L1].toInteger()),
                      detail.isEmpty() ? localTime(source["last_line_at"_L1]) : detail});
    }
    out.line();
    if (table.empty())
        out.line(u"No log source is configured: nothing is watched."_s);
    else
        out.table(table);
}

int showStatus(Output& out, const QJsonObject& status)
{
    const QString state = safe(status["state"_L1]);
    out.line(out.styled(u"Bartizan "_s + safe(status["version"_L1]), Style::Strong) + ": "_L1 +
             out.styled(state, styleOfState(state)));
    showFacts(out, status);
    showSources(out, status["sources"_L1].toArray());
    const QJsonArray problems = status["problems"_L1].toArray();
    if (!problems.isEmpty()) {
        out.line();
        out.line(out.styled(u"PROBLEMS"_s, Style::Faint));
        showProblems(out, problems);
    }
    return kSuccess;
}

} // namespace

int runStatus(Context& context, const QStringList& arguments)
{
    if (!arguments.isEmpty())
        return context.usageError(u"status takes no arguments"_s);
    return request(context, "status", {},
                   [&](const QJsonObject& status) { return showStatus(context.out, status); });
}

} // namespace bartizan::ctl
