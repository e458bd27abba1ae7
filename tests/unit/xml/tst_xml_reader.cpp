#include "engine/xml/xml_reader.h"

#include <QtTest>

using namespace bartizan;

class XmlReaderTest : public QObject
{
    Q_OBJECT

private slots:
    void wellFormedTextIsRead_data();
    void wellFormedTextIsRead();
    void brokenTextIsReportedWithItsPlace_data();
    void brokenTextIsReportedWithItsPlace();
    void rootsBeforeAnErrorAreKept();
    void elementsAndAttributesKnowTheirPlace();
    void variablesAreSubstituted_data();
    void variablesAreSubstituted();
    void limitsHold();
};

// name[attribute=value,...]{children}content, so that a table can say what the tree is.
static std::string shown(const xml::Element& element)
{
    std::string text = element.name;
    for (const auto& attribute : element.attributes)
        text += "[" + attribute.name + "=" + attribute.value + "]";
    if (!element.children.empty()) {
        text += "{";
        for (const auto& child : element.children)
            text += shown(child);
        text += "}";
    }
    return text + "'" + element.content + "'";
}

static std::string shown(const xml::Document& document)
{
    std::string text;
    for (const auto& root : document.roots)
        text += shown(root);
    return text;
}

void XmlReaderTest::wellFormedTextIsRead_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("tree");
    const auto row = [](const char* name, const char* text, const char* tree) {
        QTest::newRow(name) << QByteArray(text) << QByteArray(tree);
    };
    row("empty file", "", "");
    row("several roots", "<a>1</a> <b/>", "a'1'b''");
    row("text outside elements is dropped", "junk<a>x</a>junk", "a'x'");
    row("content is kept exactly", "<a> x \n y </a>", "a' x \n y '");
    row("content is what stands behind the last child", "<a>one<b>2</b>three</a>", "a{b'2'}'three'");
    row("entities stay text", "<a>&amp; &lt; & ></a>", "a'&amp; &lt; & >'");
    row("an escaped < keeps its backslash", "<a>x\\<y</a>", "a'x\\<y'");
    row("an escaped backslash does not escape the tag", "<a>C:\\\\</a>", "a'C:\\\\'");
    row("other backslashes are text", "<a>\\d+\\</a></a>", "a'\\d+\\</a>'");
    row("comments end at --> or !>", "<!-- < & --><a>x<!old !>y<!-- > -->z</a>", "a'xyz'");
    row("self-closing", "<a/><b />", "a''b''");
    row("single and double quotes", "<a b='1\"' c=\"2'\">x</a>", "a[b=1\"][c=2']'x'");
    row("blanks behind =", "<a b= \n '1'>x</a>", "a[b=1]'x'");
    row("newlines within a tag", "<a\n b='1'\n\tc='2'\n>x</a>", "a[b=1][c=2]'x'");
    row("blank within a closing tag", "<a>x</a >", "a'x'");
    row("> within an attribute value", "<a b='x>y'/>", "a[b=x>y]''");
    row("bytes above 0x7F", "<a>\xC3\xA4\xFF</a>", "a'\xC3\xA4\xFF'");
}

void XmlReaderTest::wellFormedTextIsRead()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, tree);
    const auto document = xml::read(text.toStdString(), "f.xml");
    QVERIFY2(document.ok(), document.ok() ? "" : document.problems[0].message.c_str());
    QCOMPARE(shown(document), tree.toStdString());
}

void XmlReaderTest::brokenTextIsReportedWithItsPlace_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("message"); // a part of it
    QTest::addColumn<int>("line");
    QTest::addColumn<int>("column");
    const auto row = [](const char* name, const char* text, const char* message, int line, int column) {
        QTest::newRow(name) << QByteArray(text) << QByteArray(message) << line << column;
    };
    row("only a comment", "<!-- x -->", "no element", 1, 1);
    row("open comment", "\n<!-- x", "comment is not closed", 2, 1);
    row("CDATA", "<a><![CDATA[x]]></a>", "comment is not closed", 1, 4);
    row("declaration", "<?xml version=\"1.0\"?>", "'version' is not followed", 1, 7);
    row("unclosed", "<a>\n <b>\n</b>", "'a' is not closed", 1, 1);
    row("mismatch", "<a>\n  <b>x</c></a>", "'b' is not closed here", 2, 7);
    row("case of the closing tag", "<a>x</A>", "'a' is not closed here", 1, 5);
    row("stray closing tag", "<a/></a>", "without an open element", 1, 5);
    row("blank before =", "<a b =\"1\"/>", "'b' has no value", 1, 4);
    row("no value", "<This is not a file>", "'is' has no value", 1, 7);
    row("no quotes", "<a b=1/>", "not in quotes", 1, 4);
    row("open quote", "<a b=\"1/>", "not in quotes", 1, 4);
    row("repeated attribute", "<a b='1'\nb='2'/>", "given twice", 2, 1);
    row("nothing behind a value", "<a b='1'c='2'/>", "not followed", 1, 4);
    row("open tag at the end", "<a b='1'", "tag of 'a' is not closed", 1, 1);
    row("< without a name", "<a>1 < 2</a>", "'<' without an element name", 1, 6);
}

void XmlReaderTest::brokenTextIsReportedWithItsPlace()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, message);
    QFETCH(int, line);
    QFETCH(int, column);
    const auto document = xml::read(text.toStdString(), "f.xml");
    QCOMPARE(document.problems.size(), std::size_t{1});
    const Problem& problem = document.problems[0];
    QVERIFY2(problem.message.find(message.toStdString()) != std::string::npos, problem.message.c_str());
    QCOMPARE(problem.file, "f.xml");
    QCOMPARE(problem.severity, Severity::Error);
    QCOMPARE(problem.line, line);
    QCOMPARE(problem.column, column);
}

void XmlReaderTest::rootsBeforeAnErrorAreKept()
{
    QCOMPARE(shown(xml::read("<a>1</a><b>2</b><c>3", "f.xml")), "a'1'b'2'");
}

void XmlReaderTest::elementsAndAttributesKnowTheirPlace()
{
    const auto document = xml::read("\n<a\n  b='1'>\n <c/></a>", "f.xml");
    QVERIFY(document.ok());
    const auto& a = document.roots[0];
    QCOMPARE(a.position.line, 2);
    QCOMPARE(a.attribute("b")->position.line, 3);
    QCOMPARE(a.attribute("b")->position.column, 3);
    QCOMPARE(a.child("c")->position.column, 2);
    QVERIFY(a.attribute("B") == nullptr && a.child("d") == nullptr);
}

void XmlReaderTest::variablesAreSubstituted_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("tree");
    QTest::addColumn<bool>("ok");
    const auto row = [](const char* name, const char* text, const char* tree, bool ok = true) {
        QTest::newRow(name) << QByteArray(text) << QByteArray(tree) << ok;
    };
    row("content and attribute", "<var name='NN'>value</var><a b='$NN'>x $NN y</a>", "a[b=value]'x value y'");
    row("case is ignored", "<var name='Name'>v</var><a>$nAME</a>", "a'v'");
    row("the name ends at $ . | , or blank", "<var name='N'>v</var><a>$N$N.$N|$N,$N $N</a>", "a'vv.v|v,v v'");
    row("texts of two bytes are left alone", "<var name='N'>v</var><a>$N</a>", "a'$N'");
    row("$( is left alone", "<var name='N'>v</var><a>$(srcip) and $N</a>", "a'$(srcip) and v'");
    row("an anchor is left alone", "<var name='N'>v</var><a>^foo$|bar$</a>", "a'^foo$|bar$'");
    row("only what stands behind", "<a>$NN</a><var name='NN'>v</var>", "a'$NN'");
    row("children too", "<var name='NN'>v</var><a><b>$NN</b></a>", "a{b'v'}''");
    row("without a variable $ is text", "<a>$UNKNOWN</a>", "a'$UNKNOWN'");
    row("unknown behind a variable", "<var name='N'>v</var><a>$UNKNOWN</a>", "a'$UNKNOWN'", false);
    row("without a name", "<var>v</var><a>x</a>", "a'x'", false);
}

void XmlReaderTest::variablesAreSubstituted()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, tree);
    QFETCH(bool, ok);
    const auto document = xml::read(text.toStdString(), "f.xml");
    QCOMPARE(document.ok(), ok);
    QCOMPARE(shown(document), tree.toStdString());
}

void XmlReaderTest::limitsHold()
{
    const std::string longest(20480, 'x');
    QVERIFY(xml::read("<a>" + longest + "</a>", "f").ok());
    QVERIFY(!xml::read("<a>" + longest + "x</a>", "f").ok());
    QVERIFY(!xml::read("<a b='" + longest + "x'/>", "f").ok());

    const auto withAttributes = [](int count) {
        std::string text = "<a";
        for (int i = 0; i < count; ++i)
            text += " n" + std::to_string(i) + "='1'";
        return xml::read(text + "/>", "f").ok();
    };
    QVERIFY(withAttributes(48));
    QVERIFY(!withAttributes(49));

    const auto nested = [](int depth) {
        std::string text;
        for (int i = 0; i < depth; ++i)
            text += "<a>";
        for (int i = 0; i < depth; ++i)
            text += "</a>";
        return xml::read(text, "f").ok();
    };
    QVERIFY(nested(1024));
    QVERIFY(!nested(1025));
}

QTEST_GUILESS_MAIN(XmlReaderTest)
#include "tst_xml_reader.moc"
