// The files of one's own lists, and those kept beside them. What is read is bounded; what is written replaces
// the file at once or not at all. Main thread.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::own {

inline constexpr std::uint64_t kLargestListFile = std::uint64_t{256} << 20;

// A name of one folder's file: 1 to 64 of A–Z a–z 0–9 - _ . that does not begin with '.' nor end in ".cdb",
// which is what Wazuh compiles a list into.
[[nodiscard]] bool isListName(std::string_view name);

class ListFolder
{
public:
    explicit ListFolder(std::string folder)
        : m_folder(std::move(folder))
    {
    }

    // Sub-folders too: "amazon/aws-x". In order.
    [[nodiscard]] std::vector<std::string> names() const;
    // Whether anything stands there, be it a list or not.
    [[nodiscard]] bool isTaken(std::string_view name) const;
    // NotFound; Refused for links and whatever else is no regular file; Exhausted above kLargestListFile.
    [[nodiscard]] Result<std::string> read(std::string_view name) const;
    [[nodiscard]] Result<EpochMs> modified(std::string_view name) const;
    // The rights of a file that is there are kept; a new one may be read by its group.
    [[nodiscard]] Result<void> write(std::string_view name, std::string_view text) const;
    [[nodiscard]] Result<void> remove(std::string_view name) const;

private:
    // Of a regular file that is reached without a link.
    [[nodiscard]] Result<std::string> pathOf(std::string_view name) const;
    [[nodiscard]] Result<std::string> pathBelow(std::string_view name) const;

    std::string m_folder;
};

// Files of the state folder; theirs alone. A folder that is missing is made.
[[nodiscard]] Result<void> writeStateFile(const std::string& path, std::string_view bytes);
[[nodiscard]] Result<std::string> readStateFile(const std::string& path, std::uint64_t largest);
// PATH.damaged, in the place of an earlier one.
void setAside(const std::string& path);

} // namespace bartizan::own
