#include "engine/decode/decoder_set.h"

#include "engine/base/strings.h"
#include "engine/decode/decoder_compiler.h"
#include "engine/decode/decoder_run.h"
#include "engine/decode/windows_event.h"
#include "engine/pattern/match_budget.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace bartizan {

namespace {

// A bound on what an attacker who writes program names can make us remember.
constexpr std::size_t kMaxRememberedPrograms = 1024;
constexpr std::size_t kLongestRememberedProgram = 256;

std::uint64_t nextSetNumber()
{
    static std::atomic<std::uint64_t> number{0};
    return ++number;
}

std::string_view baseName(std::string_view path)
{
    return path.substr(path.find_last_of('/') + 1);
}

} // namespace

DecoderSet::DecoderSet()
    : m_number(nextSetNumber())
{
}

std::shared_ptr<const DecoderSet> DecoderSet::compile(std::span<const SourceFile> files, Problems& problems)
{
    std::vector<const SourceFile*> ordered;
    ordered.reserve(files.size());
    for (const SourceFile& file : files)
        ordered.push_back(&file);
    // Equal names keep the order they were given in, which is the order of their addresses.
    std::ranges::sort(ordered, {},
                      [](const SourceFile* file) { return std::pair(baseName(file->name), file); });
    std::shared_ptr<DecoderSet> set(new DecoderSet);
    DecoderCompiler compiler(*set, problems);
    for (const SourceFile* file : ordered) {
        for (DecoderModel& model : loadDecoders(*file, problems))
            compiler.add(std::move(model));
    }
    compiler.finish();
    return set;
}

std::optional<int> DecoderSet::idOf(std::string_view name) const
{
    const auto found = m_ids.find(std::string(name));
    return found == m_ids.end() ? std::nullopt : std::optional(found->second);
}

const Decoder* DecoderSet::ownerOf(const Pattern& pattern) const
{
    const auto found = std::ranges::find_if(m_decoders, [&pattern](const auto& decoder) {
        return decoder->m_programName.get() == &pattern || decoder->m_prematch.get() == &pattern ||
               decoder->m_regex.get() == &pattern;
    });
    return found == m_decoders.end() ? nullptr : found->get();
}

const std::vector<std::uint32_t>& DecoderSet::candidates(std::string_view program,
                                                         DecodeScratch& scratch) const
{
    if (scratch.m_setNumber != m_number || scratch.m_byProgram.size() >= kMaxRememberedPrograms) {
        scratch.m_byProgram.clear();
        scratch.m_setNumber = m_number;
    }
    if (const auto known = scratch.m_byProgram.find(program); known != scratch.m_byProgram.end())
        return known->second;
    std::vector<std::uint32_t> matching;
    for (std::uint32_t i = 0; i < m_withProgram.size(); ++i) {
        if (m_withProgram[i].decoder->m_programName->matches(program))
            matching.push_back(i);
    }
    // What a spent budget left untried is not known.
    if (program.size() > kLongestRememberedProgram || MatchBudget::current().isSpent())
        return scratch.m_unremembered = std::move(matching);
    return scratch.m_byProgram.emplace(program, std::move(matching)).first->second;
}

const DecoderSet::Top* DecoderSet::findTop(const Event& event, DecodeScratch& scratch,
                                           std::size_t& parentEnd) const
{
    const auto accepts = [&event, &parentEnd, &scratch](const Top& top) {
        parentEnd = 0;
        if (top.decoder->m_programName != nullptr)
            scratch.tell(*top.decoder, DecoderStep::ProgramName, true);
        if (top.decoder->m_prematch == nullptr)
            return true;
        const Pattern& prematch = *top.decoder->m_prematch;
        const auto end =
            prematch.isRuledOutBy(event.logSignature()) ? std::nullopt : prematch.matchEnd(event.log);
        parentEnd = end.value_or(0);
        scratch.tell(*top.decoder, DecoderStep::Prematch, end.has_value());
        return end.has_value();
    };
    if (event.programName) {
        for (const std::uint32_t index : candidates(*event.programName, scratch)) {
            if (accepts(m_withProgram[index]))
                return &m_withProgram[index];
        }
        return nullptr;
    }
    const auto found = std::ranges::find_if(m_withoutProgram, accepts);
    return found == m_withoutProgram.end() ? nullptr : &*found;
}

void DecoderSet::decode(Event& event, DecodeScratch& scratch) const
{
    if (isWindowsEvent(event)) {
        event.isMalformed = !decodeWindowsEvent(event);
        if (!event.isMalformed) {
            event.decoder = m_windowsEvents.get();
            event.type = DecoderType::Ossec;
        }
        return;
    }
    std::size_t parentEnd = 0;
    if (const Top* top = findTop(event, scratch, parentEnd))
        DecoderRun(event, scratch, *top, parentEnd).run();
}

} // namespace bartizan
