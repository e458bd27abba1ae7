// What lists preview says of a file.
#include "tests/unit/analysis/offline_bench.h"

#include <QJsonArray>

using namespace bartizan;
using namespace bartizan::test;

class TestListsPreview : public QObject, protected OfflineBench
{
    Q_OBJECT

private slots:
    void init() { reset(); }
    void listsPreviewShowsWhatAFileHolds();
    void listsPreviewTakesAFormatAndAColumn();
    void listsPreviewSaysWhyAFileIsNoList();
};

void TestListsPreview::listsPreviewShowsWhatAFileHolds()
{
    write(QStringLiteral("l.txt"),
          "# mine\n192.0.2.7 # \x1b[31mred\n192.0.2.400\n198.51.100.0/24\n192.0.2.8-192.0.2.11\n");
    const Ran text = run(offline::runListsPreview, {path(QStringLiteral("l.txt"))});
    QCOMPARE(text.code, 1);
    QVERIFY2(text.out.contains(
                 QStringLiteral(": addresses, 3 of 4 lines are each an address, network or range (75 %)\n")),
             qPrintable(text.out));
    QVERIFY(text.out.contains(
        QStringLiteral("3 good lines, 1 bad, 0 left out, 1 blank or comment; 3 networks, ")));
    QVERIFY(text.out.contains(QStringLiteral("  line 2  192.0.2.7  \uFFFD[31mred\n")));
    QVERIFY(text.problems.contains(
        QStringLiteral("l.txt:3: 192.0.2.400 is no address: an octet is at most 255")));

    const Ran ran = run(offline::runListsPreview, {"--json", path(QStringLiteral("l.txt"))});
    QCOMPARE(ran.code, 1);
    QCOMPARE(ran.problems, QString());
    const QJsonObject json = ran.json();
    QCOMPARE(json[QStringLiteral("format")].toString(), QStringLiteral("addresses"));
    QCOMPARE(json[QStringLiteral("confidence")].toDouble(), 0.75);
    QCOMPARE(json[QStringLiteral("lines")].toObject(), (QJsonObject{{QStringLiteral("good"), 3},
                                                                    {QStringLiteral("bad"), 1},
                                                                    {QStringLiteral("left_out"), 0},
                                                                    {QStringLiteral("blank"), 1}}));
    const QJsonArray first = json[QStringLiteral("first")].toArray();
    QCOMPARE(first.size(), 3);
    QCOMPARE(first[2].toObject(), (QJsonObject{{QStringLiteral("line"), 5},
                                               {QStringLiteral("kind"), QStringLiteral("network")},
                                               {QStringLiteral("value"), QStringLiteral("192.0.2.8/30")},
                                               {QStringLiteral("note"), QString()}}));
    const QJsonArray problems = json[QStringLiteral("problems")].toArray();
    QCOMPARE(problems.size(), 1);
    QCOMPARE(problems[0].toObject()[QStringLiteral("line")].toInt(), 3);
}

void TestListsPreview::listsPreviewTakesAFormatAndAColumn()
{
    write(QStringLiteral("l.csv"), "from,to\n192.0.2.1,198.51.100.1\n192.0.2.2,198.51.100.2\n");
    for (const char* column : {"2", "to"}) {
        const Ran ran = run(offline::runListsPreview, {"--format", "csv", std::string("--column=") + column,
                                                       path(QStringLiteral("l.csv"))});
        QCOMPARE(ran.code, 0);
        QVERIFY2(ran.out.contains(QStringLiteral("csv, as asked for\ncolumn 2 (to), separated by ','\n")),
                 qPrintable(ran.out));
        QVERIFY(ran.out.contains(QStringLiteral("  line 2  198.51.100.1\n")));
    }
    const Ran wrong =
        run(offline::runListsPreview, {"--column", "9", path(QStringLiteral("l.csv")), "--format=csv"});
    QCOMPARE(wrong.code, 1);
    QVERIFY(wrong.problems.contains(QStringLiteral("There is no column 9")));
}

void TestListsPreview::listsPreviewSaysWhyAFileIsNoList()
{
    write(QStringLiteral("page.txt"), "<html><title>Sign in</title></html>");
    const Ran text = run(offline::runListsPreview, {path(QStringLiteral("page.txt"))});
    QCOMPARE(text.code, 1);
    QCOMPARE(text.out, QString());
    QVERIFY(text.problems.contains(QStringLiteral("It is a web page, not a list (\"Sign in\")")));
    QVERIFY(run(offline::runListsPreview, {path(QString())})
                .problems.contains(QStringLiteral("is no regular file")));
    const Ran json = run(offline::runListsPreview, {path(QStringLiteral("page.txt")), "--json"});
    QCOMPARE(json.code, 1);
    QVERIFY(json.json()[QStringLiteral("format")].isNull());
    QCOMPARE(json.json()[QStringLiteral("problems")].toArray().size(), 1);
}

QTEST_APPLESS_MAIN(TestListsPreview)
#include "tst_lists_preview.moc"
