// reload, pause, resume.
#include "engine/ctl/command.h"
#include "engine/ctl/describe.h"
#include "engine/ctl/text.h"

#include <QJsonArray>

namespace bartizan::ctl {

using namespace Qt::StringLiterals;

int runReload(Context& context, const QStringList& arguments)
{
    if (!arguments.isEmpty())
        return context.usageError(u"reload takes no arguments"_s);
    return request(context, "reload", {}, [&](const QJsonObject& result) {
        Output& out = context.out;
        const bool broken = showProblems(out, result["problems"_L1].toArray());
        const QJsonObject rules = result["ruleset"_L1].toObject();
        out.line((broken ? u"Reloaded, but not all of it could be used: "_s : u"Reloaded: "_s) +
                 counted(rules["rules"_L1].toInteger(), "rule") + ", "_L1 +
                 counted(rules["decoders"_L1].toInteger(), "decoder") + ", "_L1 +
                 counted(rules["lists"_L1].toInteger(), "list") + '.'_L1);
        return broken ? kFailure : kSuccess;
    });
}

int runPause(Context& context, const QStringList& arguments)
{
    const auto parsed = Arguments::parse(arguments, {});
    if (!parsed)
        return context.usageError(parsed.error());
    if (parsed->positional().size() != 1)
        return context.usageError(u"say for how long"_s);
    const QString typed = parsed->positional().first();
    const auto length = parseDuration(typed.toStdString());
    if (!length)
        return context.usageError(u"'%1' is not a duration; say 5m or 15m"_s.arg(typed));
    const QJsonObject params{{"seconds"_L1, static_cast<qint64>(length->count())}};
    return request(context, "pause", params, [&](const QJsonObject& result) {
        context.out.line("Paused until "_L1 + localTime(result["paused_until"_L1]) +
                         ": rules block nothing new until then. 'bartizanctl resume' ends it."_L1);
        return kSuccess;
    });
}

int runResume(Context& context, const QStringList& arguments)
{
    if (!arguments.isEmpty())
        return context.usageError(u"resume takes no arguments"_s);
    return request(context, "resume", {}, [&](const QJsonObject&) {
        context.out.line(u"No longer paused: attackers are blocked again."_s);
        return kSuccess;
    });
}

} // namespace bartizan::ctl
