#include "engine/ctl/program.h"

#include "engine/ctl/text.h"

namespace bartizan::ctl {

using namespace Qt::StringLiterals;

namespace {

constexpr const char* kGeneralUsage = "[--socket PATH] [--config DIR | --ruleset DIR] [--json] COMMAND ...";

struct CommandLine
{
    GlobalOptions options;
    bool help = false;
    bool version = false;
    QStringList leading; // --ruleset, which belongs to the command but may stand before it
    QStringList rest;    // the command and its own arguments
};

// Global options stand anywhere before `--`.
std::expected<CommandLine, QString> takeGlobalOptions(const QStringList& words)
{
    CommandLine line;
    for (qsizetype i = 0; i < words.size(); ++i) {
        const QString& word = words[i];
        if (word == "--"_L1) {
            line.rest += words.mid(i);
            break;
        }
        const QString name = word.left(word.indexOf('='_L1));
        if (word == "--json"_L1) {
            line.options.json = true;
        } else if (word == "--help"_L1 || word == "-h"_L1) {
            line.help = true;
        } else if (word == "--version"_L1) {
            line.version = true;
        } else if (name == "--socket"_L1 || name == "--config"_L1 ||
                   (name == "--ruleset"_L1 && line.rest.isEmpty())) {
            if (name == word && i + 1 == words.size())
                return std::unexpected(name + u" needs a value"_s);
            const QString value = name == word ? words[++i] : word.mid(name.size() + 1);
            if (value.isEmpty())
                return std::unexpected(name + u" needs a value"_s);
            if (name == "--ruleset"_L1)
                line.leading = QStringList{name, value};
            else
                (name == "--socket"_L1 ? line.options.socket : line.options.config) = value;
        } else {
            line.rest.append(word);
        }
    }
    return line;
}

} // namespace

int run(const QStringList& words, const Platform& platform, Output& out)
{
    // Known before the rest is understood, so that a mistake is told in JSON too.
    if (words.mid(0, words.indexOf(u"--"_s)).contains(u"--json"_s))
        out.setJson();
    auto line = takeGlobalOptions(words);
    if (!line)
        return out.usageError(line.error(), QLatin1String(kGeneralUsage));
    QStringList rest = line->rest;
    if (line->version)
        rest = QStringList{u"version"_s};
    else if (line->help)
        rest.prepend(u"help"_s);
    if (rest.isEmpty())
        return out.usageError(u"no command; 'bartizanctl help' lists them"_s, QLatin1String(kGeneralUsage));
    const QString name = rest.takeFirst();
    const Command* const command = findCommand(name);
    if (command == nullptr)
        return out.usageError(u"there is no command '%1'; 'bartizanctl help' lists them"_s.arg(name),
                              QLatin1String(kGeneralUsage));
    Context context{line->options, *command, platform, out};
    return command->run(context, line->help ? rest.mid(0, 1) : line->leading + rest);
}

int runVersion(Context& context, const QStringList& arguments)
{
    if (!arguments.isEmpty())
        return context.usageError(u"version takes no arguments"_s);
    context.out.document({{"version"_L1, QLatin1String(BARTIZAN_VERSION)}});
    context.out.line(u"bartizanctl " BARTIZAN_VERSION ""_s);
    return kSuccess;
}

int runHelp(Context& context, const QStringList& arguments)
{
    Output& out = context.out;
    if (arguments.size() > 1)
        return context.usageError(u"help about one command at a time"_s);
    if (!arguments.isEmpty()) {
        const Command* const command = findCommand(arguments.first());
        if (command == nullptr)
            return context.usageError(u"there is no command '%1'"_s.arg(arguments.first()));
        out.document({{"command"_L1, text(command->name)},
                      {"usage"_L1, text(command->usage)},
                      {"summary"_L1, text(command->summary)}});
        out.line(u"Usage: bartizanctl "_s + text(command->usage));
        out.line(text(command->summary));
        return kSuccess;
    }
    out.line(u"Usage: bartizanctl "_s + QLatin1String(kGeneralUsage));
    out.line();
    QJsonObject document;
    Table table{{u"COMMAND"_s}, {u"WHAT IT DOES"_s}};
    for (const Command& command : commands()) {
        document.insert(text(command.name), text(command.usage));
        table.addRow({text(command.name), text(command.summary)});
    }
    out.document({{"commands"_L1, document}});
    out.table(table);
    out.line();
    out.line(
        u"'bartizanctl help COMMAND' tells how a command is used. Exit code: 0 done, 1 failed, 2 wrong usage."_s);
    return kSuccess;
}

} // namespace bartizan::ctl
