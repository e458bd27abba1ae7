// The system's proxy, as the environment tells it. Read by hand: Qt's own way loads libproxy, which loads
// plug-ins and runs scripts from the net.
#pragma once

#include "engine/base/result.h"

#include <QNetworkProxy>
#include <QString>
#include <QUrl>

namespace bartizan::fetch {

struct ProxyEnvironment
{
    QString http;  // http_proxy: [http|socks5|socks5h://][user:password@]host[:port]
    QString https; // https_proxy
    QString none; // no_proxy: host names, with all below them, addresses and networks, by commas; "*" for all
};

// NoProxy where none is named for this address. InvalidArgument: it is named and can't be read.
[[nodiscard]] Result<QNetworkProxy> proxyFor(const QUrl& url, const ProxyEnvironment& environment);

} // namespace bartizan::fetch
