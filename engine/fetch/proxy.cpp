#include "engine/fetch/proxy.h"

#include "engine/net/cidr.h"

namespace bartizan::fetch {

namespace {

using namespace Qt::Literals::StringLiterals;

bool isExcepted(const QString& host, const QString& exceptions)
{
    const auto address = IpAddress::parse(host.toStdString());
    for (const QString& part : exceptions.split(u',', Qt::SkipEmptyParts)) {
        QString exception = part.trimmed().toLower();
        if (exception == u"*"_s)
            return true;
        const auto network = Cidr::parse(exception.toStdString());
        if (network && address && network->contains(*address))
            return true;
        while (exception.startsWith(u'.') || exception.startsWith(u'*'))
            exception.remove(0, 1);
        if (!exception.isEmpty() && (host == exception || host.endsWith(u'.' + exception)))
            return true;
    }
    return false;
}

} // namespace

Result<QNetworkProxy> proxyFor(const QUrl& url, const ProxyEnvironment& environment)
{
    const QString named = url.scheme() == u"https"_s ? environment.https : environment.http;
    if (named.isEmpty() || isExcepted(url.host().toLower(), environment.none))
        return QNetworkProxy(QNetworkProxy::NoProxy);
    const QUrl proxy(named.contains(u"://"_s) ? named : u"http://"_s + named, QUrl::StrictMode);
    const bool isSocks = proxy.scheme().startsWith(u"socks5"_s);
    if (!proxy.isValid() || proxy.host().isEmpty() || (!isSocks && proxy.scheme() != u"http"_s))
        return fail(ErrorCode::InvalidArgument, "The proxy that the environment names can't be used",
                    "Write https_proxy and http_proxy as http://host:port or socks5://host:port.");
    return QNetworkProxy(isSocks ? QNetworkProxy::Socks5Proxy : QNetworkProxy::HttpProxy, proxy.host(),
                         static_cast<quint16>(proxy.port(isSocks ? 1080 : 8080)), proxy.userName(),
                         proxy.password());
}

} // namespace bartizan::fetch
