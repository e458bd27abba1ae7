// A configuration folder and a state folder of its own, and what stands in them.
#pragma once

#include "engine/reputation/own/own_lists.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <memory>
#include <string>
#include <string_view>

namespace bartizan {

inline constexpr EpochMs kHour = 3'600'000;
inline constexpr EpochMs kNow = 1'790'000'000'000;

class OwnListsBench
{
public:
    OwnListsBench()
    {
        QDir().mkpath(listsFolder());
        restart();
    }
    // As a new process finds it.
    void restart()
    {
        m_lists =
            std::make_unique<OwnLists>(listsFolder().toStdString(), stateFolder().toStdString(), others);
    }
    OwnLists& lists() { return *m_lists; }

    [[nodiscard]] QString listsFolder() const { return m_folder.filePath(QStringLiteral("lists")); }
    [[nodiscard]] QString stateFolder() const { return m_folder.filePath(QStringLiteral("state")); }
    [[nodiscard]] QString facts() const { return stateFolder() + QStringLiteral("/lists/entries.json"); }
    [[nodiscard]] QString path(std::string_view name) const
    {
        return listsFolder() + u'/' + QString::fromStdString(std::string(name));
    }
    void write(std::string_view name, std::string_view text) const { writeFile(path(name), text); }
    [[nodiscard]] std::string text(std::string_view name) const { return readFile(path(name)); }

    static void writeFile(const QString& path, std::string_view text)
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(text.data(), static_cast<qint64>(text.size())), static_cast<qint64>(text.size()));
    }
    static std::string readFile(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string("(no file)");
    }

    // The edits of one entry, which have to be taken.
    EditOutcome add(std::string_view name, std::string text, std::string note = {},
                    std::optional<EpochMs> expiresAt = {}, EpochMs now = kNow)
    {
        return edit(name, {{{std::move(text), std::move(note), expiresAt}}, {}}, now);
    }
    EditOutcome take(std::string_view name, std::string text, EpochMs now = kNow)
    {
        return edit(name, {{}, {std::move(text)}}, now);
    }
    EditOutcome edit(std::string_view name, const EntryEdit& edit, EpochMs now = kNow)
    {
        auto outcome = lists().edit(name, edit, "alice", now);
        if (!outcome)
            return {0,  0,
                    0,  {{Severity::Error, "lists", {}, 0, 0, outcome.error().message, outcome.error().cure}},
                    {}, 0};
        return *outcome;
    }
    OwnListEntry entry(std::string_view name, std::string_view key)
    {
        const auto page = lists().entries(name, 0, 1'000, {});
        for (const auto& entry : page ? page->entries : std::vector<OwnListEntry>{}) {
            if (entry.key == key)
                return entry;
        }
        return {"(none)", {}, 0, {}, {}, {}, {}};
    }

    ListsHolding others;

private:
    QTemporaryDir m_folder;
    std::unique_ptr<OwnLists> m_lists;
};

} // namespace bartizan
