#include "engine/fetch/http_request.h"

#include "engine/base/strings.h"
#include "engine/base/utf8.h"
#include "engine/fetch/list_url.h"

#include <QSslCertificate>

#include <algorithm>
#include <array>
#include <new>

namespace bartizan::fetch {

namespace {

using namespace Qt::Literals::StringLiterals;

constexpr qint64 kReadBuffer = qint64{1024} * 1024;
constexpr std::uint64_t kMostReserved = std::uint64_t{64} << 20U;

Error unavailable(std::string message, std::string cure = "It is tried again later.")
{
    return {ErrorCode::Unavailable, std::move(message), std::move(cure)};
}

Error tooLarge(std::uint64_t most)
{
    return {ErrorCode::Exhausted, "The list has more than " + std::to_string(most) + " bytes",
            "Take a smaller list, or raise the limit."};
}

bool isRedirect(int status)
{
    static constexpr std::array<int, 5> kRedirects{301, 302, 303, 307, 308};
    return std::ranges::find(kRedirects, status) != kRedirects.end();
}

} // namespace

std::chrono::milliseconds timeLeft(Deadline until)
{
    return std::max(std::chrono::milliseconds(0), std::chrono::duration_cast<std::chrono::milliseconds>(
                                                      until - std::chrono::steady_clock::now()));
}

Result<QSslConfiguration> tlsConfiguration(const std::string& authorities)
{
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    tls.setProtocol(QSsl::TlsV1_2OrLater);
    if (authorities.empty())
        return tls;
    const auto added = QSslCertificate::fromPath(QString::fromStdString(authorities), QSsl::Pem,
                                                 QSslCertificate::PatternSyntax::FixedString);
    if (added.isEmpty())
        return fail(ErrorCode::InvalidArgument,
                    "There is no certificate to be read in " + forDisplay(authorities),
                    "Name a file of PEM certificates that everybody may read.");
    tls.setCaCertificates(QSslConfiguration::systemCaCertificates() + added);
    return tls;
}

HttpRequest::HttpRequest(QNetworkAccessManager& network, const QSslConfiguration& tls,
                         const FetchRequest& request, Deadline until)
    : m_network(network)
    , m_tls(tls)
    , m_request(request)
    , m_until(until)
{
    m_idle.setSingleShot(true);
    m_idle.setInterval(request.limits.idle);
}

QNetworkRequest HttpRequest::messageTo(const QUrl& url, const QHostAddress& address) const
{
    QUrl place = url;
    QNetworkRequest message;
    if (!address.isNull()) {
        place.setHost(address.toString());
        message.setPeerVerifyName(url.host());
        // There are no credentials in it.
        message.setRawHeader("Host", url.authority(QUrl::FullyEncoded).toLatin1());
    }
    message.setUrl(place);
    message.setSslConfiguration(m_tls);
    message.setRawHeader("User-Agent", "Bartizan/" BARTIZAN_VERSION);
    message.setRawHeader("Accept", "*/*");
    message.setRawHeader("Accept-Language", "en");
    // Asked for here, so Qt leaves it packed: it is unpacked with limits of ours.
    message.setRawHeader("Accept-Encoding", "gzip");
    if (!m_request.etag.empty())
        message.setRawHeader("If-None-Match", QByteArray::fromStdString(m_request.etag));
    if (!m_request.lastModified.empty())
        message.setRawHeader("If-Modified-Since", QByteArray::fromStdString(m_request.lastModified));
    message.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    message.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    message.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    return message;
}

Result<HttpAnswer> HttpRequest::run(const QUrl& url, const QHostAddress& address)
{
    m_host = shownHost(url.host());
    m_reply.reset(m_network.get(messageTo(url, address)));
    m_reply->setReadBufferSize(kReadBuffer);
    QTimer all;
    all.setSingleShot(true);
    const auto seconds = [](std::chrono::seconds time) { return std::to_string(time.count()) + " seconds"; };
    QObject::connect(&all, &QTimer::timeout, &m_loop, [&] {
        stop(unavailable("The list did not arrive within " + seconds(m_request.limits.time),
                         "It is tried again later; raise the time limit if that happens each time."));
    });
    QObject::connect(&m_idle, &QTimer::timeout, &m_loop, [&] {
        stop(unavailable("The server " + m_host + " sent nothing for " + seconds(m_request.limits.idle)));
    });
    QObject::connect(m_reply.get(), &QNetworkReply::sslErrors, &m_loop,
                     [this](const QList<QSslError>& errors) { m_tlsErrors = errors; });
    QObject::connect(m_reply.get(), &QNetworkReply::metaDataChanged, &m_loop, [this] { readHeaders(); });
    QObject::connect(m_reply.get(), &QNetworkReply::readyRead, &m_loop, [this] { readBytes(); });
    QObject::connect(m_reply.get(), &QNetworkReply::finished, &m_loop, &QEventLoop::quit);
    all.start(timeLeft(m_until));
    m_idle.start();
    if (!m_reply->isFinished())
        m_loop.exec();
    m_idle.stop();
    if (!m_error && m_reply->error() == QNetworkReply::NoError)
        readBytes();
    return answer();
}

void HttpRequest::stop(Error error)
{
    if (!m_error)
        m_error = std::move(error);
    m_idle.stop();
    // It says that it has finished meanwhile.
    m_reply->abort();
    m_loop.quit();
}

void HttpRequest::readHeaders()
{
    m_heard = true;
    m_idle.start();
    if (!m_reply->hasRawHeader("Content-Length"))
        return;
    const QByteArray text = m_reply->rawHeader("Content-Length");
    m_announced = parseNumber<std::uint64_t>(text.toStdString());
    if (!m_announced)
        return stop(unavailable("The server " + m_host + " announces a length that is none",
                                "It is tried again later; if it stays, ask the list's author."));
    if (*m_announced > m_request.limits.downloadBytes)
        return stop(tooLarge(m_request.limits.downloadBytes));
}

void HttpRequest::readBytes()
{
    m_idle.start();
    if (m_error)
        return;
    try {
        if (m_bytes.empty() && m_announced)
            m_bytes.reserve(static_cast<std::size_t>(std::min(*m_announced, kMostReserved)));
        const QByteArray part = m_reply->readAll();
        m_bytes.append(part.constData(), static_cast<std::size_t>(part.size()));
    } catch (const std::bad_alloc&) {
        // Not through Qt's event loop.
        return stop({ErrorCode::Exhausted, "There is no memory for the list",
                     "Free some memory or take a smaller list."});
    }
    if (m_bytes.size() > m_request.limits.downloadBytes)
        stop(tooLarge(m_request.limits.downloadBytes));
}

std::optional<Error> HttpRequest::statusError(int status) const
{
    const std::string said = "The server " + m_host + " answered " + std::to_string(status);
    switch (status) {
    case 401:
    case 403:
    case 407:
        return Error{ErrorCode::PermissionDenied, said + ": it does not give the list to everybody",
                     "Look at its author's site for what it asks for."};
    case 404:
    case 410:
        return Error{ErrorCode::NotFound, said + ": the list is not there",
                     "Look the list's address up at its author's site."};
    case 429:
        return Error{ErrorCode::Busy, said + ": it was asked too often",
                     "Let the list be updated less often."};
    default:
        break;
    }
    if (status >= 500)
        return unavailable(said + ": it has trouble of its own");
    return unavailable(said + ", which is no list", "Look the list's address up at its author's site.");
}

Result<HttpAnswer> HttpRequest::answer()
{
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (m_error)
        return std::unexpected(*m_error);
    if (!m_tlsErrors.isEmpty() || m_reply->error() == QNetworkReply::SslHandshakeFailedError)
        return std::unexpected(tlsError());
    HttpAnswer answer;
    answer.etag = m_reply->rawHeader("ETag");
    answer.lastModified = m_reply->rawHeader("Last-Modified");
    if (status == 304 && !(m_request.etag.empty() && m_request.lastModified.empty())) {
        answer.notModified = true;
        if (answer.etag.isEmpty())
            answer.etag = QByteArray::fromStdString(m_request.etag);
        if (answer.lastModified.isEmpty())
            answer.lastModified = QByteArray::fromStdString(m_request.lastModified);
        return answer;
    }
    if (isRedirect(status)) {
        answer.redirect = m_reply->rawHeader("Location");
        if (answer.redirect.isEmpty())
            return std::unexpected(unavailable("The server " + m_host + " redirects to nowhere"));
        return answer;
    }
    if (status != 0 && status != 200)
        return std::unexpected(*statusError(status));
    if (m_reply->error() != QNetworkReply::NoError || status == 0)
        return std::unexpected(networkError());
    if (m_announced && *m_announced != m_bytes.size())
        return std::unexpected(unavailable("The list is cut off: " + std::to_string(m_bytes.size()) + " of " +
                                           std::to_string(*m_announced) + " bytes came"));
    const QByteArray packing = m_reply->rawHeader("Content-Encoding").trimmed().toLower();
    if (!packing.isEmpty() && packing != "gzip" && packing != "x-gzip" && packing != "identity")
        return std::unexpected(Error{
            ErrorCode::Unsupported, "The server " + m_host + " packed the list in a way it was not asked for",
            "Ask the list's author for an address without it."});
    answer.bytes = std::move(m_bytes);
    return answer;
}

Error HttpRequest::networkError() const
{
    switch (m_reply->error()) {
    case QNetworkReply::ConnectionRefusedError:
        return unavailable("The server " + m_host + " does not take connections");
    case QNetworkReply::RemoteHostClosedError:
        return unavailable(m_heard ? "The list is cut off: the server " + m_host + " ended the connection"
                                   : "The server " + m_host + " ended the connection without an answer");
    case QNetworkReply::TimeoutError:
        return unavailable("The server " + m_host + " does not answer");
    case QNetworkReply::ProxyConnectionRefusedError:
    case QNetworkReply::ProxyConnectionClosedError:
    case QNetworkReply::ProxyNotFoundError:
    case QNetworkReply::ProxyTimeoutError:
    case QNetworkReply::ProxyAuthenticationRequiredError:
        return unavailable("The proxy can't be used: " + forDisplay(m_reply->errorString().toStdString()),
                           "Check https_proxy and http_proxy in the engine's environment.");
    default:
        return unavailable("The server " + m_host +
                           " can't be reached: " + forDisplay(m_reply->errorString().toStdString()));
    }
}

Error HttpRequest::tlsError() const
{
    const auto has = [this](std::initializer_list<QSslError::SslError> kinds) {
        return std::ranges::any_of(m_tlsErrors, [&](const QSslError& error) {
            return std::ranges::find(kinds, error.error()) != kinds.end();
        });
    };
    const auto refused = [this](const std::string& why, std::string cure) {
        return Error{ErrorCode::Refused, "The server " + m_host + " is not trusted: " + why, std::move(cure)};
    };
    const std::string later = "It is tried again later; ask the list's author if it stays.";
    if (has({QSslError::CertificateExpired}))
        return refused("its certificate has expired", "Check this computer's date. " + later);
    if (has({QSslError::CertificateNotYetValid}))
        return refused("its certificate is not valid yet", "Check this computer's date. " + later);
    if (has({QSslError::HostNameMismatch}))
        return refused("its certificate is for another name", "Check the list's address.");
    if (has({QSslError::SelfSignedCertificate, QSslError::SelfSignedCertificateInChain,
             QSslError::UnableToGetLocalIssuerCertificate, QSslError::UnableToVerifyFirstCertificate,
             QSslError::UnableToGetIssuerCertificate, QSslError::CertificateUntrusted}))
        return refused(
            "an authority that is not known here signed its certificate",
            "Install ca-certificates; for a server of your own, give its authority's certificate.");
    const QString why = m_tlsErrors.isEmpty() ? m_reply->errorString() : m_tlsErrors.first().errorString();
    return refused(forDisplay(why.toStdString()), later);
}

} // namespace bartizan::fetch
