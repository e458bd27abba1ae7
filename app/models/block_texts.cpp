// The sentences about a block; see block_table_model.h.
#include "app/client/display_text.h"
#include "app/models/block_table_model.h"

#include <QCoreApplication>

#include <array>
#include <utility>

namespace bartizan::app {

namespace {

struct BlockText
{
    Q_DECLARE_TR_FUNCTIONS(BlockText)
};

} // namespace

QString blockStateText(BlockState state)
{
    switch (state) {
    case BlockState::Pending:
        return BlockText::tr("Blocking…");
    case BlockState::Active:
        return BlockText::tr("Blocked");
    case BlockState::Failed:
        return BlockText::tr("Failed");
    case BlockState::Refused:
        return BlockText::tr("Refused");
    case BlockState::Observed:
        return BlockText::tr("Only observed");
    case BlockState::Released:
        return BlockText::tr("Unblocked");
    case BlockState::Expired:
        return BlockText::tr("Ended");
    case BlockState::Unknown:
        break;
    }
    return BlockText::tr("Unknown");
}

QString guardText(const QString& guard)
{
    static constexpr std::array kGuards{
        std::pair{"this_network", QT_TRANSLATE_NOOP("BlockText", "it means this network itself")},
        std::pair{"loopback", QT_TRANSLATE_NOOP("BlockText", "it is this computer's own loopback address")},
        std::pair{"link_local", QT_TRANSLATE_NOOP("BlockText", "the local link needs it")},
        std::pair{"multicast", QT_TRANSLATE_NOOP("BlockText", "it is a multicast address")},
        std::pair{"broadcast", QT_TRANSLATE_NOOP("BlockText", "it is the broadcast address")},
        std::pair{"own_address", QT_TRANSLATE_NOOP("BlockText", "it is an address of this computer")},
        std::pair{"gateway", QT_TRANSLATE_NOOP("BlockText", "it is the gateway to the internet")},
        std::pair{"name_server", QT_TRANSLATE_NOOP("BlockText", "it is the name server")},
        std::pair{"administrator_peer",
                  QT_TRANSLATE_NOOP("BlockText", "an administrator is logged in from there")},
        std::pair{"allowlist", QT_TRANSLATE_NOOP("BlockText", "it is on the allowlist")},
        std::pair{"too_wide", QT_TRANSLATE_NOOP("BlockText", "the network is too wide")},
        std::pair{"origin", QT_TRANSLATE_NOOP("BlockText", "it is not certain who wrote the log line")},
        std::pair{"private_network", QT_TRANSLATE_NOOP("BlockText", "it is a private network")},
    };
    for (const auto& [name, text] : kGuards) {
        if (guard == QLatin1String(name))
            return BlockText::tr(text);
    }
    return displayLine(guard);
}

QString blockProblem(const Block& block)
{
    if (block.state == BlockState::Refused) {
        if (block.guard == QLatin1String("origin"))
            return BlockText::tr("Not blocked: %1. %2").arg(guardText(block.guard), displayLine(block.error));
        if (!block.guard.isEmpty())
            return BlockText::tr("Not blocked: %1.").arg(guardText(block.guard));
        return block.error.isEmpty() ? BlockText::tr("Not blocked: a guard refused it.")
                                     : displayLine(block.error);
    }
    if (block.state == BlockState::Failed)
        return block.error.isEmpty() ? BlockText::tr("Not blocked: the firewall did not take it.")
                                     : BlockText::tr("Not blocked: %1").arg(displayLine(block.error));
    if (block.state == BlockState::Observed)
        return BlockText::tr("It would have been blocked, but the engine only observes.");
    return {};
}

QString blockCure(const Block& block)
{
    if (block.state == BlockState::Failed)
        return BlockText::tr("See the firewall's state at the top; then block the address again.");
    if (block.state == BlockState::Observed)
        return BlockText::tr("Start the engine without --observe and with rights on the firewall.");
    if (block.state != BlockState::Refused)
        return {};
    if (block.guard == QLatin1String("allowlist"))
        return BlockText::tr("If it should be blocked, an administrator takes it off the allowlist first.");
    if (block.guard == QLatin1String("administrator_peer"))
        return BlockText::tr("If that login is not yours, end its session; then block the address.");
    if (block.guard == QLatin1String("too_wide") || block.guard == QLatin1String("private_network"))
        return BlockText::tr("Block single addresses or a smaller network.");
    if (block.guard == QLatin1String("origin"))
        return BlockText::tr("Find out which program wrote the line: somebody may be feigning an attack.");
    return BlockText::tr("Nothing to do: blocking it would cut this computer off.");
}

QString blockReason(const Block& block)
{
    if (block.rule && !block.rule->description.isEmpty())
        return displayLine(block.rule->description);
    if (!block.reason.isEmpty())
        return displayLine(block.reason);
    return block.byPerson ? BlockText::tr("Blocked by hand") : BlockText::tr("No reason given");
}

} // namespace bartizan::app
