#include "engine/store/store.h"

#include "engine/store/alert_table.h"
#include "engine/store/block_table.h"
#include "engine/store/search_text.h"
#include "engine/store/small_tables.h"
#include "engine/store/writer.h"

#include <QFileInfo>

#include <algorithm>
#include <atomic>

namespace bartizan {

namespace {

// The text of every row has to be read: some 200 ms for 50,000 ordinary ones.
constexpr std::int64_t kNewestSearched = 50'000;
constexpr std::int64_t kGroupSearched = 200'000;
constexpr std::int64_t kNotIndexedSearched = 100'000;
constexpr std::size_t kCandidates = 100'000;
constexpr std::size_t kCandidatesPerStep = 1000;

} // namespace

class Store::Implementation
{
public:
    Implementation(const store::Database::Location& at, const Clock& clock, Options given)
        : location(at)
        , options(std::move(given))
        , reader(at, store::Database::Access::ReadOnly, options.busyTimeout)
        , writer(at, options, clock, folder, reader)
    {
    }

    template<class Query> auto read(const Query& query)
    {
        auto answer = reader.call(query);
        if (!answer && answer.error().code == ErrorCode::Corrupt)
            writer.queue().reportDamage();
        return answer;
    }

    using Rows = std::vector<AlertRecord>;

    Result<Rows> rows(const AlertQuery& query, const store::AlertScope& scope, std::size_t limit)
    {
        return read(
            [&](store::Database& database) { return store::selectAlerts(database, query, scope, limit); });
    }

    // First what the index does not have yet, then what it has; both newest first.
    Result<Rows> search(AlertQuery query, std::size_t limit)
    {
        const auto words = store::indexQuery(query.search);
        const AlertId indexed = words ? writer.indexer().indexedThrough() : 0;
        if (indexed == 0)
            return rows(query, {0, words ? kNotIndexedSearched : kNewestSearched, {}}, limit);
        auto found = rows(query, {indexed, kNotIndexedSearched, {}}, limit);
        query.before = std::min(query.before.value_or(INT64_MAX), indexed + 1);
        for (std::size_t seen = 0; found && found->size() < limit && seen < kCandidates;) {
            const auto ids = writer.indexer().candidates(*words, *query.before, kCandidatesPerStep);
            if (!ids)
                return rows(query, {0, kNotIndexedSearched, {}}, limit); // it is being made again
            if (ids->empty())
                break;
            auto more = rows(query, {0, 0, *ids}, limit - found->size());
            if (!more)
                return more;
            std::ranges::move(*more, std::back_inserter(*found));
            query.before = ids->back();
            seen += ids->size();
        }
        return found;
    }

    const store::Database::Location location;
    const Options options;
    std::atomic<std::int64_t> condensedAlerts = 0;
    store::AlertFolder folder;
    store::DatabaseThread reader;
    store::Writer writer; // ends first: it closes the reader's connection
};

Store::Store(std::unique_ptr<Implementation> implementation)
    : m_implementation(std::move(implementation))
{
}

Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const std::string& path, const Clock& clock, Options options)
{
    auto implementation =
        std::make_unique<Implementation>(store::Database::Location{path, false}, clock, std::move(options));
    if (auto opened = implementation->writer.open(); !opened)
        return std::unexpected(opened.error());
    return std::unique_ptr<Store>(new Store(std::move(implementation)));
}

Result<std::unique_ptr<Store>> Store::openInMemory(const Clock& clock, Options options)
{
    static std::atomic<int> counter = 0;
    const std::string name = "bartizan-" + std::to_string(++counter);
    auto implementation =
        std::make_unique<Implementation>(store::Database::Location{name, true}, clock, std::move(options));
    if (auto opened = implementation->writer.open(); !opened)
        return std::unexpected(opened.error());
    return std::unique_ptr<Store>(new Store(std::move(implementation)));
}

Result<void> Store::save(std::span<BlockRecord> blocks, Durability durability)
{
    if (blocks.empty())
        return {};
    return m_implementation->writer.saveBlocks(blocks, durability);
}

Result<void> Store::save(BlockRecord& block, Durability durability)
{
    return save(std::span(&block, 1), durability);
}

bool Store::assignId(AlertRecord& alert)
{
    const bool condense = m_implementation->writer.queue().isUnderPressure() && !alert.sourceAddress.empty();
    if (condense)
        ++m_implementation->condensedAlerts;
    return m_implementation->folder.assign(alert, condense ? store::AlertFolder::By::Rule
                                                           : store::AlertFolder::By::Source);
}

void Store::writeBatch(std::vector<AlertRecord> alerts, std::vector<SourcePosition> positions,
                       std::vector<LearnedFact> learned)
{
    if (alerts.empty() && positions.empty() && learned.empty())
        return;
    store::Batch batch;
    batch.alerts = std::move(alerts);
    batch.positions = std::move(positions);
    batch.learned = std::move(learned);
    m_implementation->writer.enqueue(std::move(batch));
}

Result<void> Store::flush(std::chrono::milliseconds timeout)
{
    if (m_implementation->writer.queue().waitUntilWritten(timeout))
        return {};
    const Problems problems = m_implementation->writer.problems();
    return fail(ErrorCode::Busy,
                "The history is not written yet" + (problems.empty() ? "" : ": " + problems.front().message),
                problems.empty() ? std::string() : problems.front().cure);
}

Result<void> Store::addAllow(const AllowRecord& entry)
{
    return m_implementation->writer.change(
        [&](store::Database& database) { return store::putAllow(database, entry); });
}

Result<void> Store::removeAllow(const Cidr& address)
{
    return m_implementation->writer.change(
        [&](store::Database& database) { return store::deleteAllow(database, address); });
}

Result<void> Store::setMeta(const std::string& key, const std::string& value)
{
    return m_implementation->writer.change(
        [&](store::Database& database) { return store::putMeta(database, key, value); });
}

void Store::audit(AuditRecord entry)
{
    store::Batch batch;
    batch.audits.push_back(std::move(entry));
    m_implementation->writer.queue().push(std::move(batch));
}

void Store::retain()
{
    m_implementation->writer.queue().requestRetention();
}

Result<std::vector<BlockRecord>> Store::activeBlocks()
{
    return m_implementation->read(
        [](store::Database& database) { return store::selectActiveBlocks(database); });
}

Result<Page<BlockRecord>> Store::blocks(const BlockQuery& query)
{
    return m_implementation->read(
        [&](store::Database& database) { return store::selectBlocks(database, query); });
}

Result<Page<AlertRecord>> Store::alerts(const AlertQuery& query)
{
    const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, 1000);
    const store::AlertScope scope{0, query.group.empty() ? 0 : kGroupSearched, {}};
    auto rows = query.search.empty() ? m_implementation->rows(query, scope, limit + 1)
                                     : m_implementation->search(query, limit + 1);
    if (!rows)
        return std::unexpected(rows.error());
    Page<AlertRecord> page{std::move(*rows), false};
    page.more = page.items.size() > limit;
    if (page.more)
        page.items.pop_back();
    return page;
}

Result<AlertRecord> Store::alert(AlertId id)
{
    return m_implementation->read(
        [=](store::Database& database) { return store::selectAlert(database, id); });
}

Result<BlockRecord> Store::block(BlockId id)
{
    return m_implementation->read(
        [=](store::Database& database) { return store::selectBlock(database, id); });
}

Result<std::vector<AllowRecord>> Store::allowEntries()
{
    return m_implementation->read([](store::Database& database) { return store::selectAllow(database); });
}

Result<std::vector<SourcePosition>> Store::positions()
{
    return m_implementation->read([](store::Database& database) { return store::selectPositions(database); });
}

Result<std::vector<LearnedFact>> Store::learnedFacts()
{
    return m_implementation->read([](store::Database& database) { return store::selectLearned(database); });
}

Result<std::vector<AuditRecord>> Store::auditEntries(std::size_t limit)
{
    return m_implementation->read(
        [=](store::Database& database) { return store::selectAudit(database, limit); });
}

Result<std::optional<std::string>> Store::meta(const std::string& key)
{
    return m_implementation->read(
        [&](store::Database& database) { return store::selectMeta(database, key); });
}

Result<StoreCounters> Store::counters()
{
    return m_implementation->read([](store::Database& database) { return store::countRows(database); });
}

StoreLoad Store::load() const
{
    auto& writer = m_implementation->writer;
    return {writer.queue().waitingAlerts(), writer.indexer().waiting(),
            m_implementation->condensedAlerts.load(), writer.droppedAlerts()};
}

std::int64_t Store::sizeInBytes() const
{
    if (m_implementation->location.inMemory)
        return 0;
    qint64 bytes = 0;
    for (const auto& location :
         {m_implementation->location, store::searchIndexLocation(m_implementation->location)}) {
        const QString file = QString::fromStdString(location.path);
        bytes += QFileInfo(file).size() + QFileInfo(file + QStringLiteral("-wal")).size();
    }
    return bytes;
}

const std::string& Store::path() const
{
    static const std::string kNone;
    return m_implementation->location.inMemory ? kNone : m_implementation->location.path;
}

Problems Store::problems() const
{
    return m_implementation->writer.problems();
}

} // namespace bartizan
