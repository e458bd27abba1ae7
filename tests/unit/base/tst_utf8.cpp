#include "engine/base/utf8.h"

#include <QtTest>

using namespace bartizan;

class Utf8Test : public QObject
{
    Q_OBJECT

private slots:
    void onlyWellFormedSequencesCount_data();
    void onlyWellFormedSequencesCount();
    void repairAgreesWithQtOnEveryPairOfBytes();
    void displayTextCannotHideOrReorder_data();
    void displayTextCannotHideOrReorder();
    void displayTextIsCut();
};

static const std::string kMark = "\xEF\xBF\xBD";

void Utf8Test::onlyWellFormedSequencesCount_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("length");
    QTest::addColumn<QByteArray>("repaired");
    const auto row = [](const char* name, const char* bytes, int length, const std::string& repaired) {
        QTest::newRow(name) << QByteArray(bytes) << length << QByteArray::fromStdString(repaired);
    };
    row("empty", "", 0, "");
    row("ASCII", "a", 1, "a");
    row("two bytes", "\xC2\x80", 2, "\xC2\x80");
    row("three bytes", "\xE2\x82\xAC", 3, "\xE2\x82\xAC");
    row("four bytes", "\xF0\x9F\x98\x80", 4, "\xF0\x9F\x98\x80");
    row("last code point", "\xF4\x8F\xBF\xBF", 4, "\xF4\x8F\xBF\xBF");
    row("above the last", "\xF4\x90\x80\x80", 0, kMark + kMark + kMark + kMark);
    row("overlong slash", "\xC0\xAF", 0, kMark + kMark);
    row("overlong in three", "\xE0\x9F\xBF", 0, kMark + kMark + kMark);
    row("overlong in four", "\xF0\x8F\xBF\xBF", 0, kMark + kMark + kMark + kMark);
    row("surrogate", "\xED\xA0\x80", 0, kMark + kMark + kMark);
    row("before the surrogates", "\xED\x9F\xBF", 3, "\xED\x9F\xBF");
    row("cut in the middle", "\xE2\x82", 0, kMark + kMark);
    row("a stray continuation", "a\x80z", 1, "a" + kMark + "z");
    row("Latin-1", "M\xE4r", 1, "M" + kMark + "r");
}

void Utf8Test::onlyWellFormedSequencesCount()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, length);
    QFETCH(QByteArray, repaired);
    QCOMPARE(static_cast<int>(utf8SequenceLength(bytes.toStdString())), length);
    QCOMPARE(QByteArray::fromStdString(repairUtf8(bytes.toStdString())), repaired);
}

void Utf8Test::repairAgreesWithQtOnEveryPairOfBytes()
{
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            const std::string bytes = {static_cast<char>(first), static_cast<char>(second), 'x'};
            const auto text = repairUtf8(bytes);
            const bool valid = QString::fromUtf8(bytes.data(), 3).toUtf8().toStdString() == bytes;
            QCOMPARE(text == bytes, valid);
            QCOMPARE(repairUtf8(text), text);
        }
    }
}

void Utf8Test::displayTextCannotHideOrReorder_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const std::vector<std::pair<const char*, const char*>> hidden = {
        {"newline", "\n"},
        {"escape", "\x1B"},
        {"DEL", "\x7F"},
        {"C1 control", "\xC2\x9B"},
        {"zero-width space", "\xE2\x80\x8B"},
        {"left-to-right mark", "\xE2\x80\x8E"},
        {"line separator", "\xE2\x80\xA8"},
        {"right-to-left override", "\xE2\x80\xAE"},
        {"word joiner", "\xE2\x81\xA0"},
        {"isolate", "\xE2\x81\xA6"},
        {"byte order mark", "\xEF\xBB\xBF"},
        {"Arabic letter mark", "\xD8\x9C"},
    };
    for (const auto& [name, bytes] : hidden)
        QTest::newRow(name) << QByteArray(bytes);
}

void Utf8Test::displayTextCannotHideOrReorder()
{
    QFETCH(QByteArray, bytes);
    QCOMPARE(forDisplay("a" + bytes.toStdString() + "b"), "a" + kMark + "b");
}

void Utf8Test::displayTextIsCut()
{
    QCOMPARE(forDisplay("abc", 3), "abc");
    QCOMPARE(forDisplay("abcd", 3), "abc\xE2\x80\xA6");
    QCOMPARE(forDisplay("\xC3\xA4\xC3\xB6\xC3\xBC", 2),
             "\xC3\xA4\xC3\xB6\xE2\x80\xA6"); // characters, not bytes
    QCOMPARE(forDisplay("\xFF\xFE", 1), kMark + "\xE2\x80\xA6");
}

QTEST_GUILESS_MAIN(Utf8Test)
#include "tst_utf8.moc"
