// What of an installed ossec.conf is taken over. Pure: bytes in, text out.
#pragma once

#include "engine/base/result.h"
#include "engine/config/configuration.h"

#include <string>
#include <string_view>
#include <vector>

namespace bartizan::offline {

// Something of the installation that is not taken over.
struct LeftPart
{
    std::string file; // below the installation
    int line = 0;     // from 1; 0 = the file as a whole
    std::string what;
    std::string reason;
};

// Which files the installation loads, by paths as its configuration names them.
struct InstalledRuleset
{
    RulesetSettings settings;
    bool isConfigured = false;        // there is a <ruleset> or <rules>
    bool isLegacy = false;            // a <rules>, of OSSEC
    std::vector<std::string> ordered; // OSSEC: rule files in the order they are loaded; empty = not said
};

struct CopiedLines
{
    int line = 0;     // of the new text
    int original = 0; // of the installed file; 0 = made up
};

struct ImportedConfiguration
{
    std::string text; // for bartizan.conf; empty where nothing is to be taken
    std::size_t blocks = 0;
    std::vector<CopiedLines> lines;   // each up to the next
    std::vector<PlacedText> programs; // of one's own that a <command> names; plain file names
    std::vector<LeftPart> left;
    InstalledRuleset ruleset;

    // Where a line of `text` came from; 0 = it is not from there.
    [[nodiscard]] int originalLine(int line) const;
};

enum class BuiltinRules { AsConfigured, Off };

// `file` is the name in places and errors. An Error where the text can't be read at all.
[[nodiscard]] Result<ImportedConfiguration>
importConfiguration(std::string_view text, const std::string& file, BuiltinRules builtin);

} // namespace bartizan::offline
