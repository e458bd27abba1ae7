// A rule set of the oracle folder, read whole.
#pragma once

#include "engine/base/ruleset_source.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>

namespace bartizan::test {

inline std::vector<SourceFile> filesBelow(const QString& folder)
{
    std::vector<SourceFile> files;
    QDirIterator walk(folder, QDir::Files, QDirIterator::Subdirectories);
    while (walk.hasNext()) {
        QFile file(walk.next());
        if (file.open(QIODevice::ReadOnly))
            files.push_back(
                {QDir(folder).relativeFilePath(file.fileName()).toStdString(), file.readAll().toStdString()});
    }
    return files;
}

inline RulesetSource rulesetBelow(const QString& folder)
{
    return {filesBelow(folder + QStringLiteral("/decoders")), filesBelow(folder + QStringLiteral("/rules")),
            filesBelow(folder + QStringLiteral("/lists"))};
}

} // namespace bartizan::test
