// The lists that block: makes the kernel hold what is wanted, and puts back what was lost. The work is done
// by a thread of its own, one list after another; blocks go ahead of it (see BlockKeeper::loadList).
// Thread-safe.
#pragma once

#include "engine/base/worker.h"
#include "engine/reputation/loaded_list.h"
#include "engine/response/block_keeper.h"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace bartizan {

class FirewallLists
{
public:
    enum class State { Loading, InForce, Failed };
    struct Standing
    {
        State state = State::Loading;
        Error error; // of Failed
    };

    // `changed` is called, from any thread, when a list's standing has changed. `keeper` outlives this.
    FirewallLists(BlockKeeper& keeper, std::function<void()> changed);

    void want(const std::string& name, SharedList list, ListTraffic traffic);
    // It will be wanted, once it is known what is in it: till then what the kernel has of it stays.
    void expect(const std::string& name);
    void drop(const std::string& name);
    // Looks at the kernel: loads what is missing there or failed before, removes lists that nobody wants.
    void check();

    // Nothing: it is not wanted.
    [[nodiscard]] std::optional<Standing> standing(const std::string& name) const;
    // Of all wanted.
    [[nodiscard]] std::map<std::string, Standing> standings() const;

private:
    struct Wanted
    {
        SharedList list; // nullptr: expected
        ListTraffic traffic = ListTraffic::Inbound;
        Standing standing;
        std::vector<IpAddress> samples; // of what was loaded: where one is gone from the kernel, more is
    };

    void load(const std::string& name, const std::stop_token& stop);
    void compare();
    [[nodiscard]] bool isWhole(const std::string& name, const std::vector<IpAddress>& samples);
    void settle(const std::string& name, const SharedList& list, ListTraffic traffic,
                std::vector<IpAddress> samples, Standing standing);

    BlockKeeper& m_keeper;
    const std::function<void()> m_changed;
    mutable std::mutex m_mutex;
    std::map<std::string, Wanted> m_wanted; // guarded by m_mutex
    Worker m_worker;                        // last: its jobs use the others
};

} // namespace bartizan
