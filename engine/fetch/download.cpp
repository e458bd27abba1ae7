#include "engine/fetch/download.h"

#include "engine/fetch/http_request.h"
#include "engine/fetch/list_url.h"

#include <QEventLoop>
#include <QHostInfo>
#include <QNetworkAccessManager>
#include <QTimer>

#include <chrono>
#include <optional>
#include <set>

namespace bartizan::fetch {

namespace {

using namespace Qt::Literals::StringLiterals;

// Of the addresses of a host, so many are tried.
constexpr qsizetype kMostAddresses = 4;

class Download
{
public:
    Download(const FetchRequest& request, const ProxyEnvironment& proxies)
        : m_request(request)
        , m_proxies(proxies)
        , m_until(std::chrono::steady_clock::now() + request.limits.time)
    {
        m_network.setRedirectPolicy(QNetworkRequest::ManualRedirectPolicy);
    }

    Result<Downloaded> run()
    {
        auto tls = tlsConfiguration(m_request.authorities);
        if (!tls)
            return std::unexpected(std::move(tls.error()));
        m_tls = std::move(*tls);
        auto url = parseListUrl(m_request.url, m_request.allowPrivate);
        std::set<QString> seen;
        for (int redirects = 0; url; ++redirects) {
            if (!seen.insert(url->toString()).second)
                return fail(ErrorCode::Unavailable, "The server redirects in a circle",
                            "Look the list's address up at its author's site.");
            auto answer = ask(*url);
            if (!answer)
                return std::unexpected(std::move(answer.error()));
            if (answer->redirect.isEmpty())
                return finish(std::move(*answer), *url);
            if (redirects >= m_request.limits.redirects)
                return fail(ErrorCode::Unavailable,
                            "The server redirects more than " + std::to_string(m_request.limits.redirects) +
                                " times",
                            "Look the list's address up at its author's site.");
            url = redirected(*url, answer->redirect, m_request.allowPrivate);
        }
        return std::unexpected(std::move(url.error()));
    }

private:
    Result<HttpAnswer> ask(const QUrl& url)
    {
        const auto proxy = proxyFor(url, m_proxies);
        if (!proxy)
            return std::unexpected(proxy.error());
        m_network.setProxy(*proxy);
        if (proxy->type() != QNetworkProxy::NoProxy) {
            if (auto checked = checkLiteral(url, m_request.allowPrivate); !checked)
                return std::unexpected(std::move(checked.error()));
            return askAt(url, QHostAddress());
        }
        const auto addresses = resolve(url.host());
        if (!addresses)
            return std::unexpected(addresses.error());
        Result<HttpAnswer> answer = fail(ErrorCode::Unavailable, "The server has no address");
        for (const QHostAddress& address : addresses->first(std::min(kMostAddresses, addresses->size()))) {
            answer = askAt(url, address);
            // The next one helps only where nothing was heard of this one.
            if (answer || answer.error().code != ErrorCode::Unavailable || m_heard)
                break;
        }
        return answer;
    }

    Result<HttpAnswer> askAt(const QUrl& url, const QHostAddress& address)
    {
        HttpRequest http(m_network, m_tls, m_request, m_until);
        auto answer = http.run(url, address);
        m_heard = http.hasHeard();
        return answer;
    }

    Result<QList<QHostAddress>> resolve(const QString& host)
    {
        QList<QHostAddress> found;
        QHostInfo::HostInfoError error = QHostInfo::NoError;
        bool isDone = false;
        QEventLoop loop;
        const int lookup = QHostInfo::lookupHost(host, &loop, [&](const QHostInfo& info) {
            found = info.addresses();
            error = info.error();
            isDone = true;
            loop.quit();
        });
        QTimer::singleShot(std::min(timeLeft(m_until), std::chrono::milliseconds(m_request.limits.idle)),
                           &loop, &QEventLoop::quit);
        if (!isDone)
            loop.exec();
        if (!isDone)
            QHostInfo::abortHostLookup(lookup);
        if (!isDone || error != QHostInfo::NoError || found.isEmpty())
            return fail(ErrorCode::Unavailable,
                        "The name of the server, " + shownHost(host) + ", can't be resolved",
                        isDone && error == QHostInfo::HostNotFound
                            ? "Check the address, and that this computer is connected."
                            : "Check that this computer is connected and its name server answers.");
        return allowedAddresses(host, found, m_request.allowPrivate);
    }

    Result<Downloaded> finish(HttpAnswer&& answer, const QUrl& url)
    {
        Downloaded downloaded;
        downloaded.notModified = answer.notModified;
        downloaded.bytes = std::move(answer.bytes);
        downloaded.etag = answer.etag.toStdString();
        downloaded.lastModified = answer.lastModified.toStdString();
        downloaded.finalUrl = url.toString(QUrl::FullyEncoded).toStdString();
        return downloaded;
    }

    const FetchRequest& m_request;
    const ProxyEnvironment& m_proxies;
    std::chrono::steady_clock::time_point m_until;
    QNetworkAccessManager m_network;
    QSslConfiguration m_tls;
    bool m_heard = false;
};

} // namespace

Result<Downloaded> download(const FetchRequest& request, const ProxyEnvironment& proxies)
{
    return Download(request, proxies).run();
}

} // namespace bartizan::fetch
