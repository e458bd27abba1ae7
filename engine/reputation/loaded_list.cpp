#include "engine/reputation/loaded_list.h"

#include <QCryptographicHash>

namespace bartizan {

std::string checksumOf(std::span<const std::byte> bytes)
{
    const QByteArrayView view(reinterpret_cast<const char*>(bytes.data()),
                              static_cast<qsizetype>(bytes.size()));
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(view);
    return hash.result().toHex().toStdString();
}

} // namespace bartizan
