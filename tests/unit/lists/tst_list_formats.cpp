// What the reader of each format takes, leaves out and refuses.
#include "collected_entries.h"

#include <QtTest>

#include <algorithm>

using namespace bartizan;

class TestListFormats : public QObject
{
    Q_OBJECT

private slots:
    void entries_data();
    void entries();
    void namesLeadToFormatsAndBack();
    void columnsMayBeNamed_data();
    void columnsMayBeNamed();
    void everythingIsHandedOverOnce();
};

namespace {

const QByteArray kMd5("00112233445566778899aabbccddeeff");
const QByteArray kSha256 = kMd5 + kMd5;

// Members in one line, as a publisher's program writes them.
QByteArray stix(const QByteArray& objects)
{
    return "{\"id\":\"bundle--1\",\"type\":\"bundle\",\"objects\":[\n" + objects + "]}\n";
}

QByteArray indicator(const QByteArray& pattern, const QByteArray& more = {})
{
    return "{\"type\":\"indicator\",\"pattern_type\":\"stix\",\"pattern\":\"" + pattern + "\"" + more + "}";
}

} // namespace

void TestListFormats::entries_data()
{
    QTest::addColumn<QByteArray>("format");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("taken");  // a line each
    QTest::addColumn<QByteArray>("counts"); // "good bad leftOut blank"
    const auto row = [](const char* name, const char* format, const QByteArray& text, const QByteArray& taken,
                        const QByteArray& counts) {
        QTest::addRow("%s: %s", format, name) << QByteArray(format) << text << taken << counts;
    };

    row("one a line", "addresses", "192.0.2.7\r\n2001:DB8::7\n\n198.51.100.0/24",
        "1 192.0.2.7\n2 2001:db8::7\n4 198.51.100.0/24", "3 0 0 1");
    row("comments of every style", "addresses",
        "# a\n; b\n// c\n  192.0.2.1 # d\n192.0.2.2;e\n192.0.2.3//f\n192.0.2.4\t8\n192.0.2.0/25 ; SBL1",
        "4 192.0.2.1 (d)\n5 192.0.2.2 (e)\n6 192.0.2.3 (f)\n7 192.0.2.4 (8)\n8 192.0.2.0/25 (SBL1)",
        "5 0 0 3");
    row("ranges", "addresses", "192.0.2.1-192.0.2.3 x\n192.0.2.4 - 192.0.2.5 y\n192.0.2.6- 192.0.2.7",
        "1 192.0.2.1 (x)\n1 192.0.2.2/31 (x)\n2 192.0.2.4/31 (y)\n3 192.0.2.6/31", "3 0 0 0");
    row("a byte-order mark", "addresses",
        "\xEF\xBB\xBF"
        "192.0.2.7",
        "1 192.0.2.7", "1 0 0 0");
    row("two of them in a line", "addresses", "192.0.2.7 192.0.2.8\n0.0.0.0 bad.example", "", "0 2 0 0");
    row("a mapped address is the IPv4 one", "addresses", "::ffff:192.0.2.0/120", "1 192.0.2.0/24", "1 0 0 0");
    row("nothing", "addresses", "", "", "0 0 0 0");

    row("what ipset saves", "ipset",
        "create bad hash:net family inet\nadd bad 192.0.2.0/24 timeout 5\nadd bad 192.0.2.9 nomatch\n"
        "add ports 198.51.100.7,tcp:22\nadd bad 192.0.2.1-192.0.2.2\nswap a b\nCOMMIT\n",
        "2 192.0.2.0/24 (timeout 5)\n4 198.51.100.7\n5 192.0.2.1\n5 192.0.2.2", "3 1 3 0");

    row("P2P", "ranges", "# x\nBad: Co, a-b:192.0.2.4-192.0.2.7\nOdd:192.0.2.9\nnet:2001:db8::-2001:db8::1",
        "2 192.0.2.4/30 (Bad: Co, a-b)\n4 2001:db8::/127 (net)", "2 1 0 1");
    row("DAT", "ranges",
        "192.000.002.000 - 192.000.002.255 , 000 , Some, org\n192.000.002.000 - 192.000.002.255 , 128 , let "
        "through\n"
        "010.000.000.008-010.000.000.009,127,last level",
        "1 192.0.2.0/24 (Some, org)\n3 10.0.0.8/31 (last level)", "2 0 1 0");
    row("bare", "ranges", "192.0.2.4-192.0.2.7\n2001:db8::4 - 2001:db8::7",
        "1 192.0.2.4/30\n2 2001:db8::4/126", "2 0 0 0");

    row("the column is found, the header names it", "csv",
        "# when,what\n\"seen\",\"dst_ip\",\"malware\"\n\"2026-01-01, "
        "noon\",\"192.0.2.7\",\"Worm\"\n2026,2001:db8::/32,\n",
        "3 192.0.2.7 (Worm)\n4 2001:db8::/32", "2 0 0 2");
    row("a header in a comment", "csv", "# ip;score;cc\n192.0.2.7;90;XX\n192.0.2.8;10;YY",
        "2 192.0.2.7 (90, XX)\n3 192.0.2.8 (10, YY)", "2 0 0 1");
    row("tabs", "csv", "a\t192.0.2.7\nb\t192.0.2.8", "1 192.0.2.7\n2 192.0.2.8", "2 0 0 0");
    row("first and last address", "csv", "192.0.2.0\t192.0.2.255\t24\n198.51.100.4\t198.51.100.5\t31",
        "1 192.0.2.0/24\n2 198.51.100.4/31", "2 0 0 0");
    row("first and last address by their names", "csv",
        "country,ip_start,ip_end\nXX,192.0.2.1,192.0.2.3\nYY,192.0.2.9,192.0.2.9\nXX,192.0.2.9,192.0.2.8",
        "2 192.0.2.1 (XX)\n2 192.0.2.2/31 (XX)\n3 192.0.2.9 (YY)", "2 1 0 1");
    row("source and destination are no range", "csv",
        "src,dst\n192.0.2.1,198.51.100.1\n192.0.2.2,198.51.100.2", "2 192.0.2.1\n3 192.0.2.2", "2 0 0 1");
    row("two addresses without names are no range", "csv", "192.0.2.1,198.51.100.1\n192.0.2.2,198.51.100.2",
        "1 192.0.2.1\n2 192.0.2.2", "2 0 0 0");
    row("rows over several lines, quotes in quotes", "csv",
        "ip,comment\n192.0.2.7,\"two\nlines, \"\"quoted\"\"\"\n192.0.2.8,x",
        "2 192.0.2.7 (two\nlines, \"quoted\")\n4 192.0.2.8 (x)", "2 0 0 1");
    row("an open quote costs its own row only", "csv", "192.0.2.7,a\n\"192.0.2.8,b\n192.0.2.9,c",
        "1 192.0.2.7\n3 192.0.2.9", "2 1 0 0");
    row("hashes and domains", "csv", kMd5 + ",x.exe\n" + kSha256 + ",y.exe\nbad.example,z.exe",
        "1 " + kMd5 + "\n2 " + kSha256 + "\n3 bad.example", "3 0 0 0");
    row("short rows", "csv", "a,192.0.2.7\nb\nc,192.0.2.8", "1 192.0.2.7\n3 192.0.2.8", "2 1 0 0");

    row("networks with their number", "jsonl",
        "{\"cidr\":\"192.0.2.0/24\",\"sblid\":\"SBL1\"}\n{\"rir\":\"x\",\"cidr\":\"2001:db8::/32\"}\n\n"
        "{\"type\":\"metadata\",\"records\":2}\n",
        "1 192.0.2.0/24 (SBL1)\n2 2001:db8::/32", "2 0 1 1");
    row("escapes, nesting, numbers", "jsonl",
        "{\"a\":{\"ip\":\"192.0.2.1\"},\"ip\":\"192\\u002e0.2.7\",\"risk\":4,\"type\":\"\\ud83d\\ude00\"}",
        "1 192.0.2.7 (4, \xF0\x9F\x98\x80)", "1 0 0 0");
    row("broken lines", "jsonl",
        "{\"ip\":\"192.0.2.7\"\n[1]\n{\"ip\":7}\n{\"ip\":\"192.0.2.8\"}x\n{\"ip\":\"192.0.2.9\"}",
        "5 192.0.2.9", "1 4 0 0");

    row("names that lead nowhere", "hosts",
        "# x\n127.0.0.1 localhost\n::1 ip6-localhost\n0.0.0.0 Bad.example worse.example # why\n"
        "192.0.2.4 printer.example\n0.0.0.0 0.0.0.0\n:: sixth.example\n0.0.0.0\nbad.example\n0.0.0.0 "
        "ok.example -x.example",
        "4 bad.example\n4 worse.example\n7 sixth.example", "2 3 4 1");

    row("a line", "alienvault",
        "192.0.2.7#4#2#Scanning Host#XX#Town#1.0,2.0#3\n192.0.2.8#4#2#Spam##\n192.0.2.9 # no\n",
        "1 192.0.2.7 (Scanning Host, risk 2, reliability 4, XX)\n2 192.0.2.8 (Spam, risk 2, reliability 4)",
        "2 1 0 0");

    row("keys of all kinds", "cdb",
        "192.0.2.7:ssh\n198.51.100.:net\n10.:\n\"2001:db8::6\":six\n192.0.2.0/24:\nbad.example:d\n" + kMd5 +
            ":h\n2001:db8::7:\nno colon\nalice:\n",
        "1 192.0.2.7 (ssh)\n2 198.51.100.0/24 (net)\n3 10.0.0.0/8\n4 2001:db8::6 (six)\n5 192.0.2.0/24\n"
        "6 bad.example (d)\n7 " +
            kMd5 + " (h)",
        "7 3 0 0");

    row("both kinds, file names", "hashes",
        kMd5.toUpper() + " *a file.bin\n" + kSha256 + "  b ; c\n" + kMd5 + " # why\n" + kMd5.left(31) + "\n",
        "1 " + kMd5 + " (a file.bin)\n2 " + kSha256 + " (b)\n3 " + kMd5 + " (why)", "3 1 0 0");

    row("one a line", "domains",
        "BAD.example.\n*.worse.example # x\n.worst.example\nxn--bcher-kva.example\nnodot\n192.0.2.7\n",
        "1 bad.example\n2 *.worse.example (x)\n3 *.worst.example\n4 xn--bcher-kva.example", "4 2 0 0");

    row("attributes", "misp-csv",
        "uuid,event_id,category,type,value,comment,to_ids,date\n"
        "u,1,Network activity,ip-dst|port,192.0.2.7|80,\"says \"\"hi\"\"\",1,2\n"
        "u,1,Payload,filename|sha256,x.exe|" +
            kSha256 +
            ",,1,2\nu,1,N,domain|ip,bad.example|192.0.2.9,,1,2\n"
            "u,1,N,url,http://bad.example/"
            ",,1,2\nu,1,N,ip-src,192.0.2.8,,0,2\nu,1,N,ip-src,192.0.2.800,,1,2\n",
        "2 192.0.2.7 (Network activity, says \"hi\")\n3 " + kSha256 + " (Payload)\n4 bad.example (N)",
        "3 1 2 1");

    row("indicators", "stix",
        stix(indicator("[ipv4-addr:value = '192.0.2.7']",
                       ",\"name\":\"n\",\"valid_until\":\"2027-01-01T00:00:00Z\"") +
             ",\n" +
             indicator("[ipv6-addr:value='2001:db8::1' OR domain-name:value='Bad.Example'] OR "
                       "[url:value='http://x/']") +
             ",\n" + indicator("[ipv4-addr:value IN ('192.0.2.8', '192.0.2.9')]") + ",\n" +
             indicator("[ipv4-addr:value ISSUBSET '198.51.100.0/24']") + ",\n" +
             indicator("[file:hashes.'SHA-256' = '" + kSha256 + "' OR file:hashes.MD5 = '" + kMd5 + "']")),
        "2 192.0.2.7 (n) until 2027-01-01T00:00:00Z\n3 2001:db8::1\n3 bad.example\n4 192.0.2.8\n4 192.0.2.9\n"
        "5 198.51.100.0/24\n6 " +
            kSha256 + "\n6 " + kMd5,
        "5 0 0 0");
    row("what is left out", "stix",
        stix("{\"type\":\"identity\",\"name\":\"x\"}," +
             indicator("[ipv4-addr:value = '192.0.2.7']", ",\"revoked\":true") + "," +
             indicator("[url:value = 'http://192.0.2.7/']") +
             ",{\"type\":\"indicator\",\"pattern_type\":\"yara\",\"pattern\":\"rule\"}"),
        "", "0 0 4 0");
    row("what means more than its parts", "stix",
        stix(indicator("[ipv4-addr:value = '192.0.2.7' AND file:size = 3]") + "," +
             indicator("[ipv4-addr:value != '192.0.2.7']") + "," +
             indicator("[NOT ipv4-addr:value = '192.0.2.7']") + "," +
             indicator("[ipv4-addr:value = '192.0.2.7'] FOLLOWEDBY [ipv4-addr:value = '192.0.2.8']") + "," +
             indicator("[ipv4-addr:value = '192.0.2.7'") + "," +
             indicator("[ipv4-addr:value = '192.0.2.700']") + "," + indicator("") + ",7," +
             indicator("[ipv4-addr:value = '192.0.2.9']")),
        "2 192.0.2.9", "1 8 0 0");
}

void TestListFormats::entries()
{
    QFETCH(QByteArray, format);
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, taken);
    QFETCH(QByteArray, counts);
    ListOptions options;
    options.format = listFormatFromName(format.toStdString()).value();
    CollectedEntries entries;
    const auto reading = readList(text.toStdString(), options, entries);
    QCOMPARE(entries.lines.join('\n'), taken);
    QByteArrayList numbers;
    for (const auto count :
         {reading.counts.good, reading.counts.bad, reading.counts.leftOut, reading.counts.blank})
        numbers.append(QByteArray::number(static_cast<qulonglong>(count)));
    QCOMPARE(numbers.join(' '), counts);
    QVERIFY(reading.isWhole);
    QCOMPARE(reading.counts.entries(), static_cast<std::uint64_t>(entries.lines.size()));
    QCOMPARE(std::ranges::count(reading.problems, Severity::Warning, &Problem::severity),
             static_cast<std::ptrdiff_t>(reading.counts.bad));
    for (const auto& problem : reading.problems)
        QVERIFY(!problem.message.empty() && !problem.cure.empty() && problem.line > 0);
}

void TestListFormats::namesLeadToFormatsAndBack()
{
    for (const auto& facts : listFormats()) {
        QVERIFY(listFormatFromName(facts.name) == facts.format);
        QCOMPARE(listFormatFacts(facts.format).name, facts.name);
    }
    QVERIFY(!listFormatFromName("Addresses"));
    QVERIFY(!listFormatFromName(""));
}

void TestListFormats::columnsMayBeNamed_data()
{
    QTest::addColumn<QByteArray>("format");
    QTest::addColumn<QByteArray>("column");
    QTest::addColumn<QByteArray>("taken");
    QTest::addColumn<QByteArray>("said");
    const auto row = [](const char* format, const char* column, const char* taken, const char* said) {
        QTest::addRow("%s %s", format, column)
            << QByteArray(format) << QByteArray(column) << QByteArray(taken) << QByteArray(said);
    };
    row("csv", "", "2 192.0.2.1", "column 1 (from), separated by ','");
    row("csv", "2", "2 198.51.100.1", "column 2 (to), separated by ','");
    row("csv", "TO", "2 198.51.100.1", "column 2 (to), separated by ','");
    row("csv", "4", "", "There is no column 4");
    row("csv", "0", "", "There is no column 0");
    row("csv", "dest", "", "There is no column dest");
    row("jsonl", "", "1 192.0.2.1", "");
    row("jsonl", "to", "1 198.51.100.1", "");
    row("jsonl", "dest", "", "The object has no text named dest");
}

void TestListFormats::columnsMayBeNamed()
{
    QFETCH(QByteArray, format);
    QFETCH(QByteArray, column);
    QFETCH(QByteArray, taken);
    QFETCH(QByteArray, said);
    ListOptions options;
    options.format = listFormatFromName(format.toStdString()).value();
    options.column = column.toStdString();
    CollectedEntries entries;
    const auto reading = readList(format == "csv" ? "from,to,n\n192.0.2.1,198.51.100.1,5\n"
                                                  : "{\"to\":\"198.51.100.1\",\"ip\":\"192.0.2.1\"}\n",
                                  options, entries);
    QCOMPARE(entries.lines.join('\n'), taken);
    QCOMPARE(reading.problems.empty() ? reading.layout : reading.problems.front().message,
             said.toStdString());
}

// A million entries, by the sum of what arrives; a sink that has enough ends it.
void TestListFormats::everythingIsHandedOverOnce()
{
    constexpr std::uint64_t kLines = 1'000'000;
    std::string text;
    for (std::uint64_t i = 0; i < kLines; ++i)
        text += "10." + std::to_string(i >> 16U) + '.' + std::to_string(i >> 8U & 255U) + '.' +
                std::to_string(i & 255U) + '\n';
    class Sum : public ListEntrySink
    {
    public:
        bool take(const ListEntry& entry) override
        {
            const auto& bytes = std::get<Cidr>(entry.value).address().bytes();
            const auto number = static_cast<std::uint64_t>(bytes[1]) << 16U |
                                static_cast<std::uint64_t>(bytes[2]) << 8U | bytes[3];
            inOrder = inOrder && number + 1 == entry.line;
            sum += number;
            return true;
        }
        std::uint64_t sum = 0;
        bool inOrder = true;
    } sum;
    const auto reading = readList(text, {}, sum);
    QCOMPARE(reading.counts.networks, kLines);
    QCOMPARE(sum.sum, kLines * (kLines - 1) / 2);
    QVERIFY(sum.inOrder);

    CollectedEntries three(3);
    const auto ended = readList("192.0.2.1-192.0.2.254\n192.0.2.7\n", {}, three);
    QCOMPARE(three.lines.size(), 3);
    QVERIFY(!ended.isWhole);
}

QTEST_APPLESS_MAIN(TestListFormats)
#include "tst_list_formats.moc"
