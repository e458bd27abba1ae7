// What follows "bartizanctl lists": each takes the words behind its own.
#pragma once

#include "engine/ctl/command.h"

namespace bartizan::ctl {

int runListsAdd(Context& context, const QStringList& words);
int runListsSet(Context& context, const QStringList& words);
int runListsRemove(Context& context, const QStringList& words);
int runListsUpdate(Context& context, const QStringList& words);
int runListsAccept(Context& context, const QStringList& words);
int runListsReject(Context& context, const QStringList& words);
int runListsImport(Context& context, const QStringList& words);
int runListsExport(Context& context, const QStringList& words);
int runListsUndo(Context& context, const QStringList& words);

} // namespace bartizan::ctl
