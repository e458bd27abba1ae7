#include "engine/ctl/program.h"
#include "platform/linux/folder_reader_linux.h"
#include "platform/linux/maxmind_database.h"
#include "platform/linux/nftables_backend.h"
#include "platform/linux/server_identity.h"
#include "platform/linux/terminal.h"

#include <QCoreApplication>

#include <iostream>

int main(int argc, char** argv)
{
    using namespace bartizan;
    std::ios::sync_with_stdio(false); // logtest and replay read and write a lot
    const QCoreApplication application(argc, argv);
    const ctl::Platform platform{
        .trust = {.path = [](const QString& path) { return verifySocketPath(path.toStdString()); },
                  .process =
                      [](qintptr socket, const QString& path) {
                          return verifyServerProcess(static_cast<int>(socket), path.toStdString());
                      }},
        .firewall = [] { return std::make_unique<NftablesBackend>(); },
        .openGeoDatabase = openMaxMindDatabase,
        .openFolder = openFolderReader};
    const bool colour =
        isTerminal(stdout) && qEnvironmentVariableIsEmpty("NO_COLOR") && qgetenv("TERM") != "dumb";
    ctl::Output out(stdout, stderr, colour ? ctl::Colour::Always : ctl::Colour::Never);
    return ctl::run(QCoreApplication::arguments().mid(1), platform, out);
}
