// The list files of the configuration, live: what changes in them reaches the rules within a second, without
// a reload. A thread of its own waits for changes, reads and compiles; at rest nothing wakes up.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/problem.h"
#include "engine/base/ruleset_source.h"
#include "engine/core/pipeline.h"
#include "engine/lists/lookup_list.h"
#include "engine/platform/file_watch.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace bartizan {

class HealthBoard;

struct ListFile
{
    std::string name; // as in a rule
    std::string path;
    std::shared_ptr<const LookupList> list;
    std::chrono::microseconds compileTime{0};
    EpochMs since = 0; // when this content came into force
};

class ListFiles
{
public:
    // Where list files are.
    struct Places
    {
        std::string folder; // all below it is watched, and waited for where it is missing
        std::function<std::vector<SourceFile>(Problems&)> read; // on either thread
    };
    // A rule waits for a list that came, or looks into one that went: the rules are to be loaded again, and
    // what is given let go of afterwards. Called on the thread of its own.
    using RulesWait = std::function<void(std::vector<std::shared_ptr<const void>>)>;

    // References outlive the object. `watch` may be nullptr: changes are seen by refresh() only then.
    ListFiles(Pipeline& pipeline, HealthBoard& health, const Clock& clock, std::unique_ptr<FileWatch> watch,
              RulesWait rulesWait);
    ~ListFiles(); // stops

    // To be called with the name of each file that came, changed or went. Before start(); on either thread.
    void setChanged(std::function<void(const std::string& name)> changed) { m_changed = std::move(changed); }

    // Reads all of them now; what is new is in force when this returns. Whoever calls it loads the rules
    // afterwards.
    void refresh(Places places);
    void start();
    void stop();

    // As they are in force; in the order of their names. Thread-safe.
    [[nodiscard]] std::vector<ListFile> files() const;
    // What is wrong with them, also on the health board as "lists". Thread-safe.
    [[nodiscard]] Problems problems() const;

private:
    struct Known
    {
        ListFile file;
        std::size_t hash = 0; // of the bytes
        Problems problems;
    };

    void run();
    void settle();
    // True: something is watched that was not before.
    bool watchAll();
    [[nodiscard]] std::set<std::string> pathsToWatch();
    void readChanges();
    // Under m_reading, both.
    [[nodiscard]] ReplacedLists readAll();
    [[nodiscard]] Known known(SourceFile file, ListChanges& changes) const;

    Pipeline& m_pipeline;
    HealthBoard& m_health;
    const Clock& m_clock;
    const std::unique_ptr<FileWatch> m_watch;
    const RulesWait m_rulesWait;
    std::function<void(const std::string&)> m_changed;

    std::mutex m_reading; // held while reading and changing, which nobody else does; guards m_places
    Places m_places;
    mutable std::mutex m_mutex; // guards the next two
    std::vector<Known> m_known; // by name
    Problems m_problems;
    std::atomic<bool> m_stopping = false;

    std::set<std::string> m_watched; // of the thread
    std::thread m_thread;
};

} // namespace bartizan
