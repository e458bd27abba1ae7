#include "engine/main/daemon.h"

int main(int argc, char** argv)
{
    return bartizan::runDaemon(argc, argv);
}
