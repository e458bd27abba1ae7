#include "engine/reputation/own/entry_facts.h"

#include "engine/base/json_writer.h"
#include "engine/base/strings.h"
#include "engine/reputation/own/list_folder.h"
#include "engine/reputation/own/list_text.h"

#include <QByteArray>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QtEndian>

#include <algorithm>
#include <iterator>

using namespace Qt::StringLiterals;

namespace bartizan::own {

namespace {

constexpr std::uint64_t kLargestFile = std::uint64_t{512} << 20;
constexpr std::size_t kLongestPerson = 200;
constexpr int kVersion = 1;

QByteArray encoded(const std::vector<std::uint64_t>& hashes)
{
    QByteArray bytes(static_cast<qsizetype>(hashes.size() * sizeof(std::uint64_t)), Qt::Uninitialized);
    qToLittleEndian<quint64>(hashes.data(), static_cast<qsizetype>(hashes.size()), bytes.data());
    return bytes.toBase64();
}

std::optional<std::vector<std::uint64_t>> decoded(const QString& text)
{
    const auto bytes =
        QByteArray::fromBase64Encoding(text.toLatin1(), QByteArray::AbortOnBase64DecodingErrors);
    if (!bytes || bytes.decoded.size() % static_cast<qsizetype>(sizeof(std::uint64_t)) != 0)
        return std::nullopt;
    std::vector<std::uint64_t> hashes(static_cast<std::size_t>(bytes.decoded.size()) / sizeof(std::uint64_t));
    qFromLittleEndian<quint64>(bytes.decoded.constData(), static_cast<qsizetype>(hashes.size()),
                               hashes.data());
    return hashes;
}

std::optional<EpochMs> timeIn(const QJsonValue& value)
{
    return value.isDouble() ? std::optional<EpochMs>(value.toInteger()) : std::nullopt;
}

bool readList(const QJsonArray& groups, ListFacts& facts)
{
    FactsToSet all;
    for (const auto& value : groups) {
        const auto group = value.toObject();
        const auto hashes = decoded(group["keys"_L1].toString());
        if (!value.isObject() || !hashes)
            return false;
        const EntryFact fact{timeIn(group["addedAt"_L1]), timeIn(group["expiresAt"_L1]),
                             group["addedBy"_L1].toString().toStdString().substr(0, kLongestPerson)};
        auto& known = all[fact];
        known.insert(known.end(), hashes->begin(), hashes->end());
    }
    facts.set(all);
    return true;
}

} // namespace

const EntryFact* ListFacts::find(std::uint64_t hash) const
{
    const auto place = std::ranges::lower_bound(m_entries, hash, {}, &Entry::hash);
    return place == m_entries.end() || place->hash != hash ? nullptr : &m_groups[place->group];
}

std::uint32_t ListFacts::groupOf(const EntryFact& fact)
{
    const auto [place, isNew] = m_groupOf.emplace(fact, static_cast<std::uint32_t>(m_groups.size()));
    if (isNew)
        m_groups.push_back(fact);
    return place->second;
}

void ListFacts::countGroups()
{
    m_sizes.assign(m_groups.size(), 0);
    for (const auto& entry : m_entries)
        ++m_sizes[entry.group];
}

void ListFacts::set(const FactsToSet& facts)
{
    std::vector<Entry> fresh;
    std::vector<std::uint64_t> forgotten;
    for (const auto& [fact, hashes] : facts) {
        if (fact.isEmpty()) {
            forgotten.insert(forgotten.end(), hashes.begin(), hashes.end());
            continue;
        }
        const auto group = groupOf(fact);
        for (const auto hash : hashes)
            fresh.push_back({hash, group});
    }
    std::ranges::sort(fresh, {}, &Entry::hash);
    const auto repeated = std::ranges::unique(fresh, {}, &Entry::hash);
    fresh.erase(repeated.begin(), repeated.end());
    // Of two with one hash, set_union takes that of the first.
    std::vector<Entry> merged;
    merged.reserve(fresh.size() + m_entries.size());
    std::ranges::set_union(fresh, m_entries, std::back_inserter(merged), {}, &Entry::hash, &Entry::hash);
    m_entries = std::move(merged);
    std::ranges::sort(forgotten);
    forget(forgotten);
}

bool ListFacts::keepOnly(std::span<const std::uint64_t> hashes)
{
    const auto before = m_entries.size();
    std::erase_if(m_entries, [&, place = hashes.begin()](const Entry& entry) mutable {
        while (place != hashes.end() && *place < entry.hash)
            ++place;
        return place == hashes.end() || *place != entry.hash;
    });
    countGroups();
    return m_entries.size() != before;
}

void ListFacts::forget(std::span<const std::uint64_t> hashes)
{
    if (!hashes.empty())
        std::erase_if(m_entries,
                      [&](const Entry& entry) { return std::ranges::binary_search(hashes, entry.hash); });
    countGroups();
}

std::uint64_t ListFacts::expiring() const
{
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < m_groups.size(); ++i)
        count += m_groups[i].expiresAt ? m_sizes[i] : 0;
    return count;
}

std::optional<EpochMs> ListFacts::nextExpiry() const
{
    std::optional<EpochMs> next;
    for (std::size_t i = 0; i < m_groups.size(); ++i) {
        const auto& at = m_groups[i].expiresAt;
        if (m_sizes[i] > 0 && at && (!next || *at < *next))
            next = at;
    }
    return next;
}

std::vector<std::uint64_t> ListFacts::due(EpochMs now) const
{
    std::vector<std::uint64_t> hashes;
    for (const auto& entry : m_entries) {
        const auto& at = m_groups[entry.group].expiresAt;
        if (at && *at <= now)
            hashes.push_back(entry.hash);
    }
    return hashes;
}

FactsToSet ListFacts::all() const
{
    FactsToSet all;
    std::vector<std::vector<std::uint64_t>*> groups;
    for (const auto& group : m_groups)
        groups.push_back(&all[group]);
    for (const auto& entry : m_entries)
        groups[entry.group]->push_back(entry.hash);
    std::erase_if(all, [](const auto& group) { return group.second.empty(); });
    return all;
}

EntryFacts::EntryFacts(std::string path, Problems& problems)
    : m_path(std::move(path))
    , m_secret(QRandomGenerator::system()->generate64())
    , m_hash(m_secret)
{
    const auto bytes = readStateFile(m_path, kLargestFile);
    if (!bytes && bytes.error().code == ErrorCode::NotFound)
        return;
    if (bytes && read(*bytes))
        return;
    m_lists.clear();
    setAside(m_path);
    problems.push_back(
        {Severity::Warning, "lists", m_path, 0, 0,
         "What was known of when entries of own lists were added and expire can't be read" +
             (bytes ? std::string() : ": " + bytes.error().message),
         "The lists are whole. Set the expiry of temporary entries again; the file stands aside as " +
             m_path + ".damaged."});
}

bool EntryFacts::read(std::string_view bytes)
{
    const auto document =
        QJsonDocument::fromJson(QByteArray::fromRawData(bytes.data(), static_cast<qsizetype>(bytes.size())));
    const auto root = document.object();
    bool hasSecret = false;
    const auto secret = root["secret"_L1].toString().toULongLong(&hasSecret, 16);
    if (root["version"_L1].toInt() != kVersion || !hasSecret || !root["lists"_L1].isObject())
        return false;
    m_secret = secret;
    m_hash = KeyedHash(m_secret);
    const auto lists = root["lists"_L1].toObject();
    for (auto list = lists.begin(); list != lists.end(); ++list) {
        if (!list->isArray() || !readList(list->toArray(), m_lists[list.key().toStdString()]))
            return false;
    }
    return true;
}

std::vector<std::uint64_t> EntryFacts::hashesIn(std::string_view text) const
{
    std::vector<std::uint64_t> hashes;
    TextLine line;
    for (LineWalk walk(text); walk.next(line);) {
        if (line.kind == LineKind::Entry)
            hashes.push_back(m_hash(line.key));
    }
    std::ranges::sort(hashes);
    return hashes;
}

const ListFacts& EntryFacts::of(std::string_view list) const
{
    static const ListFacts kNone;
    const auto found = m_lists.find(list);
    return found == m_lists.end() ? kNone : found->second;
}

void EntryFacts::forgetList(std::string_view list)
{
    if (const auto found = m_lists.find(list); found != m_lists.end())
        m_lists.erase(found);
}

Result<void> EntryFacts::save() const
{
    JsonWriter json;
    json.beginObject();
    json.key("version").number(kVersion);
    json.key("secret").string(QByteArray::number(static_cast<qulonglong>(m_secret), 16).toStdString());
    json.key("lists").beginObject();
    for (const auto& [name, facts] : m_lists) {
        if (facts.isEmpty())
            continue;
        json.key(name).beginArray();
        for (const auto& [fact, hashes] : facts.all()) {
            json.beginObject();
            if (fact.addedAt)
                json.key("addedAt").number(*fact.addedAt);
            if (!fact.addedBy.empty())
                json.key("addedBy").string(fact.addedBy);
            if (fact.expiresAt)
                json.key("expiresAt").number(*fact.expiresAt);
            json.key("keys").string(encoded(hashes).toStdString());
            json.endObject();
        }
        json.endArray();
    }
    json.endObject();
    json.endObject();
    return writeStateFile(m_path, json.text() + '\n');
}

} // namespace bartizan::own
