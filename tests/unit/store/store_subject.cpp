// A process that uses the store until it is killed, or on a disk that is too small. Driven by
// tst_store_failure.
//   store_subject write DB [STEP N]   writes blocks and batches, for ever; stops at the Nth STEP until it is
//   killed store_subject full FOLDER         fills the file system and frees it again store_subject open DB
//   says whether it can be opened
//   store_subject search DB           writes alerts that all differ, until it is killed
#include "engine/store/store.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QThread>

#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace bartizan;

namespace {

constexpr EpochMs kStart = 1'780'000'020'000;

void say(const std::string& line)
{
    std::puts(line.c_str());
    std::fflush(stdout);
}

// Those of the history: its search index has a file and troubles of its own, sooner or later than the
// history.
Problems historyProblems(const Store& store)
{
    Problems problems = store.problems();
    std::erase_if(problems, [](const Problem& problem) { return problem.file.ends_with("-search"); });
    return problems;
}

void sayProblems(const Store& store)
{
    const Problems problems = historyProblems(store);
    for (const Problem& problem : problems)
        say("problem: " + describe(problem));
    if (problems.empty())
        say("no problem");
}

BlockRecord block(int number)
{
    BlockRecord record;
    record.address = *Cidr::parse("10.1.0." + std::to_string(number % 250));
    record.reason = "block " + std::to_string(number);
    record.createdAt = kStart;
    return record;
}

// Batch n: one alert that is always the same, three of its own, and the position n.
void writeBatch(Store& store, int number)
{
    std::vector<AlertRecord> alerts;
    for (int i = 0; i < 4; ++i) {
        AlertRecord alert;
        alert.firstTime = alert.lastTime = kStart;
        alert.ruleId = 1;
        alert.location = i == 0 ? std::string("always") : std::to_string(number) + "-" + std::to_string(i);
        alert.firstLog = std::to_string(number) + std::string(500, 'x');
        store.assignId(alert);
        alerts.push_back(alert);
    }
    store.writeBatch(std::move(alerts), {{"/log", std::to_string(number)}});
}

std::unique_ptr<Store> open(const std::string& path, const Clock& clock, Store::Options options)
{
    auto store = Store::open(path, clock, std::move(options));
    if (store)
        return std::move(*store);
    say("error " + std::to_string(static_cast<int>(store.error().code)) + ": " + store.error().message +
        ". " + store.error().cure);
    return nullptr;
}

int write(const std::string& path, const std::string& holdAt, int occurrence)
{
    const SystemClock clock;
    Store::Options options;
    options.maxAge = std::chrono::days(100'000);
    options.afterStep = [&](std::string_view step) {
        if (step != holdAt || --occurrence > 0)
            return;
        say("holding");
        for (;;)
            std::this_thread::sleep_for(std::chrono::hours(1));
    };
    const auto store = open(path, clock, options);
    if (!store)
        return 1;
    for (int number = 1;; ++number) {
        BlockRecord record = block(number);
        if (!store->save(record))
            return 1;
        say("block " + std::to_string(record.id));
        writeBatch(*store, number);
        if (holdAt.empty())
            continue;
        if (!store->flush())
            return 1;
        say("batch " + std::to_string(number));
    }
}

// Rows for the search index, for ever: batches of 50, a minute later each.
int fillIndex(const std::string& path)
{
    const SystemClock clock;
    Store::Options options;
    options.maxAge = std::chrono::days(100'000);
    const auto store = open(path, clock, options);
    if (!store)
        return 1;
    say("filling");
    const auto firstMinute = clock.now() / 60'000;
    for (EpochMs minute = firstMinute;; ++minute) {
        std::vector<AlertRecord> alerts;
        for (int i = 0; i < 50; ++i) {
            AlertRecord alert;
            alert.firstTime = alert.lastTime = minute * 60'000;
            alert.ruleId = 1;
            alert.description = "Something";
            alert.location = std::to_string(i);
            store->assignId(alert);
            alert.firstLog = "row number " + std::to_string(alert.id) + "; ";
            alert.firstLog.resize(300, 'x');
            alerts.push_back(alert);
        }
        store->writeBatch(std::move(alerts), {});
        if (!store->flush())
            return 1;
    }
}

void fillDisk(const QString& path)
{
    QFile filler(path);
    if (!filler.open(QIODevice::WriteOnly | QIODevice::Unbuffered))
        return;
    for (const qint64 size : {65'536, 4096, 512, 1}) {
        const QByteArray bytes(size, 'f');
        while (filler.write(bytes) == size) {
        }
    }
}

int full(const QString& folder)
{
    const SystemClock clock;
    Store::Options options;
    options.maxAge = std::chrono::days(100'000);
    options.queuedAlerts = 64;
    options.retryInterval = std::chrono::milliseconds(50);
    const auto store = open(folder.toStdString() + "/history.db", clock, options);
    if (!store)
        return 1;
    BlockRecord first = block(1);
    if (!store->save(first))
        return 1;
    sayProblems(*store);
    fillDisk(folder + QStringLiteral("/filler"));
    int number = 0;
    while (historyProblems(*store).empty() && number < 1000) {
        writeBatch(*store, ++number);
        QThread::msleep(5); // nobody waits for the writer, which has to find out that the disk is full
    }
    sayProblems(*store);
    BlockRecord second = block(2);
    const auto saved = store->save(second);
    say(saved ? "saved" : "kept in memory: " + saved.error().message + ". " + saved.error().cure);
    for (int i = 0; i < 500; ++i)
        writeBatch(*store, ++number); // must not wait for ever
    say("still accepting");
    QFile::remove(folder + QStringLiteral("/filler"));
    if (!store->flush(std::chrono::seconds(20)))
        return 1;
    say("position " +
        (store->positions()->empty() ? std::string("none") : store->positions()->front().position) + " of " +
        std::to_string(number));
    say("block " + std::to_string(store->block(second.id).has_value()));
    std::int64_t kept = 0;
    AlertQuery query;
    query.limit = 1000;
    for (bool more = true; more;) {
        const auto page = store->alerts(query);
        for (const AlertRecord& alert : page->items)
            kept += alert.count;
        more = page->more;
        query.before = page->items.back().id;
    }
    say("kept " + std::to_string(kept) + " of " + std::to_string(4 * number));
    sayProblems(*store);
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() < 2)
        return 2;
    if (arguments[0] == "write")
        return arguments.size() < 4 ? write(arguments[1], {}, 0)
                                    : write(arguments[1], arguments[2], std::stoi(arguments[3]));
    if (arguments[0] == "search")
        return fillIndex(arguments[1]);
    if (arguments[0] == "full")
        return full(QString::fromStdString(arguments[1]));
    const SystemClock clock;
    if (!open(arguments[1], clock, {}))
        return 1;
    say("opened");
    return 0;
}
