#include "engine/core/handlers.h"

#include "engine/core/engine.h"
#include "engine/core/json_objects.h"

#include <QJsonArray>

#include <array>

namespace bartizan {

using namespace Qt::Literals::StringLiterals;

namespace {

constexpr qint64 kDefaultSeconds = 600;
constexpr qint64 kLongestTimedBlock = 366LL * 24 * 3600;
constexpr qsizetype kReasonLimit = 500;

std::string nameOf(const PeerIdentity& peer)
{
    return peer.userName.empty() ? "uid " + std::to_string(peer.userId) : peer.userName;
}

Result<BlockRequest> parseBlock(const ipc::Request& request)
{
    const auto& params = request.params;
    auto address = addressParameter(params, QLatin1String("address"));
    if (!address)
        return std::unexpected(std::move(address.error()));
    BlockRequest block;
    block.address = *address;
    block.origin = BlockOrigin::Person;
    block.command = "firewall-drop";
    block.reason = params.value(u"reason"_s).toString().left(kReasonLimit).toStdString();
    block.requestedBy = nameOf(request.peer);
    if (params.value(u"permanent"_s).toBool())
        return block;
    const auto seconds = params.value(u"seconds"_s).toInteger(kDefaultSeconds);
    if (seconds < 1 || seconds > kLongestTimedBlock)
        return fail(ErrorCode::InvalidArgument, "a timed block lasts from 1 second to 366 days",
                    "give a time like 10m, or block permanently");
    block.duration = std::chrono::seconds(seconds);
    return block;
}

void carryOut(Engine& engine, const BlockRequest& block, const ipc::Responder& respond)
{
    const auto record = engine.keeper().block(std::array{block}).front();
    engine.armExpiry();
    switch (record.state) {
    case BlockState::Refused:
        respond.fail({ErrorCode::Refused, record.error, "what is protected can't be blocked"},
                     {{u"guard"_s, jsonText(record.guard)}});
        return;
    case BlockState::Failed:
        respond.fail({ErrorCode::Unavailable,
                      record.address.toString() + " could not be blocked: " + record.error,
                      "bartizanctl status says what is wrong"});
        return;
    case BlockState::Observed:
        if (!record.error.empty()) {
            respond.fail({ErrorCode::Unavailable,
                          record.address.toString() + " was not blocked: " + record.error,
                          "bartizanctl status says what is wrong"});
            return;
        }
        [[fallthrough]];
    default:
        respond.succeed({{u"block"_s, toJson(record, engine.clock().now())}});
    }
}

void addBlock(Engine& engine, const ipc::Request& request, const ipc::Responder& respond)
{
    const auto block = parseBlock(request);
    if (!block) {
        respond.fail(block.error(),
                     {{u"field"_s, request.params.contains(u"address"_s) ? u"seconds"_s : u"address"_s}});
        return;
    }
    carryOut(engine, *block, respond);
}

Result<QJsonObject> removeBlocks(Engine& engine, const ipc::Request& request)
{
    const auto by = nameOf(request.peer);
    std::vector<Cidr> asked;
    std::vector<BlockRecord> released;
    if (request.params.value(u"all"_s).toBool()) {
        released = engine.keeper().releaseAll(by);
    } else {
        const auto texts = request.params.value(u"addresses"_s).toArray();
        if (texts.isEmpty() || texts.size() > 10'000)
            return fail(ErrorCode::InvalidArgument, "no address is given",
                        "name addresses, or all of them with --all");
        for (const auto& text : texts) {
            const auto address = addressParameter({{u"address"_s, text}}, QLatin1String("address"));
            if (!address)
                return std::unexpected(address.error());
            asked.push_back(*address);
        }
        released = engine.keeper().release(asked, by);
    }
    engine.armExpiry();
    QJsonArray done;
    QJsonArray notFound;
    for (const auto& record : released) {
        done.append(jsonText(record.address.toString()));
        std::erase(asked, record.address);
    }
    for (const auto& address : asked)
        notFound.append(jsonText(address.toString()));
    return QJsonObject{{u"released"_s, done}, {u"not_found"_s, notFound}};
}

} // namespace

void registerBlockHandlers(ipc::Server& server, Engine& engine)
{
    server.on("block.add", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        addBlock(engine, request, respond);
    });
    server.on("block.remove", [&engine](const ipc::Request& request, const ipc::Responder& respond) {
        respond.reply(removeBlocks(engine, request));
    });
}

} // namespace bartizan
