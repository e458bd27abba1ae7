#include "engine/rules/rule_state.h"

namespace bartizan {

std::optional<std::string> LastTexts::changed(std::uint32_t ruleId, std::string_view host,
                                              std::string_view text)
{
    text = text.substr(0, kLongestText);
    std::string key = std::to_string(ruleId) + ' ' + std::string(host);
    const auto known = m_texts.find(key);
    if (known != m_texts.end() && known->second == text)
        return std::nullopt;
    if (m_facts != nullptr)
        m_facts->push_back({LearnedFact::Kind::LastText, key, std::string(text)});
    if (known != m_texts.end())
        return std::exchange(known->second, std::string(text));
    recall(std::move(key), std::string(text));
    return std::nullopt;
}

void LastTexts::recall(std::string key, std::string text)
{
    if (m_texts.contains(key)) {
        m_texts[key] = std::move(text);
        return;
    }
    if (m_texts.size() >= kMostEntries) {
        m_texts.erase(m_order.front());
        m_order.pop_front();
    }
    m_order.push_back(key);
    m_texts.emplace(std::move(key), std::move(text));
}

void RuleState::teach(std::vector<LearnedFact>* facts)
{
    firstSeen.teach(facts);
    lastTexts.teach(facts);
}

void RuleState::recall(const std::vector<LearnedFact>& facts)
{
    for (const auto& fact : facts) {
        if (fact.kind == LearnedFact::Kind::FirstSeen)
            firstSeen.recall(fact.key);
        else
            lastTexts.recall(fact.key, fact.value);
    }
}

void RuleState::adopt(const RulePlan& before, const RulePlan& after)
{
    std::vector<std::uint64_t> newFired(after.rules().size());
    std::vector<std::int64_t> newIgnored(after.rules().size(), kNever);
    for (const auto& rule : before.rules()) {
        if (const Rule* same = after.find(rule.id)) {
            newFired[same->index] = fired[rule.index];
            newIgnored[same->index] = ignoredSince[rule.index];
        }
    }
    fired = std::move(newFired);
    ignoredSince = std::move(newIgnored);
    memory.adopt(before, after);
}

} // namespace bartizan
