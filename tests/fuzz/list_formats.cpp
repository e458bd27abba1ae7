// Lists that somebody else publishes, in every format and by detection.
#include "engine/lists/formats/list_preview.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace bartizan;

// What a sink may rely on.
class Checker : public ListEntrySink
{
public:
    explicit Checker(const ListOptions& options)
        : m_options(options)
    {
    }

    bool take(const ListEntry& entry) override
    {
        ++m_entries;
        const std::string text = describe(entry);
        if (text.empty() || entry.line == 0 || entry.line < m_line ||
            entry.note.size() > m_options.limits.longestNote)
            std::abort();
        m_line = entry.line;
        if (const auto* network = std::get_if<Cidr>(&entry.value);
            network != nullptr && Cidr::parse(text) != *network)
            std::abort();
        return m_entries < kMost;
    }

    [[nodiscard]] bool isFull() const { return m_entries >= kMost; }
    [[nodiscard]] std::uint64_t entries() const { return m_entries; }

private:
    static constexpr std::uint64_t kMost = 100'000;
    const ListOptions& m_options;
    std::uint64_t m_entries = 0;
    std::uint64_t m_line = 0;
};

void readAs(ListFormat format, std::string_view bytes)
{
    ListOptions options;
    options.format = format;
    options.limits = {.longestLine = 512, .deepestJson = 8, .mostProblems = 5, .longestNote = 20};
    Checker checker(options);
    const auto reading = readList(bytes, options, checker);
    if (reading.counts.entries() < checker.entries() || reading.counts.good > reading.counts.entries())
        std::abort();
    if (reading.isWhole == checker.isFull() && reading.problems.empty())
        std::abort(); // it stops early only for a reason
    if (reading.problems.size() > options.limits.mostProblems + 2)
        std::abort();
    for (const auto& problem : reading.problems) {
        if (problem.message.empty() || problem.message.find('\0') != std::string::npos)
            std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (const auto& facts : listFormats())
        readAs(facts.format, bytes);
    const auto preview = previewList(bytes, {}, PreviewFormat::Detected, 3);
    if (preview.first.size() > 3 || preview.detection.confidence < 0 || preview.detection.confidence > 1)
        std::abort();
    if (!preview.detection.format && (preview.reading.problems.empty() || preview.reading.isWhole))
        std::abort();
    return 0;
}
