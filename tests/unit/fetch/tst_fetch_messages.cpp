#include "engine/fetch/fetch_job.h"
#include "engine/fetch/fetch_report.h"

#include <QtTest>

using namespace bartizan;

class TestFetchMessages : public QObject
{
    Q_OBJECT

private slots:
    void jobRoundTrip();
    void reportRoundTrip();
    void errorRoundTrip();
    void longTextsAreCut();
    void manyEntriesFit();
    void everyTruncationIsRefused();
    void badReports_data();
    void badReports();
    void badJobs_data();
    void badJobs();
};

namespace {

FetchReport fullReport()
{
    FetchReport report;
    report.etag = "\"v1\"";
    report.lastModified = "Mon, 02 Nov 2026 10:00:00 GMT";
    report.finalUrl = "https://lists.example/list";
    report.downloadBytes = 12;
    report.format = "addresses";
    report.confidence = 0.75;
    report.reason = "3 of 4 lines";
    report.layout = "column 2";
    report.goodLines = 3;
    report.badLines = 1;
    report.leftOutLines = 7;
    report.networks = 5;
    report.hashes = 6;
    report.domains = 8;
    report.first = {{1, "network", "192.0.2.0/24", "a \"note\"\n\xC3\xA4"},
                    {2, "domain", "*.bad.example", ""}};
    report.problems = {{Severity::Warning, "lists", "", 4, 0, "message", "cure"}};
    return report;
}

QByteArray withReplaced(QByteArray json, const QByteArray& before, const QByteArray& after)
{
    if (json.count(before) != 1)
        qFatal("%s is not there once", before.constData());
    return json.replace(before, after);
}

} // namespace

void TestFetchMessages::jobRoundTrip()
{
    FetchJob job;
    job.request.url = "https://lists.example/?a=\"b\"";
    job.request.format = "csv";
    job.request.column = "dst";
    job.request.etag = "\"x\"";
    job.request.lastModified = "yesterday";
    job.request.allowPrivate = true;
    job.request.authorities = "/etc/ca.pem";
    job.request.previewEntries = 3;
    job.request.limits = {1, 2, 3, std::chrono::seconds(4), std::chrono::seconds(5), 6};
    job.isHere = true;
    const auto read = readFetchJob(writeFetchJob(job));
    QVERIFY(read.has_value());
    QCOMPARE(writeFetchJob(*read), writeFetchJob(job));
    QCOMPARE(read->request.url, job.request.url);
    QCOMPARE(read->request.column, job.request.column);
    QVERIFY(read->request.allowPrivate && read->isHere);
    QCOMPARE(read->request.limits.time, std::chrono::seconds(4));
    QCOMPARE(read->request.limits.redirects, 6);
    QCOMPARE(read->request.limits.entries, std::uint64_t{3});
}

void TestFetchMessages::reportRoundTrip()
{
    const FetchReport report = fullReport();
    const auto read = readFetchReport(writeFetchReport(report));
    QVERIFY(read.has_value());
    QCOMPARE(writeFetchReport(*read), writeFetchReport(report));
    QCOMPARE(read->etag, report.etag);
    QCOMPARE(read->confidence, 0.75);
    QCOMPARE(read->leftOutLines, std::uint64_t{7});
    QCOMPARE(read->first.size(), std::size_t{2});
    QCOMPARE(read->first[0].note, report.first[0].note);
    QVERIFY(read->problems == report.problems);

    FetchReport unchanged;
    unchanged.notModified = true;
    QVERIFY(readFetchReport(writeFetchReport(unchanged))->notModified);
}

void TestFetchMessages::errorRoundTrip()
{
    for (const auto code : {ErrorCode::InvalidArgument, ErrorCode::NotFound, ErrorCode::PermissionDenied,
                            ErrorCode::Refused, ErrorCode::Unavailable, ErrorCode::Busy, ErrorCode::Exhausted,
                            ErrorCode::Corrupt, ErrorCode::Unsupported, ErrorCode::Internal}) {
        const auto read = readFetchReport(writeFetchError({code, "what", "do"}));
        QVERIFY(!read.has_value());
        QCOMPARE(static_cast<int>(read.error().code), static_cast<int>(code));
        QCOMPARE(read.error().message, std::string("what"));
        QCOMPARE(read.error().cure, std::string("do"));
    }
}

void TestFetchMessages::longTextsAreCut()
{
    FetchReport report = fullReport();
    std::string umlauts = "x";
    for (int i = 0; i < 10'000; ++i)
        umlauts += "\xC3\xA4";
    report.reason = umlauts;
    report.layout = std::string(5000, '\xFF');
    report.etag = std::string(2000, 'e');
    report.lastModified = "a\r\nb";
    const auto read = readFetchReport(writeFetchReport(report));
    QVERIFY(read.has_value());
    QCOMPARE(read->reason, umlauts.substr(0, 999));
    QVERIFY(read->layout.size() <= 1000);
    QVERIFY(read->etag.empty());
    QVERIFY(read->lastModified.empty());
}

void TestFetchMessages::manyEntriesFit()
{
    FetchReport report = fullReport();
    report.first.assign(5000, {1, "network", std::string(900, '\x01'), std::string(900, '"')});
    report.problems.assign(5000, {Severity::Note, "lists", "", 1, 0, std::string(900, '\x02'), "c"});
    const std::string json = writeFetchReport(report);
    QVERIFY(json.size() <= kLongestFetchReport);
    const auto read = readFetchReport(json);
    QVERIFY(read.has_value());
    QVERIFY(!read->first.empty() && read->first.size() < 1000);
    QVERIFY(!read->problems.empty() && read->problems.size() <= 100);
}

void TestFetchMessages::everyTruncationIsRefused()
{
    const std::string json = writeFetchReport(fullReport());
    for (std::size_t size = 0; size < json.size(); ++size)
        QVERIFY(!readFetchReport(std::string_view(json).substr(0, size)).has_value());
}

void TestFetchMessages::badReports_data()
{
    QTest::addColumn<QByteArray>("json");
    const auto good = QByteArray::fromStdString(writeFetchReport(fullReport()));
    QTest::newRow("something behind it") << good + "x";
    QTest::newRow("another behind it") << good + good;
    QTest::newRow("an array") << QByteArray("[]");
    QTest::newRow("nothing in it") << QByteArray("{}");
    QTest::newRow("a member more") << withReplaced(good, "{\"report\"", "{\"a\":1,\"report\"");
    QTest::newRow("a member of the report more") << withReplaced(good, "\"reason\"", "\"a\":1,\"reason\"");
    QTest::newRow("a member less") << withReplaced(good, "\"badLines\":1,", "");
    QTest::newRow("a member twice") << withReplaced(good, "\"badLines\":1,",
                                                    "\"badLines\":1,\"badLines\":1,");
    QTest::newRow("both") << withReplaced(
        good, "}]}}", "}]},\"error\":{\"code\":\"busy\",\"message\":\"m\",\"cure\":\"c\"}}");
    QTest::newRow("negative") << withReplaced(good, "\"badLines\":1", "\"badLines\":-1");
    QTest::newRow("too large a number")
        << withReplaced(good, "\"badLines\":1", "\"badLines\":99999999999999999999");
    QTest::newRow("a broken number") << withReplaced(good, "\"badLines\":1", "\"badLines\":1.5");
    QTest::newRow("a text for a number") << withReplaced(good, "\"badLines\":1", "\"badLines\":\"1\"");
    QTest::newRow("a number for a text") << withReplaced(good, "\"column 2\"", "2");
    QTest::newRow("more than sure") << withReplaced(good, "0.75", "1.5");
    QTest::newRow("no number") << withReplaced(good, "0.75", "nan");
    QTest::newRow("unknown format") << withReplaced(good, "\"addresses\"", "\"tables\"");
    QTest::newRow("unknown kind") << withReplaced(good, "\"domain\",", "\"name\",");
    QTest::newRow("unknown severity") << withReplaced(good, "\"warning\"", "\"bad\"");
    QTest::newRow("line that is none") << withReplaced(good, "\"line\":4", "\"line\":4294967296");
    QTest::newRow("header injection") << withReplaced(good, "\\\"v1\\\"", "a\\r\\nb");
    QTest::newRow("long text") << withReplaced(good, "column 2", QByteArray(1001, 'a'));
    QTest::newRow("long tag") << withReplaced(good, "\\\"v1\\\"", QByteArray(1025, 'a'));
    QTest::newRow("unchanged with a format")
        << withReplaced(good, "\"notModified\":false", "\"notModified\":true");
    QTest::newRow("nested") << withReplaced(good, "\"column 2\"", QByteArray(100, '['));
    QTest::newRow("an error without a message")
        << QByteArray(R"({"error":{"code":"busy","message":"","cure":""}})");
}

void TestFetchMessages::badReports()
{
    QFETCH(const QByteArray, json);
    const auto read = readFetchReport(json.toStdString());
    QVERIFY(!read.has_value());
    QCOMPARE(read.error().code, ErrorCode::Corrupt);
    QVERIFY(!read.error().cure.empty());
}

void TestFetchMessages::badJobs_data()
{
    QTest::addColumn<QByteArray>("json");
    const auto good = QByteArray::fromStdString(writeFetchJob({}));
    QTest::newRow("something behind it") << good + "x";
    QTest::newRow("a member less") << withReplaced(good, "\"redirects\":5,", "");
    QTest::newRow("no time") << withReplaced(good, "\"seconds\":300", "\"seconds\":0");
    QTest::newRow("too many redirects") << withReplaced(good, "\"redirects\":5", "\"redirects\":5000");
    QTest::newRow("long URL") << withReplaced(good, "\"url\":\"\"",
                                              "\"url\":\"" + QByteArray(9000, 'a') + "\"");
}

void TestFetchMessages::badJobs()
{
    QFETCH(const QByteArray, json);
    QVERIFY(!readFetchJob(json.toStdString()).has_value());
}

QTEST_APPLESS_MAIN(TestFetchMessages)
#include "tst_fetch_messages.moc"
