// Which addresses a list is fetched from, and through which proxy.
#include "engine/fetch/list_url.h"
#include "engine/fetch/proxy.h"
#include "engine/fetch/public_address.h"

#include <QtTest>

using namespace bartizan;
using namespace bartizan::fetch;

class TestListUrl : public QObject
{
    Q_OBJECT

private slots:
    void publicAddresses();
    void schemesAndCredentials();
    void redirects();
    void onlyAllowedAddresses();
    void proxies();
};

void TestListUrl::publicAddresses()
{
    for (const char* text : {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
                             "172.15.255.255", "172.32.0.0", "192.167.255.255", "223.255.255.255",
                             "2606:4700::1111", "2a00::1", "64:ff9b::101:101"})
        QVERIFY2(isPublic(*IpAddress::parse(text)), text);
    for (const char* text : {"0.0.0.0",
                             "10.0.0.1",
                             "100.64.0.1",
                             "127.0.0.1",
                             "127.255.255.255",
                             "169.254.169.254",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.0.0.1",
                             "192.0.2.1",
                             "192.168.1.1",
                             "198.18.0.1",
                             "198.19.255.255",
                             "224.0.0.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "::ffff:127.0.0.1",
                             "::7f00:1",
                             "fe80::1",
                             "fc00::1",
                             "fd12::1",
                             "ff02::1",
                             "fec0::1",
                             "2001:db8::1",
                             "2001::1",
                             "2002:7f00:1::",
                             "64:ff9b::7f00:1",
                             "64:ff9b::a00:1",
                             "64:ff9b:1::1",
                             "100::1",
                             "4000::1"})
        QVERIFY2(!isPublic(*IpAddress::parse(text)), text);
}

void TestListUrl::schemesAndCredentials()
{
    QVERIFY(parseListUrl("https://lists.example/a?b#c", false).has_value());
    QCOMPARE(parseListUrl("https://lists.example", false)->toString(),
             QStringLiteral("https://lists.example/"));
    QVERIFY(!parseListUrl("https://lists.example/#c", false)->hasFragment());
    QCOMPARE(parseListUrl("http://lists.example/", false).error().code, ErrorCode::Refused);
    QVERIFY(parseListUrl("http://lists.example/", true).has_value());
    for (const char* text :
         {"https://u@lists.example/", "https://u:p@lists.example/", "https://:p@lists.example/",
          "ftp://lists.example/", "file:///etc/passwd", "//lists.example/", "lists.example/list",
          "https:///list", "https://lists example/", "javascript:alert(1)", ""})
        QVERIFY2(!parseListUrl(text, true).has_value(), text);
}

void TestListUrl::redirects()
{
    const QUrl from(QStringLiteral("https://lists.example/a/b?c"));
    QCOMPARE(redirected(from, "../d", false)->toString(), QStringLiteral("https://lists.example/d"));
    QCOMPARE(redirected(from, "//other.example/d", false)->host(), QStringLiteral("other.example"));
    QCOMPARE(redirected(from, "http://lists.example/", false).error().code, ErrorCode::Refused);
    QVERIFY(!redirected(from, "https://a@lists.example/", true).has_value());
    QVERIFY(!redirected(from, "file:///etc/passwd", true).has_value());
}

void TestListUrl::onlyAllowedAddresses()
{
    const QList<QHostAddress> mixed{QHostAddress(QStringLiteral("127.0.0.1")),
                                    QHostAddress(QStringLiteral("1.1.1.1")),
                                    QHostAddress(QStringLiteral("fe80::1%eth0"))};
    const auto allowed = allowedAddresses(QStringLiteral("x"), mixed, false);
    QVERIFY(allowed.has_value());
    QCOMPARE(*allowed, QList{mixed[1]});
    QCOMPARE(allowedAddresses(QStringLiteral("x"), mixed, true)->size(), 3);
    QCOMPARE(allowedAddresses(QStringLiteral("x"), {mixed[0], mixed[2]}, false).error().code,
             ErrorCode::Refused);
    for (const char* text : {"https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://0x7f.1/",
                             "https://[::ffff:10.0.0.1]/", "https://localhost/", "https://LOCALHOST/"})
        QVERIFY2(!checkLiteral(*parseListUrl(text, false), false).has_value(), text);
    QVERIFY(checkLiteral(*parseListUrl("https://1.1.1.1/", false), false).has_value());
    QVERIFY(checkLiteral(*parseListUrl("https://lists.example/", false), false).has_value());
}

void TestListUrl::proxies()
{
    const QUrl url(QStringLiteral("https://lists.example/"));
    ProxyEnvironment environment;
    QCOMPARE(proxyFor(url, environment)->type(), QNetworkProxy::NoProxy);
    environment.http = QStringLiteral("http://wrong:1");
    environment.https = QStringLiteral("http://me:secret@proxy.example:3128/");
    const auto proxy = proxyFor(url, environment);
    QCOMPARE(proxy->type(), QNetworkProxy::HttpProxy);
    QCOMPARE(proxy->hostName(), QStringLiteral("proxy.example"));
    QCOMPARE(proxy->port(), quint16{3128});
    QCOMPARE(proxy->user(), QStringLiteral("me"));
    QCOMPARE(proxy->password(), QStringLiteral("secret"));
    environment.https = QStringLiteral("proxy.example:3128");
    QCOMPARE(proxyFor(url, environment)->hostName(), QStringLiteral("proxy.example"));
    environment.https = QStringLiteral("socks5://proxy.example");
    QCOMPARE(proxyFor(url, environment)->type(), QNetworkProxy::Socks5Proxy);
    for (const char* none : {"lists.example", ".example", "*.example", "a, Lists.example ,b", "*"}) {
        environment.none = QString::fromLatin1(none);
        QCOMPARE(proxyFor(url, environment)->type(), QNetworkProxy::NoProxy);
    }
    environment.none = QStringLiteral("s.example,10.0.0.0/8");
    QVERIFY(proxyFor(url, environment)->type() != QNetworkProxy::NoProxy);
    QCOMPARE(proxyFor(QUrl(QStringLiteral("https://10.1.2.3/")), environment)->type(),
             QNetworkProxy::NoProxy);
    environment.https = QStringLiteral("gopher://proxy.example");
    QVERIFY(!proxyFor(url, environment).has_value());
}

QTEST_APPLESS_MAIN(TestListUrl)
#include "tst_list_url.moc"
