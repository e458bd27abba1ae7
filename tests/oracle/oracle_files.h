// Finds the folder of reference results, which is other people's data and not part of the project: beside the
// checkout, or where the environment variable BARTIZAN_ORACLE says. Tests that need it skip in plain sight
// where it is absent.
#pragma once

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QList>
#include <QString>

namespace bartizan::test {

// The full path of a file below the oracle folder; empty if it is not there.
inline QString oraclePath(const QString& relative)
{
    const QString folder = qEnvironmentVariable("BARTIZAN_ORACLE", QStringLiteral(BARTIZAN_SOURCE_DIR) +
                                                                       QStringLiteral("/../shared/oracle"));
    const QString path = QDir(folder).filePath(relative);
    return QFile::exists(path) ? path : QString();
}

// The objects of a JSON Lines file; empty if it is not there or a line is not an object.
inline QList<QJsonObject> oracleRows(const QString& relative)
{
    QList<QJsonObject> rows;
    QFile file(oraclePath(relative));
    if (file.fileName().isEmpty() || !file.open(QIODevice::ReadOnly))
        return rows;
    while (!file.atEnd()) {
        const auto document = QJsonDocument::fromJson(file.readLine());
        if (!document.isObject())
            return {};
        rows.append(document.object());
    }
    return rows;
}

} // namespace bartizan::test
