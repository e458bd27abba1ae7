// What every page works with. All of it outlives the pages.
#pragma once

namespace bartizan::app {

class AlertTableModel;
class BlockFeed;
class BlockTableModel;
class EngineActions;
class EngineClient;
class Theme;

struct PageContext
{
    EngineClient& client;
    EngineActions& actions;
    BlockTableModel& blocks;
    BlockFeed& blockFeed;
    AlertTableModel& alerts;
    const Theme& theme;
};

} // namespace bartizan::app
