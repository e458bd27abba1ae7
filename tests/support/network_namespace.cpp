#include "tests/support/network_namespace.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <sched.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace bartizan::test {

namespace {

const std::string kPrefix = "bz-t-";
const char* const kFolder = "/run/netns";

void must(const std::vector<std::string>& arguments)
{
    if (const ProgramResult result = runProgram(arguments); result.exitCode != 0) {
        std::string command;
        for (const std::string& argument : arguments)
            command += argument + " ";
        throw std::runtime_error(command + "failed: " + result.output);
    }
}

void deleteLeftovers()
{
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(kFolder, ignored)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(kPrefix))
            continue;
        const int pid = std::atoi(name.c_str() + kPrefix.size());
        if (pid > 0 && ::kill(pid, 0) != 0 && errno == ESRCH)
            (void)runProgram({"ip", "netns", "delete", name});
    }
}

} // namespace

std::string missingPrivilege()
{
    if (::geteuid() != 0)
        return "network namespaces need root";
    for (const char* folder : {"/usr/sbin", "/sbin", "/usr/bin", "/bin"}) {
        if (std::filesystem::exists(std::string(folder) + "/ip"))
            return {};
    }
    return "the program ip is missing: apt install iproute2";
}

ProgramResult runProgram(const std::vector<std::string>& arguments)
{
    std::vector<char*> argv;
    for (const std::string& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str())); // NOLINT: exec's signature
    argv.push_back(nullptr);
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0)
        throw std::runtime_error(std::strerror(errno));
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO);
    char path[] = "PATH=/usr/sbin:/sbin:/usr/bin:/bin";
    char language[] = "LC_ALL=C";
    char* environment[] = {path, language, nullptr};
    pid_t child = -1;
    const int failure = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environment);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    ProgramResult result;
    if (failure == 0) {
        char buffer[4096];
        ssize_t got = 0;
        while ((got = ::read(pipe[0], buffer, sizeof(buffer))) > 0)
            result.output.append(buffer, static_cast<std::size_t>(got));
        int status = 0;
        ::waitpid(child, &status, 0);
        result.exitCode = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    } else {
        result.output = std::strerror(failure);
    }
    ::close(pipe[0]);
    return result;
}

NetworkNamespace::NetworkNamespace(const std::string& name)
    : m_name(kPrefix + std::to_string(::getpid()) + "-" + name)
{
    deleteLeftovers();
    must({"ip", "netns", "add", m_name});
    must({"ip", "-n", m_name, "link", "set", "lo", "up"});
}

NetworkNamespace::~NetworkNamespace()
{
    (void)runProgram({"ip", "netns", "delete", m_name});
}

void NetworkNamespace::run(const std::function<void()>& code) const
{
    std::exception_ptr failure;
    std::thread([&] {
        try {
            const int handle = ::open((std::string(kFolder) + "/" + m_name).c_str(), O_RDONLY | O_CLOEXEC);
            const bool entered = handle >= 0 && ::setns(handle, CLONE_NEWNET) == 0;
            if (handle >= 0)
                ::close(handle);
            if (!entered)
                throw std::runtime_error("can't enter " + m_name + ": " + std::strerror(errno));
            code();
        } catch (...) {
            failure = std::current_exception();
        }
    }).join();
    if (failure)
        std::rethrow_exception(failure);
}

ProgramResult NetworkNamespace::exec(const std::vector<std::string>& arguments) const
{
    std::vector<std::string> all{"ip", "netns", "exec", m_name};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return runProgram(all);
}

void NetworkNamespace::connect(const std::string& interface, const std::vector<std::string>& addresses,
                               NetworkNamespace& other, const std::string& otherInterface,
                               const std::vector<std::string>& otherAddresses)
{
    must({"ip", "-n", m_name, "link", "add", interface, "type", "veth", "peer", "name", otherInterface,
          "netns", other.m_name});
    setUp(interface, addresses);
    other.setUp(otherInterface, otherAddresses);
}

void NetworkNamespace::setUp(const std::string& interface, const std::vector<std::string>& addresses) const
{
    for (const std::string& address : addresses) {
        std::vector<std::string> command{"ip", "-n", m_name, "address", "add", address, "dev", interface};
        if (address.find(':') != std::string::npos)
            command.emplace_back("nodad"); // usable at once
        must(command);
    }
    must({"ip", "-n", m_name, "link", "set", interface, "up"});
}

} // namespace bartizan::test
