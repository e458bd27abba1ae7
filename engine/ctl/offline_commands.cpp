// check, logtest, replay, import, lists preview: they need no engine; engine/ctl/offline carries them out.
#include "engine/config/ruleset_files.h"
#include "engine/ctl/command.h"
#include "engine/ctl/offline/offline.h"
#include "engine/ctl/replay_responder.h"

#include <QCoreApplication>
#include <QSysInfo>

#include <iostream>

namespace bartizan::ctl {

using namespace Qt::StringLiterals;

namespace {

int runOffline(int (*run)(offline::Environment&, const std::vector<std::string>&), const Context& context,
               const QStringList& arguments)
{
    offline::Environment environment{
        .in = std::cin,
        .out = std::cout,
        .problems = std::cerr,
        .json = context.options.json,
        .builtinFolder = findBuiltinRuleset(QCoreApplication::applicationDirPath().toStdString()),
        .hostName = QSysInfo::machineHostName().section('.'_L1, 0, 0).toStdString(),
        .makeResponder = makeReplayResponder,
        .openGeoDatabase = context.platform.openGeoDatabase,
        .openFolder = context.platform.openFolder};
    std::vector<std::string> words;
    if (!context.options.config.isEmpty())
        words = {"--config", context.options.config.toStdString()};
    for (const QString& word : arguments)
        words.push_back(word.toStdString());
    return run(environment, words);
}

} // namespace

int runCheck(Context& context, const QStringList& arguments)
{
    return runOffline(offline::runCheck, context, arguments);
}

int runLogtest(Context& context, const QStringList& arguments)
{
    return runOffline(offline::runLogtest, context, arguments);
}

int runReplay(Context& context, const QStringList& arguments)
{
    return runOffline(offline::runReplay, context, arguments);
}

int runListsPreview(Context& context, const QStringList& arguments)
{
    return runOffline(offline::runListsPreview, context, arguments);
}

int runImport(Context& context, const QStringList& arguments)
{
    return runOffline(offline::runImport, context, arguments);
}

} // namespace bartizan::ctl
