#include "engine/decode/decoder_run.h"

#include "engine/decode/json_decoder.h"
#include "engine/decode/plugin_decoders.h"

#include <algorithm>

namespace bartizan {

void DecoderRun::run()
{
    show(*m_top.decoder);
    if (m_top.children.empty()) {
        static_cast<void>(execute(*m_top.decoder, true));
        return;
    }
    const auto first = findChild();
    if (!first)
        return;
    for (std::size_t i = *first; i < m_top.children.size(); ++i) {
        const DecoderSet::Child& child = m_top.children[i];
        if (!execute(*child.decoder, !child.getNext))
            return;
    }
}

void DecoderRun::show(const Decoder& decoder)
{
    m_info = &decoder;
    m_event.decoder = &decoder;
    m_event.type = decoder.m_type;
}

std::optional<std::size_t> DecoderRun::findChild()
{
    const auto& children = m_top.children;
    for (std::size_t i = 0; i < children.size(); ++i) {
        const Decoder& child = *children[i].decoder;
        if (child.m_prematch == nullptr)
            return i; // the search ends here, and the parent stays the shown one
        const std::size_t from = child.m_prematchOffset == PatternOffset::AfterParent ? m_parentEnd : 0;
        const auto end = child.m_prematch->isRuledOutBy(m_event.logSignature())
                             ? std::nullopt
                             : child.m_prematch->matchEnd(m_event.log.substr(from));
        m_scratch.tell(child, DecoderStep::Prematch, end.has_value());
        if (end) {
            show(child);
            m_prematchEnd = from + *end;
            return i;
        }
        while (children[i].getNext && i + 1 < children.size())
            ++i; // to the tail of its chain
    }
    return std::nullopt;
}

std::string_view DecoderRun::textBehind(PatternOffset offset) const
{
    switch (offset) {
    case PatternOffset::None:
        return m_event.log;
    case PatternOffset::AfterParent:
        return m_event.log.substr(m_parentEnd);
    case PatternOffset::AfterPrematch:
        return m_event.log.substr(m_prematchEnd);
    case PatternOffset::AfterRegex:
        return m_event.log.substr(m_regexEnd.value_or(m_prematchEnd));
    }
    return m_event.log;
}

bool DecoderRun::execute(const Decoder& decoder, bool isLast)
{
    if (decoder.m_plugin != DecoderPlugin::None) {
        callPlugin(decoder.m_plugin);
        m_scratch.tell(decoder, DecoderStep::Plugin, true);
    } else if (decoder.m_regex != nullptr) {
        const auto text = textBehind(decoder.m_regexOffset);
        const auto end = decoder.m_regex->isRuledOutBy(m_event.logSignature())
                             ? std::nullopt
                             : decoder.m_regex->matchEnd(text, m_scratch.m_captures);
        m_scratch.tell(decoder, DecoderStep::Regex, end.has_value());
        if (end) {
            store(decoder);
            m_regexEnd = static_cast<std::size_t>(text.data() - m_event.log.data()) + *end;
        }
    } else {
        return false;
    }
    return !isLast;
}

void DecoderRun::store(const Decoder& decoder)
{
    const std::size_t count = std::min(m_scratch.m_captures.size(), decoder.m_order.size());
    for (std::size_t i = 0; i < count; ++i) {
        const FieldTarget& target = decoder.m_order[i];
        if (target.fixed)
            m_event.setField(*target.fixed, m_scratch.m_captures[i]);
        else
            m_event.addDynamic(target.name, m_scratch.m_captures[i]);
    }
}

void DecoderRun::callPlugin(DecoderPlugin plugin)
{
    const auto text = textBehind(m_info->m_pluginOffset);
    switch (plugin) {
    case DecoderPlugin::Json:
        decodeJson(m_event, text, m_info->m_jsonNull, m_info->m_jsonArray);
        break;
    case DecoderPlugin::PacketFilter:
        decodePacketFilter(m_event, text);
        break;
    case DecoderPlugin::SymantecWeb:
        decodeSymantecWeb(m_event, text);
        break;
    case DecoderPlugin::SonicWall:
        decodeSonicWall(m_event, text);
        break;
    case DecoderPlugin::None:
    case DecoderPlugin::OssecAlert:
        break;
    }
}

} // namespace bartizan
