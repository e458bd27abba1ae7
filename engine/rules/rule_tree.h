// Where each rule hangs (spec §7.1). Built in load order, then flattened into the plan.
#pragma once

#include "engine/decode/event.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace bartizan {

class RuleTree
{
public:
    struct Node
    {
        std::uint32_t rule;                  // index in the plan
        std::vector<std::uint32_t> children; // nodes, in sibling order
    };

    // The place among siblings: higher first. Level 0 counts as the highest, an inaccurate rule comes last.
    [[nodiscard]] static int orderOf(int level, bool accurate)
    {
        return (level == 0 ? 99 : level) * (accurate ? 100 : 1);
    }

    // Rules are numbered 0, 1, 2 … in the order of these calls.
    void addRule(int order)
    {
        m_order.push_back(order);
        m_nodesOfRule.emplace_back();
    }
    // The last one, which has no place, goes away again.
    void dropLastRule()
    {
        m_order.pop_back();
        m_nodesOfRule.pop_back();
    }
    // For overwrite: what is there stays where it is (spec §7.4).
    void setOrder(std::uint32_t rule, int order) { m_order[rule] = order; }

    void placeAtTop(std::uint32_t rule);
    void placeUnderNode(std::uint32_t rule, std::uint32_t parentNode);
    // if_sid: at each place of `parent` that the reference's search reaches. How many that were.
    std::size_t placeUnderRule(std::uint32_t rule, std::uint32_t parent);
    // if_group, if_level: under every node whose rule fits. How many that were.
    std::size_t placeUnderAll(std::uint32_t rule, const std::function<bool(std::uint32_t parent)>& fits);

    [[nodiscard]] const std::vector<std::uint32_t>& tops() const { return m_tops; }
    [[nodiscard]] const std::vector<Node>& nodes() const { return m_nodes; }
    // At how many places a rule hangs.
    [[nodiscard]] std::uint32_t placesOf(std::uint32_t rule) const
    {
        return static_cast<std::uint32_t>(m_nodesOfRule[rule].size());
    }

private:
    static constexpr std::uint32_t kTop = 0xFFFFFFFF;

    std::uint32_t newNode(std::uint32_t rule, std::uint32_t above);
    // Marks every node that has one of `rule` below it.
    void markWaysTo(std::uint32_t rule);
    std::size_t search(std::span<const std::uint32_t> list, std::uint32_t rule, std::uint32_t parent);

    std::vector<Node> m_nodes;
    std::vector<std::uint32_t> m_tops;
    std::vector<int> m_order;
    std::vector<std::vector<std::uint32_t>> m_nodesOfRule;
    std::vector<std::uint32_t> m_above; // by node; kTop for a top-level one
    std::vector<std::uint32_t> m_mark;  // by node; marked where it is m_round
    std::uint32_t m_round = 0;
};

} // namespace bartizan
