// What is asked about lists across all of them.
#pragma once

#include "engine/base/result.h"
#include "engine/net/ip_address.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QString>

#include <string>

namespace bartizan {

class Engine;

// The answer to `lists`: subscriptions and list files.
[[nodiscard]] QJsonArray listsJson(const Engine& engine);
// One of them.
[[nodiscard]] QJsonObject listJson(const Engine& engine, const std::string& name);
// Which lists hold an address, domain or hash, since when, and what would happen.
[[nodiscard]] Result<QJsonObject> lookUpJson(Engine& engine, const std::string& text);
struct ListedBy
{
    QJsonArray names;
    QString dropped; // a sentence, where one of them stands in the firewall; else empty
};
[[nodiscard]] ListedBy listedBy(Engine& engine, const IpAddress& address);
// Whom the list would have blocked of those who logged in, and of those who raised alerts.
[[nodiscard]] Result<QJsonObject> dryRunJson(Engine& engine, const std::string& name);

} // namespace bartizan
