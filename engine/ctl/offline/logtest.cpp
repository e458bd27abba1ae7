#include "engine/analysis/analyser.h"
#include "engine/base/clock.h"
#include "engine/base/utf8.h"
#include "engine/ctl/offline/logtest_output.h"
#include "engine/ctl/offline/ruleset_arguments.h"

#include <QByteArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <fstream>
#include <istream>
#include <ostream>
#include <unordered_map>

namespace bartizan::offline {

namespace {

constexpr std::string_view kUsageText =
    "logtest [--config DIR | --ruleset DIR] [--explain] [--as tester|daemon] "
    "[--input lines|ndjson] [--json] [FILE]";
constexpr const char* kDefaultSession = "default";

struct InputRecord
{
    std::string log;
    std::string location = "stdin";
    std::string session = kDefaultSession;
    std::optional<EpochMs> time = std::nullopt;
    RecordOrigin origin = {};
};

// A surrogate without its partner, which JSON can escape, becomes U+FFFD.
std::string bytesOf(const QJsonValue& value)
{
    QString text = value.toString();
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text.at(i).isHighSurrogate() && i + 1 < text.size() && text.at(i + 1).isLowSurrogate())
            ++i;
        else if (text.at(i).isSurrogate())
            text[i] = QChar::ReplacementCharacter;
    }
    return text.toUtf8().toStdString();
}

bool isAbsent(const QJsonValue& value)
{
    return value.isUndefined() || value.isNull();
}

// {"uid": 0, "unit": "ssh.service", "transport": "syslog"}: as the journal would say; "file": as a text file
// while there is a journal.
Result<RecordOrigin> parseOrigin(const QJsonValue& value)
{
    RecordOrigin origin;
    if (isAbsent(value))
        return origin;
    if (value.toString() == u"file") {
        origin.kind = RecordOrigin::Kind::Unverified;
        return origin;
    }
    if (!value.isObject())
        return fail(ErrorCode::InvalidArgument, "\"origin\" is neither \"file\" nor an object");
    const auto object = value.toObject();
    origin.kind = RecordOrigin::Kind::Journal;
    if (const auto user = object[QStringLiteral("uid")]; user.isDouble())
        origin.userId = static_cast<std::uint32_t>(user.toInteger());
    origin.unit = bytesOf(object[QStringLiteral("unit")]);
    origin.transport = bytesOf(object[QStringLiteral("transport")]);
    return origin;
}

Result<InputRecord> parseJsonLine(const std::string& line)
{
    QJsonParseError error{};
    const auto document = QJsonDocument::fromJson(QByteArray::fromStdString(repairUtf8(line)), &error);
    if (!document.isObject())
        return fail(ErrorCode::InvalidArgument, error.error != QJsonParseError::NoError
                                                    ? "not JSON: " + error.errorString().toStdString() +
                                                          " at byte " + std::to_string(error.offset)
                                                    : "not a JSON object");
    const auto object = document.object();
    InputRecord record;
    const auto log = object[QStringLiteral("log")];
    if (!log.isString())
        return fail(ErrorCode::InvalidArgument, "\"log\" is missing or no text");
    record.log = bytesOf(log);
    for (const auto& [name, target] : {std::pair(QStringLiteral("location"), &record.location),
                                       std::pair(QStringLiteral("session"), &record.session)}) {
        const auto value = object[name];
        if (!isAbsent(value) && !value.isString())
            return fail(ErrorCode::InvalidArgument, "\"" + name.toStdString() + "\" is no text");
        if (value.isString())
            *target = bytesOf(value);
    }
    auto origin = parseOrigin(object[QStringLiteral("origin")]);
    if (!origin)
        return std::unexpected(std::move(origin.error()));
    record.origin = std::move(*origin);
    const auto time = object[QStringLiteral("time")];
    if (!isAbsent(time)) {
        static constexpr double kLatest = 253402300800.0; // the end of year 9999
        if (!time.isDouble() || time.toDouble() < 0 || time.toDouble() > kLatest)
            return fail(ErrorCode::InvalidArgument, "\"time\" is no number of seconds since 1970");
        record.time = static_cast<EpochMs>(time.toDouble() * 1000.0);
    }
    return record;
}

class Logtest
{
public:
    Logtest(Environment& environment, const Arguments& arguments, Analyser& analyser)
        : m_environment(environment)
        , m_arguments(arguments)
        , m_analyser(analyser)
    {
        if (arguments.explain)
            m_analyser.setTrace(&m_trace, &m_trace);
    }

    int run(std::istream& in)
    {
        std::string line;
        while (std::getline(in, line)) {
            if (line.ends_with('\r'))
                line.pop_back();
            auto record = m_arguments.input == InputFormat::Ndjson
                              ? parseJsonLine(line)
                              : Result<InputRecord>(InputRecord{.log = line});
            if (!record)
                reportBadLine(record.error());
            else if (const auto answered = answer(*record); !answered)
                return failure(m_environment, answered.error(), ErrorForm::Text);
            if (in.rdbuf()->in_avail() <= 0)
                m_environment.out.flush(); // someone may be waiting for this answer
        }
        m_environment.out.flush();
        print(m_environment, m_analyser.findings(), Notes::Hide);
        return m_environment.out.good() ? kDone : kFailed;
    }

private:
    void reportBadLine(const Error& error)
    {
        if (m_arguments.json)
            m_environment.out << errorJson(error.message) << '\n';
        else
            m_environment.problems << "error: " << error.message << std::endl;
    }

    Result<void> answer(const InputRecord& record)
    {
        RecordBatch batch;
        batch.add(record.log, batch.locationIndex(record.location), record.time.value_or(m_clock.now()),
                  sessionNumber(record.session), batch.originIndex(record.origin));
        m_trace.clear();
        m_verdicts.clear();
        if (const auto analysed = m_analyser.analyse(batch, VerdictDetail::Everything, m_verdicts); !analysed)
            return analysed;
        const Attempts* attempts = m_arguments.explain ? &m_trace : nullptr;
        if (m_arguments.json)
            m_environment.out << verdictJson(m_verdicts.front(), record.session, attempts) << '\n';
        else
            m_environment.out << verdictText(m_verdicts.front(), record.log, attempts) << '\n';
        return {};
    }

    std::uint32_t sessionNumber(const std::string& name)
    {
        return m_sessions.try_emplace(name, static_cast<std::uint32_t>(m_sessions.size())).first->second;
    }

    Environment& m_environment;
    const Arguments& m_arguments;
    Analyser& m_analyser;
    SystemClock m_clock;
    Attempts m_trace;
    Verdicts m_verdicts;
    std::unordered_map<std::string, std::uint32_t> m_sessions;
};

} // namespace

int runLogtest(Environment& environment, const std::vector<std::string>& words)
{
    const auto arguments = parseArguments(environment, words, {"--explain", "--as", "--input"});
    if (!arguments)
        return usage(environment, arguments.error(), kUsageText, ErrorForm::Text);
    if (arguments->files.size() > 1)
        return usage(environment, {ErrorCode::InvalidArgument, "logtest reads one file", {}}, kUsageText,
                     ErrorForm::Text);
    Problems problems;
    const auto loaded = loadSources(environment, *arguments, Purpose::Logtest, problems);
    if (!loaded)
        return failure(environment, loaded.error(), ErrorForm::Text);
    Analyser analyser(analysisOptions(environment, loaded->configuration,
                                      arguments->mode.value_or(AnalysisMode::Tester), problems));
    const auto compiled = analyser.load(loaded->source);
    if (compiled)
        problems.insert(problems.end(), compiled->begin(), compiled->end());
    print(environment, problems, Notes::Hide);
    if (!compiled)
        return failure(environment, compiled.error(), ErrorForm::Text);

    Logtest logtest(environment, *arguments, analyser);
    if (arguments->files.empty() || arguments->files.front() == "-")
        return logtest.run(environment.in);
    std::ifstream file(arguments->files.front(), std::ios::binary);
    if (!file)
        return failure(environment,
                       {ErrorCode::NotFound, "Can't read " + arguments->files.front(),
                        "Check the path and the permissions."},
                       ErrorForm::Text);
    return logtest.run(file);
}

} // namespace bartizan::offline
