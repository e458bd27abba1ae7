#include "engine/reputation/catalogue/list_catalogue.h"

#include "engine/base/utf8.h"
#include "engine/platform/firewall_list.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QUrl>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <initializer_list>

namespace bartizan {

namespace {

constexpr std::array<std::string_view, 3> kHolds{"addresses", "domains", "hashes"};
constexpr std::array<std::string_view, 3> kUses{"tag", "alert", "block"};
constexpr qsizetype kLongestText = 400;
constexpr double kMostEntries = 1e9;
constexpr double kShortestUpdate = 5;
constexpr double kLongestUpdate = 30 * 24 * 60;
constexpr const char* kCure = "Correct the file, or install the package again.";

bool isHttps(const QString& text)
{
    const QUrl url(text, QUrl::StrictMode);
    return url.isValid() && url.scheme() == QLatin1String("https") && !url.host().isEmpty() &&
           url.userInfo().isEmpty();
}

// Takes the members of one list, each once; the first mistake stays.
class MemberReader
{
public:
    explicit MemberReader(QJsonObject object)
        : m_object(std::move(object))
    {
    }

    std::string text(const char* member)
    {
        const QJsonValue value = take(member);
        const QString text = value.toString();
        if (!value.isString() || text.trimmed().isEmpty() || text.size() > kLongestText)
            complain(member, "is to be a text of 1 to 400 characters");
        return text.toStdString();
    }
    std::optional<std::string> textOrNull(const char* member)
    {
        if (!m_object.value(QLatin1String(member)).isNull())
            return text(member);
        take(member);
        return std::nullopt;
    }
    std::string optionalText(const char* member)
    {
        return m_object.contains(QLatin1String(member)) ? text(member) : std::string();
    }
    std::string https(const char* member)
    {
        const std::string url = text(member);
        if (!isHttps(QString::fromStdString(url)))
            complain(member, "is to be an https address");
        return url;
    }
    std::string optionalHttps(const char* member)
    {
        return m_object.contains(QLatin1String(member)) ? https(member) : std::string();
    }
    double whole(const char* member, double least, double most)
    {
        const QJsonValue value = take(member);
        const double number = value.toDouble(least - 1);
        if (!value.isDouble() || number < least || number > most || number != std::floor(number)) {
            complain(member, "is to be a whole number from " + QString::number(least, 'f', 0).toStdString() +
                                 " to " + QString::number(most, 'f', 0).toStdString());
            return least;
        }
        return number;
    }
    std::optional<std::uint64_t> wholeOrNull(const char* member, double least, double most)
    {
        if (!m_object.value(QLatin1String(member)).isNull())
            return static_cast<std::uint64_t>(whole(member, least, most));
        take(member);
        return std::nullopt;
    }
    template<class Value> Value oneOf(const char* member, std::span<const std::string_view> names)
    {
        const std::string name = text(member);
        const auto found = std::ranges::find(names, name);
        if (found != names.end())
            return static_cast<Value>(found - names.begin());
        complain(member, "is to be one of " + std::string(names[0]) + ", " + std::string(names[1]) + " and " +
                             std::string(names[2]));
        return Value{};
    }

    void complain(const char* member, std::string_view mistake)
    {
        if (m_mistake.empty())
            m_mistake = "\"" + std::string(member) + "\" " + std::string(mistake);
    }
    // Empty where all is well.
    std::string finish()
    {
        if (m_mistake.empty() && !m_object.isEmpty()) {
            m_mistake =
                "\"" + forDisplay(m_object.begin().key().toStdString()) + "\" is no member that a list has";
        }
        return m_mistake;
    }

private:
    QJsonValue take(const char* member)
    {
        if (!m_object.contains(QLatin1String(member)))
            complain(member, "is missing");
        return m_object.take(QLatin1String(member));
    }

    QJsonObject m_object;
    std::string m_mistake;
};

// `mistake` is empty where all is well.
CatalogueList readList(const QJsonObject& object, std::string& mistake)
{
    MemberReader members(object);
    CatalogueList list;
    list.id = members.text("id");
    if (!isListName(list.id))
        members.complain("id", "is to be 1 to 32 of a-z, 0-9 and '-', a letter first");
    list.name = members.text("name");
    list.publisher = members.text("publisher");
    list.url = members.https("url");
    list.homepage = members.https("homepage");
    list.licence = members.textOrNull("licence");
    list.licenceUrl = members.optionalHttps("licence_url");
    const std::string format = members.text("format");
    if (const auto known = listFormatFromName(format))
        list.format = *known;
    else
        members.complain("format", "is no format of lists: " + forDisplay(format));
    list.column = members.optionalText("column");
    list.holds = members.oneOf<CatalogueHolds>("holds", kHolds);
    list.entries = members.wholeOrNull("entries", 1, kMostEntries);
    list.update = std::chrono::minutes(
        static_cast<std::int64_t>(members.whole("update_minutes", kShortestUpdate, kLongestUpdate)));
    list.aggressiveness = static_cast<int>(members.whole("aggressiveness", 1, 5));
    list.use = members.oneOf<CatalogueUse>("use", kUses);
    list.about = members.text("about");
    list.mayHit = members.text("may_hit");
    mistake = members.finish();
    return list;
}

std::unexpected<Error> refuse(const std::string& fileName, const std::string& what)
{
    return fail(ErrorCode::InvalidArgument, forDisplay(fileName) + ": " + what + ".", kCure);
}

} // namespace

std::string_view catalogueName(CatalogueHolds holds)
{
    return kHolds[static_cast<std::size_t>(holds)];
}

std::string_view catalogueName(CatalogueUse use)
{
    return kUses[static_cast<std::size_t>(use)];
}

Result<std::vector<CatalogueList>> readCatalogue(std::span<const std::byte> bytes,
                                                 const std::string& fileName)
{
    QJsonParseError parsing;
    const QJsonDocument document = QJsonDocument::fromJson(
        QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())),
        &parsing);
    if (parsing.error != QJsonParseError::NoError) {
        return refuse(fileName, "no JSON, at byte " + std::to_string(parsing.offset) + ": " +
                                    parsing.errorString().toStdString());
    }
    const QJsonObject top = document.object();
    if (top.size() != 1 || !top.value(QLatin1String("lists")).isArray())
        return refuse(fileName, "it is to be an object with the one member \"lists\", an array");

    std::vector<CatalogueList> lists;
    for (const QJsonValue& value : top.value(QLatin1String("lists")).toArray()) {
        std::string mistake;
        CatalogueList list = readList(value.toObject(), mistake);
        const std::string which = list.id.empty() ? "list " + std::to_string(lists.size() + 1)
                                                  : "list \"" + forDisplay(list.id) + "\"";
        if (!mistake.empty())
            return refuse(fileName, which + ": " + mistake);
        if (findInCatalogue(lists, list.id))
            return refuse(fileName, which + ": \"id\" stands for another list too");
        lists.push_back(std::move(list));
    }
    return lists;
}

const CatalogueList* findInCatalogue(std::span<const CatalogueList> lists, std::string_view id)
{
    const auto found = std::ranges::find(lists, id, &CatalogueList::id);
    return found != lists.end() ? &*found : nullptr;
}

std::string findCatalogue(const std::string& programFolder)
{
    for (const char* place : {"../share/bartizan/lists", "../../share/bartizan/lists"}) {
        const auto file =
            (std::filesystem::path(programFolder) / place / "catalogue.json").lexically_normal();
        std::error_code error;
        if (std::filesystem::is_regular_file(file, error))
            return file.string();
    }
    return {};
}

} // namespace bartizan
