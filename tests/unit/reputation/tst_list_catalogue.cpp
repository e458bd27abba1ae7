// The catalogue that is shipped, and what is refused of a broken one.
#include "engine/reputation/catalogue/list_catalogue.h"

#include "engine/platform/firewall_list.h" // below the other: moc 6.4 stumbles over <compare> first

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <algorithm>
#include <vector>

using namespace bartizan;
using namespace Qt::StringLiterals;

namespace {

QByteArray contentsOf(const std::string& fileName)
{
    QFile file(QString::fromStdString(fileName));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

Result<std::vector<CatalogueList>> readText(const QByteArray& text)
{
    return readCatalogue(std::as_bytes(std::span(text.constData(), static_cast<std::size_t>(text.size()))),
                         "catalogue.json");
}

QJsonObject goodList()
{
    return {
        {"id"_L1, "sample"_L1},
        {"name"_L1, "Sample"_L1},
        {"publisher"_L1, "Somebody"_L1},
        {"url"_L1, "https://lists.example/all.txt"_L1},
        {"homepage"_L1, "https://lists.example/"_L1},
        {"licence"_L1, QJsonValue::Null},
        {"format"_L1, "addresses"_L1},
        {"holds"_L1, "addresses"_L1},
        {"entries"_L1, 1000},
        {"update_minutes"_L1, 60},
        {"aggressiveness"_L1, 3},
        {"use"_L1, "block"_L1},
        {"about"_L1, "What it is."_L1},
        {"may_hit"_L1, "Whom it hits."_L1},
    };
}

QByteArray catalogueOf(const QJsonArray& lists)
{
    return QJsonDocument(QJsonObject{{"lists"_L1, lists}}).toJson();
}

} // namespace

class tst_list_catalogue : public QObject
{
    Q_OBJECT
private slots:
    void theShippedOneIsReadAndSane()
    {
        const std::string fileName = findCatalogue(BARTIZAN_BIN_DIR);
        QVERIFY2(!fileName.empty(), "share/bartizan/lists/catalogue.json is not beside bin");
        const auto lists = readText(contentsOf(fileName));
        QVERIFY2(lists, lists ? "" : lists.error().message.c_str());
        QVERIFY2(lists->size() >= 25 && lists->size() <= 60, std::to_string(lists->size()).c_str());

        std::vector<std::string> urls;
        for (const CatalogueList& list : *lists) {
            const char* id = list.id.c_str();
            QVERIFY2(isListName(list.id), id);
            QVERIFY2(std::ranges::find(urls, list.url) == urls.end(), id);
            urls.push_back(list.url);
            QVERIFY2(list.url.starts_with("https://") && list.homepage.starts_with("https://"), id);
            for (const std::string& sentence : {list.about, list.mayHit})
                QVERIFY2(sentence.size() > 20 && sentence.ends_with('.'), id);
            QCOMPARE(findInCatalogue(*lists, list.id), &list);
            // What hits whole crowds of innocents is not for blocking.
            QVERIFY2(list.use != CatalogueUse::Block || list.aggressiveness <= 3, id);
            // The kernel blocks addresses.
            QVERIFY2(list.use != CatalogueUse::Block || list.holds == CatalogueHolds::Addresses, id);
            const bool needsHashes = list.format == ListFormat::Hashes;
            const bool needsDomains = list.format == ListFormat::Hosts || list.format == ListFormat::Domains;
            QCOMPARE(list.holds == CatalogueHolds::Hashes, needsHashes);
            QCOMPARE(list.holds == CatalogueHolds::Domains, needsDomains);
        }
        QVERIFY(findInCatalogue(*lists, "spamhaus-drop"));
        QVERIFY(findInCatalogue(*lists, "firehol-level1"));
        QVERIFY(!findInCatalogue(*lists, "no-such-list"));
    }

    void factsArriveWhole()
    {
        QJsonObject object = goodList();
        object["licence"_L1] = "non-commercial only"_L1;
        object["licence_url"_L1] = "https://lists.example/terms"_L1;
        object["format"_L1] = "csv"_L1;
        object["column"_L1] = "ip"_L1;
        object["holds"_L1] = "domains"_L1;
        object["entries"_L1] = QJsonValue::Null;
        object["use"_L1] = "alert"_L1;
        const auto lists = readText(catalogueOf({goodList(), [&] {
                                                     object["id"_L1] = "other"_L1;
                                                     return object;
                                                 }()}));
        QVERIFY(lists);
        QCOMPARE(lists->size(), 2U);
        QCOMPARE(lists->front().entries, std::optional<std::uint64_t>(1000));
        QVERIFY(!lists->front().licence);
        const CatalogueList& other = lists->back();
        QCOMPARE(other.id, std::string("other"));
        QCOMPARE(other.licence, std::optional<std::string>("non-commercial only"));
        QCOMPARE(other.licenceUrl, std::string("https://lists.example/terms"));
        QVERIFY(other.format == ListFormat::Csv);
        QCOMPARE(other.column, std::string("ip"));
        QCOMPARE(catalogueName(other.holds), std::string_view("domains"));
        QCOMPARE(catalogueName(other.use), std::string_view("alert"));
        QVERIFY(!other.entries);
        QCOMPARE(other.update, std::chrono::minutes(60));
        QCOMPARE(other.aggressiveness, 3);
    }

    void aBrokenListIsNamedWithItsMember_data()
    {
        QTest::addColumn<QString>("member");
        QTest::addColumn<QJsonValue>("value"); // Undefined: taken away
        QTest::newRow("unknown member") << QString("sorce"_L1) << QJsonValue("x"_L1);
        QTest::newRow("missing") << QString("about"_L1) << QJsonValue(QJsonValue::Undefined);
        QTest::newRow("missing licence") << QString("licence"_L1) << QJsonValue(QJsonValue::Undefined);
        QTest::newRow("empty") << QString("name"_L1) << QJsonValue(" "_L1);
        QTest::newRow("too long") << QString("may_hit"_L1) << QJsonValue(QString(401, u'x'));
        QTest::newRow("http") << QString("url"_L1) << QJsonValue("http://lists.example/all.txt"_L1);
        QTest::newRow("no host") << QString("url"_L1) << QJsonValue("https:///all.txt"_L1);
        QTest::newRow("credentials") << QString("url"_L1)
                                     << QJsonValue("https://me:secret@lists.example/"_L1);
        QTest::newRow("http homepage") << QString("homepage"_L1) << QJsonValue("http://lists.example/"_L1);
        QTest::newRow("http licence") << QString("licence_url"_L1) << QJsonValue("http://lists.example/"_L1);
        QTest::newRow("format") << QString("format"_L1) << QJsonValue("netset"_L1);
        QTest::newRow("holds") << QString("holds"_L1) << QJsonValue("files"_L1);
        QTest::newRow("use") << QString("use"_L1) << QJsonValue("drop"_L1);
        QTest::newRow("null name") << QString("name"_L1) << QJsonValue(QJsonValue::Null);
        QTest::newRow("number as text") << QString("entries"_L1) << QJsonValue("1000"_L1);
        QTest::newRow("no entries") << QString("entries"_L1) << QJsonValue(0);
        QTest::newRow("half a minute") << QString("update_minutes"_L1) << QJsonValue(60.5);
        QTest::newRow("too often") << QString("update_minutes"_L1) << QJsonValue(4);
        QTest::newRow("too mild") << QString("aggressiveness"_L1) << QJsonValue(0);
        QTest::newRow("too aggressive") << QString("aggressiveness"_L1) << QJsonValue(6);
    }
    void aBrokenListIsNamedWithItsMember()
    {
        QFETCH(QString, member);
        QFETCH(QJsonValue, value);
        QVERIFY(readText(catalogueOf({goodList()})));
        QJsonObject broken = goodList();
        if (value.isUndefined())
            broken.remove(member);
        else
            broken[member] = value;
        QJsonObject before = goodList();
        before["id"_L1] = "fine"_L1;
        const auto lists = readText(catalogueOf({before, broken}));
        QVERIFY(!lists);
        QVERIFY(lists.error().code == ErrorCode::InvalidArgument);
        const QString message = QString::fromStdString(lists.error().message);
        for (const QString& part :
             {QString("catalogue.json"_L1), QString("\"sample\""_L1), u'"' + member + u'"'})
            QVERIFY2(message.contains(part), qPrintable(message));
        QVERIFY(!lists.error().cure.empty());
    }

    void idsAreListNamesAndStandOnce()
    {
        for (const char* id : {"Sample", "1st", "a_b", "../up"}) {
            QJsonObject broken = goodList();
            broken["id"_L1] = QLatin1StringView(id);
            const auto lists = readText(catalogueOf({broken}));
            QVERIFY2(!lists && lists.error().message.find("\"id\"") != std::string::npos, id);
        }
        const auto twice = readText(catalogueOf({goodList(), goodList()}));
        QVERIFY(!twice);
        QVERIFY2(twice.error().message.find("list \"sample\": \"id\"") != std::string::npos,
                 twice.error().message.c_str());
    }

    void whatIsNoCatalogueIsRefused()
    {
        const QByteArray good = catalogueOf({goodList()});
        for (const QByteArray& text : {QByteArray(), QByteArray("[]"), QByteArray("{}"),
                                       QByteArray("{\"lists\":{}}"), QByteArray("{\"lists\":[],\"more\":1}"),
                                       QByteArray("{\"lists\":[7]}"), good.left(good.size() / 2)}) {
            const auto lists = readText(text);
            QVERIFY2(!lists, text.constData());
            QVERIFY(lists.error().message.starts_with("catalogue.json: "));
        }
        QCOMPARE(readText("{\"lists\":[]}")->size(), 0U);
        QCOMPARE(findCatalogue("/nowhere/bin"), std::string());
    }
};

QTEST_GUILESS_MAIN(tst_list_catalogue)
#include "tst_list_catalogue.moc"
