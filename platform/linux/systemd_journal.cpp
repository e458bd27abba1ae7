#include "platform/linux/systemd_journal.h"

#include "platform/linux/file_descriptor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <poll.h>
#include <sys/eventfd.h>
#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

namespace bartizan {

namespace {

constexpr std::size_t kMaxField = 64 * 1024;

std::unexpected<Error> journalError(const std::string& what, int error)
{
    return fail(ErrorCode::Unavailable,
                what + ": " + std::strerror(-error) + "."); // NOLINT(concurrency-mt-unsafe)
}

// libsystemd opens happily where nothing can be read, so that it has to be found out.
Result<void> checkReadable()
{
    sd_id128_t machine{};
    if (const int error = ::sd_id128_get_machine(&machine); error < 0)
        return fail(ErrorCode::NotFound, "This computer has no journal: it has no /etc/machine-id.",
                    "Run systemd-machine-id-setup, or remove the journald source.");
    std::array<char, SD_ID128_STRING_MAX> id{};
    ::sd_id128_to_string(machine, id.data());
    bool isThere = false;
    for (const char* root : {"/run/log/journal", "/var/log/journal"}) {
        const std::string folder = std::string(root) + "/" + id.data();
        const std::string journal = folder + "/system.journal";
        std::error_code none;
        if (::access(journal.c_str(), R_OK) == 0)
            return {};
        isThere |= errno == EACCES || std::filesystem::exists(folder, none);
    }
    if (!isThere)
        return fail(ErrorCode::NotFound, "This computer has no journal.",
                    "It is read as soon as systemd-journald runs.");
    return fail(ErrorCode::PermissionDenied, "The engine's user may not read the journal.",
                "Add it to the group systemd-journal and restart the engine.");
}

struct CloseJournal
{
    void operator()(sd_journal* journal) const { ::sd_journal_close(journal); }
};

class SystemdJournal final : public JournalReader
{
public:
    SystemdJournal()
        : m_wakeUp(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
    {
    }

    Result<Place> open(const std::string& cursor, Start start) override;
    Result<bool> next() override;
    std::optional<std::string> field(std::string_view name) override;
    EpochMs time() override;
    std::string cursor() override;
    void wait(std::optional<std::chrono::milliseconds> timeout) override;
    void wake() override
    {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto size = ::write(m_wakeUp.get(), &one, sizeof one);
    }

private:
    Result<Place> seekCursor(const std::string& cursor);
    Result<Place> seekEnd();

    FileDescriptor m_wakeUp;
    std::unique_ptr<sd_journal, CloseJournal> m_journal;
    std::string m_cursor;   // behind which open() stood
    bool m_pending = false; // open() has stepped to an entry that next() has to hand out
    bool m_hasEntry = false;
};

Result<JournalReader::Place> SystemdJournal::open(const std::string& cursor, Start start)
{
    m_journal.reset();
    m_cursor.clear();
    m_pending = m_hasEntry = false;
    if (auto readable = checkReadable(); !readable)
        return std::unexpected(std::move(readable.error()));
    sd_journal* journal = nullptr;
    if (const int error = ::sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY); error < 0)
        return journalError("The journal can't be opened", error);
    m_journal.reset(journal);
    ::sd_journal_set_data_threshold(journal, kMaxField);
    // Watching begins with this call; what is written from now on gives notice.
    if (const int error = ::sd_journal_get_fd(journal); error < 0)
        return journalError("The journal can't be watched", error);
    if (!cursor.empty())
        return seekCursor(cursor);
    if (start == Start::AtEnd)
        return seekEnd();
    if (const int error = ::sd_journal_seek_head(journal); error < 0)
        return journalError("The journal can't be read", error);
    return Place::Found;
}

Result<JournalReader::Place> SystemdJournal::seekCursor(const std::string& cursor)
{
    sd_journal* journal = m_journal.get();
    int done = ::sd_journal_seek_cursor(journal, cursor.c_str());
    if (done == -EINVAL) { // not a cursor at all
        auto end = seekEnd();
        return end ? Place::Lost : std::move(end);
    }
    if (done >= 0)
        done = ::sd_journal_next(journal);
    if (done < 0)
        return journalError("The journal can't be read", done);
    m_cursor = cursor;
    if (done == 0)
        return Place::Lost; // everything since has been removed, and nothing is newer
    const int isThere = ::sd_journal_test_cursor(journal, cursor.c_str());
    m_pending = isThere <= 0;
    return isThere > 0 ? Place::Found : Place::Lost;
}

Result<JournalReader::Place> SystemdJournal::seekEnd()
{
    sd_journal* journal = m_journal.get();
    int done = ::sd_journal_seek_tail(journal);
    if (done >= 0)
        done = ::sd_journal_previous(journal);
    if (done < 0)
        return journalError("The journal can't be read", done);
    m_hasEntry = done > 0;
    if (m_hasEntry)
        m_cursor = cursor();
    return Place::Found;
}

Result<bool> SystemdJournal::next()
{
    if (m_pending) {
        m_pending = false;
        m_hasEntry = true;
        return true;
    }
    const int stepped = ::sd_journal_next(m_journal.get());
    if (stepped < 0)
        return journalError("The journal can't be read", stepped);
    if (stepped > 0)
        m_hasEntry = true;
    return stepped > 0;
}

std::optional<std::string> SystemdJournal::field(std::string_view name)
{
    const void* data = nullptr;
    std::size_t size = 0;
    const std::string key(name);
    if (::sd_journal_get_data(m_journal.get(), key.c_str(), &data, &size) < 0)
        return std::nullopt;
    const std::string_view whole(static_cast<const char*>(data), size);
    return std::string(whole.substr(std::min(whole.size(), key.size() + 1), kMaxField));
}

EpochMs SystemdJournal::time()
{
    std::uint64_t microseconds = 0;
    ::sd_journal_get_realtime_usec(m_journal.get(), &microseconds);
    return static_cast<EpochMs>(microseconds / 1000);
}

std::string SystemdJournal::cursor()
{
    char* text = nullptr;
    if (!m_journal || !m_hasEntry || ::sd_journal_get_cursor(m_journal.get(), &text) < 0)
        return m_cursor;
    const std::unique_ptr<char, decltype(&std::free)> owned(text, &std::free);
    return text;
}

void SystemdJournal::wait(std::optional<std::chrono::milliseconds> timeout)
{
    std::array<pollfd, 2> sources{{{m_wakeUp.get(), POLLIN, 0}, {-1, POLLIN, 0}}};
    if (m_journal)
        sources[1].fd = ::sd_journal_get_fd(m_journal.get());
    constexpr std::int64_t kLongest = 24LL * 3600 * 1000;
    const int milliseconds =
        timeout ? static_cast<int>(std::clamp<std::int64_t>(timeout->count(), 0, kLongest)) : -1;
    while (::poll(sources.data(), sources.size(), milliseconds) < 0 && errno == EINTR) {
    }
    if ((sources[0].revents & POLLIN) != 0) {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto size = ::read(m_wakeUp.get(), &count, sizeof count);
    }
    if ((sources[1].revents & POLLIN) != 0)
        ::sd_journal_process(m_journal.get()); // takes the notice, and follows rotated files
}

} // namespace

std::unique_ptr<JournalReader> makeSystemdJournal()
{
    return std::make_unique<SystemdJournal>();
}

} // namespace bartizan
