// lists import, export: own lists from and to files.
#include "engine/base/strings.h"
#include "engine/base/utf8.h"
#include "engine/ctl/lists_commands.h"

#include "engine/ctl/describe.h"
#include "engine/ctl/text.h"
#include "engine/lists/formats/list_preview.h"

#include <QFile>
#include <QJsonArray>

#include <utility>

namespace bartizan::ctl {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 kLargestFile = qint64{256} << 20U;
// Of what one request carries; a frame holds 1 MiB.
constexpr qsizetype kBytesPerPart = qsizetype{384} << 10U;

QString repaired(std::string_view bytes)
{
    return QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size()));
}

// Hands entries to the engine in parts: foreign formats are read here, not there.
class Sender final : public ListEntrySink
{
public:
    Sender(EngineConnection& engine, QString name, bool replace)
        : m_engine(engine)
        , m_name(std::move(name))
        , m_replace(replace)
    {
    }

    bool take(const ListEntry& entry) override { return add(describe(entry), entry.note, entry.validUntil); }

    bool add(std::string_view entry, std::string_view note, std::string_view validUntil = {})
    {
        QJsonArray one{repaired(entry), repaired(note)};
        if (!validUntil.empty())
            one.append(repaired(validUntil));
        m_bytes += one[0].toString().size() + 4 * one[1].toString().size() + 64;
        m_entries.append(one);
        return m_bytes < kBytesPerPart || send(false);
    }

    bool send(bool last)
    {
        m_answer = m_engine.call("lists.import", {{u"name"_s, m_name},
                                                  {u"replace"_s, m_replace},
                                                  {u"part"_s, m_part++},
                                                  {u"last"_s, last},
                                                  {u"entries"_s, m_entries}});
        m_entries = {};
        m_bytes = 0;
        return m_answer.has_value();
    }

    [[nodiscard]] const Result<QJsonObject>& answer() const { return m_answer; }

private:
    EngineConnection& m_engine;
    const QString m_name;
    const bool m_replace;
    QJsonArray m_entries;
    qsizetype m_bytes = 0;
    int m_part = 0;
    Result<QJsonObject> m_answer;
};

// A CDB list holds anything as its keys, users' names as well as addresses. The number of lines that have
// none.
std::uint64_t sendCdb(std::string_view bytes, Sender& sender)
{
    std::uint64_t bad = 0;
    while (!bytes.empty() && sender.answer()) {
        const auto end = bytes.find('\n');
        std::string_view line = trim(bytes.substr(0, end));
        bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
        if (line.empty() || line.front() == '#')
            continue;
        const bool isQuoted = line.front() == '"';
        const auto colon = isQuoted ? line.find("\":") : line.find(':');
        if (colon == std::string_view::npos || colon == 0) {
            ++bad;
            continue;
        }
        const auto key = isQuoted ? line.substr(1, colon - 1) : line.substr(0, colon);
        static_cast<void>(sender.add(key, line.substr(colon + (isQuoted ? 2 : 1))));
    }
    return bad;
}

Result<QByteArray> readFile(const QString& path)
{
    QFile file;
    const bool isInput = path == "-"_L1;
    file.setFileName(path);
    if (isInput ? !file.open(stdin, QIODevice::ReadOnly) : !file.open(QIODevice::ReadOnly))
        return fail(ErrorCode::NotFound,
                    "can't read " + path.toStdString() + ": " + file.errorString().toStdString(),
                    "Check the path and the permissions.");
    QByteArray bytes = file.read(kLargestFile + 1);
    if (bytes.size() > kLargestFile)
        return fail(ErrorCode::Exhausted, path.toStdString() + " is larger than 256 MiB", "Split the list.");
    return bytes;
}

Result<ListOptions> optionsFor(std::string_view bytes, const Arguments& arguments, const QString& path)
{
    ListOptions options;
    options.fileName = path.toStdString();
    options.column = arguments.value("--column").value_or(QString()).toStdString();
    if (const auto named = arguments.value("--format")) {
        const auto format = listFormatFromName(named->toStdString());
        if (!format)
            return fail(ErrorCode::InvalidArgument, "there is no format " + named->toStdString(),
                        "\"bartizanctl lists preview FILE\" tells which one it is.");
        options.format = *format;
        return options;
    }
    const auto detection = detectListFormat(bytes);
    if (!detection.format)
        return fail(ErrorCode::InvalidArgument, path.toStdString() + ": " + detection.reason, detection.cure);
    options.format = *detection.format;
    return options;
}

QJsonArray problemsJson(const Problems& problems)
{
    QJsonArray array;
    for (const auto& problem : problems)
        array.append(QJsonObject{{u"severity"_s, problem.severity == Severity::Error     ? u"error"_s
                                                 : problem.severity == Severity::Warning ? u"warning"_s
                                                                                         : u"note"_s},
                                 {u"component"_s, repaired(problem.component)},
                                 {u"file"_s, repaired(problem.file)},
                                 {u"line"_s, problem.line},
                                 {u"column"_s, problem.column},
                                 {u"message"_s, repaired(problem.message)},
                                 {u"cure"_s, repaired(problem.cure)}});
    return array;
}

// What the engine's file says, as others want it.
QByteArray converted(const QByteArray& cdb, bool plain)
{
    if (!plain)
        return cdb;
    class Keys final : public ListEntrySink
    {
    public:
        bool take(const ListEntry& entry) override
        {
            text += QByteArray::fromStdString(describe(entry)) + '\n';
            return true;
        }
        QByteArray text;
    } keys;
    ListOptions options;
    options.format = ListFormat::Cdb;
    // What can't be read as a list's entry is in the file as it is.
    static_cast<void>(readList({cdb.constData(), static_cast<std::size_t>(cdb.size())}, options, keys));
    return keys.text;
}

} // namespace

int runListsImport(Context& context, const QStringList& words)
{
    const auto arguments = Arguments::parse(words, {"--format=", "--column=", "--replace"});
    if (!arguments || arguments->positional().size() != 2)
        return context.usageError(arguments ? u"name the list and one file"_s : arguments.error());
    Output& out = context.out;
    const QString path = arguments->positional().at(1);
    const auto bytes = readFile(path);
    if (!bytes)
        return out.failure(bytes.error());
    const std::string_view view(bytes->constData(), static_cast<std::size_t>(bytes->size()));
    const auto options = optionsFor(view, *arguments, path);
    if (!options)
        return out.failure(options.error());
    EngineConnection engine(context.options.socket, context.platform.trust);
    if (const auto opened = engine.open(); !opened)
        return out.failure(opened.error());
    Sender sender(engine, arguments->positional().first(), arguments->has("--replace"));
    ListReading reading;
    if (options->format == ListFormat::Cdb) {
        reading.counts.bad = sendCdb(view, sender);
        reading.isWhole = true;
    } else {
        reading = readList(view, *options, sender);
    }
    if (!sender.answer())
        return out.failure(sender.answer().error());
    if (!reading.isWhole) {
        showProblems(out, problemsJson(reading.problems));
        return out.failure(
            {ErrorCode::InvalidArgument, path.toStdString() + " could not be read as a list", {}});
    }
    if (!sender.send(true))
        return out.failure(sender.answer().error());
    QJsonObject result = *sender.answer();
    result.insert(u"file_problems"_s, problemsJson(reading.problems));
    out.document(result);
    const bool broken = showProblems(out, result["problems"_L1].toArray());
    showProblems(out, result["file_problems"_L1].toArray());
    out.line(u"Imported: %1 added, %2 changed, %3 removed; %4 of the file could not be used."_s.arg(
        grouped(result["added"_L1].toInteger()), grouped(result["changed"_L1].toInteger()),
        grouped(result["removed"_L1].toInteger()), counted(static_cast<qint64>(reading.counts.bad), "line")));
    return broken ? kFailure : kSuccess;
}

int runListsExport(Context& context, const QStringList& words)
{
    const auto arguments = Arguments::parse(words, {"--plain"});
    if (!arguments || arguments->positional().size() != 1)
        return context.usageError(arguments ? u"name one list"_s : arguments.error());
    EngineConnection engine(context.options.socket, context.platform.trust);
    if (const auto opened = engine.open(); !opened)
        return context.out.failure(opened.error());
    QByteArray cdb;
    for (;;) {
        const auto part = engine.call("lists.export", {{u"name"_s, arguments->positional().first()},
                                                       {u"offset"_s, static_cast<qint64>(cdb.size())}});
        if (!part)
            return context.out.failure(part.error());
        cdb += QByteArray::fromBase64((*part)["bytes"_L1].toString().toLatin1());
        if (!(*part)["more"_L1].toBool())
            break;
    }
    QFile out;
    const auto text = converted(cdb, arguments->has("--plain"));
    if (!out.open(stdout, QIODevice::WriteOnly) || out.write(text) != text.size())
        return context.out.failure({ErrorCode::Unavailable, "the list could not be written", "Make room."});
    return kSuccess;
}

} // namespace bartizan::ctl
