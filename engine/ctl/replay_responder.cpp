#include "engine/ctl/replay_responder.h"

#include "engine/response/guard.h"
#include "engine/response/response_policy.h"

namespace bartizan::ctl {

namespace {

Guard guardOf(const Configuration& configuration)
{
    std::vector<AllowlistEntry> networks;
    std::vector<std::shared_ptr<const Pattern>> patterns;
    for (const auto& entry : configuration.whiteList) {
        if (entry.network) {
            networks.push_back({*entry.network, "configuration"});
        } else if (auto pattern = compilePattern(PatternType::OsMatch, entry.pattern)) {
            patterns.push_back(std::move(*pattern));
        }
    }
    return {HostAddresses{}, std::move(networks), std::move(patterns)};
}

} // namespace

offline::Responder makeReplayResponder(const Configuration& configuration, Problems& problems)
{
    struct Decision
    {
        ResponsePolicy policy;
        Guard guard;
    };
    const auto decision =
        std::make_shared<const Decision>(ResponsePolicy(configuration, problems), guardOf(configuration));
    return [decision](const Verdict& verdict) {
        std::vector<offline::WouldBlock> blocks;
        for (const auto& order : decision->policy.ordersFor(verdict)) {
            if (!decision->guard.check(order.address))
                blocks.push_back({order.address.toString(), order.duration ? order.duration->count() : 0});
        }
        return blocks;
    };
}

} // namespace bartizan::ctl
