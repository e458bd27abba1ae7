#include "engine/reputation/own/undo_steps.h"

#include "engine/base/strings.h"
#include "engine/reputation/own/list_folder.h"

#include <QCryptographicHash>
#include <QDataStream>
#include <QDir>
#include <QFile>

#include <algorithm>

namespace bartizan::own {

namespace {

constexpr quint32 kMagic = 0x42'5A'55'31; // "BZU1"
// A removed list, or two versions of one.
constexpr std::uint64_t kLargestStep = 4 * kLargestListFile;
constexpr std::size_t kDigestSize = 16;

QByteArray bytesOf(std::string_view text)
{
    return QByteArray::fromRawData(text.data(), static_cast<qsizetype>(text.size()));
}

void write(QDataStream& out, const UndoStep& step)
{
    out << kMagic << static_cast<quint8>(step.what) << bytesOf(step.content) << bytesOf(step.text.added)
        << bytesOf(step.text.addedEnd) << bytesOf(step.text.endedLine);
    out << static_cast<quint64>(step.text.changed.size());
    for (const auto& [before, after] : step.text.changed)
        out << bytesOf(before) << bytesOf(after);
    out << static_cast<quint64>(step.text.removed.size());
    for (const auto& [index, whole] : step.text.removed)
        out << static_cast<quint64>(index) << bytesOf(whole);
    out << static_cast<quint64>(step.facts.size());
    for (const auto& [hash, fact] : step.facts)
        out << static_cast<quint64>(hash) << static_cast<qint64>(fact.addedAt.value_or(0))
            << static_cast<qint64>(fact.expiresAt.value_or(0)) << bytesOf(fact.addedBy);
}

std::string textFrom(QDataStream& in)
{
    QByteArray bytes;
    in >> bytes;
    return bytes.toStdString();
}

std::optional<EpochMs> timeFrom(QDataStream& in)
{
    qint64 time = 0;
    in >> time;
    return time == 0 ? std::nullopt : std::optional<EpochMs>(time);
}

// Calls `readOne` as often as the stream says, as long as there is something to read.
template<class ReadOne> void readMany(QDataStream& in, const ReadOne& readOne)
{
    quint64 count = 0;
    in >> count;
    for (; count > 0 && in.status() == QDataStream::Ok; --count)
        readOne();
}

std::optional<UndoStep> read(QDataStream& in)
{
    quint32 magic = 0;
    quint8 what = 0;
    in >> magic >> what;
    if (magic != kMagic || what > static_cast<quint8>(UndoStep::What::Removed))
        return std::nullopt;
    UndoStep step;
    step.what = static_cast<UndoStep::What>(what);
    step.content = textFrom(in);
    step.text.added = textFrom(in);
    step.text.addedEnd = textFrom(in);
    step.text.endedLine = textFrom(in);
    readMany(in, [&] {
        auto before = textFrom(in);
        step.text.changed.push_back({std::move(before), textFrom(in)});
    });
    readMany(in, [&] {
        quint64 index = 0;
        in >> index;
        step.text.removed.push_back({index, textFrom(in)});
    });
    readMany(in, [&] {
        quint64 hash = 0;
        in >> hash;
        EntryFact fact;
        fact.addedAt = timeFrom(in);
        fact.expiresAt = timeFrom(in);
        fact.addedBy = textFrom(in);
        step.facts.emplace_back(hash, std::move(fact));
    });
    return in.status() == QDataStream::Ok ? std::optional(std::move(step)) : std::nullopt;
}

QByteArray digestOf(std::string_view bytes)
{
    return QCryptographicHash::hash(bytesOf(bytes), QCryptographicHash::Md5); // finds damage, not intent
}

// Ascending.
std::vector<std::uint64_t> numbersIn(const QString& folder)
{
    std::vector<std::uint64_t> numbers;
    for (const auto& name : QDir(folder).entryList(QDir::Files | QDir::NoSymLinks)) {
        if (const auto number = parseNumber<std::uint64_t>(name.toStdString()))
            numbers.push_back(*number);
    }
    std::ranges::sort(numbers);
    return numbers;
}

} // namespace

std::string UndoSteps::folderOf(std::string_view list) const
{
    std::string name(list);
    std::ranges::replace(name, '/', '~'); // which no list's name holds
    return m_folder + '/' + name;
}

std::string UndoSteps::pathOf(std::string_view list, std::uint64_t number) const
{
    return folderOf(list) + '/' + std::to_string(number);
}

Result<std::uint64_t> UndoSteps::add(std::string_view list, const UndoStep& step)
{
    QByteArray bytes;
    QDataStream out(&bytes, QIODevice::WriteOnly);
    out.setVersion(QDataStream::Qt_6_4);
    write(out, step);
    bytes += digestOf({bytes.constData(), static_cast<std::size_t>(bytes.size())});
    const auto numbers = numbersIn(QString::fromStdString(folderOf(list)));
    const auto number = numbers.empty() ? 1 : numbers.back() + 1;
    if (auto written =
            writeStateFile(pathOf(list, number), {bytes.constData(), static_cast<std::size_t>(bytes.size())});
        !written)
        return std::unexpected(written.error());
    dropOld(list);
    return number;
}

void UndoSteps::dropOld(std::string_view list) const
{
    auto numbers = numbersIn(QString::fromStdString(folderOf(list)));
    std::int64_t bytes = 0;
    for (std::size_t newer = 0; newer < numbers.size(); ++newer) {
        const auto path = QString::fromStdString(pathOf(list, numbers[numbers.size() - 1 - newer]));
        bytes += QFileInfo(path).size();
        if (newer >= kMostSteps || (newer > 0 && bytes > kMostBytes))
            QFile::remove(path);
    }
}

Result<UndoSteps::Last> UndoSteps::last(std::string_view list)
{
    const auto numbers = numbersIn(QString::fromStdString(folderOf(list)));
    if (numbers.empty())
        return fail(ErrorCode::NotFound, "There is no change of " + std::string(list) + " to take back");
    const auto path = pathOf(list, numbers.back());
    const auto bytes = readStateFile(path, kLargestStep);
    if (!bytes)
        return std::unexpected(bytes.error());
    const std::string_view view = *bytes;
    const auto size = view.size() - std::min(view.size(), kDigestSize);
    std::optional<UndoStep> step;
    if (digestOf(view.substr(0, size)) == bytesOf(view.substr(size))) {
        const auto content = bytesOf(view.substr(0, size));
        QDataStream in(content);
        in.setVersion(QDataStream::Qt_6_4);
        step = read(in);
    }
    if (!step) {
        setAside(path);
        return fail(ErrorCode::Corrupt,
                    "What was kept of the last change of " + std::string(list) + " is damaged",
                    "It was set aside as " + path + ".damaged; edit the list itself.");
    }
    return Last{numbers.back(), std::move(*step)};
}

void UndoSteps::drop(std::string_view list, std::uint64_t number)
{
    QFile::remove(QString::fromStdString(pathOf(list, number)));
}

} // namespace bartizan::own
