#include "platform/linux/fetch_sandbox.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <initializer_list>
#include <linux/capability.h>
#include <malloc.h>
#include <memory>
#include <optional>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

namespace bartizan {

namespace {

constexpr std::uint64_t kLibrariesAndStacks = std::uint64_t{1} << 30U;
constexpr rlim_t kOpenFiles = 64;
constexpr rlim_t kThreadsOfAUser = 512;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsInstrumented = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kIsInstrumented = true;
#else
constexpr bool kIsInstrumented = false;
#endif
#else
constexpr bool kIsInstrumented = false;
#endif

std::unexpected<Error> failed(std::string_view step, int error)
{
    return fail(ErrorCode::Unavailable, // NOLINTNEXTLINE(concurrency-mt-unsafe)
                "Lists are not fetched without a sandbox, and " + std::string(step) +
                    " failed: " + std::strerror(error),
                "Allow bartizan-fetch to change its user, its limits and its system calls (seccomp).");
}

bool limit(__rlimit_resource resource, rlim_t most)
{
    rlimit now{};
    if (::getrlimit(resource, &now) != 0)
        return false;
    const rlim_t value = std::min(most, now.rlim_max);
    const rlimit wanted{value, value};
    return ::setrlimit(resource, &wanted) == 0;
}

// What is free without swapping.
std::uint64_t freeMemory()
{
    struct sysinfo facts{};
    std::uint64_t bytes = ::sysinfo(&facts) == 0 ? std::uint64_t{facts.freeram} * facts.mem_unit : 0;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/meminfo", "re"),
                                                               &std::fclose);
    std::array<char, 128> line{};
    while (file && std::fgets(line.data(), line.size(), file.get()) != nullptr) {
        unsigned long long kibibytes = 0;
        if (std::sscanf(line.data(), "MemAvailable: %llu kB", &kibibytes) == 1) // NOLINT(cert-err34-c)
            bytes = kibibytes * 1024;
    }
    return bytes;
}

bool limitMemory(std::uint64_t bytes)
{
    return kIsInstrumented || limit(RLIMIT_AS, kLibrariesAndStacks + std::min(bytes, freeMemory() / 4 * 3));
}

bool limitResources(const SandboxLimits& limits)
{
    return limitMemory(limits.memoryBytes) && limit(RLIMIT_FSIZE, limits.fileBytes) &&
           limit(RLIMIT_CPU, static_cast<rlim_t>(limits.cpu.count())) && limit(RLIMIT_NOFILE, kOpenFiles) &&
           limit(RLIMIT_CORE, 0) && limit(RLIMIT_MEMLOCK, 0);
}

// Once root's rights are gone there is no way back.
bool leaveRoot()
{
    const passwd* user = ::getpwnam("bartizan-fetch"); // NOLINT(concurrency-mt-unsafe): one thread
    if (user == nullptr)
        user = ::getpwnam("nobody"); // NOLINT(concurrency-mt-unsafe)
    if (user == nullptr || user->pw_uid == 0)
        return false;
    const uid_t uid = user->pw_uid;
    const gid_t gid = user->pw_gid;
    for (int capability = 0; capability < 64; ++capability)
        ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    // Its users are others' as well where it is "nobody"; their processes count too.
    if (!limit(RLIMIT_NPROC, kThreadsOfAUser) || ::setgroups(0, nullptr) != 0 ||
        ::setresgid(gid, gid, gid) != 0 || ::setresuid(uid, uid, uid) != 0)
        return false;
    return ::setresuid(0, 0, 0) != 0 && ::getuid() == uid && ::geteuid() == uid;
}

bool dropCapabilities()
{
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> none{};
    return ::syscall(SYS_capset, &header, none.data()) == 0;
}

class Filter
{
public:
    Filter()
        : m_context(::seccomp_init(SCMP_ACT_ERRNO(ENOSYS)))
    {
    }
    ~Filter() { ::seccomp_release(m_context); }
    Filter(const Filter&) = delete;
    Filter& operator=(const Filter&) = delete;

    void add(std::uint32_t action, std::initializer_list<int> calls)
    {
        for (const int call : calls)
            keep(::seccomp_rule_add(m_context, action, call, 0));
    }
    void allowIf(int call, std::initializer_list<scmp_arg_cmp> conditions)
    {
        keep(::seccomp_rule_add_array(m_context, SCMP_ACT_ALLOW, call,
                                      static_cast<unsigned>(conditions.size()), conditions.begin()));
    }
    // The error, or 0.
    int load()
    {
        if (m_context == nullptr)
            return ENOMEM;
        keep(::seccomp_attr_set(m_context, SCMP_FLTATR_CTL_TSYNC, 1));
        if (m_error == 0)
            keep(::seccomp_load(m_context));
        return m_error;
    }

private:
    void keep(int result)
    {
        if (result < 0 && m_error == 0)
            m_error = -result;
    }

    scmp_filter_ctx m_context;
    int m_error = 0;
};

int filterSystemCalls()
{
    Filter filter;
    filter.add(
        SCMP_ACT_ALLOW,
        {// memory and threads
         SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex),
         SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
         SCMP_SYS(sched_getparam), SCMP_SYS(sched_getscheduler), SCMP_SYS(membarrier), SCMP_SYS(gettid),
         SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(getcpu),
         SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
         SCMP_SYS(restart_syscall),
         // who and where it is
         SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getresuid),
         SCMP_SYS(getresgid), SCMP_SYS(uname), SCMP_SYS(sysinfo), SCMP_SYS(getcwd), SCMP_SYS(getrusage),
         SCMP_SYS(getrlimit),
         // time and chance
         SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
         SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom),
         // open files and reading others
         SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev),
         SCMP_SYS(close), SCMP_SYS(close_range), SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(stat),
         SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(fstatfs), SCMP_SYS(statfs),
         SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink),
         SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(fcntl), SCMP_SYS(dup), SCMP_SYS(memfd_create),
         // waiting
         SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(epoll_create1),
         SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(eventfd2),
         SCMP_SYS(pipe2), SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime),
         // connections that it opens; netlink tells name resolution which addresses there are
         SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(getsockname), SCMP_SYS(getpeername),
         SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(sendmmsg),
         SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(recvmmsg), SCMP_SYS(shutdown)});
    for (const int family : {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK})
        filter.allowIf(SCMP_SYS(socket), {SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(family))});
    constexpr scmp_datum_t kWriting = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
    filter.allowIf(SCMP_SYS(open), {SCMP_A1(SCMP_CMP_MASKED_EQ, kWriting, 0)});
    filter.allowIf(SCMP_SYS(openat), {SCMP_A2(SCMP_CMP_MASKED_EQ, kWriting, 0)});
    filter.allowIf(SCMP_SYS(mmap), {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)});
    filter.allowIf(SCMP_SYS(mprotect), {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)});
    filter.allowIf(SCMP_SYS(ioctl), {SCMP_A1(SCMP_CMP_EQ, FIONREAD)});
    filter.allowIf(SCMP_SYS(ioctl), {SCMP_A1(SCMP_CMP_EQ, FIONBIO)});
    // Threads; clone3 hides its flags, and glibc takes clone where it does not exist.
    filter.allowIf(SCMP_SYS(clone), {SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)});
    filter.allowIf(SCMP_SYS(prctl), {SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME)});
    filter.allowIf(SCMP_SYS(prlimit64), {SCMP_A0(SCMP_CMP_EQ, 0)});
    // abort()
    filter.allowIf(SCMP_SYS(tgkill), {SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid()))});
    filter.add(SCMP_ACT_KILL_PROCESS,
               {SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
                SCMP_SYS(process_vm_writev), SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root),
                SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(kexec_load), SCMP_SYS(bpf),
                SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(keyctl), SCMP_SYS(add_key),
                SCMP_SYS(io_uring_setup), SCMP_SYS(unshare), SCMP_SYS(setns)});
    return filter.load();
}

} // namespace

Result<void> enterFetchSandbox(const SandboxLimits& limits)
{
    // One heap for all threads: each of its own would reserve address space.
    ::mallopt(M_ARENA_MAX, 1);
    if (!limitResources(limits))
        return failed("limiting its resources", errno);
    if (::getuid() == 0 && !leaveRoot())
        return failed("leaving root's rights", errno);
    if (!dropCapabilities())
        return failed("dropping its capabilities", errno);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
        ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
        return failed("closing the ways back", errno);
    if (const int error = filterSystemCalls(); error != 0)
        return failed("filtering its system calls", error);
    return {};
}

} // namespace bartizan
