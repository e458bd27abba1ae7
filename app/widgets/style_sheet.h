#pragma once

#include <QString>

namespace bartizan::app {

class Theme;

// The application's style sheet in the theme's colours. Widgets ask for a look by the dynamic property
// "look": buttons "primary", "quiet", "danger"; labels "title", "heading", "muted", "caption", "code"; frames
// "card".
[[nodiscard]] QString styleSheet(const Theme& theme);

} // namespace bartizan::app
