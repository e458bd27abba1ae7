// From where administrators are logged in at this moment.
#pragma once

#include "engine/base/result.h"
#include "engine/net/ip_address.h"

#include <string>
#include <vector>

namespace bartizan {

// Remote ends of current logins of administrators (uid 0, or member of sudo, wheel, admin or bartizan), in
// the utmp file `loginRecords` and in logind. Neither need exist. A host that is no address is not looked up.
[[nodiscard]] Result<std::vector<IpAddress>> readAdministratorPeers(const std::string& loginRecords);

} // namespace bartizan
