#include "tests/support/private_run_folder.h"

#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sched.h>
#include <stdexcept>
#include <sys/mount.h>
#include <thread>

namespace bartizan::test {

namespace {

void must(int result, const std::string& what)
{
    if (result != 0)
        throw std::runtime_error(what + ": " + std::strerror(errno));
}

} // namespace

void runWithSystemdFiles(const std::map<std::string, std::string>& files, const std::function<void()>& code)
{
    std::exception_ptr failure;
    std::thread([&] {
        try {
            const std::filesystem::path folder("/run/systemd");
            must(::unshare(CLONE_NEWNS), "unshare");
            must(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "make mounts private");
            if (!std::filesystem::exists(
                    folder)) { // then all of /run must be ours, or the folder would stay behind
                must(::mount("none", "/run", "tmpfs", 0, nullptr), "mount /run");
                std::filesystem::create_directories(folder);
            }
            must(::mount("none", folder.c_str(), "tmpfs", 0, nullptr), "mount /run/systemd");
            for (const auto& [name, text] : files) {
                std::filesystem::create_directories((folder / name).parent_path());
                std::ofstream(folder / name) << text;
            }
            code();
        } catch (...) {
            failure = std::current_exception();
        }
    }).join();
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace bartizan::test
