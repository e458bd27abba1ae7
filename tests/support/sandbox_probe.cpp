// Enters the sandbox of bartizan-fetch and tries the one thing it is asked for. Prints "done", "refused", or
// "no sandbox: …".
#include "platform/linux/fetch_sandbox.h"

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <functional>
#include <map>
#include <netinet/in.h>
#include <new>
#include <sched.h>
#include <signal.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace {

bool opens(const char* path, int flags)
{
    return ::open(path, flags, 0600) >= 0;
}

bool hasSocket(int family, int type)
{
    return ::socket(family, type | SOCK_CLOEXEC, 0) >= 0;
}

bool listens()
{
    const int server = ::socket(AF_INET, SOCK_STREAM, 0);
    return server >= 0 && ::listen(server, 1) == 0;
}

bool maps(int protection)
{
    return ::mmap(nullptr, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

bool makesExecutable()
{
    void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return ::mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0;
}

bool startsThread()
{
    std::jthread([] {}).join();
    return true;
}

bool allocates(std::size_t bytes)
{
    return ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                  0) != MAP_FAILED;
}

bool growsMemoryFile(off_t bytes)
{
    ::signal(SIGXFSZ, SIG_IGN);
    const int memory = ::memfd_create("x", 0);
    return memory >= 0 && ::lseek(memory, bytes, SEEK_SET) == bytes && ::write(memory, "x", 1) == 1;
}

const std::map<std::string_view, std::function<bool()>>& attempts()
{
    static const std::map<std::string_view, std::function<bool()>> all{
        {"read-file", [] { return opens("/etc/hosts", O_RDONLY); }},
        {"read-shadow", [] { return opens("/etc/shadow", O_RDONLY); }},
        {"write-file", [] { return opens("/tmp/bartizan-sandbox-probe", O_WRONLY | O_CREAT); }},
        {"write-device", [] { return opens("/dev/null", O_WRONLY); }},
        {"change-file", [] { return opens("/dev/null", O_RDWR); }},
        {"openat2", [] { return ::syscall(SYS_openat2, AT_FDCWD, "/etc/hosts", nullptr, 0) >= 0; }},
        {"remove-file", [] { return ::unlink("/tmp/bartizan-sandbox-probe") == 0 || errno != ENOSYS; }},
        {"execute", [] { return ::execl("/bin/true", "true", nullptr) == 0; }},
        {"fork", [] { return ::fork() >= 0; }},
        {"thread", startsThread},
        {"trace", [] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0; }},
        {"mount", [] { return ::mount("none", "/mnt", "tmpfs", 0, nullptr) == 0; }},
        {"namespace", [] { return ::unshare(CLONE_NEWUSER) == 0; }},
        {"tcp", [] { return hasSocket(AF_INET, SOCK_STREAM); }},
        {"tcp6", [] { return hasSocket(AF_INET6, SOCK_STREAM); }},
        {"packet", [] { return hasSocket(AF_PACKET, SOCK_RAW); }},
        {"raw", [] { return hasSocket(AF_INET, SOCK_RAW); }},
        {"listen", listens},
        {"memory", [] { return maps(PROT_READ | PROT_WRITE); }},
        {"executable-memory", [] { return maps(PROT_READ | PROT_EXEC); }},
        {"make-executable", makesExecutable},
        {"much-memory", [] { return allocates(std::size_t{4} << 30U); }},
        {"memory-file", [] { return growsMemoryFile(1000); }},
        {"large-memory-file", [] { return growsMemoryFile(2 << 20); }},
        {"become-root", [] { return ::setuid(0) == 0; }},
        {"kill-others", [] { return ::kill(::getppid(), 0) == 0; }},
        {"new-group", [] { return ::setsid() >= 0 || ::setpgid(0, 0) == 0; }},
        {"unlock-dumps", [] { return ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0; }},
    };
    return all;
}

} // namespace

int main(int argc, char** argv)
{
    const auto attempt = attempts().find(argc == 2 ? argv[1] : "");
    if (attempt == attempts().end())
        return 2;
    const auto inside = bartizan::enterFetchSandbox(
        {std::uint64_t{64} << 20U, std::uint64_t{1} << 20U, std::chrono::seconds(10)});
    if (!inside) {
        std::printf("no sandbox: %s\n", inside.error().message.c_str());
        return 1;
    }
    std::printf(attempt->second() ? "done\n" : "refused\n");
    return 0;
}
