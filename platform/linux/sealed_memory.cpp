#include "platform/linux/sealed_memory.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/magic.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace bartizan {

namespace {

constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

std::unexpected<Error> refuse(std::string_view why)
{
    return fail(ErrorCode::Corrupt,
                "The program that fetches lists handed over something that is no list: " + std::string(why),
                "Install Bartizan again; the list that was there stays in force.");
}

std::unexpected<Error> noMemory(int error)
{
    return fail(ErrorCode::Exhausted, // NOLINTNEXTLINE(concurrency-mt-unsafe)
                std::string("There is no memory for the list: ") + std::strerror(error),
                "Free some memory or take a smaller list.");
}

class MappedImage final : public ListImage
{
public:
    MappedImage(void* address, std::size_t size)
        : m_address(address)
        , m_size(size)
    {
    }
    ~MappedImage() override { ::munmap(m_address, m_size); }
    MappedImage(const MappedImage&) = delete;
    MappedImage& operator=(const MappedImage&) = delete;

    [[nodiscard]] std::span<const std::byte> bytes() const override
    {
        return {static_cast<const std::byte*>(m_address), m_size};
    }

private:
    void* m_address;
    std::size_t m_size;
};

} // namespace

Result<FileDescriptor> sealedCopy(std::span<const std::byte> bytes)
{
    FileDescriptor memory(::memfd_create("bartizan-list", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!memory.isOpen())
        return noMemory(errno);
    while (!bytes.empty()) {
        const ssize_t written = ::write(memory.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return noMemory(errno);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    if (::fcntl(memory.get(), F_ADD_SEALS, kSeals) != 0)
        return noMemory(errno);
    return memory;
}

Result<std::shared_ptr<ListImage>> mapSealed(int descriptor, std::uint64_t mostBytes)
{
    // Only memory has seals; once they are there, size and content stay as they are looked at here.
    const int seals = ::fcntl(descriptor, F_GET_SEALS);
    if (seals < 0)
        return refuse("it is not memory");
    if ((seals & kSeals) != kSeals)
        return refuse("it can still be changed");
    struct stat status{};
    struct statfs fileSystem{};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) ||
        ::fstatfs(descriptor, &fileSystem) != 0 || fileSystem.f_type != TMPFS_MAGIC)
        return refuse("it is not ordinary memory");
    if (status.st_size <= 0)
        return refuse("it is empty");
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size > mostBytes)
        return refuse("it is larger than such a list can be");
    if (static_cast<std::uint64_t>(status.st_blocks) * 512 < size)
        return refuse("it has holes");
    void* address = ::mmap(nullptr, static_cast<std::size_t>(size), PROT_READ, MAP_SHARED, descriptor, 0);
    if (address == MAP_FAILED)
        return noMemory(errno);
    return std::make_shared<MappedImage>(address, static_cast<std::size_t>(size));
}

} // namespace bartizan
