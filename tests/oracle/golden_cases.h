// The reference's recorded cases as records, for whoever answers them.
#pragma once

#include "tests/oracle/golden_compare.h"

namespace bartizan::test {

inline constexpr EpochMs kCaseTime = 1'732'446'000'000;

// The events of a row, in a session of their own.
inline RecordBatch eventsOf(const QJsonObject& row, std::string_view location, int session)
{
    RecordBatch batch;
    for (const auto& event : row[QStringLiteral("events")].toArray())
        batch.add(event.toString().toStdString(), batch.locationIndex(location), kCaseTime,
                  static_cast<std::uint32_t>(session));
    return batch;
}

// A corner case: its lines in order, with time passing where it says so. `answer` gives the verdicts of a
// batch.
template<class Answer> QStringList cornerDifferences(const QJsonObject& row, Answer&& answer)
{
    const auto results = row[QStringLiteral("expected")][QStringLiteral("results")].toArray();
    QStringList found;
    EpochMs now = kCaseTime;
    int result = 0;
    for (const auto& step : row[QStringLiteral("steps")].toArray()) {
        const auto object = step.toObject();
        if (object.contains(QStringLiteral("advance"))) {
            now += object[QStringLiteral("advance")].toInt() * 1000LL;
            continue;
        }
        const auto line = step.isString() ? step.toString() : object[QStringLiteral("event")].toString();
        const auto location = object[QStringLiteral("location")].toString(QStringLiteral("stdin"));
        RecordBatch batch;
        batch.add(line.toStdString(), batch.locationIndex(location.toStdString()), now);
        const auto verdicts = answer(batch);
        if (verdicts.size() != 1)
            return {QStringLiteral("no verdict")};
        const auto expected = results[result++].toObject();
        for (const auto& difference : differences(expected, verdicts.front())) {
            found.append(QString::number(result) + QLatin1Char(':') + difference);
            if (qEnvironmentVariableIsSet("BARTIZAN_SHOW"))
                qInfo().noquote() << "   " << difference
                                  << QJsonDocument(expected).toJson(QJsonDocument::Compact)
                                  << (verdicts.front().rule ? static_cast<int>(verdicts.front().rule->id) : 0)
                                  << QByteArray::fromStdString(fieldsJson(verdicts.front()));
        }
    }
    return found;
}

// A Windows event, whose table records `alert` under another name, an error for what is no event, and no
// earlier output.
inline QStringList windowsDifferences(QJsonObject expected, const Verdict& verdict)
{
    if (expected.contains(QStringLiteral("error")))
        return verdict.rule || !verdict.fields.empty() ? QStringList{QStringLiteral("an event")}
                                                       : QStringList();
    expected[QStringLiteral("alert")] = expected[QStringLiteral("_alert")];
    auto found = differences(expected, verdict);
    found.removeAll(QStringLiteral("previous"));
    if (QString::fromStdString(verdict.fullLog) != expected[QStringLiteral("full_log")].toString())
        found.append(QStringLiteral("full_log"));
    return found;
}

} // namespace bartizan::test
