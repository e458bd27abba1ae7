// Where a list may be downloaded from.
#pragma once

#include "engine/base/result.h"

#include <QHostAddress>
#include <QList>
#include <QString>
#include <QUrl>

#include <string>
#include <string_view>

namespace bartizan::fetch {

// https (http as well with `allowPrivate`), with a host and without credentials.
[[nodiscard]] Result<QUrl> parseListUrl(std::string_view text, bool allowPrivate);
// Where `from` redirects to, checked in the same way.
[[nodiscard]] Result<QUrl> redirected(const QUrl& from, const QByteArray& location, bool allowPrivate);

// Those of a host that may be connected to; Refused where there are none.
[[nodiscard]] Result<QList<QHostAddress>>
allowedAddresses(const QString& host, const QList<QHostAddress>& found, bool allowPrivate);
// The same of a host that is written as an address; nothing is known of others.
[[nodiscard]] Result<void> checkLiteral(const QUrl& url, bool allowPrivate);

// For messages.
[[nodiscard]] std::string shownHost(const QString& host);

} // namespace bartizan::fetch
