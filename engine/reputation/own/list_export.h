// A list of one's own in the form that others read. Pure.
#pragma once

#include "engine/reputation/own/entry_facts.h"
#include "engine/reputation/own/own_list_types.h"

#include <string>
#include <string_view>

namespace bartizan::own {

// Cdb: the file as it is. Plain: a key a line. Csv: with a header, times in RFC 3339. Json: an array. What
// does not work as an entry (a repeated key, a line without ':') is left out of all but the first.
[[nodiscard]] std::string exportList(std::string_view text, ExportForm form, const EntryFacts& facts,
                                     std::string_view list);

} // namespace bartizan::own
