#include "engine/core/own_list_import.h"

#include "engine/reputation/own/entry_check.h"
#include "engine/reputation/own/own_lists.h"

#include <QDateTime>
#include <QJsonArray>

#include <utility>

namespace bartizan {

using namespace Qt::Literals::StringLiterals;

namespace {

constexpr EpochMs kPatience = 60'000; // between two parts
constexpr std::size_t kMostBytes = std::size_t{256} << 20U;
constexpr std::size_t kMostEntries = 5'000'000;

std::unexpected<Error> malformed(const char* member)
{
    return fail(ErrorCode::InvalidArgument, std::string(member) + ": is not as docs/ipc.md says");
}

// The file's own form, in which a list is replaced as a whole.
Result<std::string> cdbText(const std::vector<EntryAddition>& entries)
{
    std::string text;
    for (const auto& entry : entries) {
        const auto check = checkEntry(entry.text);
        if (!check.isTaken())
            return fail(ErrorCode::InvalidArgument, check.error, check.cure);
        for (const auto& key : check.keys)
            text += '"' + key + "\":" + fittingNote(entry.note) + '\n';
    }
    return text;
}

} // namespace

Result<void> OwnListImport::begin(const QJsonObject& params, const std::string& sender, EpochMs now)
{
    const EpochMs since = m_pending ? now - m_pending->lastPartAt : kPatience;
    if (m_pending && m_pending->sender != sender && since >= 0 && since < kPatience)
        return fail(ErrorCode::Busy, "another list is being imported", "Try again in a moment.");
    m_pending.emplace();
    m_pending->sender = sender;
    m_pending->name = params["name"_L1].toString().toStdString();
    m_pending->replace = params["replace"_L1].toBool();
    return {};
}

Result<void> OwnListImport::append(const QJsonObject& params, EpochMs now)
{
    PendingImport& pending = *m_pending;
    ++pending.nextPart;
    pending.lastPartAt = now;
    const auto entries = params["entries"_L1].toArray();
    for (const auto& item : entries) {
        const auto fields = item.toArray();
        if (!fields[0].isString())
            return malformed("entries");
        EntryAddition entry{fields[0].toString().toStdString(),
                            fittingNote(fields[1].toString().toStdString())};
        if (const auto until = QDateTime::fromString(fields[2].toString(), Qt::ISODate); until.isValid())
            entry.expiresAt = until.toMSecsSinceEpoch();
        pending.bytes += entry.text.size() + entry.note.size() + 32;
        if (!entry.expiresAt || *entry.expiresAt > now)
            pending.entries.push_back(std::move(entry));
    }
    if (pending.bytes > kMostBytes || pending.entries.size() > kMostEntries)
        return fail(ErrorCode::Exhausted, "the list is too large", "Split it, or subscribe to it.");
    return {};
}

Result<std::optional<EditOutcome>> OwnListImport::take(OwnLists& lists, const QJsonObject& params,
                                                       const std::string& sender, const std::string& by,
                                                       EpochMs now)
{
    const int part = params["part"_L1].toInt(-1);
    if (part == 0) {
        if (auto begun = begin(params, sender, now); !begun)
            return std::unexpected(std::move(begun.error()));
    }
    if (!m_pending || m_pending->sender != sender || m_pending->nextPart != part)
        return malformed("part");
    if (auto taken = append(params, now); !taken) {
        m_pending.reset();
        return std::unexpected(std::move(taken.error()));
    }
    if (!params["last"_L1].toBool())
        return std::nullopt;
    auto whole = std::move(*m_pending);
    m_pending.reset();
    const auto name = whole.name;
    const bool isNew = !lists.info(name);
    if (isNew) {
        if (auto created = lists.create(name); !created)
            return std::unexpected(std::move(created.error()));
    }
    auto outcome = putInto(lists, std::move(whole), by, now);
    if (const auto made = lists.info(name); isNew && made && made->entries == 0)
        static_cast<void>(lists.remove(name));
    if (!outcome)
        return std::unexpected(std::move(outcome.error()));
    return std::optional(std::move(*outcome));
}

Result<EditOutcome> OwnListImport::putInto(OwnLists& lists, PendingImport pending, const std::string& by,
                                           EpochMs now)
{
    if (!pending.replace)
        return lists.edit(pending.name, {std::move(pending.entries), {}}, by, now);
    const auto text = cdbText(pending.entries);
    if (!text)
        return std::unexpected(text.error());
    auto replaced = lists.importText(pending.name, *text, ListFormat::Cdb, {}, ImportMode::Replace, by, now);
    if (!replaced)
        return std::unexpected(std::move(replaced.error()));
    EntryEdit expiring;
    for (auto& entry : pending.entries) {
        if (entry.expiresAt)
            expiring.add.push_back(std::move(entry));
    }
    if (!expiring.add.empty()) {
        if (auto set = lists.edit(pending.name, expiring, by, now); !set)
            return std::unexpected(std::move(set.error()));
    }
    return std::move(replaced->edit);
}

} // namespace bartizan
