#include "engine/base/strings.h"
#include "engine/decode/decoder_model.h"

#include <array>
#include <utility>

namespace bartizan {

namespace {

using xml::Element;

constexpr std::size_t kMaxOrder = 256;

template<class Value> struct Word
{
    std::string_view text;
    Value value;
};

template<class Value, std::size_t N>
std::optional<Value> lookUp(const std::array<Word<Value>, N>& words, std::string_view text)
{
    for (const auto& word : words) {
        if (word.text == text)
            return word.value;
    }
    return std::nullopt;
}

constexpr std::array<Word<DecoderType>, 8> kTypes = {{
    {"syslog", DecoderType::Syslog},
    {"firewall", DecoderType::Firewall},
    {"ids", DecoderType::Ids},
    {"web-log", DecoderType::WebLog},
    {"squid", DecoderType::Squid},
    {"windows", DecoderType::Windows},
    {"host-information", DecoderType::HostInformation},
    {"ossec", DecoderType::Ossec},
}};

constexpr std::array<Word<DecoderPlugin>, 5> kPlugins = {{
    {"JSON_Decoder", DecoderPlugin::Json},
    {"PF_Decoder", DecoderPlugin::PacketFilter},
    {"SymantecWS_Decoder", DecoderPlugin::SymantecWeb},
    {"SonicWall_Decoder", DecoderPlugin::SonicWall},
    {"OSSECAlert_Decoder", DecoderPlugin::OssecAlert},
}};

constexpr std::array<Word<PatternOffset>, 3> kOffsets = {{
    {"after_parent", PatternOffset::AfterParent},
    {"after_prematch", PatternOffset::AfterPrematch},
    {"after_regex", PatternOffset::AfterRegex},
}};

// One <decoder> element.
class DecoderReader
{
public:
    DecoderReader(const Element& element, std::string_view file, Problems& problems)
        : m_element(element)
        , m_file(file)
        , m_problems(problems)
    {
    }

    std::optional<DecoderModel> read()
    {
        if (!readHead())
            return std::nullopt;
        for (const Element& child : m_element.children) {
            if (!readChild(child))
                return std::nullopt;
        }
        if (!check())
            return std::nullopt;
        return std::move(m_model);
    }

private:
    bool readHead()
    {
        if (!equalsIgnoreCase(m_element.name, "decoder")) {
            return fail(m_element,
                        "element '" + m_element.name + "' cannot stand at the top of a decoder file",
                        "only <decoder name=\"…\"> and <var> can");
        }
        const auto& attributes = m_element.attributes;
        if (attributes.empty() || !equalsIgnoreCase(attributes[0].name, "name") ||
            attributes[0].value.empty())
            return fail(m_element, "a decoder without a name", "write name=\"…\" as its first attribute");
        if (attributes.size() > 2 ||
            (attributes.size() == 2 && !equalsIgnoreCase(attributes[1].name, "status"))) {
            return fail(m_element, "unknown attribute in decoder '" + attributes[0].value + "'",
                        "only 'name' and 'status' are known");
        }
        m_model.name = attributes[0].value;
        m_model.file = m_file;
        m_model.position = m_element.position;
        return true;
    }

    bool readChild(const Element& child)
    {
        const auto is = [&child](std::string_view name) { return equalsIgnoreCase(child.name, name); };
        if (is("program_name"))
            return readPattern(child, m_model.programName, PatternType::OsMatch);
        if (is("prematch"))
            return readPattern(child, m_model.prematch, PatternType::OsRegex);
        if (is("regex"))
            return readPattern(child, m_model.regex, PatternType::OsRegex);
        if (is("order"))
            return readOrder(child);
        if (is("plugin_decoder"))
            return readPlugin(child);
        if (is("json_null_field"))
            return readNullField(child);
        if (is("json_array_structure"))
            return readArrayStructure(child);
        if (is("type"))
            return readType(child);
        return readPlain(child);
    }

    // The elements whose content needs no check.
    bool readPlain(const Element& child)
    {
        const auto is = [&child](std::string_view name) { return equalsIgnoreCase(child.name, name); };
        if (is("parent"))
            readParent(child);
        else if (is("use_own_name"))
            m_model.useOwnName = child.content == "true";
        else if (is("fts"))
            readFirstSeen(child);
        else if (is("ftscomment"))
            m_model.firstSeenComment += child.content;
        else if (is("accumulate"))
            m_model.accumulates = true;
        else
            return fail(child, "unknown element '" + child.name + "' in decoder '" + m_model.name + "'",
                        "remove it");
        return true;
    }

    void readParent(const Element& child)
    {
        if (!m_model.parent)
            m_model.parentPosition = child.position;
        m_model.parent = m_model.parent.value_or("") + child.content;
    }

    // Several elements of one name are one text; only the first may say where it is searched.
    bool readPattern(const Element& child, std::optional<PatternModel>& pattern, PatternType defaultType)
    {
        const bool first = !pattern;
        if (first)
            pattern = PatternModel{{}, defaultType, PatternOffset::None, child.position};
        pattern->text += child.content;
        for (const auto& attribute : child.attributes) {
            if (attribute.name == "type") {
                const auto type = patternTypeFromName(attribute.value);
                if (!type)
                    return fail(child, "unknown pattern type '" + attribute.value + "'",
                                "use osregex, osmatch or pcre2");
                pattern->type = *type;
            } else if (attribute.name == "offset") {
                if (!first)
                    return fail(child, "a second offset for the same '" + child.name + "'",
                                "only the first may have one");
                if (!readOffset(child, attribute.value, pattern->offset))
                    return false;
            }
        }
        return true;
    }

    bool readOffset(const Element& child, std::string_view text, PatternOffset& offset)
    {
        const auto value = lookUp(kOffsets, text);
        if (!value) {
            return fail(child, "unknown offset '" + std::string(text) + "'",
                        "use after_parent, after_prematch or after_regex");
        }
        offset = *value;
        return true;
    }

    static FieldTarget target(std::string_view name)
    {
        // Trimmed and cut at the first blank.
        name = trim(name);
        name = name.substr(0, name.find(' '));
        return {staticFieldFromName(name), std::string(name)};
    }

    bool readOrder(const Element& child)
    {
        for (const auto name : split(child.content, ','))
            m_model.order.push_back(target(name));
        if (m_model.order.size() > kMaxOrder)
            return fail(child, "more than 256 names in <order>", "use fewer captures");
        return true;
    }

    bool readPlugin(const Element& child)
    {
        m_model.plugin = lookUp(kPlugins, child.content);
        if (!m_model.plugin) {
            return fail(child, "unknown plugin decoder '" + child.content + "'",
                        "the usual one is JSON_Decoder");
        }
        const auto* offset = child.attribute("offset");
        return offset == nullptr || readOffset(child, offset->value, m_model.pluginOffset);
    }

    bool readNullField(const Element& child)
    {
        if (child.content != "string" && child.content != "discard" && child.content != "empty")
            return fail(child, "unknown json_null_field '" + child.content + "'", "use string or discard");
        m_model.jsonNull = child.content == "discard" ? JsonNull::Discard : JsonNull::Text;
        return true;
    }

    bool readArrayStructure(const Element& child)
    {
        if (child.content != "array" && child.content != "csv")
            return fail(child, "unknown json_array_structure '" + child.content + "'", "use array or csv");
        m_model.jsonArray = child.content == "csv" ? JsonArray::Csv : JsonArray::Text;
        return true;
    }

    bool readType(const Element& child)
    {
        const auto type = lookUp(kTypes, child.content);
        if (!type) {
            return fail(child, "unknown decoder type '" + child.content + "'",
                        "use syslog, firewall, ids, web-log, squid, windows, host-information or ossec");
        }
        m_model.type = *type;
        return true;
    }

    void readFirstSeen(const Element& child)
    {
        auto& fields = m_model.firstSeen.emplace();
        for (const auto part : split(child.content, ',')) {
            const auto field = target(part);
            if (field.name == "location") {
                fields.location = true;
            } else if (field.fixed) {
                const auto fixed = *field.fixed == StaticField::ExtraData ? StaticField::Data : *field.fixed;
                fields.statics[static_cast<std::size_t>(fixed)] = true;
            } else if (!field.name.empty() && field.name != "name") {
                fields.dynamics.push_back(field.name);
            }
        }
    }

    // What has to fit together (spec §5.1). What depends on other decoders is checked when they are compiled.
    bool check()
    {
        auto& m = m_model;
        if (!m.prematch && !m.parent && !m.programName)
            return fail(m_element, "decoder '" + m.name + "' has no condition",
                        "add prematch, program_name or parent");
        if (m.plugin && (m.regex || !m.order.empty()))
            return fail(at("plugin_decoder"), "decoder '" + m.name + "' has both a plugin and a regex",
                        "use one of them");
        if (m.regex.has_value() == m.order.empty()) {
            return fail(at(m.regex ? "regex" : "order"),
                        "decoder '" + m.name + "' has only one of regex and order",
                        "give the captures of <regex> names in <order>");
        }
        if (m.programName && m.programName->offset != PatternOffset::None)
            return fail(at("program_name"), "program_name cannot have an offset", "remove it");
        if (m.prematch && m.prematch->offset != PatternOffset::None &&
            (m.prematch->offset != PatternOffset::AfterParent || !m.parent))
            return fail(at("prematch"),
                        "the offset of a prematch can only be after_parent, in a decoder with a parent",
                        "remove or change it");
        if (m.regex && !checkOffset(at("regex"), m.regex->offset))
            return false;
        if (m.pluginOffset == PatternOffset::AfterRegex)
            return fail(at("plugin_decoder"), "a plugin's offset cannot be after_regex",
                        "use after_parent or after_prematch");
        return checkOffset(at("plugin_decoder"), m.pluginOffset);
    }

    // The first child of that name: where a mistake is shown.
    [[nodiscard]] const Element& at(std::string_view name) const
    {
        const Element* child = m_element.child(name);
        return child != nullptr ? *child : m_element;
    }

    bool checkOffset(const Element& where, PatternOffset& offset)
    {
        if (!m_model.parent) {
            // Without a parent after_prematch means behind its own prematch.
            if (offset == PatternOffset::AfterPrematch)
                offset = PatternOffset::AfterParent;
            else if (offset != PatternOffset::None)
                return fail(where, "offset without a parent in decoder '" + m_model.name + "'",
                            "use after_prematch");
            return true;
        }
        if (offset == PatternOffset::AfterPrematch && !m_model.prematch)
            return fail(where, "after_prematch in decoder '" + m_model.name + "', which has no prematch",
                        "add a prematch, or use after_parent");
        return true;
    }

    bool fail(const Element& element, std::string message, std::string cure)
    {
        m_problems.push_back(
            decoderProblem(Severity::Error, m_file, element.position, std::move(message), std::move(cure)));
        return false;
    }

    const Element& m_element;
    std::string_view m_file;
    Problems& m_problems;
    DecoderModel m_model;
};

} // namespace

Problem decoderProblem(Severity severity, std::string_view file, const xml::Position& position,
                       std::string message, std::string cure)
{
    return {severity,        "decoders",         std::string(file), position.line,
            position.column, std::move(message), std::move(cure)};
}

std::vector<DecoderModel> loadDecoders(const SourceFile& file, Problems& problems)
{
    std::vector<DecoderModel> models;
    const xml::Document document = xml::read(file.bytes, file.name);
    for (Problem problem : document.problems) {
        problem.component = "decoders";
        problems.push_back(std::move(problem));
    }
    if (!document.ok())
        return models;
    for (const Element& root : document.roots) {
        if (auto model = DecoderReader(root, file.name, problems).read())
            models.push_back(std::move(*model));
    }
    return models;
}

} // namespace bartizan
