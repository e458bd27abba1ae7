// import: what is in the way, what must not be touched, and what must not be read.
#include "engine/ctl/offline/import_install.h"
#include "tests/unit/analysis/import_bench.h"

#include <sys/stat.h>

using namespace bartizan;
using namespace bartizan::test;

class TestImportInstall : public QObject, private ImportBench
{
    Q_OBJECT

private slots:
    void init() { prepare(); }
    void aDryRunWritesNothing();
    void whatDiffersIsAConflict();
    void replaceKeepsACopy();
    void theShippedConfigurationIsNobodysWork();
    void aFolderInTheWayIsNeverReplaced();
    void aSecondImportFindsAllThere();
    void nothingOutsideIsRead();
    void unfitFilesAreLeft();
    void hostileTextIsHarmless();
    void aFailureIsUndone();
    void theFolderReaderStaysInside();
};

void TestImportInstall::aDryRunWritesNothing()
{
    writeWazuh();
    const auto ran = import({"--dry-run"});
    QCOMPARE(ran.code, 0);
    QCOMPARE(takenOf(ran.json()).size(), 6);
    QVERIFY(!ran.json()[u"installed"_s].toBool());
    QVERIFY(!QFile::exists(m_folder->filePath(u"conf"_s)));

    // Problems are told where they stand now.
    write(u"old/etc/rules/local_rules.xml"_s, "<group name=\"x,\">\n<rule id=\"100100\" level=\"99\">\n");
    write(u"old/etc/ossec.conf"_s, "<ossec_config>\n<client/>\n\n<active-response><command>none</command>"
                                   "<location>local</location></active-response>\n<global>\n  <logall>no"
                                   "</logall>\n  <stats>\n 4\n</stats>\n  <white_list>x/y</white_list>\n"
                                   "</global>\n</ossec_config>");
    const auto text = run(offline::runImport, {"--dry-run", path(u"old"_s), "--config", path(u"conf"_s)});
    QVERIFY2(
        text.problems.contains(QRegularExpression(u"error: \\S+/old/etc/rules/local_rules\\.xml:2:\\d+: "_s)),
        qPrintable(text.problems));
    for (const char* place : {"4:1", "10:3"})
        QVERIFY2(text.problems.contains(QRegularExpression(
                     u"error: \\S+/old/etc/ossec\\.conf:%1: "_s.arg(QLatin1String(place)))),
                 qPrintable(text.problems));
    QVERIFY(!QFile::exists(m_folder->filePath(u"conf"_s)));
}

void TestImportInstall::whatDiffersIsAConflict()
{
    writeWazuh();
    write(u"conf/rules/local_rules.xml"_s, "<group name=\"mine,\"></group>");
    write(u"conf/lists/bad"_s, "192.0.2.66:\n");
    const auto ran = import();
    QCOMPARE(ran.code, 1);
    const auto report = ran.json();
    QVERIFY(!report[u"installed"_s].toBool());
    QCOMPARE(report[u"conflicts"_s].toArray().size(), 1);
    QCOMPARE(report[u"conflicts"_s][0][u"file"_s].toString(), u"rules/local_rules.xml"_s);
    QCOMPARE(filesBelow(u"conf"_s), (QStringList{u"lists/bad"_s, u"rules/local_rules.xml"_s}));
    QCOMPARE(read(u"conf/rules/local_rules.xml"_s), QByteArray("<group name=\"mine,\"></group>"));
    QCOMPARE(import({"--dry-run"}).code, 1);

    // A configuration of one's own is a file like any other.
    QVERIFY(QFile::remove(m_folder->filePath(u"conf/rules/local_rules.xml"_s)));
    write(u"conf/bartizan.conf"_s, "<bartizan_config><global></global></bartizan_config>");
    QCOMPARE(import().json()[u"conflicts"_s][0][u"file"_s].toString(), u"bartizan.conf"_s);
}

void TestImportInstall::replaceKeepsACopy()
{
    writeWazuh();
    for (const char* name : {"rules/local_rules.xml", "bartizan.conf", "lists/bad"})
        write(u"conf/"_s + QString::fromLatin1(name), "mine");
    write(u"conf/rules/local_rules.xml.before-import"_s, "older");
    write(u"conf/rules/untouched.xml"_s, "<group name=\"x,\"></group>");
    const auto ran = import({"--replace"});
    QCOMPARE(ran.code, 0);
    QVERIFY(ran.json()[u"conflicts"_s].toArray().isEmpty());
    QCOMPARE(ran.json()[u"kept"_s].toArray(),
             (QJsonArray{u"bartizan.conf.before-import"_s, u"rules/local_rules.xml.2.before-import"_s,
                         u"lists/bad.before-import"_s}));
    QCOMPARE(read(u"conf/rules/local_rules.xml"_s), QByteArray(kLocalRules));
    QCOMPARE(read(u"conf/rules/local_rules.xml.before-import"_s), QByteArray("older"));
    for (const char* name :
         {"bartizan.conf.before-import", "rules/local_rules.xml.2.before-import", "lists/bad.before-import"})
        QCOMPARE(read(u"conf/"_s + QString::fromLatin1(name)), QByteArray("mine"));
    QCOMPARE(read(u"conf/rules/untouched.xml"_s), QByteArray("<group name=\"x,\"></group>"));
    QCOMPARE(ruleFor(kBadLine), u"100100"_s);
    // A copy is not a list.
    QVERIFY(run(offline::runCheck, {"--config", path(u"conf"_s)}).out.contains(u"2 lists with 3 entries"_s));
}

void TestImportInstall::theShippedConfigurationIsNobodysWork()
{
    writeWazuh();
    write(u"conf/bartizan.conf"_s, read(u"share/defaults/bartizan.conf"_s));
    const auto ran = import();
    QCOMPARE(ran.code, 0);
    QVERIFY(ran.json()[u"kept"_s].toArray().isEmpty());
    QVERIFY(read(u"conf/bartizan.conf"_s).contains("door.log"));
}

void TestImportInstall::aFolderInTheWayIsNeverReplaced()
{
    writeWazuh();
    QVERIFY(QDir().mkpath(m_folder->filePath(u"conf/rules/local_rules.xml"_s)));
    write(u"conf/lists"_s, "a file");
    const auto ran = import({"--replace"});
    QCOMPARE(ran.code, 1);
    QCOMPARE(ran.json()[u"conflicts"_s].toArray().size(), 3);
    QCOMPARE(filesBelow(u"conf"_s), QStringList{u"lists"_s});

    // A link is replaced, not what it leads to.
    QVERIFY(QDir(m_folder->filePath(u"conf"_s)).removeRecursively());
    write(u"precious"_s, "precious");
    link(m_folder->filePath(u"precious"_s), u"conf/rules/local_rules.xml"_s);
    QCOMPARE(import().code, 1);
    QCOMPARE(import({"--replace"}).code, 0);
    QCOMPARE(read(u"precious"_s), QByteArray("precious"));
    QCOMPARE(read(u"conf/rules/local_rules.xml"_s), QByteArray(kLocalRules));
}

void TestImportInstall::aSecondImportFindsAllThere()
{
    writeWazuh();
    QCOMPARE(import().code, 0);
    const auto before = filesBelow(u"conf"_s);
    const auto ran = run(offline::runImport, {path(u"old"_s), "--config", path(u"conf"_s)});
    QCOMPARE(ran.code, 0);
    QCOMPARE(ran.out.count(u"already there"_s), 6);
    QCOMPARE(filesBelow(u"conf"_s), before);
}

void TestImportInstall::nothingOutsideIsRead()
{
    writeWazuh();
    write(u"secret/local.xml"_s, kLocalRules);
    write(u"secret/key"_s, "k:v\n");
    link(m_folder->filePath(u"secret/local.xml"_s), u"old/etc/rules/linked.xml"_s);
    link(m_folder->filePath(u"secret"_s), u"old/etc/lists/folder"_s);
    link(m_folder->filePath(u"secret/key"_s), u"old/etc/lists/key"_s);
    QVERIFY(QFile::remove(m_folder->filePath(u"old/active-response/bin/ring.sh"_s)));
    link(m_folder->filePath(u"secret/key"_s), u"old/active-response/bin/ring.sh"_s);
    const auto report = import().json();
    for (const char* file : {"etc/rules/linked.xml", "etc/lists/folder", "etc/lists/key"})
        QVERIFY2(reasonOf(report, QString::fromLatin1(file)).contains(u"link"_s), file);
    QVERIFY(reasonOf(report, u"etc/ossec.conf"_s, u"ring.sh"_s).contains(u"link"_s));
    for (const QString& file : filesBelow(u"conf"_s)) {
        QVERIFY(!read(u"conf/"_s + file).contains("k:v"));
        QVERIFY(!file.contains(u"linked"_s));
    }

    // etc/ itself is not the installation.
    QCOMPARE(import({}, u"old/etc"_s).code, 1);

    // Whole folders that lead elsewhere.
    QVERIFY(QDir().mkpath(m_folder->filePath(u"trap"_s)));
    link(m_folder->filePath(u"old/etc"_s), u"trap/etc"_s);
    QCOMPARE(import({}, u"trap"_s).code, 1);
    QVERIFY(QDir().mkpath(m_folder->filePath(u"trap2/etc"_s)));
    link(m_folder->filePath(u"old/etc/ossec.conf"_s), u"trap2/etc/ossec.conf"_s);
    link(m_folder->filePath(u"old/etc/rules"_s), u"trap2/etc/rules"_s);
    const auto trapped = import({}, u"trap2"_s).json();
    QVERIFY(takenOf(trapped).isEmpty());
    QVERIFY(!trapped[u"installed"_s].toBool());
    QVERIFY(reasonOf(trapped, u"etc/ossec.conf"_s).contains(u"link"_s));
    QVERIFY(reasonOf(trapped, u"etc/rules"_s).contains(u"link"_s));
}

void TestImportInstall::unfitFilesAreLeft()
{
    writeWazuh();
    write(u"old/etc/rules/large.xml"_s, QByteArray(17 * 1024 * 1024, ' '));
    write(u"old/etc/rules/note.txt"_s, "no rules");
    write(u"old/etc/rules/a\x1b[31m.xml"_s, kLocalRules);
    QVERIFY(QDir().mkpath(m_folder->filePath(u"old/etc/rules/folder.xml"_s)));
    QCOMPARE(::mkfifo(path(u"old/etc/rules/pipe.xml"_s).c_str(), 0600), 0);
    const auto report = import().json();
    QVERIFY(reasonOf(report, u"etc/rules/large.xml"_s).contains(u"16 MiB"_s));
    QVERIFY(reasonOf(report, u"etc/rules/pipe.xml"_s).contains(u"not a regular file"_s));
    for (const char* file : {"etc/rules/note.txt", "etc/rules/a\x1b[31m.xml", "etc/rules/folder.xml"})
        QVERIFY2(!reasonOf(report, QString::fromLatin1(file)).isEmpty(), file);
    QCOMPARE(filesBelow(u"conf/rules"_s), QStringList{u"local_rules.xml"_s});
}

void TestImportInstall::hostileTextIsHarmless()
{
    write(u"old/etc/ossec.conf"_s,
          "<ossec_config>\n<bad\x1b[2J\xff/>\n<command><name>x\x1b]0;t</name><executable>"
          "a\x1b[31m/b</executable></command><localfile><log_format>x\x1b[1m"
          "</log_format><location>/a\x1b[1m</location></localfile></ossec_config>");
    write(u"old/etc/rules/a\x1b[31m.xml"_s, kLocalRules);
    const auto text = run(offline::runImport, {path(u"old"_s), "--config", path(u"conf"_s)});
    QCOMPARE(text.code, 0);
    QVERIFY2(!text.out.contains(QChar(0x1b)) && !text.problems.contains(QChar(0x1b)), qPrintable(text.out));
    QCOMPARE(import().json()[u"left"_s].toArray().size(), 4);
}

void TestImportInstall::aFailureIsUndone()
{
    using offline::ImportKind;
    using State = offline::ImportTarget::State;
    write(u"conf/rules/a.xml"_s, "mine");
    write(u"conf/lists/in/the/way"_s, "x");
    offline::ImportPlan plan;
    plan.taken = {{ImportKind::Rules, "a", "rules/a.xml", "new", {}},
                  {ImportKind::Decoders, "b", "decoders/b.xml", "new", {}},
                  {ImportKind::List, "c", "lists/in", "new", {}}}; // a folder: renaming fails
    const auto done = offline::installImport(
        plan, {{State::Differs, {}}, {State::Free, {}}, {State::Free, {}}}, path(u"conf"_s));
    QVERIFY(!done);
    QVERIFY(done.error().message.find("lists/in") != std::string::npos && !done.error().cure.empty());
    QCOMPARE(filesBelow(u"conf"_s), (QStringList{u"lists/in/the/way"_s, u"rules/a.xml"_s}));
    QCOMPARE(read(u"conf/rules/a.xml"_s), QByteArray("mine"));
    QVERIFY(!QFile::exists(m_folder->filePath(u"conf/decoders"_s)));

    // Nowhere to write to.
    write(u"file"_s, "x");
    QVERIFY(!offline::installImport(plan, {{}, {}, {}}, path(u"file/conf"_s)));
    QVERIFY(!offline::installImport(plan, {{}, {}, {}}, "/proc/conf"));
}

void TestImportInstall::theFolderReaderStaysInside()
{
    write(u"top/in/file"_s, "inside");
    write(u"out"_s, "outside");
    link(m_folder->filePath(u"top/in"_s), u"top/loop"_s);
    const auto top = openFolderReader(path(u"top"_s));
    QVERIFY(top.has_value());
    QCOMPARE((*top)->read("in/file", 6).value_or(""), std::string("inside"));
    const auto codeOf = [&](const std::string& name, std::size_t limit = 100) {
        const auto bytes = (*top)->read(name, limit);
        return bytes ? ErrorCode::Internal : bytes.error().code;
    };
    QCOMPARE(codeOf("in/file", 5), ErrorCode::Exhausted);
    QCOMPARE(codeOf("../out"), ErrorCode::Refused);
    QCOMPARE(codeOf("in/../in/file"), ErrorCode::Refused);
    QCOMPARE(codeOf("/etc/passwd"), ErrorCode::Refused);
    QCOMPARE(codeOf("loop/file"), ErrorCode::Refused);
    QCOMPARE(codeOf("loop"), ErrorCode::Refused);
    QCOMPARE(codeOf("in"), ErrorCode::Unsupported);
    QCOMPARE(codeOf("in/file/more"), ErrorCode::NotFound);
    QCOMPARE(codeOf("none"), ErrorCode::NotFound);
    const auto entries = (*top)->list("");
    QVERIFY(entries.has_value());
    QCOMPARE(entries->size(), 2U);
    QCOMPARE((*entries)[1].name, std::string("loop"));
    QVERIFY((*entries)[1].kind == FolderEntry::Kind::Link);
    QVERIFY(!(*top)->list("loop").has_value() && !(*top)->list("in/file").has_value());
}

QTEST_GUILESS_MAIN(TestImportInstall)
#include "tst_import_install.moc"
