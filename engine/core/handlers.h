// What the control socket's methods do (docs/ipc.md). Registered once, at start; all run on the main thread.
#pragma once

#include <QJsonObject>

namespace bartizan {

class Engine;

namespace ipc {
class Server;
}

void registerStatusHandlers(ipc::Server& server,
                            Engine& engine);                       // status, reload, pause, resume
void registerHistoryHandlers(ipc::Server& server, Engine& engine); // alerts.list, blocks.list, why
void registerBlockHandlers(ipc::Server& server, Engine& engine);   // block.add, block.remove
void registerListHandlers(ipc::Server& server, Engine& engine);    // lists, and lists.* but:
void registerOwnListHandlers(ipc::Server& server,
                             Engine& engine); // lists.entries, .export, .edit, .import, .undo, .remove
void registerAllowHandlers(ipc::Server& server, Engine& engine); // allow.list, allow.add, allow.remove

// The `status` object.
[[nodiscard]] QJsonObject statusJson(Engine& engine);

} // namespace bartizan
