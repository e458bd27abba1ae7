// The state folder's lists/: what was chosen about each list, and of each subscription its state and the
// compiled versions.
//
//   settings.json               every ListSettings
//   subscriptions/NAME.json     ListState
//   subscriptions/NAME.list     the CompiledList in force, mapped by whoever looks into it
//   subscriptions/NAME.held     one that waits for a person's answer
//   subscriptions/NAME.N.new    one that was just made
//
// Every file is replaced as a whole or not at all. Functions that take a name expect one that isListName()
// takes. Thread-safe as far as no two calls are about the same file.
#pragma once

#include "engine/base/problem.h"
#include "engine/platform/list_fetcher.h"
#include "engine/reputation/list_settings.h"
#include "engine/reputation/list_state.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace bartizan {

class ListFolder
{
public:
    enum class Version { InForce, Held };

    // Nothing is read or made yet.
    explicit ListFolder(std::string stateFolder);

    // Unavailable or Exhausted: the folder can't be made or written.
    Result<void> ensure();

    // What is damaged is set aside (its name with ".damaged" behind it) and reported; the rest is returned.
    [[nodiscard]] std::vector<ListSettings> readSettings(Problems& problems);
    Result<void> writeSettings(std::span<const ListSettings> settings);

    // A fresh one where there is none.
    [[nodiscard]] ListState readState(const std::string& name, Problems& problems);
    Result<void> writeState(const std::string& name, const ListState& state);

    // The mapped file. NotFound: there is none.
    [[nodiscard]] Result<std::shared_ptr<ListImage>> openImage(const std::string& name,
                                                               Version version) const;
    // A version of which is not known yet what it will be; `number` tells those of one list apart. Exhausted
    // before anything is written when the disk would be left with less than 64 MiB.
    Result<std::shared_ptr<ListImage>> writeNew(const std::string& name, std::uint64_t number,
                                                std::span<const std::byte> bytes);
    // What was mapped stays as it was.
    Result<void> promoteNew(const std::string& name, std::uint64_t number, Version to);
    void removeNew(const std::string& name, std::uint64_t number);
    void removeImage(const std::string& name, Version version);

    // Everything about a subscription.
    void remove(const std::string& name);
    // The same of all that are not named, and every new version: left over from a crash.
    void removeOthers(std::span<const ListSettings> known);

private:
    [[nodiscard]] std::string path(const std::string& name, const std::string& ending) const;

    std::string m_folder; // STATE/lists
};

} // namespace bartizan
