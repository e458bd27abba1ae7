// One log record on its way through decoders and rules. All text is views into the record's buffer or the
// event's own arena; an Event is reused from record to record so that the hot path does not allocate.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/record_origin.h"
#include "engine/pattern/text_signature.h"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

// The static fields of spec §5.4, in the order of an alert's `data` (§13).
enum class StaticField : std::uint8_t {
    Protocol,
    Action,
    SrcIp,
    SrcPort,
    SrcUser,
    DstIp,
    DstPort,
    DstUser,
    Id,
    Status,
    Url,
    Data,
    ExtraData,
    SystemName,
    SrcGeoIp, // these two are no names for decoders: they follow from srcip and dstip
    DstGeoIp,
};
inline constexpr std::size_t kStaticFieldCount = 16;

// As written in `order` ("srcip"); `user` means DstUser. Exact case. Nothing for a dynamic name.
[[nodiscard]] std::optional<StaticField> staticFieldFromName(std::string_view name);
[[nodiscard]] std::string_view staticFieldName(StaticField field);
// "srcgeoip" and "dstgeoip", which rules may name besides.
[[nodiscard]] std::optional<StaticField> geoFieldFromName(std::string_view name);

enum class DecoderType : std::uint8_t {
    Syslog,
    Firewall,
    Ids,
    WebLog,
    Squid,
    Windows,
    HostInformation,
    Ossec
};

struct DynamicField
{
    std::string_view name;
    std::string_view value;
};

class Decoder; // decode/decoder.h

class Event
{
public:
    // What came in.
    std::string_view fullLog;
    std::string_view location;
    EpochMs receivedAt = 0;

    // Pre-decoding (spec §4). Unset is not the same as empty.
    std::string_view log;
    std::optional<std::string_view> programName;
    std::optional<std::string_view> hostname;
    std::optional<std::string_view> timestamp;
    std::string_view agent = "000"; // agent id of the location header
    const RecordOrigin* origin = &kUnknownOrigin;
    bool isDoubted = false; // see doubtAbout()

    // Decoding (spec §5). `decoder` is the shown one ("info"), nullptr when none accepted the event.
    const Decoder* decoder = nullptr;
    DecoderType type = DecoderType::Syslog;
    bool isMalformed = false; // not what its source promises: no rule sees it

    [[nodiscard]] std::optional<std::string_view> field(StaticField name) const
    {
        return m_static[static_cast<std::size_t>(name)];
    }
    void setField(StaticField name, std::string_view value)
    {
        m_static[static_cast<std::size_t>(name)] = value;
        m_hasForeignValue = m_hasForeignValue || !isInLog(value);
    }
    // What is known of an address besides: srcgeoip, dstgeoip.
    void setPlace(StaticField name, std::string_view value)
    {
        m_static[static_cast<std::size_t>(name)] = value;
    }
    // The first dynamic field of that name, ASCII case ignored.
    [[nodiscard]] std::optional<std::string_view> dynamic(std::string_view name) const;
    void addDynamic(std::string_view name, std::string_view value)
    {
        m_dynamic.push_back({name, value});
        m_hasForeignValue = m_hasForeignValue || !isInLog(value);
    }
    [[nodiscard]] const std::vector<DynamicField>& dynamicFields() const { return m_dynamic; }

    // Of `log`, which is set by then. Made at the first call for a record.
    [[nodiscard]] const TextSignature& logSignature() const
    {
        if (!m_hasSignature) {
            m_signature.reset(log);
            m_hasSignature = true;
        }
        return m_signature;
    }

    // Whether `value` is a part of the log, and whether one that decoders set is none: joined, unescaped,
    // converted.
    [[nodiscard]] bool isInLog(std::string_view value) const
    {
        return value.empty() || (!std::less<>{}(value.data(), log.data()) &&
                                 !std::less<>{}(log.data() + log.size(), value.data() + value.size()));
    }
    [[nodiscard]] bool hasForeignValue() const { return m_hasForeignValue; }

    // Keeps a text that is no part of the record (a joined or formatted value) for the event's life.
    std::string_view keep(std::string text) { return m_arena.emplace_back(std::move(text)); }

    // Ready for the next record.
    void reset()
    {
        fullLog = location = log = {};
        receivedAt = 0;
        programName = hostname = timestamp = std::nullopt;
        agent = "000";
        origin = &kUnknownOrigin;
        isDoubted = isMalformed = false;
        decoder = nullptr;
        type = DecoderType::Syslog;
        m_static = {};
        m_dynamic.clear();
        m_arena.clear();
        m_hasSignature = m_hasForeignValue = false;
    }

private:
    static inline const RecordOrigin kUnknownOrigin;

    std::array<std::optional<std::string_view>, kStaticFieldCount> m_static{};
    std::vector<DynamicField> m_dynamic;
    mutable TextSignature m_signature;
    mutable bool m_hasSignature = false;
    bool m_hasForeignValue = false;
    std::deque<std::string> m_arena; // a deque: growing it leaves the views alone
};

} // namespace bartizan
