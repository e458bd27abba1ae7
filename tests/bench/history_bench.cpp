// How fast alerts get into the history, through the store as the engine uses it. Prints one JSON object.
//   history_bench [FOLDER] [--rows N]
#include "engine/store/store.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <random>
#include <thread>

using namespace bartizan;
using namespace Qt::StringLiterals;

namespace {

using Steady = std::chrono::steady_clock;
constexpr int kBatch = 500; // as the pipeline makes them in a flood
constexpr EpochMs kStart = 1'780'000'020'000;

double secondsSince(Steady::time_point start)
{
    return std::chrono::duration<double>(Steady::now() - start).count();
}

AlertRecord failedLogin(std::mt19937& random, EpochMs time, const std::string& source)
{
    AlertRecord alert;
    alert.firstTime = alert.lastTime = time;
    alert.ruleId = 5710;
    alert.level = 5;
    alert.description = "sshd: Attempt to login using a non-existent user";
    alert.groups = {"syslog", "sshd", "authentication_failed", "invalid_login"};
    alert.decoderName = alert.decoderParent = "sshd";
    alert.sourceAddress = source;
    alert.location = "/var/log/auth.log";
    alert.hostname = "desk";
    alert.programName = "sshd";
    const std::string user = "user" + std::to_string(random() % 100'000);
    const std::string port = std::to_string(1024 + random() % 64'000);
    alert.firstLog = "Nov 24 12:00:00 desk sshd[" + std::to_string(300 + random() % 60'000) +
                     "]: Failed password for invalid user " + user + " from " + source + " port " + port +
                     " ssh2";
    alert.dataJson =
        R"({"srcip":")" + source + R"(","srcport":")" + port + R"(","srcuser":")" + user + R"("})";
    return alert;
}

std::string randomAddress(std::mt19937& random)
{
    std::string text = std::to_string(1 + random() % 223);
    for (int i = 0; i < 3; ++i)
        text += "." + std::to_string(random() % 255);
    return text;
}

class Bench
{
public:
    Bench(QString folder, int rows)
        : m_folder(std::move(folder))
        , m_rows(rows)
    {
    }

    // Alerts of a few sources, over as many minutes as they take: what is written is a few rows with counts.
    void folded()
    {
        const auto store = open(u"folded.db"_s);
        std::vector<AlertRecord> alerts;
        std::mt19937 random(1);
        for (int i = 0; i < 50; ++i)
            alerts.push_back(failedLogin(random, 0, randomAddress(random)));
        const int batches = 2 * m_rows / kBatch;
        const auto start = Steady::now();
        for (int batch = 0; batch < batches; ++batch) {
            std::vector<AlertRecord> some;
            for (int i = 0; i < kBatch; ++i) {
                AlertRecord& alert = some.emplace_back(alerts[static_cast<std::size_t>(i) % alerts.size()]);
                alert.firstTime = alert.lastTime = kStart + batch * 5;
                store->assignId(alert);
            }
            store->writeBatch(std::move(some), {{"/var/log/auth.log", std::to_string(batch)}});
        }
        flush(*store);
        m_result[u"folded_alerts_per_second"_s] = batches * kBatch / secondsSince(start);
        m_result[u"folded_accounted"_s] = accounted(*store) == std::int64_t{batches} * kBatch;
    }

    // Alerts that all differ, handed in as fast as rows are committed; blocks are saved meanwhile.
    void distinct()
    {
        const auto store = open(u"distinct.db"_s);
        std::atomic<bool> done = false;
        std::vector<double> waits;
        std::thread blocks([&] {
            while (!done) {
                BlockRecord block;
                block.address = *Cidr::parse("198.51.100.7");
                block.createdAt = kStart;
                const auto start = Steady::now();
                if (!store->save(block))
                    std::exit(1);
                waits.push_back(1000 * secondsSince(start));
                std::this_thread::sleep_for(std::chrono::milliseconds(10));
            }
        });
        std::mt19937 random(2);
        const auto start = Steady::now();
        for (int row = 0; row < m_rows; row += kBatch) {
            while (store->load().waitingAlerts > 8 * kBatch) // never so many that they are condensed
                std::this_thread::sleep_for(std::chrono::microseconds(200));
            std::vector<AlertRecord> some;
            for (int i = 0; i < kBatch; ++i) {
                some.push_back(failedLogin(random, kStart + row / 15, randomAddress(random)));
                store->assignId(some.back());
            }
            store->writeBatch(std::move(some), {{"/var/log/auth.log", std::to_string(row)}});
        }
        flush(*store);
        const double seconds = secondsSince(start);
        const StoreLoad load = store->load();
        const double inserted = static_cast<double>(store->counters()->alerts);
        m_result[u"distinct_rows_per_second"_s] = inserted / seconds;
        m_result[u"distinct_rows"_s] = inserted;
        m_result[u"condensed_alerts"_s] = static_cast<double>(load.condensedAlerts);
        m_result[u"dropped_alerts"_s] = static_cast<double>(load.droppedAlerts);
        m_result[u"index_lag_rows"_s] = static_cast<double>(load.notIndexed);
        const auto behind = Steady::now();
        while (store->load().notIndexed > 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        m_result[u"index_caught_up_seconds"_s] = secondsSince(behind);
        done = true;
        blocks.join();
        std::ranges::sort(waits);
        m_result[u"urgent_writes"_s] = static_cast<double>(waits.size());
        m_result[u"median_urgent_write_ms"_s] = waits[waits.size() / 2];
        m_result[u"p99_urgent_write_ms"_s] = waits[waits.size() * 99 / 100];
        m_result[u"slowest_urgent_write_ms"_s] = waits.back();
        search(*store);
        const auto bytes = static_cast<double>(store->sizeInBytes());
        const double history = static_cast<double>(QFileInfo(path(u"distinct.db"_s)).size());
        m_result[u"bytes_per_row"_s] = history / inserted;
        m_result[u"bytes_per_row_with_index"_s] = bytes / inserted;
    }

    [[nodiscard]] QJsonObject result() const { return m_result; }

private:
    [[nodiscard]] QString path(const QString& name) const { return m_folder + u'/' + name; }

    [[nodiscard]] std::unique_ptr<Store> open(const QString& name) const
    {
        static const SystemClock clock;
        Store::Options options;
        options.maxAge = std::chrono::days(36'500);
        options.maxBytes = 16LL * 1024 * 1024 * 1024;
        auto store = Store::open(path(name).toStdString(), clock, options);
        if (!store) {
            std::fprintf(stderr, "%s\n", store.error().message.c_str());
            std::exit(1);
        }
        return std::move(*store);
    }

    static void flush(Store& store)
    {
        if (!store.flush(std::chrono::minutes(5)))
            std::exit(1);
    }

    static std::int64_t accounted(Store& store)
    {
        std::int64_t count = 0;
        AlertQuery query;
        query.limit = 1000;
        for (bool more = true; more;) {
            const auto page = store.alerts(query);
            for (const AlertRecord& alert : page->items)
                count += alert.count;
            more = page->more;
            query.before = page->items.back().id;
        }
        return count;
    }

    void search(Store& store)
    {
        const auto oldest = store.alert(1);
        const auto time = [&](const std::string& text) {
            AlertQuery query;
            query.search = text;
            const auto start = Steady::now();
            const bool found = store.alerts(query).has_value();
            return found ? 1000 * secondsSince(start) : -1;
        };
        m_result[u"search_ms_oldest_row"_s] = oldest ? time(oldest->firstLog) : -1;
        m_result[u"search_ms_in_every_row"_s] = time("Failed password");
        m_result[u"search_ms_nothing"_s] = time("no such text");
    }

    const QString m_folder;
    const int m_rows;
    QJsonObject m_result;
};

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    QCommandLineParser parser;
    const QCommandLineOption rows(u"rows"_s, u"Rows that differ"_s, u"N"_s, u"300000"_s);
    parser.addOption(rows);
    parser.addPositionalArgument(u"folder"_s, u"Where the databases are made"_s);
    parser.process(application);
    const QStringList arguments = parser.positionalArguments();
    const QTemporaryDir folder(arguments.isEmpty() ? QString() : arguments.front() + u"/history-XXXXXX"_s);
    Bench bench(folder.path(), std::max(kBatch, parser.value(rows).toInt()));
    bench.folded();
    bench.distinct();
    std::puts(QJsonDocument(bench.result()).toJson(QJsonDocument::Compact).constData());
    return 0;
}
