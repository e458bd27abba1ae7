#include "engine/config/configuration_reader.h"
#include "engine/rules/rule_plan.h"
#include "platform/linux/maxmind_database.h"
#include "tests/support/geo_database.h"
#include "tests/unit/analysis/analysis_bench.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>

using namespace bartizan;
using namespace bartizan::test;

class MaxMindDatabaseTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void placesAreFound_data();
    void placesAreFound();
    void whatIsNoDatabaseIsRefused();
    void rulesAskForPlaces();
    void rulesWithoutADatabaseAreNoted();
    void configurationNamesIt();

private:
    [[nodiscard]] std::string path(const char* name) const
    {
        return m_folder.filePath(QLatin1String(name)).toStdString();
    }
    QTemporaryDir m_folder;
    std::shared_ptr<const GeoLocator> m_database;
};

void MaxMindDatabaseTest::initTestCase()
{
    GeoDatabase database;
    database.add({198, 51, 100, 0}, 24, "CF", "Haut-Mbomou");
    database.add({203, 0, 113, 0}, 24, "US");
    std::ofstream(path("geo.mmdb"), std::ios::binary) << database.bytes();
    auto opened = openMaxMindDatabase(path("geo.mmdb"));
    QVERIFY2(opened.has_value(), opened ? "" : opened.error().message.c_str());
    m_database = *opened;
}

void MaxMindDatabaseTest::placesAreFound_data()
{
    QTest::addColumn<QByteArray>("address");
    QTest::addColumn<QByteArray>("place");
    const auto row = [](const char* address, const char* place) {
        QTest::newRow(*address != '\0' ? address : "empty") << QByteArray(address) << QByteArray(place);
    };
    row("198.51.100.7", "CF / Haut-Mbomou");
    row("203.0.113.255", "US");
    row("192.0.2.1", "");
    row("2001:db8::1", "");
    row("host.example", "");
    row("198.51.100.7 ", "");
    row("", "");
}

void MaxMindDatabaseTest::placesAreFound()
{
    QFETCH(QByteArray, address);
    QFETCH(QByteArray, place);
    QCOMPARE(QByteArray::fromStdString(m_database->locate(address.toStdString()).value_or("")), place);
}

void MaxMindDatabaseTest::whatIsNoDatabaseIsRefused()
{
    const auto absent = openMaxMindDatabase(path("absent.mmdb"));
    QVERIFY(!absent && absent.error().code == ErrorCode::NotFound && !absent.error().cure.empty());
    std::ofstream(path("text.mmdb")) << "no database";
    const auto text = openMaxMindDatabase(path("text.mmdb"));
    QVERIFY(!text && text.error().code == ErrorCode::InvalidArgument);
    QVERIFY(!openMaxMindDatabase(m_folder.path().toStdString()));
}

void MaxMindDatabaseTest::rulesAskForPlaces()
{
    AnalysisOptions options;
    options.geoLocator = m_database;
    AnalysisBench bench(options);
    const auto problems = bench.load(R"(
<rule id="100" level="3"><srcgeoip>^CF / </srcgeoip><description>from $(srcgeoip)</description></rule>
<rule id="101" level="3"><dstgeoip negate="yes">CF</dstgeoip><description>d</description></rule>
<rule id="102" level="9" frequency="2" timeframe="60"><if_matched_sid>100</if_matched_sid><same_srcgeoip/>
<description>again</description></rule>)");
    QVERIFY(problems.empty());
    QCOMPARE(QString::fromStdString(bench.feed("t ip=198.51.100.7").rule->description),
             QStringLiteral("from CF / Haut-Mbomou"));
    QVERIFY(bench.rules({"t ip=198.51.100.8", "t to=203.0.113.1", "t ip=203.0.113.1", "t to=192.0.2.1"}) ==
            "102 101 0 0"); // no place is no place elsewhere
}

void MaxMindDatabaseTest::rulesWithoutADatabaseAreNoted()
{
    AnalysisBench bench;
    const auto problems =
        bench.load("<rule id=\"100\" level=\"3\"><srcgeoip>US</srcgeoip><description>d</description></rule>");
    QCOMPARE(problems.size(), std::size_t{1});
    QVERIFY(problems.front().severity == Severity::Note);
}

void MaxMindDatabaseTest::configurationNamesIt()
{
    Problems problems;
    const auto read = [&](const std::string& file) {
        return *readConfiguration("<ossec_config><global>\n<geoip_db_path>" + file +
                                      "</geoip_db_path></global></ossec_config>",
                                  "ossec.conf", problems);
    };
    QVERIFY(openGeoDatabase(read(path("geo.mmdb")), openMaxMindDatabase, problems) != nullptr);
    QVERIFY(problems.empty());
    QVERIFY(openGeoDatabase(read(path("absent.mmdb")), openMaxMindDatabase, problems) == nullptr);
    QCOMPARE(problems.size(), std::size_t{1});
    QCOMPARE(problems.front().line, 2);
}

QTEST_APPLESS_MAIN(MaxMindDatabaseTest)
#include "tst_maxmind_database.moc"
