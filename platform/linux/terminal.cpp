#include "platform/linux/terminal.h"

#include <unistd.h>

namespace bartizan {

bool isTerminal(std::FILE* file)
{
    return ::isatty(::fileno(file)) == 1;
}

} // namespace bartizan
