// Any bytes as the file of one's own list: a change keeps every line that it is not about, does what was
// asked as rules see it, and is taken back to the byte. Before the first NUL: what to add and remove, a line
// each.
#include "engine/lists/cdb_list.h"
#include "engine/reputation/own/entry_check.h"
#include "engine/reputation/own/list_text_change.h"
#include "engine/reputation/own/overlap_search.h"

#include <cstdint>
#include <cstdlib>
#include <set>

namespace {

using namespace bartizan;

void require(bool holds)
{
    if (!holds)
        std::abort();
}

struct Wishes
{
    std::vector<std::string> put; // keys
    std::set<std::string> removed;
};

// "+text" adds, "-key" removes.
Wishes readWishes(std::string_view text)
{
    Wishes wishes;
    std::set<std::string> seen;
    own::TextLine line;
    for (own::LineWalk walk(text); walk.next(line);) {
        if (line.text.starts_with('-'))
            wishes.removed.emplace(line.text.substr(1));
        const auto check = checkEntry(line.text.starts_with('+') ? line.text.substr(1) : std::string_view());
        require(check.isTaken() == !check.keys.empty() && check.isTaken() == check.cure.empty());
        for (const auto& key : check.keys) {
            require(own::writeLine(key, "note").has_value());
            if (seen.insert(key).second)
                wishes.put.push_back(key);
        }
    }
    return wishes;
}

// The lines that no wish is about, with their ends.
std::vector<std::string_view> otherLines(std::string_view text, const Wishes& wishes)
{
    const std::set<std::string_view> put(wishes.put.begin(), wishes.put.end());
    std::vector<std::string_view> lines;
    own::TextLine line;
    for (own::LineWalk walk(text); walk.next(line);) {
        const bool isEntry = line.kind == own::LineKind::Entry;
        if (!isEntry || (!put.contains(line.key) && !wishes.removed.contains(std::string(line.key))))
            lines.push_back(line.whole);
    }
    return lines;
}

void checkOtherLines(std::string_view before, const own::TextChange& change, const Wishes& wishes)
{
    const auto was = otherLines(before, wishes);
    const auto is = otherLines(change.text, wishes);
    require(was.size() == is.size());
    for (std::size_t i = 0; i < was.size(); ++i) {
        // The last line is given the end that it lacked.
        const bool mayEnd = i + 1 == was.size() && !was[i].ends_with('\n') && is[i].starts_with(was[i]);
        require(was[i] == is[i] || (mayEnd && is[i].substr(was[i].size()) == change.step.addedEnd));
    }
}

void checkAsRulesSeeIt(std::string_view before, const own::TextChange& change, const Wishes& wishes,
                       std::string_view note)
{
    Problems problems;
    const auto list = CdbList::compile(change.text, "list", problems);
    if (change.stubborn.empty()) {
        for (const auto& key : wishes.put)
            require(list.find(key) == note);
    }
    const std::set<std::string> put(wishes.put.begin(), wishes.put.end());
    for (const auto& key : wishes.removed)
        require(put.contains(key) || key.starts_with('#') || key.starts_with("\"#") || !list.find(key));
    const auto old = CdbList::compile(before, "list", problems);
    own::TextLine line;
    for (own::LineWalk walk(before); walk.next(line);) {
        if (line.kind == own::LineKind::Entry && !put.contains(std::string(line.key)) &&
            !wishes.removed.contains(std::string(line.key)))
            require(list.find(line.key) == old.find(line.key));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto border = std::min(bytes.find('\0'), bytes.size());
    const auto wishes = readWishes(bytes.substr(0, border));
    const auto text = bytes.substr(std::min(border + 1, bytes.size()));
    const std::string note = fittingNote(bytes.substr(0, border));
    require(mistakeInNote(note).empty());

    std::vector<own::NewEntry> put;
    for (const auto& key : wishes.put)
        put.push_back({key, note});
    const auto change = own::changeText(
        text, put, [&](const own::TextLine& line) { return wishes.removed.contains(std::string(line.key)); });
    checkOtherLines(text, change, wishes);
    checkAsRulesSeeIt(text, change, wishes, note);

    const std::vector<std::string_view> keys(wishes.put.begin(), wishes.put.end());
    (void)own::findOverlaps(keys, change.text, {});

    const auto back = own::takeBack(change.text, change.step);
    require(back.clashes.empty() && back.text == text);
    // Over a text that has nothing to do with it.
    (void)own::takeBack(bytes, change.step);
    return 0;
}
