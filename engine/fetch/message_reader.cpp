#include "engine/fetch/message_reader.h"

#include "engine/base/strings.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace bartizan::fetch {

bool readText(JsonCursor& cursor, std::string& text, std::size_t longest)
{
    return cursor.kind() == JsonCursor::Kind::String && cursor.readString(text) && text.size() <= longest;
}

bool readFlag(JsonCursor& cursor, bool& flag)
{
    if (cursor.kind() != JsonCursor::Kind::Other)
        return false;
    const std::string_view word = cursor.readWord();
    flag = word == "true";
    return flag || word == "false";
}

bool readCount(JsonCursor& cursor, std::uint64_t& count)
{
    if (cursor.kind() != JsonCursor::Kind::Other)
        return false;
    const auto number = parseNumber<std::uint64_t>(cursor.readWord());
    count = number.value_or(0);
    return number.has_value();
}

bool readShare(JsonCursor& cursor, double& share)
{
    if (cursor.kind() != JsonCursor::Kind::Other)
        return false;
    const std::string_view word = cursor.readWord();
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), share);
    return error == std::errc{} && end == word.data() + word.size() && share >= 0 && share <= 1;
}

bool readObject(JsonCursor& cursor, std::span<const Member> members)
{
    if (cursor.kind() != JsonCursor::Kind::Object || !cursor.enter())
        return false;
    std::vector<bool> seen(members.size());
    std::string key;
    while (cursor.nextMember(key)) {
        const auto member = std::ranges::find(members, key, &Member::name);
        if (member == members.end())
            return false;
        const auto place = static_cast<std::size_t>(member - members.begin());
        if (seen[place] || !member->read(cursor) || cursor.hasFailed())
            return false;
        seen[place] = true;
    }
    return !cursor.hasFailed() && std::ranges::all_of(seen, [](bool isSeen) { return isSeen; });
}

} // namespace bartizan::fetch
