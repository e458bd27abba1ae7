// New content for the lists that rules look into, and what becomes of the old.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bartizan {

class LookupList;
class WatchedLists;

struct ListChange
{
    std::string name;                       // as in a rule, without "lists/" or "etc/lists/" in front
    std::shared_ptr<const LookupList> list; // nullptr: the list is gone
};

// All of it takes effect between two records.
struct ListChanges
{
    std::vector<ListChange> lists;
    // Nothing: as before; nullptr: none is watched any more.
    std::optional<std::shared_ptr<const WatchedLists>> watched;
};

struct ReplacedLists
{
    // Nobody looks into them any more, but for rules that look into a list that is gone. To be let go of
    // where freeing large lists holds up nobody.
    std::vector<std::shared_ptr<const void>> old;
    // A rule was left out for want of a list that is there now, or looks into one that is gone: load the
    // rules again.
    bool rulesWait = false;
};

} // namespace bartizan
