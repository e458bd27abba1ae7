#include "engine/reputation/list_settings.h"

#include "engine/lists/formats/list_format.h"
#include "engine/net/cidr.h"
#include "engine/platform/firewall_list.h"

#include <QUrl>

#include <algorithm>
#include <array>
#include <utility>

namespace bartizan {

using namespace Qt::Literals::StringLiterals;

namespace {

constexpr std::array kUses{std::pair(ListUse::Tag, "tag"), std::pair(ListUse::Alert, "alert"),
                           std::pair(ListUse::Block, "block")};
constexpr std::array kTraffics{std::pair(ListTraffic::Inbound, "inbound"),
                               std::pair(ListTraffic::Outbound, "outbound"),
                               std::pair(ListTraffic::Both, "both")};
constexpr std::int64_t kLeastMinutes = 5;
constexpr std::int64_t kMostMinutes = std::int64_t{31} * 24 * 60;
constexpr qsizetype kLongestTitle = 100;
constexpr qsizetype kLongestUrl = 2000;
constexpr qsizetype kLongestColumn = 100;

std::unexpected<Error> wrong(const char* member, std::string message, std::string cure)
{
    return fail(ErrorCode::InvalidArgument, std::string(member) + ": " + std::move(message), std::move(cure));
}

bool isAbsent(const QJsonValue& value)
{
    return value.isUndefined() || value.isNull();
}

bool isPlain(const QString& text)
{
    return std::ranges::none_of(text, [](QChar c) { return c.category() == QChar::Other_Control; });
}

Result<std::string> text(const QJsonObject& json, const char* member, std::string base, qsizetype longest)
{
    const auto value = json[QLatin1String(member)];
    if (isAbsent(value))
        return base;
    if (!value.isString() || value.toString().size() > longest || !isPlain(value.toString()))
        return wrong(member, "is no text of at most " + std::to_string(longest) + " characters",
                     "Give a text without line breaks.");
    return value.toString().toStdString();
}

template<class T, std::size_t Size>
Result<T> choice(const QJsonObject& json, const char* member, T base,
                 const std::array<std::pair<T, const char*>, Size>& names)
{
    const auto value = json[QLatin1String(member)];
    if (isAbsent(value))
        return base;
    std::string all;
    for (const auto& [choice, name] : names) {
        if (value.toString() == QLatin1String(name))
            return choice;
        all += (all.empty() ? "" : ", ") + std::string(name);
    }
    return wrong(member, "there is no such choice", "Give one of: " + all + '.');
}

Result<void> checkUrl(const std::string& text, UrlRule rule)
{
    if (text.empty())
        return {};
    const QUrl url(QString::fromStdString(text), QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty())
        return wrong("url", "it is no URL", "Give one like https://example.org/list.txt.");
    if (!url.userInfo().isEmpty())
        return wrong("url",
                     "it holds a user name or password, which would stand in the settings for all to read",
                     "Give a URL without them.");
    if (url.scheme() == "https"_L1 || (rule == UrlRule::Private && url.scheme() == "http"_L1))
        return {};
    return wrong("url", "it is not https: whoever is on the way could change the list", "Give an https URL.");
}

Result<void> checkSource(const ListSettings& settings, UrlRule rule)
{
    // The kernel's sets carry its name.
    if ((settings.isSubscription() || settings.use == ListUse::Block) && !isListName(settings.name))
        return wrong("name",
                     "\"" + settings.name + "\" can't be the name of a list that blocks or is subscribed to",
                     "Use up to 32 of a-z, 0-9 and -, a letter first.");
    if (auto good = checkUrl(settings.url, rule); !good)
        return good;
    if (!settings.format.empty() && !listFormatFromName(settings.format)) {
        std::string all;
        for (const auto& format : listFormats())
            all += (all.empty() ? "" : ", ") + std::string(format.name);
        return wrong("format", "there is no format \"" + settings.format + '"', "Give one of: " + all + '.');
    }
    return {};
}

Result<std::chrono::minutes> minutes(const QJsonObject& json, std::chrono::minutes base)
{
    const auto value = json["interval_minutes"_L1];
    if (isAbsent(value))
        return base;
    const auto count = value.toInteger(-1);
    if (count < kLeastMinutes || count > kMostMinutes)
        return wrong("interval_minutes", "a list is asked for every 5 minutes to every 31 days",
                     "Give what its publisher asks for; a day is a good choice.");
    return std::chrono::minutes(count);
}

template<class T> bool take(T& target, Result<T> value, std::optional<Error>& error)
{
    if (value)
        target = std::move(*value);
    else if (!error)
        error = std::move(value.error());
    return !error;
}

} // namespace

std::string_view listUseName(ListUse use)
{
    return std::ranges::find(kUses, use, [](const auto& entry) { return entry.first; })->second;
}

std::string_view listTrafficName(ListTraffic traffic)
{
    return std::ranges::find(kTraffics, traffic, [](const auto& entry) { return entry.first; })->second;
}

QJsonObject toJson(const ListSettings& settings)
{
    const auto string = [](std::string_view bytes) {
        return QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size()));
    };
    return {{u"name"_s, string(settings.name)},
            {u"title"_s, string(settings.title)},
            {u"catalogue"_s, string(settings.catalogue)},
            {u"url"_s, string(settings.url)},
            {u"format"_s, string(settings.format)},
            {u"column"_s, string(settings.column)},
            {u"use"_s, string(listUseName(settings.use))},
            {u"traffic"_s, string(listTrafficName(settings.traffic))},
            {u"dry_run"_s, settings.dryRun},
            {u"interval_minutes"_s, static_cast<qint64>(settings.interval.count())}};
}

Result<ListSettings> listSettingsFrom(const QJsonObject& json, ListSettings base, UrlRule rule)
{
    std::optional<Error> error;
    take(base.name, text(json, "name", base.name, 64), error);
    take(base.title, text(json, "title", base.title, kLongestTitle), error);
    take(base.catalogue, text(json, "catalogue", base.catalogue, 32), error);
    take(base.url, text(json, "url", base.url, kLongestUrl), error);
    take(base.format, text(json, "format", base.format, 32), error);
    take(base.column, text(json, "column", base.column, kLongestColumn), error);
    take(base.use, choice(json, "use", base.use, kUses), error);
    take(base.traffic, choice(json, "traffic", base.traffic, kTraffics), error);
    take(base.interval, minutes(json, base.interval), error);
    if (const auto dry = json["dry_run"_L1]; !isAbsent(dry)) {
        if (!dry.isBool() && !error)
            error = wrong("dry_run", "it is true or false", "Give true or false.").error();
        base.dryRun = dry.toBool();
    }
    if (error)
        return std::unexpected(std::move(*error));
    if (auto good = checkSource(base, rule); !good)
        return std::unexpected(std::move(good.error()));
    return base;
}

} // namespace bartizan
