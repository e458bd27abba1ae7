#include "engine/ctl/output.h"

#include "engine/ctl/text.h"
#include "engine/protocol/errors.h"

#include <QJsonDocument>

namespace bartizan::ctl {

namespace {

const char* colourCode(Style style)
{
    switch (style) {
    case Style::Plain:
        return "";
    case Style::Good:
        return "\033[32m";
    case Style::Notice:
        return "\033[33m";
    case Style::Bad:
        return "\033[31m";
    case Style::Faint:
        return "\033[2m";
    case Style::Strong:
        return "\033[1m";
    }
    return "";
}

QJsonObject errorDocument(const QString& code, const QString& message, const QString& cure)
{
    return {{QLatin1String("error"), QJsonObject{{QLatin1String("code"), code},
                                                 {QLatin1String("message"), message},
                                                 {QLatin1String("cure"), cure}}}};
}

} // namespace

void Output::line(const QString& text)
{
    if (!m_json)
        print(m_out, text);
}

void Output::table(const Table& table)
{
    const QStringList lines = table.lines();
    for (qsizetype i = 0; i < lines.size(); ++i)
        line(i == 0 ? styled(lines[i], Style::Faint) : lines[i]);
}

void Output::document(const QJsonObject& object)
{
    if (m_json)
        print(m_out, QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact)));
}

void Output::remark(const QString& text)
{
    print(m_errors, text);
}

int Output::failure(const Error& error)
{
    const QString message = safe(QString::fromStdString(error.message), 500);
    const QString cure = safe(QString::fromStdString(error.cure), 500);
    document(errorDocument(text(protocol::errorName(error.code)), message, cure));
    if (!m_json) {
        remark(QStringLiteral("bartizanctl: ") + message);
        if (!cure.isEmpty())
            remark(cure);
    }
    return kFailure;
}

int Output::usageError(const QString& message, const QString& usage)
{
    const QString shown = safe(message, 500);
    document(errorDocument(QStringLiteral("usage"), shown, usage));
    if (!m_json) {
        remark(QStringLiteral("bartizanctl: ") + shown);
        remark(QStringLiteral("Usage: bartizanctl ") + usage);
    }
    return kUsage;
}

QString Output::styled(const QString& text, Style style) const
{
    if (m_colour == Colour::Never || style == Style::Plain)
        return text;
    return QLatin1String(colourCode(style)) + text + QLatin1String("\033[0m");
}

void Output::print(std::FILE* file, const QString& text) const
{
    QByteArray bytes = text.toUtf8();
    bytes.append('\n');
    std::fwrite(bytes.constData(), 1, static_cast<std::size_t>(bytes.size()), file);
    std::fflush(file);
}

} // namespace bartizan::ctl
