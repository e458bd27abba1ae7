// Which verdicts are answered, and how: `<command>` and `<active-response>` of the configuration, bound to
// rules as spec §10.2 says. Pure: a verdict goes in, orders come out; whether an address may be blocked is
// the guard's word.
#pragma once

#include "engine/analysis/analysis_port.h"
#include "engine/base/problem.h"
#include "engine/config/configuration.h"
#include "engine/net/ip_address.h"
#include "engine/pattern/pattern.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bartizan {

struct ResponseOrder
{
    IpAddress address;
    std::optional<std::chrono::seconds> duration; // nothing = permanent
    std::string program;                          // "firewall-drop"
    const Command* command = nullptr;             // lives as long as the policy
    std::string doubt; // why the record is not to be acted on; empty when all is well
};

class ResponsePolicy
{
public:
    // Responses that can't be carried out here are reported, once, with their place (component
    // "configuration").
    ResponsePolicy(const Configuration& configuration, Problems& problems);

    // What to do about this verdict, in the order of the configuration; the same program for the same address
    // only once, with the longest time. Empty as well when srcip or dstuser look crafted (spec §10.2).
    // `origin` is the record's; an order with a doubt is to be shown and not carried out.
    [[nodiscard]] std::vector<ResponseOrder> ordersFor(const Verdict& verdict,
                                                       const RecordOrigin& origin = {}) const;

    // The numeric address that the stock programs would act on (spec §10.6).
    [[nodiscard]] static std::optional<IpAddress> target(const Verdict& verdict);

private:
    struct Binding
    {
        ActiveResponse response;
        const Command* command;
        std::unique_ptr<const Pattern> groups; // nullptr: not given
    };
    [[nodiscard]] static bool applies(const Binding& binding, const RuleInfo& rule);

    std::vector<std::unique_ptr<const Command>> m_commands;
    std::vector<Binding> m_bindings;
};

} // namespace bartizan
