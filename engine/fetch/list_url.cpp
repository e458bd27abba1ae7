#include "engine/fetch/list_url.h"

#include "engine/base/utf8.h"
#include "engine/fetch/public_address.h"

#include <algorithm>

namespace bartizan::fetch {

namespace {

using namespace Qt::Literals::StringLiterals;

constexpr qsizetype kLongestUrl = 4000;

Result<QUrl> checkUrl(QUrl url, bool allowPrivate, std::string_view what)
{
    const std::string subject(what);
    if (!url.isValid() || url.host().isEmpty() || url.toEncoded().size() > kLongestUrl)
        return fail(ErrorCode::InvalidArgument, subject + " is no address of a list",
                    "Write it as https://host/path.");
    if (!url.userInfo().isEmpty())
        return fail(ErrorCode::InvalidArgument, subject + " holds a user name or password",
                    "Remove what stands before the '@': such lists can't be fetched.");
    const bool isHttp = url.scheme() == u"http"_s;
    if (url.scheme() != u"https"_s && !(isHttp && allowPrivate))
        return fail(isHttp ? ErrorCode::Refused : ErrorCode::InvalidArgument,
                    subject + " begins with " + forDisplay(url.scheme().toStdString(), 20) +
                        "://, not with https://",
                    isHttp ? "Use an https address: what is not encrypted can be changed on its way."
                           : "Write it as https://host/path.");
    url.setFragment({});
    if (url.path().isEmpty())
        url.setPath(u"/"_s);
    return url;
}

bool isPublicAddress(const QHostAddress& address)
{
    // The scope of a link-local one is not read; it is not public anyway.
    const auto known = IpAddress::parse(address.toString().toStdString());
    return known && isPublic(*known);
}

} // namespace

Result<QUrl> parseListUrl(std::string_view text, bool allowPrivate)
{
    return checkUrl(
        QUrl(QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())), QUrl::StrictMode),
        allowPrivate, "The address");
}

Result<QUrl> redirected(const QUrl& from, const QByteArray& location, bool allowPrivate)
{
    const QUrl to = from.resolved(QUrl::fromEncoded(location, QUrl::TolerantMode));
    return checkUrl(to, allowPrivate, "The server redirects; the new address");
}

Result<QList<QHostAddress>> allowedAddresses(const QString& host, const QList<QHostAddress>& found,
                                             bool allowPrivate)
{
    QList<QHostAddress> allowed;
    std::ranges::copy_if(found, std::back_inserter(allowed), [&](const QHostAddress& address) {
        return allowPrivate || isPublicAddress(address);
    });
    if (allowed.isEmpty())
        return fail(ErrorCode::Refused,
                    "The server " + shownHost(host) +
                        " is in a private network or on this computer, where lists are not fetched from",
                    "Use a public address, or allow private ones for this list in bartizan.conf.");
    return allowed;
}

Result<void> checkLiteral(const QUrl& url, bool allowPrivate)
{
    const QHostAddress address(url.host());
    if (address.isNull() && url.host() != u"localhost"_s)
        return {};
    const auto allowed = allowedAddresses(
        url.host(), {address.isNull() ? QHostAddress(QHostAddress::LocalHost) : address}, allowPrivate);
    return allowed ? Result<void>{} : std::unexpected(allowed.error());
}

std::string shownHost(const QString& host)
{
    return forDisplay(host.toStdString(), 100);
}

} // namespace bartizan::fetch
