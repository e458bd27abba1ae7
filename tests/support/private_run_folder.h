// A thread with a /run/systemd of its own, to play logind.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace bartizan::test {

// Runs `code` on a new thread that sees an empty folder in place of /run/systemd, with these files in it
// ("users/0" → text), and waits. Needs root. Throws std::runtime_error where that can't be had.
void runWithSystemdFiles(const std::map<std::string, std::string>& files, const std::function<void()>& code);

} // namespace bartizan::test
