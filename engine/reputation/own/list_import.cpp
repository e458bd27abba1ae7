#include "engine/reputation/own/list_import.h"

#include "engine/base/strings.h"
#include "engine/lists/formats/list_preview.h"
#include "engine/reputation/own/entry_check.h"
#include "engine/reputation/own/list_folder.h"
#include "engine/reputation/own/list_text.h"

#include <QDateTime>

#include <utility>

namespace bartizan::own {

namespace {

constexpr std::size_t kMostProblems = 100;

std::optional<EpochMs> timeOf(std::string_view text)
{
    const auto time = QDateTime::fromString(
        QString::fromLatin1(text.data(), static_cast<qsizetype>(text.size())), Qt::ISODateWithMs);
    return time.isValid() ? std::optional<EpochMs>(time.toMSecsSinceEpoch()) : std::nullopt;
}

class Collector final : public ListEntrySink
{
public:
    Collector(ReadImport& import, EpochMs now)
        : m_import(import)
        , m_now(now)
    {
    }
    bool take(const ListEntry& entry) override
    {
        std::optional<EpochMs> expiresAt;
        if (!entry.validUntil.empty())
            expiresAt = timeOf(entry.validUntil);
        if (expiresAt && *expiresAt <= m_now) {
            ++m_import.expired;
            return true;
        }
        m_import.entries.push_back({describe(entry), fittingNote(entry.note), expiresAt});
        // The shortest line of an entry has some bytes: what comes to more can't be written anyway.
        m_bytes += m_import.entries.back().key.size() + m_import.entries.back().note.size() + 2;
        return m_bytes <= kLargestListFile;
    }
    [[nodiscard]] bool isFull() const { return m_bytes > kLargestListFile; }

private:
    ReadImport& m_import;
    EpochMs m_now;
    std::size_t m_bytes = 0;
};

void warn(ReadImport& import, std::uint64_t line, std::string message, std::string cure)
{
    if (import.problems.size() < kMostProblems)
        import.problems.push_back(
            {Severity::Warning, "lists", {}, static_cast<int>(line), 0, std::move(message), std::move(cure)});
}

void countKind(ListCounts& counts, EntryKind kind, std::uint64_t entries)
{
    if (kind == EntryKind::Hash)
        counts.hashes += entries;
    else if (kind == EntryKind::Domain)
        counts.domains += entries;
    else if (kind != EntryKind::Text)
        counts.networks += entries;
}

void readCdb(std::string_view bytes, ReadImport& import)
{
    TextLine line;
    for (LineWalk walk(bytes); walk.next(line);) {
        if (line.kind == LineKind::Blank || line.kind == LineKind::Comment) {
            ++import.counts.blank;
            continue;
        }
        auto check = checkEntry(line.key);
        if (line.kind == LineKind::NoColon || line.cutsAddress || !check.isTaken()) {
            ++import.counts.bad;
            if (line.kind == LineKind::NoColon)
                warn(import, line.number, "The line has no ':'", "Write it as key: or key:value.");
            else if (line.cutsAddress)
                warn(import, line.number, "Only what stands before the first ':' is the key",
                     "Put the IPv6 address in double quotes.");
            else
                warn(import, line.number, std::move(check.error), std::move(check.cure));
            continue;
        }
        ++import.counts.good;
        countKind(import.counts, check.kind, check.keys.size());
        const auto note = fittingNote(line.value);
        for (auto& key : check.keys)
            import.entries.push_back({std::move(key), note, {}});
    }
}

} // namespace

Result<ReadImport> readImport(std::string_view bytes, std::optional<ListFormat> format,
                              std::string_view column, EpochMs now)
{
    ReadImport import;
    if (bytes.size() > kLargestListFile)
        return fail(ErrorCode::Exhausted, "It is larger than 256 MiB", "Import it in parts.");
    if (!format) {
        auto detection = detectListFormat(bytes);
        if (!detection.format)
            return fail(ErrorCode::InvalidArgument, std::move(detection.reason),
                        detection.cure + " Where it is key:value with names for keys, import it as " +
                            std::string(listFormatFacts(ListFormat::Cdb).name) + '.');
        format = detection.format;
        import.detection = std::move(detection.reason);
    }
    import.format = *format;
    if (*format == ListFormat::Cdb) {
        readCdb(bytes, import);
        return import;
    }
    ListOptions options;
    options.format = *format;
    options.column = column;
    options.limits.mostProblems = kMostProblems;
    Collector collector(import, now);
    auto reading = readList(bytes, options, collector);
    if (collector.isFull())
        return fail(ErrorCode::Exhausted, "What it holds would take more than 256 MiB",
                    "Import it in parts.");
    if (!reading.isWhole) {
        const auto problem = reading.problems.empty() ? Problem{} : reading.problems.front();
        return fail(ErrorCode::InvalidArgument,
                    problem.message.empty() ? "It can't be read in that format" : problem.message,
                    problem.cure);
    }
    import.counts = reading.counts;
    import.problems = std::move(reading.problems);
    return import;
}

} // namespace bartizan::own
