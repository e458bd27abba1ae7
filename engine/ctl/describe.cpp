#include "engine/ctl/describe.h"

#include "engine/ctl/text.h"

namespace bartizan::ctl {

using namespace Qt::StringLiterals;

bool showProblems(Output& out, const QJsonArray& problems)
{
    bool anyError = false;
    for (const auto& item : problems) {
        const QJsonObject problem = item.toObject();
        const QString severity = safe(problem["severity"_L1]);
        const bool error = severity == "error"_L1;
        anyError = anyError || error;
        QString place = safe(problem["file"_L1], 300);
        for (const auto& part : {"line"_L1, "column"_L1}) {
            if (!place.isEmpty() && problem[part].toInt() > 0)
                place += ':'_L1 + QString::number(problem[part].toInt());
        }
        out.line("  "_L1 + out.styled(severity, error ? Style::Bad : Style::Notice) + "  "_L1 +
                 (place.isEmpty() ? QString() : place + ": "_L1) + safe(problem["message"_L1], 500));
        const QString cure = safe(problem["cure"_L1], 500);
        if (!cure.isEmpty())
            out.line(QString(severity.size() + 4, ' '_L1) + out.styled(cure, Style::Faint));
    }
    return anyError;
}

QString ruleText(const QJsonObject& rule)
{
    if (rule.isEmpty())
        return u"-"_s;
    return safe(rule["id"_L1], 20) + " (level "_L1 + QString::number(rule["level"_L1].toInt()) + ')'_L1;
}

QString originText(const QJsonObject& origin)
{
    const QString kind = origin["kind"_L1].toString();
    if (kind == "unverified"_L1)
        return u"nobody knows whom (a text file)"_s;
    if (kind != "journal"_L1)
        return {};
    if (origin["transport"_L1] == "kernel"_L1)
        return u"the kernel"_s;
    const QJsonValue user = origin["uid"_L1];
    const QString who = !user.isDouble()        ? u"an unknown user"_s
                        : user.toInteger() == 0 ? u"root"_s
                                                : "user "_L1 + QString::number(user.toInteger());
    const QString unit = safe(origin["unit"_L1], 80);
    return who + (unit.isEmpty() ? u" in no service"_s : " in "_L1 + unit);
}

QString blockStateText(const QJsonObject& block)
{
    QString state = safe(block["state"_L1], 20);
    if (state == "active"_L1 || state == "pending"_L1) {
        if (block["permanent"_L1].toBool())
            return state + ", permanent"_L1;
        return state + ", "_L1 + duration(std::chrono::seconds(block["remaining"_L1].toInteger())) +
               " left"_L1;
    }
    if (state == "failed"_L1)
        return state + ": "_L1 + safe(block["error"_L1]);
    if (state == "refused"_L1)
        return state + ": "_L1 + safe(block["guard"_L1]) +
               (block["guard"_L1] == "origin"_L1 ? " ("_L1 + safe(block["error"_L1]) + ')'_L1 : QString());
    if (state == "released"_L1) {
        const QString by = safe(block["released_by"_L1], 40);
        return state + (by.isEmpty() ? QString() : " by "_L1 + by) + ' '_L1 + localTime(block["released"_L1]);
    }
    if (state == "expired"_L1)
        return state + ' '_L1 + localTime(block["expires"_L1]);
    return state;
}

Style blockStyle(const QJsonObject& block)
{
    const QString state = block["state"_L1].toString();
    if (state == "active"_L1)
        return Style::Good;
    return state == "failed"_L1 ? Style::Bad : state == "pending"_L1 ? Style::Notice : Style::Plain;
}

QString blockReasonText(const QJsonObject& block)
{
    const QJsonObject rule = block["rule"_L1].toObject();
    if (!rule.isEmpty())
        return safe(rule["id"_L1], 20) + ": "_L1 + safe(rule["description"_L1], 120);
    const QString by = safe(block["requested_by"_L1], 40);
    const QString reason = safe(block["reason"_L1], 120);
    return (by.isEmpty() ? u"a person"_s : by) + (reason.isEmpty() ? QString() : ": "_L1 + reason);
}

} // namespace bartizan::ctl
