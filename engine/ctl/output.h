// Where words go: text for people, or JSON documents and nothing else, on standard output; problems of the
// program itself on standard error.
#pragma once

#include "engine/base/result.h"
#include "engine/ctl/table.h"

#include <QJsonObject>
#include <QString>

#include <cstdio>

namespace bartizan::ctl {

inline constexpr int kSuccess = 0;
inline constexpr int kFailure = 1;
inline constexpr int kUsage = 2;

enum class Style { Plain, Good, Notice, Bad, Faint, Strong };
enum class Colour { Never, Always };

class Output
{
public:
    Output(std::FILE* out, std::FILE* errors, Colour colour)
        : m_out(out)
        , m_errors(errors)
        , m_colour(colour)
    {
    }

    void setJson() { m_json = true; }
    [[nodiscard]] bool isJson() const { return m_json; }

    // Text for people: dropped with --json.
    void line(const QString& text = {});
    void table(const Table& table);
    // With --json: one document on a line of its own; else dropped.
    void document(const QJsonObject& object);
    // Something beside the result, to standard error: shown in both cases.
    void remark(const QString& text);

    // Tells what failed and what to do; returns kFailure.
    int failure(const Error& error);
    // Tells what was wrong with the command line; returns kUsage.
    int usageError(const QString& message, const QString& usage);

    [[nodiscard]] QString styled(const QString& text, Style style) const;

private:
    void print(std::FILE* file, const QString& text) const;

    std::FILE* const m_out;
    std::FILE* const m_errors;
    const Colour m_colour;
    bool m_json = false;
};

} // namespace bartizan::ctl
