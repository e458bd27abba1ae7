#include "app/pages/status_header.h"

#include "app/client/display_text.h"
#include "app/client/engine_client.h"
#include "app/models/engine_actions.h"
#include "app/widgets/labels.h"
#include "app/widgets/theme.h"

#include <QAccessible>
#include <QClipboard>
#include <QDateTime>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLocale>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace bartizan::app {

namespace {

constexpr int kIconSize = 44;
constexpr int kMostProblems = 50;

QWidget* counter(QWidget* parent, const QString& caption, QLabel*& value)
{
    auto* box = new QWidget(parent);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    value = makeLabel(TextStyle::Title, box);
    value->setAlignment(Qt::AlignRight);
    QLabel* name = makeLabel(TextStyle::Caption, box, caption);
    name->setAlignment(Qt::AlignRight);
    layout->addWidget(value);
    layout->addWidget(name);
    return box;
}

} // namespace

StatusHeader::StatusHeader(const PageContext& context, QWidget* parent)
    : QFrame(parent)
    , m_context(context)
    , m_icon(makeLabel(TextStyle::Body, this))
    , m_headline(makeLabel(TextStyle::Title, this))
    , m_cause(makeLabel(TextStyle::Muted, this))
    , m_cure(makeLabel(TextStyle::Body, this))
    , m_commandRow(new QWidget(this))
    , m_counters(new QWidget(this))
    , m_pause(new QPushButton(this))
    , m_more(new QToolButton(this))
    , m_problemList(new QWidget(this))
{
    setLook(this, "header");
    m_icon->setFixedSize(kIconSize, kIconSize);
    m_cause->setWordWrap(true);
    m_cure->setWordWrap(true);
    for (QLabel* label : {m_headline, m_cause, m_cure})
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);

    m_command = makeLabel(TextStyle::Body, m_commandRow);
    m_command->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    QFont fixed(QStringLiteral("monospace"));
    fixed.setStyleHint(QFont::Monospace);
    m_command->setFont(fixed);
    m_copy = new QPushButton(tr("Copy"), m_commandRow);
    m_copy->setAccessibleName(tr("Copy the command"));
    connect(m_copy, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_command->text()); });
    auto* command = new QHBoxLayout(m_commandRow);
    command->setContentsMargins(0, 2, 0, 0);
    command->addWidget(m_command);
    command->addWidget(m_copy);
    command->addStretch(1);

    m_more->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    setLook(m_more, "link");
    m_more->setObjectName(QStringLiteral("moreProblems"));
    m_more->setCheckable(true);
    m_more->setFocusPolicy(Qt::StrongFocus);
    connect(m_more, &QToolButton::toggled, this, &StatusHeader::setUnfolded);

    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(m_headline);
    words->addWidget(m_cause);
    words->addWidget(m_cure);
    words->addWidget(m_commandRow);
    words->addWidget(m_more, 0, Qt::AlignLeft);

    auto* counters = new QHBoxLayout(m_counters);
    counters->setContentsMargins(0, 0, 0, 0);
    counters->setSpacing(20);
    counters->addWidget(counter(m_counters, tr("blocked now"), m_blockedCount));
    counters->addWidget(counter(m_counters, tr("alerts"), m_alertCount));
    counters->addWidget(counter(m_counters, tr("log lines"), m_lineCount));

    auto* top = new QHBoxLayout;
    top->setSpacing(14);
    top->addWidget(m_icon, 0, Qt::AlignTop);
    top->addLayout(words, 1);
    top->addWidget(m_counters, 0, Qt::AlignTop);
    top->addSpacing(6);
    top->addWidget(m_pause, 0, Qt::AlignTop);
    m_problemLayout = new QVBoxLayout(m_problemList);
    m_problemLayout->setContentsMargins(kIconSize + 14, 4, 0, 0);
    m_problemLayout->setSpacing(6);
    m_problemList->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 14, 20, 14);
    layout->setSpacing(4);
    layout->addLayout(top);
    layout->addWidget(m_problemList);

    connect(m_pause, &QPushButton::clicked, this, [this] {
        if (m_shownState == Protection::Paused)
            m_context.actions.resume();
        else
            m_context.actions.pause();
    });
    connect(&context.client, &EngineClient::stateChanged, this, &StatusHeader::refresh);
    connect(&context.client, &EngineClient::statusChanged, this, &StatusHeader::refresh);
    connect(&context.theme, &Theme::changed, this, &StatusHeader::refresh);
    // The countdown of a pause.
    connect(&m_timer, &QTimer::timeout, this, &StatusHeader::refresh);
    m_timer.start(1000);
    refresh();
}

QString StatusHeader::headline() const
{
    return m_headline->text();
}

void StatusHeader::refresh()
{
    const ProtectionSummary summary = summarise(m_context.client, QDateTime::currentMSecsSinceEpoch());
    const auto show = [](QLabel* label, const QString& text) {
        label->setText(text);
        label->setVisible(!text.isEmpty());
    };
    const bool news = m_headline->text() != summary.headline;
    m_shownState = summary.state;
    m_icon->setPixmap(m_context.theme.statusIcon(protectionIcon(summary.state))
                          .pixmap(QSize(kIconSize, kIconSize), devicePixelRatioF()));
    show(m_headline, summary.headline);
    show(m_cause, summary.cause);
    show(m_cure, summary.cure);
    m_command->setText(summary.command);
    m_commandRow->setVisible(!summary.command.isEmpty());
    showCounters();
    showProblems();
    showButton(summary.state);
    setAccessibleName(summary.headline);
    setAccessibleDescription(QStringLiteral("%1 %2").arg(summary.cause, summary.cure));
    if (news) {
        QAccessibleEvent change(this, QAccessible::NameChanged);
        QAccessible::updateAccessibility(&change);
    }
}

void StatusHeader::showCounters()
{
    m_counters->setVisible(m_context.client.isReady());
    const EngineStatus& status = m_context.client.status();
    const QLocale locale;
    const auto set = [&](QLabel* label, qint64 number, const QString& name) {
        label->setText(locale.toString(number));
        label->parentWidget()->setAccessibleName(QStringLiteral("%1 %2").arg(label->text(), name));
    };
    set(m_blockedCount, status.activeBlocks, tr("blocked now"));
    set(m_alertCount, status.alerts, tr("alerts"));
    set(m_lineCount, status.lines, tr("log lines"));
}

void StatusHeader::showProblems()
{
    QList<EngineProblem> problems =
        m_context.client.isReady() ? m_context.client.status().problems : QList<EngineProblem>();
    std::ranges::stable_sort(problems, std::ranges::greater(), &EngineProblem::severity);
    // What the header says already is not said again.
    if (m_shownState == Protection::Degraded && !problems.isEmpty())
        problems.removeFirst();
    m_more->setVisible(!problems.isEmpty());
    if (problems.isEmpty())
        m_more->setChecked(false);
    const bool unfolded = m_more->isChecked();
    const int count = static_cast<int>(problems.size());
    m_more->setText(m_shownState == Protection::Degraded ? tr("%n more problem(s)", nullptr, count)
                                                         : tr("%n problem(s) noticed", nullptr, count));
    m_more->setAccessibleName(m_more->text());
    m_more->setToolTip(unfolded ? tr("Fold the list") : tr("Show them"));
    m_more->setIcon(m_context.theme.icon(unfolded ? QStringLiteral("collapse") : QStringLiteral("expand"),
                                         ColourRole::Accent));
    if (problems == m_shownProblems)
        return;
    m_shownProblems = problems;
    while (QLayoutItem* item = m_problemLayout->takeAt(0)) {
        item->widget()->deleteLater();
        delete item;
    }
    for (const EngineProblem& problem : problems.first(std::min<qsizetype>(problems.size(), kMostProblems))) {
        auto* row = new QFrame(m_problemList);
        setLook(row, "problem");
        row->setProperty("kind", problem.severity == ProblemSeverity::Error ? QStringLiteral("error")
                                                                            : QStringLiteral("warning"));
        auto* layout = new QVBoxLayout(row);
        layout->setContentsMargins(10, 6, 10, 6);
        layout->setSpacing(1);
        layout->addWidget(makeValue(row, problemText(problem)));
        if (!problem.cure.isEmpty()) {
            QLabel* cure = makeLabel(TextStyle::Muted, row, displayLine(problem.cure));
            cure->setWordWrap(true);
            layout->addWidget(cure);
        }
        m_problemLayout->addWidget(row);
    }
}

void StatusHeader::showButton(Protection state)
{
    const bool paused = state == Protection::Paused;
    m_pause->setVisible(state == Protection::Protecting || state == Protection::Degraded || paused);
    m_pause->setText(iconGap() + (paused ? tr("Resume") : tr("Pause 15 min")));
    m_pause->setAccessibleName(paused ? tr("Resume blocking") : tr("Pause blocking for 15 minutes"));
    m_pause->setIcon(m_context.theme.icon(paused ? QStringLiteral("resume") : QStringLiteral("pause"),
                                          paused ? ColourRole::OnAccent : ColourRole::Text));
    if (m_pause->property("look").toString() != (paused ? QLatin1String("primary") : QLatin1String("")))
        setStyleProperty(m_pause, "look", paused ? QStringLiteral("primary") : QString());
    const QString hindrance = m_context.actions.respondHindrance();
    m_pause->setEnabled(hindrance.isEmpty());
    m_pause->setToolTip(!hindrance.isEmpty() ? hindrance
                        : paused
                            ? tr("Block attackers again from now on")
                            : tr("Rules block nothing new for 15 minutes; what is blocked stays blocked"));
}

void StatusHeader::setUnfolded(bool unfolded)
{
    m_problemList->setVisible(unfolded);
    showProblems();
}

} // namespace bartizan::app
