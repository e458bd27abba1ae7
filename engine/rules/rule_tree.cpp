#include "engine/rules/rule_tree.h"

#include <algorithm>

namespace bartizan {

std::uint32_t RuleTree::newNode(std::uint32_t rule, std::uint32_t above)
{
    const auto node = static_cast<std::uint32_t>(m_nodes.size());
    m_nodes.push_back({rule, {}});
    m_nodesOfRule[rule].push_back(node);
    m_above.push_back(above);
    m_mark.push_back(0);
    return node;
}

void RuleTree::placeAtTop(std::uint32_t rule)
{
    m_tops.push_back(newNode(rule, kTop));
}

void RuleTree::placeUnderNode(std::uint32_t rule, std::uint32_t parentNode)
{
    const auto node = newNode(rule, parentNode);
    auto& siblings = m_nodes[parentNode].children;
    // In front of the first lower one; overwritten rules may have left the list unsorted.
    const auto place = std::ranges::find_if(
        siblings, [&](std::uint32_t sibling) { return m_order[m_nodes[sibling].rule] < m_order[rule]; });
    siblings.insert(place, node);
}

void RuleTree::markWaysTo(std::uint32_t rule)
{
    ++m_round;
    for (const auto node : m_nodesOfRule[rule]) {
        for (auto at = m_above[node]; at != kTop && m_mark[at] != m_round; at = m_above[at])
            m_mark[at] = m_round;
    }
}

std::size_t RuleTree::search(std::span<const std::uint32_t> list, std::uint32_t rule, std::uint32_t parent)
{
    std::size_t placed = 0;
    for (const auto node : list) {
        if (m_nodes[node].rule == parent) {
            placeUnderNode(rule, node);
            return placed + 1;
        }
        if (m_mark[node] != m_round)
            continue;
        // The children's array stays where it is: only a hit in it changes one, and that ends its loop.
        placed +=
            search(std::span(m_nodes[node].children.data(), m_nodes[node].children.size()), rule, parent);
    }
    return placed;
}

std::size_t RuleTree::placeUnderRule(std::uint32_t rule, std::uint32_t parent)
{
    // Elsewhere it is not found.
    markWaysTo(parent);
    return search(m_tops, rule, parent);
}

std::size_t RuleTree::placeUnderAll(std::uint32_t rule, const std::function<bool(std::uint32_t)>& fits)
{
    // The answer per rule, not per node: a rule may hang at hundreds of places.
    std::vector<char> known(m_order.size(), 0); // 0 unknown, 1 fits, 2 does not
    const std::size_t before = m_nodes.size();
    std::size_t placed = 0;
    for (std::size_t node = 0; node < before; ++node) {
        const auto parent = m_nodes[node].rule;
        if (known[parent] == 0)
            known[parent] = parent != rule && fits(parent) ? 1 : 2;
        if (known[parent] == 1) {
            placeUnderNode(rule, static_cast<std::uint32_t>(node));
            ++placed;
        }
    }
    return placed;
}

} // namespace bartizan
