#include "app/models/alert_texts.h"

#include "app/client/display_text.h"

#include <QCoreApplication>

namespace bartizan::app {

namespace {

struct AlertText
{
    Q_DECLARE_TR_FUNCTIONS(AlertText)
};

} // namespace

QString originText(const AlertOrigin& origin)
{
    if (origin.kind == QLatin1String("unverified"))
        return AlertText::tr("Not known: any program can write into this log");
    if (origin.kind != QLatin1String("journal"))
        return {};
    if (origin.transport == QLatin1String("kernel"))
        return AlertText::tr("The kernel");
    const QString who = !origin.user        ? AlertText::tr("Unknown user")
                        : *origin.user == 0 ? AlertText::tr("root")
                                            : AlertText::tr("User %1").arg(*origin.user);
    return origin.unit.isEmpty() ? AlertText::tr("%1, in no service").arg(who)
                                 : AlertText::tr("%1, in %2").arg(who, displayLine(origin.unit, 80));
}

} // namespace bartizan::app
