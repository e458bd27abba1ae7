#include "tests/fuzz/ruleset_builder.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace bartizan::fuzz {

namespace {

using Texts = std::initializer_list<std::string_view>;

constexpr std::size_t kMostDecoders = 5;
constexpr std::size_t kMostRules = 9;
constexpr std::size_t kMostRecords = 30;

constexpr std::array<std::string_view, 28> kPatterns{
    "foo", "t",        "bar",    "foo|bar", "ip=",  "user=",      "7",       "root",
    "^t ", "^foo",     "bar$",   "^t foo$", "!foo", "\\d+",       "ip=\\S+", "\\w+ bar$",
    "",    "\\.+bar",  "^\\s*t", "a|b|c",   "^$|t", "[a-z]+ foo", "(\\w+)=", "\\p*foo \\.*",
    "FOO", "\xC3\xA4", "^\xC3",  "$v"};
constexpr std::array<std::string_view, 9> kWrong{"x", "", "(", "\\x", "[a", "17", "-1", "nope", "yes"};
constexpr std::array<std::string_view, 8> kCaptures{
    "ip=(\\S+)",     "user=(\\S*)", "id=(\\d+) |id=(\\w+)", "d=(\\S+) e=(\\S+)",
    "(\\w+)=(\\w+)", "^t (\\.*)$",  "(\\S+) (\\S*)(\\S+)",  "foo(\\.+)bar"};
constexpr std::array<std::string_view, 6> kPcreCaptures{"ip=(\\S+)",   "user=(\\w*)?", "id=(\\d)(\\d)?",
                                                        "(foo)|(bar)", "d=(?<n>.+) e", "(t)"};
constexpr std::array<std::string_view, 9> kOrders{"srcip", "dstuser", "id",          "d, e", "d,srcip",
                                                  "user",  "url,id",  "action,,x y", "D"};
constexpr std::array<std::string_view, 8> kDecoderNames{"t",   "a",    "b",    "t-f",
                                                        "a-f", "sshd", "json", "windows_eventchannel"};
constexpr std::array<std::string_view, 9> kTypes{"syslog", "syslog",  "firewall", "ids", "web-log",
                                                 "squid",  "windows", "ossec",    "nope"};
constexpr std::array<std::string_view, 8> kIds{"100", "101", "102", "103", "104", "105", "106", "107"};
constexpr std::array<std::string_view, 8> kGroups{
    "g,", "attack,", "attacks,local,", "pci_dss_1.2,x,", "win", "g,x\ny", "", "auth, fail"};
constexpr std::array<std::string_view, 9> kLevels{"3", "5", "0", "7", "10", "12", "16", "1", "3"};

std::string element(std::string_view name, std::string_view content, std::string_view attributes = "")
{
    return "<" + std::string(name) + std::string(attributes) + ">" + std::string(content) + "</" +
           std::string(name) + ">";
}

std::string attribute(std::string_view name, std::string_view value)
{
    return " " + std::string(name) + "=\"" + std::string(value) + "\"";
}

// One of the fitting values, seldom another.
template<class List> std::string_view mostly(Choices& choices, const List& fitting)
{
    const auto value = choices.pick(fitting);
    return choices.oneIn(60) ? choices.pick(kWrong) : value;
}

std::string pattern(Choices& choices)
{
    return choices.oneIn(16) ? choices.raw() : std::string(mostly(choices, kPatterns));
}

// type= and negate= of a text condition, mostly absent.
std::string patternAttributes(Choices& choices)
{
    std::string text;
    if (choices.oneIn(3))
        text += attribute("type", mostly(choices, Texts{"osregex", "osmatch", "pcre2", "PCRE2"}));
    if (choices.oneIn(4))
        text += attribute("negate", choices.pick(Texts{"yes", "no", "maybe"}));
    return text;
}

// Some text goes wrong: a tag is lost, or bytes are put in.
void damage(std::string& text, Choices& choices)
{
    if (!choices.oneIn(40) || text.empty())
        return;
    const std::size_t at = (choices.below(256) * text.size()) / 256;
    if (choices.oneIn(2))
        text.insert(at, choices.raw());
    else
        text.erase(at, 1 + choices.below(12));
}

std::string decoder(Choices& choices)
{
    std::string text;
    const bool isChild = choices.oneIn(2);
    if (isChild)
        text += element("parent", mostly(choices, Texts{"t", "a", "b", "sshd", "json", "t-f"}));
    if (!isChild && choices.oneIn(3))
        text +=
            element("program_name", mostly(choices, Texts{"^sshd$", "su|sshd", "^s", "\\w+", ""}),
                    choices.oneIn(4) ? attribute("type", mostly(choices, Texts{"osregex", "pcre2"})) : "");
    if (choices.oneIn(isChild ? 3 : 2) || (!isChild && choices.oneIn(2)))
        text += element(
            "prematch", pattern(choices),
            choices.oneIn(3)   ? attribute("offset", mostly(choices, Texts{"after_parent", "after_prematch"}))
            : choices.oneIn(5) ? attribute("type", mostly(choices, Texts{"osmatch", "pcre2", "osregex"}))
                               : "");
    if (choices.oneIn(6)) {
        text += element(
            "plugin_decoder",
            choices.pick(Texts{"JSON_Decoder", "PF_Decoder", "SonicWall_Decoder", "SymantecWS_Decoder"}),
            choices.oneIn(3)
                ? attribute("offset", mostly(choices, Texts{"after_parent", "after_prematch", "after_regex"}))
                : "");
    } else if (choices.oneIn(isChild ? 1 : 2)) {
        const bool pcre = choices.oneIn(4);
        std::string attributes = pcre ? attribute("type", "pcre2") : "";
        if (choices.oneIn(3))
            attributes +=
                attribute("offset", mostly(choices, Texts{"after_parent", "after_prematch", "after_regex"}));
        text +=
            element("regex", pcre ? mostly(choices, kPcreCaptures) : mostly(choices, kCaptures), attributes);
        if (!choices.oneIn(20))
            text += element("order", choices.pick(kOrders));
    }
    if (choices.oneIn(4))
        text += element("type", mostly(choices, kTypes));
    if (choices.oneIn(8))
        text += element("use_own_name", "true");
    if (choices.oneIn(8))
        text += element("fts",
                        mostly(choices, Texts{"name, srcip", "name, id, d", "user, location", "extra_data"}));
    if (choices.oneIn(8))
        text += "<accumulate/>";
    if (choices.oneIn(8))
        text += element("json_array_structure", mostly(choices, Texts{"csv", "array"}));
    if (choices.oneIn(12))
        text += element("json_null_field", mostly(choices, Texts{"discard", "string"}));
    if (choices.oneIn(60))
        text += element(mostly(choices, Texts{"nope", "Order", "prematch"}), "x");
    return element("decoder", text, attribute("name", choices.pick(kDecoderNames)));
}

// The usual decoders, so that most records have fields.
constexpr std::string_view kUsualDecoders = R"(<decoder name="t"><prematch>^t </prematch></decoder>
<decoder name="t-p"><parent>t</parent><prematch offset="after_parent">^foo ip=</prematch><regex offset="after_prematch">user=(\w)</regex><order>url</order></decoder>
<decoder name="t-p"><parent>t</parent><regex offset="after_regex">(\S+)</regex><order>status</order></decoder>
<decoder name="t-f"><parent>t</parent><regex>ip=(\S+)</regex><order>srcip</order></decoder>
<decoder name="t-f"><parent>t</parent><regex>user=(\S+)</regex><order>dstuser</order></decoder>
<decoder name="t-f"><parent>t</parent><regex>id=(\S+)</regex><order>id</order></decoder>
<decoder name="t-f"><parent>t</parent><regex>d=(\S+)</regex><order>d</order></decoder>
<decoder name="t-f"><parent>t</parent><regex offset="after_regex">e=(\S+)</regex><order>e</order></decoder>
<decoder name="sshd"><program_name>^sshd</program_name><fts>name, srcip</fts></decoder>
<decoder name="json"><prematch>^{</prematch><plugin_decoder>JSON_Decoder</plugin_decoder><type>ids</type><fts>name, id</fts></decoder>
)";

std::string textCondition(Choices& choices)
{
    const auto name = mostly(choices, Texts{"match", "regex", "user", "id", "program_name", "hostname",
                                            "location", "url", "status", "data", "extra_data", "action",
                                            "protocol", "srcport", "dstport", "system_name", "srcgeoip"});
    return element(name, pattern(choices), patternAttributes(choices));
}

std::string condition(Choices& choices)
{
    switch (choices.below(12)) {
    case 0:
    case 1:
    case 2:
        return element(choices.oneIn(3) ? "regex" : "match", pattern(choices), patternAttributes(choices));
    case 3:
        return textCondition(choices);
    case 4:
        return element(
            "field", pattern(choices),
            attribute("name", mostly(choices, Texts{"d", "e", "D", "x.y", "n", "win.system.eventID"})) +
                patternAttributes(choices));
    case 5:
        return element(
            choices.oneIn(4) ? "dstip" : "srcip",
            mostly(choices, Texts{"192.0.2.0/24", "192.0.2.7", "!192.0.2.7", "any", "2001:db8::/32",
                                  "10.0.0.0/255.0.0.0", "0.0.0.0/0", "::ffff:192.0.2.0/120"}),
            choices.oneIn(4) ? attribute("negate", "yes") : "");
    case 6:
        return element("decoded_as", choices.oneIn(8) ? choices.pick(kDecoderNames)
                                                      : choices.pick(Texts{"t", "json", "t", "sshd"}));
    case 7:
        return element(
            "list", mostly(choices, Texts{"etc/lists/l", "lists/l", "l"}),
            attribute("field", mostly(choices, Texts{"srcip", "user", "d", "id", "hostname", "srcuser"})) +
                (choices.oneIn(2)
                     ? attribute("lookup",
                                 mostly(choices, Texts{"match_key", "not_match_key", "match_key_value",
                                                       "address_match_key", "not_address_match_key",
                                                       "address_match_key_value"}))
                     : "") +
                (choices.oneIn(3) ? attribute("check_value", mostly(choices, Texts{"^v", "w", "!v"})) : ""));
    case 8:
        return element("time",
                       mostly(choices, Texts{"22:00 - 06:00", "6 am - 8 pm", "!10:00-11:00", "0:00-23:59"}));
    case 9:
        return element("weekday", mostly(choices, Texts{"monday,tue", "weekdays", "weekends"}));
    case 10:
        return choices.oneIn(2) ? "<if_fts/>" : "<check_diff/>";
    default:
        return element("compiled_rule", mostly(choices, Texts{"comp_srcuser_dstuser", "check_id_size",
                                                              "is_simple_http_request", "is_valid_crawler",
                                                              "comp_mswin_targetuser_calleruser_diff"}));
    }
}

// The id of a rule that stands before, seldom another.
std::string_view earlierId(Choices& choices, std::size_t number)
{
    const std::size_t most = number == 0 || choices.oneIn(20) ? kIds.size() : std::min(number, kIds.size());
    return kIds[choices.below(most)];
}

std::string placement(Choices& choices, std::size_t number)
{
    switch (choices.below(12)) {
    case 0:
    case 1:
    case 2:
    case 3:
        return element("if_sid",
                       std::string(earlierId(choices, number)) +
                           (choices.oneIn(3) ? ", " + std::string(earlierId(choices, number)) : ""));
    case 4:
        return element("if_group", mostly(choices, Texts{"attack", "g", "^local|win", "a"}));
    case 5:
        return element("if_level", mostly(choices, Texts{"5", "0", "10"}));
    case 6:
        return element("category", mostly(choices, kTypes));
    case 7:
        return element("if_sid", mostly(choices, Texts{"1", "2", "1 3"}));
    default:
        return {};
    }
}

std::string counting(Choices& choices, std::size_t number)
{
    std::string text;
    switch (choices.below(7)) {
    case 0:
    case 1:
    case 2:
        text = element("if_matched_sid", earlierId(choices, number));
        break;
    case 3:
    case 4:
        text = element("if_matched_group", mostly(choices, Texts{"attack", "g", "!g", "^g", "local$|x", ""}));
        break;
    case 5:
        text =
            element("if_matched_regex", pattern(choices), choices.oneIn(4) ? attribute("type", "pcre2") : "");
        break;
    case 6:
        text = element("if_matched_sid", earlierId(choices, number)) + element("if_matched_group", "g");
        break;
    default:
        return {};
    }
    for (std::size_t more = choices.below(3); more > 0; --more) {
        switch (choices.below(8)) {
        case 0:
        case 1:
            text += mostly(choices, Texts{"<same_srcip/>", "<same_source_ip/>", "<same_user/>", "<same_id/>",
                                          "<same_location/>", "<same_srcgeoip/>"});
            break;
        case 2:
        case 3:
            text +=
                mostly(choices, Texts{"<different_srcip/>", "<different_user/>", "<not_same_id/>",
                                      "<different_location/>", "<different_url/>", "<different_dstgeoip/>"});
            break;
        case 4:
            text += element("same_field", mostly(choices, Texts{"d", "e", "D", "none"}));
            break;
        case 5:
            text += element("different_field", mostly(choices, Texts{"d", "e", "none"}));
            break;
        case 6:
            text += "<global_frequency/>";
            break;
        default:
            text += "<same_agent/>";
            break;
        }
    }
    return text;
}

std::string ruleAttributes(Choices& choices, std::size_t number)
{
    std::string text = attribute("id", choices.oneIn(10) ? choices.pick(kIds) : kIds[number % kIds.size()]) +
                       attribute("level", mostly(choices, kLevels));
    if (choices.oneIn(6))
        text += attribute("ignore", mostly(choices, Texts{"2", "60"}));
    if (choices.oneIn(8))
        text += attribute("overwrite", mostly(choices, Texts{"yes", "no"}));
    if (choices.oneIn(8))
        text += attribute("noalert", "1");
    if (choices.oneIn(8))
        text += attribute("accuracy", mostly(choices, Texts{"0", "1"}));
    if (choices.oneIn(10))
        text += attribute("maxsize", mostly(choices, Texts{"5", "20", "60"}));
    if (choices.oneIn(12))
        text += attribute("origin", mostly(choices, Texts{"ssh.service", "! kernel", "any"}));
    if (choices.oneIn(100))
        text += attribute(mostly(choices, Texts{"nope", "level", "ID"}), "5");
    return text;
}

// Something for the others to refer to.
std::string simpleRule(Choices& choices, std::size_t number)
{
    return element("rule",
                   element("match", mostly(choices, Texts{"t", "foo", "ip=", "bar"})) +
                       element("group", choices.pick(kGroups)) + element("description", "d"),
                   attribute("id", kIds[number % kIds.size()]) + attribute("level", choices.pick(kLevels)));
}

// A composite without further conditions: one that will fire.
std::string simpleComposite(Choices& choices, std::size_t number)
{
    return element("rule",
                   counting(choices, number) + element("group", choices.pick(kGroups)) +
                       element("description", "d"),
                   attribute("id", kIds[number % kIds.size()]) + attribute("level", choices.pick(kLevels)) +
                       attribute("frequency", choices.pick(Texts{"2", "3", "4"})) +
                       attribute("timeframe", choices.pick(Texts{"60", "10", "3600"})));
}

std::string rule(Choices& choices, std::size_t number)
{
    const std::size_t kind = choices.below(12);
    if (number == 0 ? kind % 4 != 3 : kind % 6 == 5)
        return simpleRule(choices, number);
    if (number > 0 && (kind == 4 || kind == 7))
        return simpleComposite(choices, number);
    std::string attributes = ruleAttributes(choices, number);
    std::string text = placement(choices, number);
    const bool isComposite = choices.oneIn(2);
    for (std::size_t more = choices.below(isComposite ? 2 : 3); more > 0; --more)
        text += condition(choices);
    if (isComposite) {
        const std::string counted = counting(choices, number);
        if (!counted.empty() || choices.oneIn(20))
            attributes += attribute("frequency", mostly(choices, Texts{"2", "3", "4"}));
        if (!choices.oneIn(3))
            attributes += attribute("timeframe", mostly(choices, Texts{"10", "60", "1", "3600"}));
        text += counted;
    }
    if (choices.oneIn(3))
        text += element("group", choices.pick(kGroups));
    if (choices.oneIn(6))
        text += element("options", mostly(choices, Texts{"no_log", "log_alert", "no_ar", "no_counter",
                                                         "no_full_log", "alert_by_email"}));
    if (choices.oneIn(12))
        text += "<mitre><id>T1110</id></mitre>";
    if (!choices.oneIn(60))
        text += element("description",
                        choices.pick(Texts{"d", "from $(srcip) by $(dstuser)", "$(d) $(e", "a\nb"}));
    if (choices.oneIn(80))
        text += element(choices.pick(Texts{"nope", "MATCH", "same_ID"}), "foo");
    return element("rule", text, attributes);
}

constexpr std::string_view kCategories = R"(<group name="base,">
<rule id="1" level="0" noalert="1"><category>syslog</category><description>s</description></rule>
<rule id="2" level="0" noalert="1"><category>firewall</category><description>f</description></rule>
<rule id="3" level="0" noalert="1"><category>ids</category><description>i</description></rule>
<rule id="4" level="0" noalert="1"><category>web-log</category><description>w</description></rule>
<rule id="7" level="0" noalert="1"><category>ossec</category><description>o</description></rule>
</group>
)";

std::string body(Choices& choices)
{
    switch (choices.below(10)) {
    case 0:
        return R"({"srcip":"192.0.2.7","id":"12345678901","d":"x","a":[1,"b"],"n":null,"user":"root"})";
    case 1:
        return "<Event xmlns=\"x\"><System><EventID>4625</EventID></System><EventData><Data "
               "Name=\"A\">b</Data></EventData></Event>";
    case 2:
        return choices.raw() + "foo bar" + choices.raw();
    default:
        break;
    }
    std::string text = choices.oneIn(8) ? "a " : "t ";
    static constexpr std::array<std::string_view, 16> kParts{
        "foo ",       "bar",       "ip=192.0.2.7 ", "ip=192.0.2.8 ",  "ip=10.9.8.7 ", "ip=2001:db8::1 ",
        "user=root ", "user=bob ", "id=7 ",         "id=1234567890 ", "d=x e=y ",     "d=y ",
        "e=x ",       "\xC3\xA4 ", "FOO ",          "foo from bar"};
    for (std::size_t parts = 1 + choices.below(4); parts > 0; --parts)
        text += choices.pick(kParts);
    return text;
}

} // namespace

AnalysisOptions buildOptions(Choices& choices)
{
    AnalysisOptions options;
    options.mode = choices.oneIn(2) ? AnalysisMode::Tester : AnalysisMode::Daemon;
    options.logAlertLevel = static_cast<int>(1 + choices.below(4));
    static constexpr std::array<std::optional<std::size_t>, 4> kSizes{std::nullopt, 2, 5, 12};
    options.memorySize = kSizes[choices.below(kSizes.size())];
    options.hostName = choices.oneIn(2) ? "vm" : "";
    return options;
}

RulesetSource buildRuleset(Choices& choices)
{
    RulesetSource source;
    source.lists.push_back({"l", "192.0.2.7:v\n10.:w\nroot:v1\n\"2001:db8::1\":v\nx:\n"});
    std::string decoders(choices.oneIn(6) ? "" : kUsualDecoders);
    if (choices.oneIn(20))
        decoders += "<var name=\"v\">foo</var>";
    for (std::size_t more = choices.oneIn(2) ? 0 : choices.below(kMostDecoders); more > 0; --more)
        decoders += decoder(choices) + "\n";
    damage(decoders, choices);
    source.decoders.push_back({"d.xml", std::move(decoders)});

    source.rules.push_back({"0.xml", std::string(choices.oneIn(30) ? "" : kCategories)});
    std::size_t number = 0;
    for (std::size_t files = 1 + choices.below(2); files > 0; --files) {
        std::string rules;
        if (choices.oneIn(20))
            rules += "<var name=\"v\">foo</var>";
        rules += "<group name=\"" + std::string(choices.pick(kGroups)) + "\">";
        for (std::size_t more = 1 + choices.below(kMostRules); more > 0; --more)
            rules += rule(choices, number++) + "\n";
        rules += "</group>";
        damage(rules, choices);
        source.rules.push_back({files == 1 ? "r.xml" : "q.xml", std::move(rules)});
    }
    return source;
}

RecordBatch buildRecords(Choices& choices)
{
    static constexpr std::array<std::string_view, 7> kHeaders{
        "",
        "Mar  7 04:02:11 gate sshd[3]: ",
        "Mar  7 04:02:11 gate su: ",
        "Mar  7 04:02:11 web7 sshd: ",
        "Mar  7 04:02:11 ",
        "Mar  7 04:02:11 gate : ",
        "2031-03-07T04:02:11.123456+01:00 gate sshd[3]: "};
    static constexpr std::array<EpochMs, 16> kPauses{
        1000, 0, 300, 2000, 1000, 500, 1000, 900, 1100, 4000, 9000, 100, 15'000, 61'000, 400'000, 40'000'000};
    RecordBatch batch;
    EpochMs now = 1'732'446'000'000;
    std::string text;
    std::string_view location;
    std::uint32_t origin = 0;
    std::uint32_t session = 0;
    for (std::size_t count = 0; count < kMostRecords && !choices.isEmpty(); ++count) {
        // Composites wait for equal lines.
        if (text.empty() || choices.oneIn(4)) {
            text = std::string(choices.oneIn(3) ? choices.pick(kHeaders) : "") + body(choices);
            location =
                choices.oneIn(4)
                    ? choices.pick(Texts{"/var/log/y", "[007] (web7) 10.0.0.7->/var/log/x", "EventChannel"})
                    : "/var/log/x";
            origin = choices.oneIn(6)
                         ? batch.originIndex(
                               choices.oneIn(2)
                                   ? RecordOrigin{RecordOrigin::Kind::Journal, 0U, "syslog", "ssh.service"}
                                   : RecordOrigin{RecordOrigin::Kind::Unverified, {}, {}, {}})
                         : 0;
            session = choices.oneIn(12) ? 1 : 0;
        }
        now += kPauses[choices.below(kPauses.size())];
        batch.add(text, batch.locationIndex(location), now, session, origin);
    }
    return batch;
}

} // namespace bartizan::fuzz
