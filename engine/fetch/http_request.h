// One question to one server, and what it answered: no redirect is followed.
#pragma once

#include "engine/platform/list_fetcher.h"

#include <QByteArray>
#include <QEventLoop>
#include <QHostAddress>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QSslConfiguration>
#include <QSslError>
#include <QTimer>
#include <QUrl>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace bartizan::fetch {

using Deadline = std::chrono::steady_clock::time_point;
[[nodiscard]] std::chrono::milliseconds timeLeft(Deadline until);

// TLS 1.2 and later, the system's authorities and those of the file. InvalidArgument: there are none in it.
[[nodiscard]] Result<QSslConfiguration> tlsConfiguration(const std::string& authorities);

struct HttpAnswer
{
    bool notModified = false;
    QByteArray redirect; // where to; empty: it is the list
    std::string bytes;
    QByteArray etag;
    QByteArray lastModified;
};

class HttpRequest
{
public:
    HttpRequest(QNetworkAccessManager& network, const QSslConfiguration& tls, const FetchRequest& request,
                Deadline until);

    // Connects to `address` in place of the URL's host, where it is not null.
    [[nodiscard]] Result<HttpAnswer> run(const QUrl& url, const QHostAddress& address);
    // Whether the server said anything.
    [[nodiscard]] bool hasHeard() const { return m_heard; }

private:
    [[nodiscard]] QNetworkRequest messageTo(const QUrl& url, const QHostAddress& address) const;
    void readHeaders();
    void readBytes();
    void stop(Error error);
    [[nodiscard]] Result<HttpAnswer> answer();
    [[nodiscard]] std::optional<Error> statusError(int status) const;
    [[nodiscard]] Error networkError() const;
    [[nodiscard]] Error tlsError() const;

    QNetworkAccessManager& m_network;
    const QSslConfiguration& m_tls;
    const FetchRequest& m_request;
    Deadline m_until;
    QEventLoop m_loop;
    QTimer m_idle;
    std::unique_ptr<QNetworkReply> m_reply;
    std::string m_host;
    QList<QSslError> m_tlsErrors;
    std::optional<Error> m_error; // the first
    std::optional<std::uint64_t> m_announced;
    std::string m_bytes;
    bool m_heard = false;
};

} // namespace bartizan::fetch
