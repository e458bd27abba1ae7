#include "engine/ctl/arguments.h"

namespace bartizan::ctl {

std::expected<Arguments, QString> Arguments::parse(const QStringList& words,
                                                   std::initializer_list<const char*> known)
{
    QHash<QString, bool> takesValue;
    for (const char* option : known) {
        QString name = QLatin1String(option);
        const bool value = name.endsWith(QLatin1Char('='));
        if (value)
            name.chop(1);
        takesValue.insert(name, value);
    }

    Arguments result;
    for (qsizetype i = 0; i < words.size(); ++i) {
        const QString& word = words[i];
        if (word == QLatin1String("--")) {
            result.m_positional += words.mid(i + 1);
            break;
        }
        if (!word.startsWith(QLatin1Char('-')) || word == QLatin1String("-")) {
            result.m_positional.append(word);
            continue;
        }
        const qsizetype equals = word.indexOf(QLatin1Char('='));
        const QString name = word.left(equals);
        const auto option = takesValue.constFind(name);
        if (option == takesValue.constEnd())
            return std::unexpected(QStringLiteral("unknown option ") + name);
        if (result.m_options.contains(name))
            return std::unexpected(name + QStringLiteral(" is given twice"));
        if (!*option && equals >= 0)
            return std::unexpected(name + QStringLiteral(" takes no value"));
        if (*option && equals < 0 && i + 1 == words.size())
            return std::unexpected(name + QStringLiteral(" needs a value"));
        result.m_options.insert(name, !*option ? QString() : equals >= 0 ? word.mid(equals + 1) : words[++i]);
    }
    return result;
}

std::optional<QString> Arguments::value(const char* option) const
{
    const auto found = m_options.constFind(QLatin1String(option));
    return found != m_options.constEnd() ? std::optional(*found) : std::nullopt;
}

} // namespace bartizan::ctl
