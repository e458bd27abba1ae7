#include "engine/reputation/own/list_export.h"

#include "engine/base/json_writer.h"
#include "engine/base/timestamp.h"
#include "engine/base/utf8.h"
#include "engine/reputation/own/list_text.h"

#include <unordered_set>

namespace bartizan::own {

namespace {

std::string isoOrNothing(const std::optional<EpochMs>& time)
{
    return time ? isoUtc(*time) : std::string();
}

// RFC 4180. What a spreadsheet would take for a formula is made a text.
void appendCsv(std::string& csv, std::string_view field)
{
    const bool isFormula =
        !field.empty() && std::string_view("=+-@\t\r").find(field.front()) != std::string_view::npos;
    csv += '"';
    if (isFormula)
        csv += '\'';
    for (const char c : field)
        csv.append(c == '"' ? 2 : 1, c);
    csv += '"';
}

template<class Visit>
void forEachEntry(std::string_view text, const EntryFacts& facts, std::string_view list, const Visit& visit)
{
    static const EntryFact kNothing;
    const auto& known = facts.of(list);
    std::unordered_set<std::string_view> seen;
    TextLine line;
    for (LineWalk walk(text); walk.next(line);) {
        if (line.kind != LineKind::Entry || !seen.insert(line.key).second)
            continue;
        const auto* fact = known.find(facts.hashOf(line.key));
        visit(line, fact != nullptr ? *fact : kNothing);
    }
}

std::string asJson(std::string_view text, const EntryFacts& facts, std::string_view list)
{
    JsonWriter json;
    json.beginArray();
    forEachEntry(text, facts, list, [&](const TextLine& line, const EntryFact& fact) {
        json.beginObject();
        json.key("key").string(line.key);
        json.key("note").string(line.value);
        if (fact.addedAt)
            json.key("addedAt").string(isoUtc(*fact.addedAt));
        if (!fact.addedBy.empty())
            json.key("addedBy").string(fact.addedBy);
        if (fact.expiresAt)
            json.key("expiresAt").string(isoUtc(*fact.expiresAt));
        json.endObject();
    });
    json.endArray();
    return json.take() + '\n';
}

} // namespace

std::string exportList(std::string_view text, ExportForm form, const EntryFacts& facts, std::string_view list)
{
    std::string out;
    switch (form) {
    case ExportForm::Cdb:
        return std::string(text);
    case ExportForm::Json:
        return asJson(text, facts, list);
    case ExportForm::Plain:
        forEachEntry(text, facts, list,
                     [&](const TextLine& line, const EntryFact&) { out.append(line.key) += '\n'; });
        return out;
    case ExportForm::Csv:
        out = "key,note,added_at,added_by,expires_at\r\n";
        forEachEntry(text, facts, list, [&](const TextLine& line, const EntryFact& fact) {
            appendCsv(out, line.key);
            appendCsv(out += ',', repairUtf8(line.value));
            appendCsv(out += ',', isoOrNothing(fact.addedAt));
            appendCsv(out += ',', fact.addedBy);
            appendCsv(out += ',', isoOrNothing(fact.expiresAt));
            out += "\r\n";
        });
        return out;
    }
    return out;
}

} // namespace bartizan::own
