// How a program of somebody else's is started: nothing of ours open but what is handed over, no signal
// ignored or blocked, in a process group of its own, to be killed as a whole.
#pragma once

#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace bartizan {

class SpawnPlan
{
public:
    // `stream` (STDIN_FILENO, STDOUT_FILENO) becomes `descriptor`; the other standard streams are empty.
    SpawnPlan(int stream, int descriptor)
    {
        ::posix_spawn_file_actions_init(&m_files);
        for (const int other : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
            if (other != stream)
                ::posix_spawn_file_actions_addopen(&m_files, other, "/dev/null",
                                                   other == STDIN_FILENO ? O_RDONLY : O_WRONLY, 0);
            else
                ::posix_spawn_file_actions_adddup2(&m_files, descriptor, stream);
        }
        ::posix_spawn_file_actions_addclosefrom_np(&m_files, STDERR_FILENO + 1);
        ::posix_spawnattr_init(&m_attributes);
        sigset_t signals;
        ::sigfillset(&signals);
        ::posix_spawnattr_setsigdefault(&m_attributes, &signals);
        ::sigemptyset(&signals);
        ::posix_spawnattr_setsigmask(&m_attributes, &signals);
        ::posix_spawnattr_setpgroup(&m_attributes, 0);
        ::posix_spawnattr_setflags(&m_attributes,
                                   POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    }
    ~SpawnPlan()
    {
        ::posix_spawn_file_actions_destroy(&m_files);
        ::posix_spawnattr_destroy(&m_attributes);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    void startIn(const char* folder) { ::posix_spawn_file_actions_addchdir_np(&m_files, folder); }

    // `arguments` begin with the program's own name. The error, or 0.
    int start(const std::string& program, std::vector<std::string> arguments,
              std::vector<std::string> environment, pid_t& process)
    {
        return ::posix_spawn(&process, program.c_str(), &m_files, &m_attributes, pointers(arguments).data(),
                             pointers(environment).data());
    }

private:
    static std::vector<char*> pointers(std::vector<std::string>& texts)
    {
        std::vector<char*> all;
        all.reserve(texts.size() + 1);
        for (std::string& text : texts)
            all.push_back(text.data());
        all.push_back(nullptr);
        return all;
    }

    posix_spawn_file_actions_t m_files{};
    posix_spawnattr_t m_attributes{};
};

} // namespace bartizan
