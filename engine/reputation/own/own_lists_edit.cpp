#include "engine/reputation/own/key_meaning.h"
#include "engine/reputation/own/own_lists_state.h"

#include "engine/base/strings.h"
#include "engine/base/utf8.h"

#include <unordered_map>
#include <unordered_set>

namespace bartizan {

namespace {

constexpr std::size_t kLongestShown = 60;
constexpr EpochMs kLatest = 253'402'300'799'000; // 9999-12-31

std::string shown(std::string_view text)
{
    return forDisplay(text, kLongestShown);
}

class Report
{
public:
    Report(EditOutcome& outcome, std::string_view list)
        : m_outcome(outcome)
        , m_list(list)
    {
    }
    void add(Severity severity, std::size_t index, std::string message, std::string cure = {})
    {
        m_outcome.problems.push_back(
            {severity, "lists", m_list, static_cast<int>(index) + 1, 0, std::move(message), std::move(cure)});
    }

private:
    EditOutcome& m_outcome;
    std::string m_list;
};

std::vector<ReadyEntry> readyEntries(const std::vector<EntryAddition>& additions, EpochMs now, Report report)
{
    std::vector<ReadyEntry> ready;
    std::unordered_set<std::string> seen;
    for (std::size_t i = 0; i < additions.size(); ++i) {
        const auto& [text, note, expiresAt] = additions[i];
        auto check = checkEntry(text);
        if (!check.isTaken())
            report.add(Severity::Error, i, std::move(check.error), std::move(check.cure));
        const auto trimmed = trim(note);
        if (auto mistake = mistakeInNote(trimmed); !mistake.empty())
            report.add(Severity::Error, i, std::move(mistake),
                       "Write up to 200 bytes of plain text; for quotes take ' instead.");
        if (expiresAt && (*expiresAt <= now || *expiresAt > kLatest))
            report.add(Severity::Error, i, shown(text) + " would expire at a time that is over or can't be",
                       "Choose a later time, or none.");
        for (auto& remark : check.remarks)
            report.add(Severity::Note, i, std::move(remark));
        bool isRepeated = false;
        for (auto& key : check.keys) {
            if (seen.insert(key).second)
                ready.push_back({std::move(key), std::string(trimmed), expiresAt});
            else
                isRepeated = true;
        }
        if (isRepeated)
            report.add(Severity::Note, i, shown(text) + " is named twice; the first line counts");
    }
    return ready;
}

// The lines that are to go: by their keys as they stand in the file, or by what they mean.
class Removal
{
public:
    explicit Removal(const std::vector<std::string>& texts)
        : m_found(texts.size())
        , m_missing(texts.size())
    {
        for (std::size_t i = 0; i < texts.size(); ++i) {
            const auto text = trim(texts[i]);
            m_keys.emplace(text, i);
            for (auto& key : checkEntry(text).keys) {
                const auto network = own::networkOfKey(key);
                if (!network)
                    continue;
                m_networks[*network].push_back(i);
                m_missing[i].insert(*network);
            }
        }
    }
    bool fits(const own::TextLine& line)
    {
        bool isFound = false;
        const auto [first, last] = m_keys.equal_range(std::string(line.key));
        for (auto key = first; key != last; ++key)
            isFound = m_found[key->second] = true;
        const auto network = m_networks.empty() ? std::nullopt : own::networkOfKey(line.key);
        const auto meant = network ? m_networks.find(*network) : m_networks.end();
        if (meant == m_networks.end())
            return isFound;
        for (const auto i : meant->second) {
            m_missing[i].erase(*network);
            m_found[i] = m_found[i] || m_missing[i].empty();
        }
        return true;
    }
    [[nodiscard]] bool isFound(std::size_t index) const { return m_found[index]; }

private:
    std::unordered_multimap<std::string, std::size_t> m_keys;
    std::unordered_map<Cidr, std::vector<std::size_t>, CidrHash> m_networks;
    std::vector<bool> m_found;
    std::vector<std::unordered_set<Cidr, CidrHash>> m_missing; // networks not seen yet
};

// The entry that holds all of what the text means.
std::string holderOf(std::string_view list, std::string_view text)
{
    const auto wanted = checkEntry(text).addresses;
    own::TextLine line;
    for (own::LineWalk walk(list); wanted && walk.next(line);) {
        const auto network = line.kind == own::LineKind::Entry ? own::networkOfKey(line.key) : std::nullopt;
        if (network && network->contains(wanted->first) && network->contains(wanted->last))
            return std::string(line.key);
    }
    return {};
}

void reportMissing(std::string_view list, const std::vector<std::string>& texts, const Removal& removal,
                   Report report)
{
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (removal.isFound(i))
            continue;
        const auto holder = holderOf(list, texts[i]);
        report.add(Severity::Error, i, shown(trim(texts[i])) + " is not in the list",
                   holder.empty() ? "Check its spelling; what is shown in the list can be copied."
                                  : holder + " holds it: remove that.");
    }
}

} // namespace

Result<EditOutcome> OwnLists::edit(std::string_view name, const EntryEdit& edit, std::string_view by,
                                   EpochMs now)
{
    const auto text = m_state->folder.read(name);
    if (!text)
        return std::unexpected(text.error());
    EditOutcome outcome;
    const Report report(outcome, name);
    const auto put = readyEntries(edit.add, now, report);
    Removal removal(edit.remove);
    // What is put stands for itself, so all lines are shown to the removal before they are changed.
    own::TextLine line;
    for (own::LineWalk walk(*text); !edit.remove.empty() && walk.next(line);) {
        if (line.kind == own::LineKind::Entry)
            (void)removal.fits(line);
    }
    reportMissing(*text, edit.remove, removal, report);
    const auto removes = [&](const own::TextLine& candidate) { return removal.fits(candidate); };
    if (auto changed = m_state->change(name, *text, put, removes, by, now, outcome); !changed)
        return std::unexpected(changed.error());
    return outcome;
}

} // namespace bartizan
