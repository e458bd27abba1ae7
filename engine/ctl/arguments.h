// A command's own arguments: options that it knows, and the rest.
#pragma once

#include <QHash>
#include <QString>
#include <QStringList>

#include <expected>
#include <initializer_list>
#include <optional>

namespace bartizan::ctl {

class Arguments
{
public:
    // `known` like {"--all", "--limit="}: a `=` at the end takes a value, given as `--limit 5` or
    // `--limit=5`. Behind
    // `--` nothing is an option. The error is a sentence for the person who typed it.
    [[nodiscard]] static std::expected<Arguments, QString> parse(const QStringList& words,
                                                                 std::initializer_list<const char*> known);

    [[nodiscard]] bool has(const char* option) const { return m_options.contains(QLatin1String(option)); }
    [[nodiscard]] std::optional<QString> value(const char* option) const;
    [[nodiscard]] const QStringList& positional() const { return m_positional; }

private:
    QHash<QString, QString> m_options;
    QStringList m_positional;
};

} // namespace bartizan::ctl
