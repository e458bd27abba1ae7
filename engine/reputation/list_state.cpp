#include "engine/reputation/list_state.h"

#include <QJsonArray>

#include <algorithm>
#include <utility>

namespace bartizan {

using namespace Qt::Literals::StringLiterals;

namespace {

QString string(const std::string& bytes)
{
    return QString::fromStdString(bytes);
}

qint64 number(std::uint64_t value)
{
    return static_cast<qint64>(value);
}

QJsonObject figuresJson(const ListFigures& figures)
{
    return {{u"ranges"_s, number(figures.ranges)},
            {u"addresses"_s, number(figures.addresses)},
            {u"hashes"_s, number(figures.hashes)},
            {u"domains"_s, number(figures.domains)}};
}

QJsonObject versionJson(const ListVersion& version)
{
    QJsonArray generations;
    for (const EpochMs at : version.generations)
        generations.append(static_cast<qint64>(at));
    QJsonArray cuts;
    for (const auto& cut : version.cuts)
        cuts.append(QJsonObject{{u"range"_s, string(cut.range)},
                                {u"kind"_s, string(cut.kind)},
                                {u"reason"_s, string(cut.reason)}});
    return {{u"at"_s, static_cast<qint64>(version.at)},
            {u"format"_s, string(version.format)},
            {u"published"_s, string(version.published)},
            {u"image"_s, string(version.image)},
            {u"figures"_s, figuresJson(version.figures)},
            {u"added"_s, number(version.added)},
            {u"removed"_s, number(version.removed)},
            {u"bad_lines"_s, number(version.badLines)},
            {u"generations"_s, generations},
            {u"cuts"_s, cuts},
            {u"cut_count"_s, number(version.cutCount)}};
}

// Reads members and remembers when one was not as it has to be.
class Reader
{
public:
    explicit Reader(const QJsonObject& json)
        : m_json(json)
    {
    }

    std::string text(QLatin1String name)
    {
        const auto value = m_json[name];
        m_good = m_good && value.isString();
        return value.toString().toStdString();
    }
    std::int64_t number(QLatin1String name) { return number(m_json[name]); }
    std::int64_t number(const QJsonValue& value)
    {
        m_good = m_good && value.isDouble() && value.toInteger(-1) >= 0;
        return value.toInteger(0);
    }
    std::uint64_t count(QLatin1String name) { return static_cast<std::uint64_t>(number(name)); }
    QJsonArray array(QLatin1String name)
    {
        m_good = m_good && m_json[name].isArray();
        return m_json[name].toArray();
    }
    void expect(bool good) { m_good = m_good && good; }
    [[nodiscard]] bool good() const { return m_good; }

private:
    const QJsonObject m_json;
    bool m_good = true;
};

std::optional<ListVersion> versionFrom(const QJsonObject& json)
{
    Reader reader(json);
    ListVersion version;
    version.at = reader.number("at"_L1);
    version.format = reader.text("format"_L1);
    version.published = reader.text("published"_L1);
    version.image = reader.text("image"_L1);
    Reader figures(json["figures"_L1].toObject());
    version.figures = {figures.count("ranges"_L1), figures.count("addresses"_L1), figures.count("hashes"_L1),
                       figures.count("domains"_L1)};
    reader.expect(figures.good());
    version.added = reader.count("added"_L1);
    version.removed = reader.count("removed"_L1);
    version.badLines = reader.count("bad_lines"_L1);
    const auto generations = reader.array("generations"_L1);
    for (const auto& at : generations)
        version.generations.push_back(reader.number(at));
    const auto cuts = reader.array("cuts"_L1);
    for (const auto& item : cuts) {
        Reader cut(item.toObject());
        version.cuts.push_back({cut.text("range"_L1), cut.text("kind"_L1), cut.text("reason"_L1)});
        reader.expect(cut.good());
    }
    version.cutCount = reader.count("cut_count"_L1);
    return reader.good() ? std::optional(std::move(version)) : std::nullopt;
}

} // namespace

QJsonObject toJson(const ListState& state)
{
    QJsonObject json{{u"url"_s, string(state.url)},
                     {u"etag"_s, string(state.etag)},
                     {u"last_modified"_s, string(state.lastModified)},
                     {u"checked_at"_s, static_cast<qint64>(state.checkedAt)},
                     {u"tried_at"_s, static_cast<qint64>(state.triedAt)},
                     {u"failures"_s, state.failures},
                     {u"error"_s, string(state.error)},
                     {u"cure"_s, string(state.cure)},
                     {u"rejected"_s, string(state.rejected)}};
    if (state.inForce)
        json.insert(u"in_force"_s, versionJson(*state.inForce));
    if (state.held) {
        auto held = versionJson(state.held->version);
        held.insert(u"kind"_s, string(state.held->kind));
        held.insert(u"question"_s, string(state.held->question));
        json.insert(u"held"_s, held);
    }
    return json;
}

Result<ListState> listStateFrom(const QJsonObject& json)
{
    Reader reader(json);
    ListState state;
    state.url = reader.text("url"_L1);
    state.etag = reader.text("etag"_L1);
    state.lastModified = reader.text("last_modified"_L1);
    state.checkedAt = reader.number("checked_at"_L1);
    state.triedAt = reader.number("tried_at"_L1);
    state.failures = static_cast<int>(std::min<std::int64_t>(reader.number("failures"_L1), 1000));
    state.error = reader.text("error"_L1);
    state.cure = reader.text("cure"_L1);
    state.rejected = reader.text("rejected"_L1);
    if (json.contains("in_force"_L1)) {
        state.inForce = versionFrom(json["in_force"_L1].toObject());
        reader.expect(state.inForce.has_value());
    }
    if (json.contains("held"_L1)) {
        const auto object = json["held"_L1].toObject();
        Reader held(object);
        auto version = versionFrom(object);
        reader.expect(version.has_value());
        state.held =
            HeldVersion{version.value_or(ListVersion{}), held.text("kind"_L1), held.text("question"_L1)};
        reader.expect(held.good());
    }
    if (!reader.good())
        return fail(ErrorCode::Corrupt, "what was kept about the list is damaged");
    return state;
}

} // namespace bartizan
