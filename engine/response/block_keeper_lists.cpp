// The part of the block keeper that puts reputation lists in force.
#include "engine/response/block_keeper.h"

#include <thread>

namespace bartizan {

Error BlockKeeper::unavailable(const std::string& what) const
{
    return {ErrorCode::Unavailable, what + ": " + (m_error.empty() ? "the engine observes" : m_error), {}};
}

Result<std::vector<std::string>> BlockKeeper::listsInForce()
{
    const std::lock_guard lock(m_mutex);
    if (observing())
        return std::unexpected(unavailable("no list blocks anything"));
    return m_backend->lists();
}

Result<std::vector<std::string>> BlockKeeper::listsHolding(const IpAddress& address)
{
    const std::lock_guard lock(m_mutex);
    if (observing())
        return std::unexpected(unavailable("no list blocks anything"));
    return m_backend->listsHolding(address);
}

Result<void> BlockKeeper::loadList(const std::string& name, std::vector<Cidr> entries, ListTraffic traffic,
                                   const std::stop_token& stop)
{
    std::unique_ptr<ListLoad> load;
    {
        const std::lock_guard lock(m_mutex);
        if (observing())
            return std::unexpected(unavailable("the list " + name + " blocks nothing"));
        auto begun = m_backend->beginList(name, std::move(entries), traffic);
        if (!begun)
            return std::unexpected(begun.error());
        load = std::move(*begun);
    }
    load->prepare();
    Result<bool> done = false;
    while (done && !*done && !stop.stop_requested()) {
        std::chrono::milliseconds pause;
        {
            const std::lock_guard lock(m_mutex);
            done = load->step();
            pause = load->pause();
        }
        std::this_thread::sleep_for(pause);
    }
    {
        const std::lock_guard lock(m_mutex);
        load.reset();
    }
    if (!done)
        return std::unexpected(done.error());
    if (!*done)
        return fail(ErrorCode::Busy, "loading the list " + name + " was stopped");
    return {};
}

} // namespace bartizan
