#include "engine/fetch/compile.h"

#include "engine/fetch/unpack.h"
#include "engine/lists/compiled_list.h"
#include "engine/lists/formats/list_preview.h"

#include <QDateTime>

#include <algorithm>
#include <optional>

namespace bartizan::fetch {

namespace {

// Into the compiled list, the first few also for people.
class Compiler final : public ListEntrySink
{
public:
    Compiler(CompiledListBuilder& builder, std::size_t mostFirst, EpochMs now)
        : m_builder(builder)
        , m_mostFirst(mostFirst)
        , m_now(now)
    {
    }

    bool take(const ListEntry& entry) override
    {
        if (hasEnded(entry.validUntil)) {
            ++ended;
            return true;
        }
        if (first.size() < m_mostFirst)
            first.push_back(
                {entry.line, std::string(kindOf(entry)), describe(entry), std::string(entry.note)});
        return m_builder.take(entry);
    }

    std::vector<FetchedEntry> first;
    std::uint64_t ended = 0;

private:
    // What can't be read as a time has none.
    [[nodiscard]] bool hasEnded(std::string_view validUntil) const
    {
        if (validUntil.empty())
            return false;
        const auto text = QString::fromLatin1(validUntil.data(), static_cast<qsizetype>(validUntil.size()));
        const auto time = QDateTime::fromString(text, Qt::ISODateWithMs);
        return time.isValid() && time.toMSecsSinceEpoch() <= m_now;
    }

    CompiledListBuilder& m_builder;
    std::size_t m_mostFirst;
    EpochMs m_now;
};

std::unexpected<Error> refuse(ErrorCode code, std::string message, std::string cure)
{
    return fail(code, std::move(message), std::move(cure));
}

Result<ListDetection> formatOf(std::string_view bytes, const FetchRequest& request)
{
    if (request.format.empty()) {
        auto found = detectListFormat(bytes);
        if (!found.format)
            return refuse(ErrorCode::Corrupt, found.reason, found.cure);
        return found;
    }
    const auto named = listFormatFromName(request.format);
    if (!named)
        return refuse(ErrorCode::InvalidArgument, "There is no list format of that name",
                      "Leave it out, and it is found.");
    return ListDetection{named, 1, "as asked for", {}};
}

FetchReport reportOf(const ListDetection& found, ListReading&& reading, Compiler&& compiler)
{
    FetchReport report;
    report.format = listFormatFacts(*found.format).name;
    report.confidence = found.confidence;
    report.reason = found.reason;
    report.layout = std::move(reading.layout);
    report.goodLines = reading.counts.good;
    report.badLines = reading.counts.bad;
    report.leftOutLines = reading.counts.leftOut;
    report.networks = reading.counts.networks;
    report.hashes = reading.counts.hashes;
    report.domains = reading.counts.domains;
    report.first = std::move(compiler.first);
    report.problems = std::move(reading.problems);
    return report;
}

Problem note(std::string message)
{
    Problem problem;
    problem.severity = Severity::Note;
    problem.component = "lists";
    problem.message = std::move(message);
    return problem;
}

Result<Compiled> compileText(std::string_view bytes, const FetchRequest& request, EpochMs now)
{
    const auto found = formatOf(bytes, request);
    if (!found)
        return std::unexpected(found.error());
    CompiledListBuilder builder(request.limits.entries);
    Compiler compiler(builder, request.previewEntries, now);
    ListOptions options;
    options.format = *found->format;
    options.column = request.column;
    auto reading = readList(bytes, options, compiler);
    const auto error = std::ranges::find(reading.problems, Severity::Error, &Problem::severity);
    if (error != reading.problems.end())
        return refuse(ErrorCode::Corrupt, error->message, error->cure);
    // Of comments alone is a list with nothing in it; of nothing but mistakes is another list than was
    // thought.
    if (reading.counts.good == 0 && reading.counts.bad > 0)
        return refuse(ErrorCode::Corrupt,
                      "No line of it can be read as " + std::string(listFormatFacts(*found->format).name),
                      "Let the format be found, or name another.");
    auto image = std::move(builder).build();
    if (!image)
        return std::unexpected(std::move(image.error()));
    const std::uint64_t ended = compiler.ended;
    Compiled compiled{reportOf(*found, std::move(reading), std::move(compiler)), std::move(*image)};
    if (ended > 0)
        compiled.report.problems.insert(
            compiled.report.problems.begin(),
            note(std::to_string(ended) + " entries were left out: the list says they are valid no longer"));
    return compiled;
}

} // namespace

Result<Compiled> compileList(std::string_view bytes, const FetchRequest& request, EpochMs now)
{
    const auto unpacked = unpack(bytes, request.limits);
    if (!unpacked)
        return std::unexpected(unpacked.error());
    const std::string_view text = unpacked->isPacked ? std::string_view(unpacked->bytes) : bytes;
    if (text.size() > request.limits.unpackedBytes)
        return refuse(ErrorCode::Exhausted,
                      "The list has more than " + std::to_string(request.limits.unpackedBytes) + " bytes",
                      "Take a smaller list, or raise the limit.");
    auto compiled = compileText(text, request, now);
    if (compiled && !unpacked->remark.empty())
        compiled->report.problems.insert(compiled->report.problems.begin(), note(unpacked->remark));
    return compiled;
}

} // namespace bartizan::fetch
