// What a person chose about a list: where it comes from, and what it does.
#pragma once

#include "engine/base/result.h"
#include "engine/platform/firewall_backend.h"

#include <QJsonObject>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace bartizan {

enum class ListUse {
    Tag,   // rules may ask for it by <list>
    Alert, // and an event whose source address is on it is an alert
    Block, // and its addresses stand in the firewall
};

// "tag", "inbound", ...: the names of the protocol.
[[nodiscard]] std::string_view listUseName(ListUse use);
[[nodiscard]] std::string_view listTrafficName(ListTraffic traffic);

struct ListSettings
{
    std::string name;      // as rules name it: lists/NAME
    std::string title;     // for people; empty: the name
    std::string catalogue; // id of the catalogue's entry it was made from, or empty
    std::string url;       // of a subscription; empty: a file in the folder of lists
    std::string format;    // of a subscription, see list_format.h; empty: detected at each download
    std::string column;
    ListUse use = ListUse::Tag;
    ListTraffic traffic = ListTraffic::Inbound; // of Block
    bool dryRun = false;                    // of Block: says what it would have blocked, and blocks nothing
    std::chrono::minutes interval{24 * 60}; // of a subscription

    [[nodiscard]] bool isSubscription() const { return !url.empty(); }
    // Its addresses have to stand in the firewall.
    [[nodiscard]] bool blocks() const { return use == ListUse::Block && !dryRun; }
    // A source address on it is worth saying.
    [[nodiscard]] bool watches() const { return use == ListUse::Alert || (use == ListUse::Block && dryRun); }

    bool operator==(const ListSettings&) const = default;
};

// Which URLs a subscription may have (docs/threat-model.md).
enum class UrlRule {
    Public,  // https, no credentials, no address of a private network or this machine
    Private, // http and private ones too: root's configuration says so
};

// The JSON of the protocol and of the state folder. Members that `json` has not stay as in `base`; null is as
// if absent. InvalidArgument names the member and says what it can be.
[[nodiscard]] QJsonObject toJson(const ListSettings& settings);
[[nodiscard]] Result<ListSettings> listSettingsFrom(const QJsonObject& json, ListSettings base, UrlRule rule);

} // namespace bartizan
