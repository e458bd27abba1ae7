// Records and small tools for the tests of the store.
#pragma once

#include "engine/store/store.h"

#include <QString>
#include <QtTest>

#include <memory>

namespace bartizan::test {

class FixedClock final : public Clock
{
public:
    [[nodiscard]] EpochMs now() const override { return m_now; }
    void set(EpochMs now) { m_now = now; }

private:
    std::atomic<EpochMs> m_now = 1'780'000'020'000; // at the start of a minute
};

inline Cidr cidr(const char* text)
{
    return *Cidr::parse(text);
}

inline AlertRecord sampleAlert(EpochMs time, std::uint32_t rule, std::string source, std::string log)
{
    AlertRecord alert;
    alert.firstTime = alert.lastTime = time;
    alert.ruleId = rule;
    alert.level = 5;
    alert.description = "Someone tried a door";
    alert.groups = {"syslog", "sshd"};
    alert.decoderName = "sshd";
    alert.decoderParent = "sshd-parent";
    alert.sourceAddress = std::move(source);
    alert.location = "/var/log/auth.log";
    alert.hostname = "desk";
    alert.programName = "sshd";
    alert.firstLog = alert.lastLog = std::move(log);
    alert.dataJson = "{}";
    return alert;
}

inline BlockRecord sampleBlock(const char* address, EpochMs time)
{
    BlockRecord block;
    block.address = cidr(address);
    block.ruleId = 5712;
    block.ruleLevel = 10;
    block.ruleDescription = "Many failed logins";
    block.alertId = 17;
    block.command = "firewall-drop";
    block.reason = "Failed password for root";
    block.createdAt = time;
    block.expiresAt = time + 600'000;
    block.backend = "nftables";
    return block;
}

// Fails the test, with the message, when there is no store.
inline std::unique_ptr<Store> openStore(const QString& path, const Clock& clock, Store::Options options = {})
{
    auto store = Store::open(path.toStdString(), clock, std::move(options));
    if (!store) {
        QTest::qFail(store.error().message.c_str(), __FILE__, __LINE__);
        return nullptr;
    }
    return std::move(*store);
}

// Gives ids and queues.
inline void writeAlerts(Store& store, std::vector<AlertRecord> alerts,
                        std::vector<SourcePosition> positions = {})
{
    for (AlertRecord& alert : alerts)
        store.assignId(alert);
    store.writeBatch(std::move(alerts), std::move(positions));
}

} // namespace bartizan::test

// The value of a Result, or the test ends with the error's message.
#define BZ_VALUE(name, expression)                                                                           \
    auto name##Result = (expression);                                                                        \
    QVERIFY2(name##Result.has_value(), name##Result ? "" : name##Result.error().message.c_str());            \
    auto& name = *name##Result
#define BZ_OK(expression)                                                                                    \
    do {                                                                                                     \
        const auto result = (expression);                                                                    \
        QVERIFY2(result.has_value(), result ? "" : result.error().message.c_str());                          \
    } while (false)
