#include "engine/ctl/command.h"
#include "engine/ctl/describe.h"
#include "engine/ctl/text.h"

#include <QDateTime>
#include <QJsonArray>
#include <QThread>

#include <algorithm>

namespace bartizan::ctl {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::milliseconds kFirstPause{500};
constexpr std::chrono::milliseconds kLongestPause{8000};

class Watch
{
public:
    explicit Watch(Context& context)
        : m_context(context)
        , m_out(context.out)
    {
    }

    // Ends only with an error: the person ends it with ^C.
    int run()
    {
        auto pause = kFirstPause;
        while (true) {
            const Error ended = follow(pause);
            const bool passing = ended.code == ErrorCode::Unavailable || ended.code == ErrorCode::Busy;
            if (!m_last || !passing)
                return m_out.failure(ended);
            if (!std::exchange(m_lost, true))
                m_out.remark(safe(QString::fromStdString(ended.message)) + "; waiting for it (^C ends)."_L1);
            QThread::msleep(static_cast<unsigned long>(pause.count()));
            pause = std::min(pause * 2, kLongestPause);
        }
    }

private:
    // One connection, until it ends.
    Error follow(std::chrono::milliseconds& pause)
    {
        EngineConnection engine(m_context.options.socket, m_context.platform.trust);
        if (const auto opened = engine.open(); !opened)
            return opened.error();
        QJsonObject params;
        if (m_last)
            params.insert("since"_L1, *m_last);
        const auto subscribed = engine.call("events.subscribe", params);
        if (!subscribed)
            return subscribed.error();
        m_last = (*subscribed)["seq"_L1].toInteger();
        greet(engine, (*subscribed)["missed"_L1].toBool());
        pause = kFirstPause;
        while (true) {
            const auto event = engine.nextEvent();
            if (!event)
                return event.error();
            m_last = event->sequence;
            m_out.document(event->body);
            show(*event);
        }
    }

    void greet(const EngineConnection& engine, bool missed)
    {
        if (m_lost)
            m_out.remark(u"Connected again."_s);
        m_lost = false;
        if (missed) {
            m_out.document(
                {{"seq"_L1, m_last.value_or(0)}, {"event"_L1, "missed"_L1}, {"data"_L1, QJsonObject()}});
            m_out.line(u"Some events were missed; 'bartizanctl alerts' and 'blocks' show everything."_s);
        }
        const auto permissions = engine.greeting()["permissions"_L1].toArray();
        if (!std::exchange(m_greeted, true)) {
            if (!permissions.contains("history"_L1))
                m_out.remark(u"Your account sees the engine's state only, no alerts and blocks. Run it as "
                             u"root, or join "
                             "the group bartizan."_s);
            m_out.line(m_out.styled(u"Watching; ^C ends."_s, Style::Faint));
        }
    }

    void show(const EngineConnection::Event& event)
    {
        const QString now = QDateTime::currentDateTime().toString(u"HH:mm:ss"_s) + "  "_L1;
        if (event.name == "alert"_L1)
            showAlert(now, event.data);
        else if (event.name == "block"_L1)
            m_out.line(now + m_out.styled(u"block  "_s, Style::Notice) + safe(event.data["address"_L1], 50) +
                       "  "_L1 + m_out.styled(blockStateText(event.data), blockStyle(event.data)) + "  "_L1 +
                       blockReasonText(event.data));
        else if (event.name == "status"_L1)
            showStatus(now, event.data);
        else if (event.name == "lists"_L1)
            m_out.line(now + m_out.styled(u"list   "_s, Style::Faint) + safe(event.data["name"_L1], 64) +
                       " changed"_L1);
    }

    void showAlert(const QString& now, const QJsonObject& alert)
    {
        const QJsonObject rule = alert["rule"_L1].toObject();
        const QString address = safe(alert["srcip"_L1], 45);
        const qint64 count = alert["count"_L1].toInteger(1);
        m_out.line(now + m_out.styled(u"alert  "_s, Style::Bad) + (address.isEmpty() ? u"-"_s : address) +
                   "  rule "_L1 + ruleText(rule) + ": "_L1 + safe(rule["description"_L1]) +
                   (count > 1 ? u" ×"_s + grouped(count) : QString()));
        m_out.line("                 "_L1 + m_out.styled(safe(alert["last_log"_L1]), Style::Faint));
    }

    void showStatus(const QString& now, const QJsonObject& status)
    {
        const QString state = safe(status["state"_L1], 20);
        const qsizetype problems = status["problems"_L1].toArray().size();
        m_out.line(now + m_out.styled(u"state  "_s, Style::Faint) + state +
                   (problems > 0 ? ", "_L1 + counted(problems, "problem") + ": see 'bartizanctl status'"_L1
                                 : QString()));
    }

    Context& m_context;
    Output& m_out;
    std::optional<qint64> m_last; // number of the last event; nothing before the first subscription
    bool m_lost = false;
    bool m_greeted = false;
};

} // namespace

int runWatch(Context& context, const QStringList& arguments)
{
    if (!arguments.isEmpty())
        return context.usageError(u"watch takes no arguments"_s);
    return Watch(context).run();
}

} // namespace bartizan::ctl
