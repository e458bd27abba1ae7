// A file system in memory, with inodes that can be renamed, copied, truncated, denied and used again.
#pragma once

#include "engine/platform/log_file.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::test {

struct FakeInode
{
    FileIdentity identity;
    std::string content;
};

class FakeLogFile final : public LogFile
{
public:
    explicit FakeLogFile(std::shared_ptr<FakeInode> inode)
        : m_inode(std::move(inode))
    {
    }
    [[nodiscard]] FileIdentity identity() const override { return m_inode->identity; }
    [[nodiscard]] Result<std::uint64_t> size() const override { return m_inode->content.size(); }
    Result<std::size_t> read(std::uint64_t offset, std::span<char> into) override
    {
        if (offset >= m_inode->content.size())
            return std::size_t{0};
        return m_inode->content.copy(into.data(), into.size(), static_cast<std::size_t>(offset));
    }

private:
    std::shared_ptr<FakeInode> m_inode;
};

class FakeLogFiles final : public LogFileSystem
{
public:
    void append(const std::string& path, std::string_view text)
    {
        if (!m_files.contains(path))
            create(path, m_nextInode++);
        m_files.at(path)->content += text;
    }
    // A file in the place of another, with the inode number that the caller chooses.
    void create(const std::string& path, std::uint64_t inode)
    {
        m_files[path] = std::make_shared<FakeInode>(FakeInode{{1, inode}, {}});
    }
    void rename(const std::string& from, const std::string& to)
    {
        m_files[to] = m_files.at(from);
        m_files.erase(from);
    }
    void copy(const std::string& from, const std::string& to)
    {
        create(to, m_nextInode++);
        m_files[to]->content = m_files.at(from)->content;
    }
    void truncate(const std::string& path) { m_files.at(path)->content.clear(); }
    void remove(const std::string& path) { m_files.erase(path); }
    void deny(const std::string& path) { m_denied.insert(path); }
    void allow(const std::string& path) { m_denied.erase(path); }
    [[nodiscard]] std::uint64_t inodeOf(const std::string& path) const
    {
        return m_files.at(path)->identity.inode;
    }

    [[nodiscard]] Result<std::unique_ptr<LogFile>> open(const std::string& path) override
    {
        const auto found = m_files.find(path);
        if (found == m_files.end())
            return fail(ErrorCode::NotFound, path + " does not exist.");
        if (m_denied.contains(path))
            return fail(ErrorCode::PermissionDenied, "The user tester may not read " + path + ".",
                        "Allow it.");
        return std::make_unique<FakeLogFile>(found->second);
    }
    [[nodiscard]] Result<FileIdentity> identify(const std::string& path) override
    {
        const auto found = m_files.find(path);
        if (found != m_files.end())
            return found->second->identity;
        const auto isBelow = [&](const auto& item) {
            return item.first.starts_with(path == "/" ? path : path + "/");
        };
        if (std::ranges::any_of(m_files, isBelow))
            return FileIdentity{1, 2};
        return fail(ErrorCode::NotFound, path + " does not exist.");
    }
    [[nodiscard]] Result<EpochMs> modifiedAt(const std::string&) override { return EpochMs{0}; }
    [[nodiscard]] std::vector<std::string> glob(const std::string& pattern) override
    {
        std::vector<std::string> paths;
        for (const auto& [path, inode] : m_files) {
            if (matches(pattern, path))
                paths.push_back(path);
        }
        return paths;
    }

private:
    static bool matches(std::string_view pattern, std::string_view text)
    {
        if (pattern.empty())
            return text.empty();
        if (pattern.front() == '*') {
            for (std::size_t i = 0; i <= text.size() && (i == 0 || text[i - 1] != '/'); ++i) {
                if (matches(pattern.substr(1), text.substr(i)))
                    return true;
            }
            return false;
        }
        if (text.empty())
            return false;
        if (pattern.front() == '[') {
            const auto end = pattern.find(']', 2);
            return pattern.substr(1, end - 1).find(text.front()) != std::string_view::npos &&
                   matches(pattern.substr(end + 1), text.substr(1));
        }
        return (pattern.front() == '?' ? text.front() != '/' : pattern.front() == text.front()) &&
               matches(pattern.substr(1), text.substr(1));
    }

    std::map<std::string, std::shared_ptr<FakeInode>> m_files;
    std::set<std::string> m_denied;
    std::uint64_t m_nextInode = 100;
};

} // namespace bartizan::test
