// Compares verdicts with the reference's recorded answers, and differences with the list of those known.
#pragma once

#include "engine/analysis/alert_json.h"
#include "engine/analysis/analysis_port.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QStringList>

namespace bartizan::test {

inline QJsonValue jsonText(const std::optional<std::string>& text)
{
    return text ? QJsonValue(QString::fromUtf8(QByteArray::fromStdString(*text)))
                : QJsonValue(QJsonValue::Undefined);
}

inline QJsonArray jsonTexts(const std::vector<std::string>& texts)
{
    QJsonArray array;
    for (const auto& text : texts)
        array.append(jsonText(text));
    return array;
}

// What differs, in a word each; empty when the verdict is the expected one. `expected` has the rule's members
// beside each other or in an object `rule`.
inline QStringList differences(const QJsonObject& expected, const Verdict& verdict)
{
    QStringList found;
    const auto check = [&found](const char* what, const QJsonValue& wanted, const QJsonValue& got) {
        const auto empty = [](const QJsonValue& value) { return value.isNull() || value.isUndefined(); };
        if (wanted != got && !(empty(wanted) && empty(got)))
            found.append(QString::fromUtf8(what));
    };
    const bool nested = expected[QStringLiteral("rule")].isObject();
    const QJsonObject rule = nested ? expected[QStringLiteral("rule")].toObject() : expected;
    const QJsonValue id = rule[nested ? QStringLiteral("id") : QStringLiteral("rule")];
    check("rule", id, verdict.rule ? jsonText(std::to_string(verdict.rule->id)) : QJsonValue());
    if (verdict.rule && id.isString()) {
        check("level", rule[QStringLiteral("level")], verdict.rule->level);
        check("description", rule[QStringLiteral("description")], jsonText(verdict.rule->description));
        check("groups", rule[QStringLiteral("groups")], jsonTexts(verdict.rule->facts->groups));
        const auto fired = static_cast<qint64>(verdict.rule->firedTimes);
        check("firedtimes", rule[QStringLiteral("firedtimes")], fired > 0 ? QJsonValue(fired) : QJsonValue());
        if (rule.contains(QStringLiteral("mail")))
            check("mail", rule[QStringLiteral("mail")], verdict.rule->mail);
        if (nested) {
            check("info", rule[QStringLiteral("info")],
                  verdict.rule->facts->info.empty() ? QJsonValue() : jsonText(verdict.rule->facts->info));
            const int frequency = verdict.rule->frequency;
            check("frequency", rule[QStringLiteral("frequency")],
                  frequency > 0 ? QJsonValue(frequency) : QJsonValue());
            for (const auto& [standard, items] : verdict.rule->facts->compliance)
                check("compliance", rule[QString::fromStdString(standard)], jsonTexts(items));
        }
    }
    const QJsonObject decoder = expected[QStringLiteral("decoder")].toObject();
    const auto nameOf = [](const std::string& name) { return name.empty() ? QJsonValue() : jsonText(name); };
    check("decoder", decoder[QStringLiteral("name")], nameOf(verdict.decoderName));
    check("parent", decoder[QStringLiteral("parent")], nameOf(verdict.decoderParent));
    check("comment", decoder[QStringLiteral("ftscomment")], nameOf(verdict.decoderComment));
    check("accumulate", decoder[QStringLiteral("accumulate")],
          verdict.decoderAccumulates ? QJsonValue(1) : QJsonValue());
    const QJsonObject predecoder = expected[QStringLiteral("predecoder")].toObject();
    check("program", predecoder[QStringLiteral("program_name")], jsonText(verdict.programName));
    check("timestamp", predecoder[QStringLiteral("timestamp")], jsonText(verdict.timestamp));
    check("hostname", predecoder[QStringLiteral("hostname")], jsonText(verdict.hostname));
    const auto fields = QJsonDocument::fromJson(QByteArray::fromStdString(fieldsJson(verdict))).object();
    check("data", expected[QStringLiteral("data")].toObject(), fields);
    check("alert", expected[QStringLiteral("alert")], verdict.alert);
    check("previous", expected[QStringLiteral("previous_output")],
          verdict.previousOutput.empty() ? QJsonValue() : jsonText(verdict.previousOutput));
    return found;
}

// The ids under `kind` in known_differences.txt: lines "KIND ID".
inline QSet<QString> knownDifferences(const QString& kind)
{
    QSet<QString> ids;
    QFile file(QStringLiteral(BARTIZAN_SOURCE_DIR "/tests/oracle/known_differences.txt"));
    if (!file.open(QIODevice::ReadOnly))
        return ids;
    for (const auto& line : QString::fromUtf8(file.readAll()).split(QLatin1Char('\n'))) {
        const auto words = line.split(QLatin1Char(' '), Qt::SkipEmptyParts);
        if (words.size() >= 2 && words.front() == kind)
            ids.insert(words.at(1));
    }
    return ids;
}

} // namespace bartizan::test
