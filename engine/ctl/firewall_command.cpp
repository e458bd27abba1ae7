#include "engine/ctl/command.h"
#include "engine/ctl/text.h"

namespace bartizan::ctl {

using namespace Qt::StringLiterals;

// Without the engine, for the end of its life: after a crash, before it is removed.
int runFirewall(Context& context, const QStringList& arguments)
{
    const auto parsed = Arguments::parse(arguments, {"--verify"});
    if (!parsed)
        return context.usageError(parsed.error());
    if (parsed->positional() != QStringList{u"teardown"_s})
        return context.usageError(u"the only thing to do is teardown"_s);

    // teardown() reads back that nothing is left, asked for or not.
    const auto backend = context.platform.firewall();
    if (const auto done = backend->teardown(); !done)
        return context.out.failure(done.error());
    context.out.document({{"removed"_L1, true}, {"backend"_L1, text(backend->name())}});
    context.out.line(u"Nothing of Bartizan's is left in the firewall."_s);
    EngineConnection engine(context.options.socket, context.platform.trust);
    if (engine.open())
        context.out.remark(u"The engine is running and will put it back; stop it first."_s);
    return kSuccess;
}

} // namespace bartizan::ctl
