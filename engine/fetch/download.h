// Downloads one list. Works on the thread that has a QCoreApplication, whose event loop it runs until it is
// done.
#pragma once

#include "engine/fetch/proxy.h"
#include "engine/platform/list_fetcher.h"

#include <string>

namespace bartizan::fetch {

struct Downloaded
{
    bool notModified = false; // `bytes` is empty then
    std::string bytes;        // as they came: packed, where the server packed them
    std::string etag;
    std::string lastModified;
    std::string finalUrl;
};

// Follows redirects itself, each checked as the first address was: https, no credentials in it, public. A
// host's name is resolved here, and an address found so is connected to: what is resolved twice may be public
// when it is checked and 127.0.0.1 when it is used. Behind a proxy the proxy resolves, and only addresses
// written as such can be checked. Sends nothing that identifies: no cookies, no language but "en",
// "Bartizan/VERSION" as its name.
[[nodiscard]] Result<Downloaded> download(const FetchRequest& request, const ProxyEnvironment& proxies);

} // namespace bartizan::fetch
