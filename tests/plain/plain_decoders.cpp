#include "tests/plain/plain_decoders.h"

#include "engine/decode/json_decoder.h"
#include "engine/decode/plugin_decoders.h"
#include "engine/decode/windows_event.h"

#include <algorithm>

namespace bartizan::plain {

namespace {

std::string_view baseName(std::string_view path)
{
    return path.substr(path.find_last_of('/') + 1);
}

bool acts(const PlainDecoder& decoder)
{
    return decoder.regex != nullptr || decoder.model.plugin.has_value();
}

// False where there is a text and it is no pattern.
bool compileInto(std::unique_ptr<const PlainPattern>& pattern, const std::optional<PatternModel>& text)
{
    if (text)
        pattern = compilePlain(text->type, text->text);
    return !text || pattern != nullptr;
}

} // namespace

std::vector<const SourceFile*> inLoadOrder(std::span<const SourceFile> files)
{
    std::vector<const SourceFile*> ordered;
    for (const auto& file : files)
        ordered.push_back(&file);
    std::ranges::stable_sort(ordered, {}, [](const SourceFile* file) { return baseName(file->name); });
    return ordered;
}

PlainDecoders::PlainDecoders(std::span<const SourceFile> files)
{
    // The internal decoders of spec §5.8.
    m_names = {"rootcheck",
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
               "windows_eventchannel",
               "sca"};
    m_windowsEvents.shownName = "windows_eventchannel";
    for (const auto* file : inLoadOrder(files)) {
        Problems problems;
        for (auto& model : loadDecoders(*file, problems))
            add(std::move(model));
    }
}

void PlainDecoders::add(DecoderModel model)
{
    auto decoder = std::make_unique<PlainDecoder>();
    if (!compileInto(decoder->programName, model.programName) ||
        !compileInto(decoder->prematch, model.prematch) || !compileInto(decoder->regex, model.regex))
        return;
    decoder->shownName = model.parent && !model.useOwnName ? *model.parent : model.name;
    decoder->model = std::move(model);
    if (decoder->model.parent) {
        addChild(std::move(decoder));
        return;
    }
    m_names.insert(decoder->model.name);
    (decoder->programName ? m_withProgram : m_withoutProgram).push_back({decoder.get(), {}});
    m_decoders.push_back(std::move(decoder));
}

void PlainDecoders::addChild(std::unique_ptr<PlainDecoder> decoder)
{
    std::vector<Top*> parents;
    for (auto* list : {&m_withProgram, &m_withoutProgram}) {
        for (auto& top : *list) {
            if (top.decoder->model.name == decoder->model.parent)
                parents.push_back(&top);
        }
    }
    if (parents.empty() ||
        std::ranges::any_of(parents, [&](const Top* parent) { return !fits(*decoder, *parent); }))
        return;
    for (auto* parent : parents) {
        for (auto& sibling : parent->children) {
            if (sibling.decoder->model.name == decoder->model.name)
                sibling.getNext = true;
        }
        parent->children.push_back({decoder.get(), false});
    }
    m_names.insert(decoder->model.name);
    m_decoders.push_back(std::move(decoder));
}

bool PlainDecoders::fits(const PlainDecoder& decoder, const Top& parent)
{
    bool isSecond = false;
    bool canContinue = false;
    for (const auto& sibling : parent.children) {
        if (sibling.decoder->model.name != decoder.model.name)
            continue;
        if (!acts(*sibling.decoder) || !acts(decoder))
            return false;
        isSecond = true;
        canContinue = canContinue || sibling.decoder->prematch || sibling.decoder->regex;
    }
    if (isSecond && (decoder.prematch || decoder.model.firstSeen))
        return false;
    return canContinue || !decoder.model.regex || decoder.model.regex->offset != PatternOffset::AfterRegex;
}

// The algorithm of spec §5.3 for one event, with its names.
class PlainDecoders::Run
{
public:
    explicit Run(Event& event)
        : m_event(event)
    {
    }

    // Whether `d` takes the event.
    bool accepts(const PlainDecoder& d)
    {
        parent_pos = 0;
        if (m_event.programName && !d.programName->matches(*m_event.programName))
            return false;
        if (!d.prematch)
            return true;
        const auto match = d.prematch->find(m_event.log, Captures::No);
        parent_pos = match ? match->end : 0;
        return match.has_value();
    }

    const PlainDecoder* run(const Top& d)
    {
        info = d.decoder;
        pre_pos = parent_pos;
        if (d.children.empty()) {
            (void)act(*d.decoder);
        } else if (const auto found = findChild(d.children)) {
            for (std::size_t run = *found;; ++run) {
                if (!act(*d.children[run].decoder) || !d.children[run].getNext)
                    break;
            }
        }
        m_event.type = info->model.type;
        return info;
    }

private:
    std::optional<std::size_t> findChild(const std::vector<Child>& children)
    {
        for (std::size_t c = 0; c < children.size(); ++c) {
            const auto& child = *children[c].decoder;
            if (!child.prematch)
                return c;
            const std::size_t from =
                child.model.prematch->offset == PatternOffset::AfterParent ? parent_pos : 0;
            if (const auto match = child.prematch->find(m_event.log.substr(from), Captures::No)) {
                info = &child;
                pre_pos = from + match->end;
                return c;
            }
            while (children[c].getNext)
                ++c;
        }
        return std::nullopt;
    }

    [[nodiscard]] std::size_t positionOf(PatternOffset offset) const
    {
        switch (offset) {
        case PatternOffset::None:
            break;
        case PatternOffset::AfterParent:
            return parent_pos;
        case PatternOffset::AfterPrematch:
            return pre_pos;
        case PatternOffset::AfterRegex:
            return regex_pos.value_or(pre_pos);
        }
        return 0;
    }

    // False where there is nothing to run.
    bool act(const PlainDecoder& run)
    {
        if (run.model.plugin) {
            callPlugin(*run.model.plugin, m_event.log.substr(positionOf(info->model.pluginOffset)));
            return true;
        }
        if (!run.regex)
            return false;
        const std::size_t from = positionOf(run.model.regex->offset);
        const auto match = run.regex->find(m_event.log.substr(from), Captures::Yes);
        if (!match)
            return true;
        regex_pos = from + match->end;
        for (std::size_t k = 0; k < match->captures.size() && k < run.model.order.size(); ++k) {
            const auto& target = run.model.order[k];
            if (target.fixed)
                m_event.setField(*target.fixed, match->captures[k]);
            else
                m_event.addDynamic(target.name, match->captures[k]);
        }
        return true;
    }

    void callPlugin(DecoderPlugin plugin, std::string_view text)
    {
        if (plugin == DecoderPlugin::Json)
            decodeJson(m_event, text, info->model.jsonNull, info->model.jsonArray);
        else if (plugin == DecoderPlugin::PacketFilter)
            decodePacketFilter(m_event, text);
        else if (plugin == DecoderPlugin::SymantecWeb)
            decodeSymantecWeb(m_event, text);
        else if (plugin == DecoderPlugin::SonicWall)
            decodeSonicWall(m_event, text);
    }

    Event& m_event;
    const PlainDecoder* info = nullptr;
    std::size_t parent_pos = 0;
    std::size_t pre_pos = 0;
    std::optional<std::size_t> regex_pos;
};

const PlainDecoder* PlainDecoders::decode(Event& event) const
{
    if (isWindowsEvent(event)) {
        event.isMalformed = !decodeWindowsEvent(event);
        if (event.isMalformed)
            return nullptr;
        event.type = DecoderType::Ossec;
        return &m_windowsEvents;
    }
    Run run(event);
    for (const auto& top : event.programName ? m_withProgram : m_withoutProgram) {
        if (run.accepts(*top.decoder))
            return run.run(top);
    }
    return nullptr;
}

} // namespace bartizan::plain
