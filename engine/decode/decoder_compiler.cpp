#include "engine/decode/decoder_compiler.h"

#include "engine/decode/windows_event.h"

#include <array>
#include <utility>

namespace bartizan {

namespace {

constexpr std::array<std::string_view, 16> kInternalNames = {
    "rootcheck",
    "syscheck_integrity_changed",
    "syscheck_new_entry",
    "syscheck_deleted",
    "syscheck_registry_key_modified",
    "syscheck_registry_key_added",
    "syscheck_registry_key_deleted",
    "syscheck_registry_value_modified",
    "syscheck_registry_value_added",
    "syscheck_registry_value_deleted",
    "hostinfo_new",
    "hostinfo_modified",
    "syscollector",
    "ciscat",
    kWindowsEventDecoder,
    "sca",
};

} // namespace

void DecoderCompiler::add(DecoderModel model)
{
    auto decoder = std::make_unique<Decoder>();
    if (!compilePatterns(model, *decoder))
        return;
    if (model.plugin == DecoderPlugin::OssecAlert) {
        m_problems.push_back(
            decoderProblem(Severity::Note, model.file, model.position,
                           "OSSECAlert_Decoder is not supported: decoder '" + model.name +
                               "' sets no fields and takes over no rule",
                           "nothing to do unless alerts of another server are read as a log"));
    }
    decoder->m_ownName = model.name;
    decoder->m_name = model.parent && !model.useOwnName ? *model.parent : model.name;
    decoder->m_parentName = model.parent.value_or("");
    decoder->m_type = model.type;
    decoder->m_accumulates = model.accumulates;
    decoder->m_firstSeen = std::move(model.firstSeen);
    decoder->m_firstSeenComment = std::move(model.firstSeenComment);
    decoder->m_order = std::move(model.order);
    decoder->m_plugin = model.plugin.value_or(DecoderPlugin::None);
    decoder->m_pluginOffset = model.pluginOffset;
    decoder->m_jsonNull = model.jsonNull;
    decoder->m_jsonArray = model.jsonArray;
    if (model.parent)
        addChild(model, std::move(decoder));
    else
        addTop(model, std::move(decoder));
}

bool DecoderCompiler::compilePatterns(const DecoderModel& model, Decoder& decoder)
{
    if (!compilePattern(model, model.programName, decoder.m_programName) ||
        !compilePattern(model, model.prematch, decoder.m_prematch) ||
        !compilePattern(model, model.regex, decoder.m_regex))
        return false;
    if (model.prematch)
        decoder.m_prematchOffset = model.prematch->offset;
    if (model.regex)
        decoder.m_regexOffset = model.regex->offset;
    return true;
}

bool DecoderCompiler::compilePattern(const DecoderModel& model, const std::optional<PatternModel>& pattern,
                                     std::unique_ptr<const Pattern>& target)
{
    if (!pattern)
        return true;
    auto compiled = bartizan::compilePattern(pattern->type, pattern->text);
    if (!compiled) {
        return fail(model, pattern->position,
                    "invalid pattern in decoder '" + model.name + "': " + compiled.error().message,
                    compiled.error().cure);
    }
    target = std::move(*compiled);
    return true;
}

void DecoderCompiler::addTop(const DecoderModel& model, std::unique_ptr<Decoder> decoder)
{
    decoder->m_id = idFor(decoder->m_name);
    auto& list = model.programName ? m_set.m_withProgram : m_set.m_withoutProgram;
    list.push_back({decoder.get(), {}});
    m_set.m_decoders.push_back(std::move(decoder));
}

void DecoderCompiler::addChild(const DecoderModel& model, std::unique_ptr<Decoder> decoder)
{
    std::vector<DecoderSet::Top*> parents;
    for (auto* list : {&m_set.m_withProgram, &m_set.m_withoutProgram}) {
        for (DecoderSet::Top& top : *list) {
            if (top.decoder->m_ownName == *model.parent)
                parents.push_back(&top);
        }
    }
    if (parents.empty()) {
        fail(model, model.parentPosition,
             "parent '" + *model.parent + "' of decoder '" + model.name + "' does not exist",
             "name a decoder without parent that stands before it");
        return;
    }
    for (const DecoderSet::Top* parent : parents) {
        if (!fitsChain(model, *decoder, *parent))
            return;
    }
    decoder->m_id = idFor(decoder->m_name);
    for (DecoderSet::Top* parent : parents) {
        for (DecoderSet::Child& sibling : parent->children) {
            if (sibling.decoder->m_ownName == decoder->m_ownName)
                sibling.getNext = true;
        }
        parent->children.push_back({decoder.get(), false});
    }
    m_set.m_decoders.push_back(std::move(decoder));
}

bool DecoderCompiler::fitsChain(const DecoderModel& model, const Decoder& decoder,
                                const DecoderSet::Top& parent)
{
    bool isChained = false;
    bool canContinue = false;
    const auto acts = [](const Decoder& one) {
        return one.m_regex != nullptr || one.m_plugin != DecoderPlugin::None;
    };
    for (const DecoderSet::Child& sibling : parent.children) {
        if (sibling.decoder->m_ownName != decoder.m_ownName)
            continue;
        isChained = true;
        canContinue =
            canContinue || sibling.decoder->m_regex != nullptr || sibling.decoder->m_prematch != nullptr;
        if (!acts(*sibling.decoder) || !acts(decoder)) {
            return fail(model, model.position,
                        "decoder '" + model.name + "' exists already and one of the two has no regex",
                        "give it another name, or both a regex");
        }
    }
    if (isChained && (decoder.m_prematch != nullptr || decoder.m_firstSeen)) {
        return fail(model, model.prematch ? model.prematch->position : model.position,
                    "decoder '" + model.name + "' continues an earlier one and has a prematch or fts",
                    "keep them in the first of the name, or give it another name");
    }
    if (decoder.m_regexOffset == PatternOffset::AfterRegex && !canContinue) {
        return fail(model, model.regex->position,
                    "after_regex in decoder '" + model.name + "', which continues no regex",
                    "put an earlier decoder of the same name and parent before it");
    }
    return true;
}

int DecoderCompiler::idFor(const std::string& name)
{
    return m_set.m_ids.emplace(name, static_cast<int>(m_set.m_ids.size()) + 1).first->second;
}

void DecoderCompiler::finish()
{
    // decoded_as may name a child that shows its parent's name: a known name, though no event ever has it.
    for (const auto& decoder : m_set.m_decoders)
        idFor(decoder->m_ownName);
    for (const auto name : kInternalNames)
        idFor(std::string(name));
    auto windowsEvents = std::make_unique<Decoder>();
    windowsEvents->m_name = windowsEvents->m_ownName = kWindowsEventDecoder;
    windowsEvents->m_id = idFor(windowsEvents->m_name);
    windowsEvents->m_type = DecoderType::Ossec;
    m_set.m_windowsEvents = std::move(windowsEvents);
}

bool DecoderCompiler::fail(const DecoderModel& model, const xml::Position& position, std::string message,
                           std::string cure)
{
    m_problems.push_back(
        decoderProblem(Severity::Error, model.file, position, std::move(message), std::move(cure)));
    return false;
}

} // namespace bartizan
