// Every text colour on every surface it stands on: at least 4.5:1, in both schemes.
#include "app/models/alert_table_model.h"
#include "app/widgets/delegates.h"
#include "app/widgets/style_sheet.h"
#include "app/widgets/theme.h"

#include <QTest>

using namespace bartizan::app;

class TestTheme : public QObject
{
    Q_OBJECT

private slots:
    void contrast_data()
    {
        QTest::addColumn<int>("scheme");
        QTest::addColumn<int>("text");
        QTest::addColumn<int>("surface");
        using R = ColourRole;
        const QList<R> surfaces{R::Window, R::Surface, R::Sidebar, R::Hover, R::Selection, R::MutedSoft};
        QList<std::pair<R, R>> pairs{{R::OnAccent, R::Accent}};
        for (const R surface : surfaces) {
            pairs.append({R::Text, surface});
            pairs.append({R::Muted, surface});
            pairs.append({R::Accent, surface});
        }
        // Marks and their words stand in tables and details.
        for (const R surface : {R::Window, R::Surface, R::Hover, R::Selection}) {
            for (const R mark : {R::Ok, R::Observe, R::Warning, R::High, R::Danger})
                pairs.append({mark, surface});
        }
        for (const R soft : {R::OkSoft, R::ObserveSoft, R::WarningSoft, R::HighSoft, R::DangerSoft}) {
            pairs.append({R::Text, soft});
            pairs.append({R::Muted, soft});
        }
        pairs.append({R::Accent, R::OkSoft}); // Undo in the message bar
        for (const auto scheme : {ColourScheme::Light, ColourScheme::Dark}) {
            for (const auto& [text, surface] : pairs)
                QTest::addRow("%s %d on %d", scheme == ColourScheme::Light ? "light" : "dark", int(text),
                              int(surface))
                    << int(scheme) << int(text) << int(surface);
        }
    }

    void contrast()
    {
        QFETCH(int, scheme);
        QFETCH(int, text);
        QFETCH(int, surface);
        const double ratio = Theme::contrast(Theme::colourOf(ColourScheme(scheme), ColourRole(text)),
                                             Theme::colourOf(ColourScheme(scheme), ColourRole(surface)));
        QVERIFY2(ratio >= 4.5, qPrintable(QString::number(ratio)));
    }

    void contrastFormula_knowsItsEnds()
    {
        QCOMPARE(qRound(Theme::contrast(Qt::black, Qt::white) * 10), 210);
        QCOMPARE(qRound(Theme::contrast(Qt::white, Qt::white) * 10), 10);
    }

    void bands_differByShape_notOnlyByColour()
    {
        QSet<int> shapes;
        for (const auto band :
             {LevelBand::Info, LevelBand::Low, LevelBand::Medium, LevelBand::High, LevelBand::Critical})
            shapes.insert(int(markOf(band).shape));
        QCOMPARE(shapes.size(), 5);
        shapes.clear();
        for (const auto state : {BlockState::Active, BlockState::Pending, BlockState::Failed,
                                 BlockState::Refused, BlockState::Observed, BlockState::Expired})
            shapes.insert(int(markOf(state).shape));
        QCOMPARE(shapes.size(), 6);
    }

    void styleSheet_leavesNoNameUnresolved()
    {
        for (const auto scheme : {ColourScheme::Light, ColourScheme::Dark})
            QVERIFY(!styleSheet(Theme(scheme)).contains(QLatin1Char('@')));
    }

    void schemeChange_isAppliedAndTold()
    {
        Theme theme(ColourScheme::Light);
        theme.applyTo(*qApp);
        int told = 0;
        connect(&theme, &Theme::changed, this, [&] { ++told; });
        theme.setScheme(ColourScheme::Dark);
        theme.setScheme(ColourScheme::Dark);
        QCOMPARE(told, 1);
        QCOMPARE(qApp->palette().color(QPalette::Window),
                 Theme::colourOf(ColourScheme::Dark, ColourRole::Window));
    }

    void icons_areThere_forEveryState()
    {
        const Theme theme;
        for (const char* name : {"protecting", "observing", "paused", "degraded", "off"}) {
            const QImage image = theme.statusIcon(QLatin1String(name)).pixmap(32, 32).toImage();
            QVERIFY2(!image.isNull() && image.pixelColor(16, 16) != image.pixelColor(0, 0), name);
        }
    }
};

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
