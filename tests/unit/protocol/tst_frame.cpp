#include "engine/protocol/frame.h"

#include <QRandomGenerator>
#include <QTest>
#include <QtEndian>

using namespace bartizan;
using namespace bartizan::protocol;
using namespace Qt::StringLiterals;

namespace {

QByteArray rawFrame(const QByteArray& body, const QByteArray& magic = "BZTN", char version = 1, char kind = 1)
{
    QByteArray bytes = magic;
    bytes.append(version).append(kind).append(4, '\0');
    qToLittleEndian(static_cast<quint32>(body.size()), bytes.data() + 6);
    return bytes + body;
}

QByteArray headerFor(quint32 length)
{
    QByteArray bytes = rawFrame({});
    qToLittleEndian(length, bytes.data() + 6);
    return bytes;
}

QByteArray nested(int depth)
{
    return "{\"a\":" + QByteArray(depth - 1, '[') + QByteArray(depth - 1, ']') + '}';
}

} // namespace

class TestFrame : public QObject
{
    Q_OBJECT

private slots:
    void whatIsEncodedIsDecoded_data();
    void whatIsEncodedIsDecoded();
    void hostileBytesEndInAnError_data();
    void hostileBytesEndInAnError();
    void damagedBytesNeverYieldMoreThanWasSent();
    void limitsAreInclusive();
    void anIncompleteFrameIsAwaited();
    void manyFramesInOnePieceComeOneByOne();
};

void TestFrame::whatIsEncodedIsDecoded_data()
{
    QTest::addColumn<int>("chunk");
    QTest::newRow("whole") << 1000000;
    QTest::newRow("byte by byte") << 1;
    QTest::newRow("three bytes at a time") << 3;
}

void TestFrame::whatIsEncodedIsDecoded()
{
    QFETCH(int, chunk);
    const QJsonObject body{
        {u"text"_s, u"ünï \u202e \"}]{["_s}, {u"number"_s, 9007199254740992.0}, {u"null"_s, QJsonValue()}};
    for (const auto kind :
         {FrameKind::Request, FrameKind::Response, FrameKind::Event, FrameKind::Acknowledgement}) {
        const QByteArray bytes = encode({kind, body});
        FrameDecoder decoder;
        for (qsizetype at = 0; at < bytes.size(); at += chunk) {
            const auto early = decoder.next();
            QVERIFY(early && !*early);
            decoder.append(bytes.mid(at, chunk));
        }
        const auto frame = decoder.next();
        QVERIFY(frame && *frame);
        QCOMPARE((*frame)->kind, kind);
        QCOMPARE((*frame)->body, body);
    }
}

void TestFrame::hostileBytesEndInAnError_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("another protocol") << QByteArray("GET / HTTP/1.1\r\n\r\n");
    QTest::newRow("magic in lower case") << rawFrame("{}", "bztn");
    QTest::newRow("frame version 0") << rawFrame("{}", "BZTN", 0);
    QTest::newRow("frame version 2") << rawFrame("{}", "BZTN", 2);
    QTest::newRow("kind 0") << rawFrame("{}", "BZTN", 1, 0);
    QTest::newRow("kind 5") << rawFrame("{}", "BZTN", 1, 5);
    QTest::newRow("kind 255") << rawFrame("{}", "BZTN", 1, '\xff');
    QTest::newRow("one byte too long") << headerFor(kMaxBodyBeforeHello + 1);
    QTest::newRow("four gigabytes") << headerFor(0xffffffffU);
    QTest::newRow("nested 33 deep") << rawFrame(nested(33));
    QTest::newRow("nested 30000 deep") << rawFrame(nested(30000));
    QTest::newRow("nested without an end") << rawFrame(QByteArray(60000, '['));
    QTest::newRow("empty") << rawFrame("");
    QTest::newRow("an array") << rawFrame("[]");
    QTest::newRow("a string") << rawFrame("\"x\"");
    QTest::newRow("half an object") << rawFrame("{\"a\":");
    QTest::newRow("rubbish behind it") << rawFrame("{}x");
    QTest::newRow("closed before opened") << rawFrame("}}}{{{");
    QTest::newRow("invalid utf-8") << rawFrame("{\"a\":\"\xc3\x28\"}");
    QTest::newRow("a NUL") << rawFrame(QByteArray("{\"a\":\0}", 7));
    QTest::newRow("unfinished escape at the end") << rawFrame("{\"a\":\"\\");
}

void TestFrame::hostileBytesEndInAnError()
{
    QFETCH(QByteArray, bytes);
    FrameDecoder decoder;
    decoder.append(bytes);
    QVERIFY(!decoder.next());
}

void TestFrame::damagedBytesNeverYieldMoreThanWasSent()
{
    QRandomGenerator random(20261124); // the same damage every time
    const QByteArray sound =
        rawFrame(R"({"jsonrpc":"2.0","id":1,"method":"why","params":{"address":"192.0.2.1"}})");
    int errors = 0;
    for (int round = 0; round < 20000; ++round) {
        QByteArray bytes = sound + sound;
        for (quint32 damage = 1 + random.bounded(4U); damage > 0; --damage) {
            const auto at = static_cast<qsizetype>(random.bounded(static_cast<quint32>(bytes.size())));
            switch (random.bounded(3U)) {
            case 0:
                bytes[at] = static_cast<char>(random.bounded(256U));
                break;
            case 1:
                bytes.remove(at, 1);
                break;
            default:
                bytes.insert(at, static_cast<char>(random.bounded(256U)));
            }
        }
        FrameDecoder decoder;
        int frames = 0;
        for (qsizetype at = 0; at < bytes.size();) {
            const auto piece = static_cast<qsizetype>(1 + random.bounded(40U));
            decoder.append(bytes.mid(at, piece));
            at += piece;
            auto frame = decoder.next();
            for (; frame && *frame; frame = decoder.next())
                ++frames;
            if (!frame) {
                ++errors;
                break;
            }
        }
        QVERIFY(frames <= 2);
    }
    QVERIFY(errors > 10000);
}

void TestFrame::limitsAreInclusive()
{
    FrameDecoder decoder;
    decoder.append(rawFrame(nested(32)));
    QVERIFY(decoder.next().value().has_value());

    const QByteArray filled = "{\"a\":\"" + QByteArray(kMaxBodyBeforeHello - 8, 'x') + "\"}";
    QCOMPARE(filled.size(), qsizetype{kMaxBodyBeforeHello});
    decoder.append(rawFrame(filled));
    QVERIFY(decoder.next().value().has_value());

    const QByteArray larger = "{\"a\":\"" + QByteArray(kMaxBody - 8, 'x') + "\"}";
    decoder.setMaxBody(kMaxBody);
    decoder.append(rawFrame(larger));
    QVERIFY(decoder.next().value().has_value());
}

void TestFrame::anIncompleteFrameIsAwaited()
{
    FrameDecoder decoder;
    for (const auto& part : {QByteArray("BZ"), QByteArray("TN\x01\x01", 4), QByteArray("\x02\0\0\0{", 5)}) {
        decoder.append(part);
        QVERIFY(!decoder.next().value());
    }
    decoder.append("}");
    QVERIFY(decoder.next().value().has_value());
}

void TestFrame::manyFramesInOnePieceComeOneByOne()
{
    QByteArray bytes;
    for (int i = 0; i < 100; ++i)
        bytes += encode({FrameKind::Request, {{u"i"_s, i}}});
    FrameDecoder decoder;
    decoder.append(bytes);
    for (int i = 0; i < 100; ++i)
        QCOMPARE(decoder.next().value().value().body[u"i"_s].toInt(), i);
    QVERIFY(!decoder.next().value());
}

QTEST_APPLESS_MAIN(TestFrame)
#include "tst_frame.moc"
