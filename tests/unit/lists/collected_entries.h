// Keeps what a list hands over, as text.
#pragma once

#include "engine/lists/formats/list_preview.h"

#include <QByteArray>
#include <QByteArrayList>

namespace bartizan {

class CollectedEntries : public ListEntrySink
{
public:
    explicit CollectedEntries(qsizetype most = 1'000'000)
        : m_most(most)
    {
    }

    bool take(const ListEntry& entry) override
    {
        QByteArray text = QByteArray::number(static_cast<qulonglong>(entry.line)) + ' ';
        text += QByteArray::fromStdString(describe(entry));
        if (!entry.note.empty())
            text += " (" + QByteArray(entry.note.data(), static_cast<qsizetype>(entry.note.size())) + ')';
        if (!entry.validUntil.empty())
            text += " until " +
                    QByteArray(entry.validUntil.data(), static_cast<qsizetype>(entry.validUntil.size()));
        lines.append(text);
        return lines.size() < m_most;
    }

    QByteArrayList lines; // "LINE VALUE (NOTE) until TIME"

private:
    qsizetype m_most;
};

} // namespace bartizan
