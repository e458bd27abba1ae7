#include "app/pages/block_chain.h"

#include "app/client/display_text.h"
#include "app/models/block_table_model.h"
#include "app/models/time_text.h"

#include <QCoreApplication>

#include <algorithm>

namespace bartizan::app {

namespace {

struct Chain
{
    Q_DECLARE_TR_FUNCTIONS(Chain)
};

const Alert* alertOf(const Block& block, const Why& why)
{
    const auto found = std::ranges::find(why.alerts, block.alertId, &Alert::id);
    return found != why.alerts.end() ? &*found : nullptr;
}

ChainStep logStep(const Alert& alert, qint64 nowMs)
{
    ChainStep step{.mark = {Shape::Dot, ColourRole::Muted},
                   .title = Chain::tr("Log line"),
                   .moment = momentWithSeconds(alert.time, nowMs),
                   .text = displayLine(alert.location),
                   .code = displayBlock(alert.fullLog),
                   .note = {}};
    if (alert.count > 1)
        step.note = Chain::tr("%n line(s) like this, the last at %1.", nullptr, static_cast<int>(alert.count))
                        .arg(momentWithSeconds(alert.lastTime, nowMs));
    return step;
}

ChainStep ruleStep(const RuleSummary& rule)
{
    return {.mark = markOf(levelBand(rule.level)),
            .title = Chain::tr("Rule %1 · %2 %3")
                         .arg(displayLine(rule.id), levelBandText(levelBand(rule.level)))
                         .arg(rule.level),
            .moment = {},
            .text = displayLine(rule.description),
            .code = {},
            .note = {}};
}

ChainStep blockStep(const Block& block, qint64 nowMs)
{
    ChainStep step{.mark = markOf(block.state == BlockState::Released || block.state == BlockState::Expired
                                      ? BlockState::Active
                                      : block.state),
                   .title = {},
                   .moment = momentWithSeconds(block.created, nowMs),
                   .text = {},
                   .code = {},
                   .note = blockCure(block)};
    if (const QString problem = blockProblem(block); !problem.isEmpty()) {
        step.title = blockStateText(block.state);
        step.text = problem;
        return step;
    }
    const auto length = block.lengthSeconds();
    step.title =
        length ? Chain::tr("Blocked for %1").arg(durationInWords(*length)) : Chain::tr("Blocked permanently");
    if (block.state == BlockState::Pending)
        step.title = blockStateText(block.state);
    const QString by = block.command.isEmpty() ? displayLine(block.backend)
                                               : QStringLiteral("%1 · %2").arg(displayLine(block.command),
                                                                               displayLine(block.backend));
    step.text = by;
    return step;
}

ChainStep releaseStep(const Block& block, qint64 nowMs)
{
    ChainStep step{.mark = {Shape::Ring, ColourRole::Muted},
                   .title = {},
                   .moment = {},
                   .text = {},
                   .code = {},
                   .note = {}};
    if (block.state == BlockState::Released) {
        step.mark = {Shape::Dot, ColourRole::Muted};
        step.title = block.releasedBy.isEmpty()
                         ? Chain::tr("Unblocked by hand")
                         : Chain::tr("Unblocked by %1").arg(displayLine(block.releasedBy));
        step.moment = momentWithSeconds(block.released, nowMs);
    } else if (block.state == BlockState::Expired) {
        step.mark = {Shape::Dot, ColourRole::Muted};
        step.title = Chain::tr("Ended on time");
        step.moment = momentWithSeconds(block.released.isValid() ? block.released : block.expires, nowMs);
    } else if (block.permanent) {
        step.title = Chain::tr("Stays until someone unblocks it");
    } else {
        step.title = Chain::tr("Ends by itself");
        step.moment = momentWithSeconds(block.expires, nowMs);
    }
    return step;
}

} // namespace

QList<ChainStep> chainOf(const Block& block, const Why& why, qint64 nowMs)
{
    QList<ChainStep> steps;
    if (block.byPerson) {
        steps.append({.mark = {Shape::Dot, ColourRole::Muted},
                      .title = block.requestedBy.isEmpty()
                                   ? Chain::tr("Asked for by a person")
                                   : Chain::tr("Asked for by %1").arg(displayLine(block.requestedBy)),
                      .moment = momentWithSeconds(block.created, nowMs),
                      .text = displayLine(block.reason),
                      .code = {},
                      .note = {}});
    } else {
        if (const Alert* alert = alertOf(block, why))
            steps.append(logStep(*alert, nowMs));
        if (block.rule)
            steps.append(ruleStep(*block.rule));
    }
    if (!why.lists.isEmpty()) {
        QStringList names;
        std::ranges::transform(why.lists, std::back_inserter(names),
                               [](const QString& n) { return displayLine(n); });
        steps.append({.mark = {Shape::Diamond, ColourRole::Warning},
                      .title = Chain::tr("On %n list(s)", nullptr, static_cast<int>(names.size())),
                      .moment = {},
                      .text = names.join(QLatin1String(", ")),
                      .code = {},
                      .note = {}});
    }
    steps.append(blockStep(block, nowMs));
    if (block.state != BlockState::Failed && block.state != BlockState::Refused &&
        block.state != BlockState::Observed && block.state != BlockState::Unknown)
        steps.append(releaseStep(block, nowMs));
    return steps;
}

QString verdictText(const Why& why)
{
    if (!why.text.isEmpty())
        return displayLine(why.text);
    switch (why.verdict) {
    case Verdict::Blocked:
        return Chain::tr("%1 is blocked.").arg(displayLine(why.address));
    case Verdict::NotBlocked:
        return Chain::tr("%1 is not blocked.").arg(displayLine(why.address));
    case Verdict::Protected:
        return Chain::tr("%1 is never blocked: %2.").arg(displayLine(why.address), guardText(why.guard));
    case Verdict::Unknown:
        break;
    }
    return {};
}

} // namespace bartizan::app
