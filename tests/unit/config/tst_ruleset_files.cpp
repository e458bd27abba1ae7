#include "engine/config/configuration_reader.h"
#include "engine/config/ruleset_files.h"

#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <fstream>

using namespace bartizan;
namespace fs = std::filesystem;

namespace {

// A configuration folder "conf" and a built-in rule set "stock", each file holding its own path.
class Place
{
public:
    Place()
    {
        for (const char* file :
             {"conf/rules/local_rules.xml", "conf/rules/notes.txt", "conf/decoders/local_decoder.xml",
              "conf/mine/my_rules.xml", "conf/lists/bad-hosts", "conf/lists/sub/deep",
              "conf/lists/bad-hosts.cdb", "conf/lists/.hidden", "conf/lists/shared",
              "stock/rules/0010-base.xml", "stock/rules/0215-policy.xml", "stock/decoders/0005-base.xml",
              "stock/lists/shared", "stock/lists/scanners"})
            write(file);
    }
    void write(const std::string& file) const
    {
        fs::create_directories(at(file).parent_path());
        std::ofstream(at(file)) << file;
    }
    [[nodiscard]] fs::path at(const std::string& file) const
    {
        return fs::path(m_folder.path().toStdString()) / file;
    }

    // Everything that is read, as "kind:file", by what the files hold.
    [[nodiscard]] static QString contents(const RulesetSource& source)
    {
        QStringList all;
        const auto add = [&](const char* kind, const std::vector<SourceFile>& files) {
            for (const SourceFile& file : files)
                all << QString::fromLatin1(kind) + QString::fromStdString(file.bytes);
        };
        add("d:", source.decoders);
        add("r:", source.rules);
        add("l:", source.lists);
        return all.join(QLatin1Char(' '));
    }

private:
    QTemporaryDir m_folder;
};

} // namespace

static bool isLeftOutNote(const Problem& problem)
{
    return problem.severity == Severity::Note && problem.message.starts_with("Left out: ");
}

class RulesetFilesTest : public QObject
{
    Q_OBJECT

private slots:
    void readsAConfiguredRuleset_data();
    void readsAConfiguredRuleset();
    void whatIsLeftOutIsNoted();
    void namesListsByTheirPlaceInTheFolder();
    void readsARulesetFolder();
    void aMissingRulesetFolderIsAnError();
    void leavesOutWhatIsNoFileOfTheFolder();
    void findsTheDefaultConfigurationBesideTheRuleset();
};

void RulesetFilesTest::readsAConfiguredRuleset_data()
{
    QTest::addColumn<QString>("ruleset");
    QTest::addColumn<QString>("expected");
    QTest::addColumn<QString>("problem");
    QTest::addColumn<int>("severity");
    QTest::addColumn<QString>("missing");
    const auto row = [](const char* name, const char* ruleset, const char* expected, const char* problem = "",
                        Severity severity = Severity::Error, const char* missing = "") {
        QTest::newRow(name) << QString::fromLatin1(ruleset) << QString::fromLatin1(expected)
                            << QString::fromLatin1(problem) << static_cast<int>(severity)
                            << QString::fromLatin1(missing);
    };
#define OWN_LISTS "l:conf/lists/bad-hosts l:conf/lists/shared l:conf/lists/sub/deep"
#define STOCK_LISTS " l:stock/lists/scanners"
    row("nothing said", "<ruleset></ruleset>",
        "d:stock/decoders/0005-base.xml d:conf/decoders/local_decoder.xml r:stock/rules/0010-base.xml "
        "r:stock/rules/0215-policy.xml r:conf/rules/local_rules.xml " OWN_LISTS STOCK_LISTS);
    row("as in a stock configuration",
        "<ruleset><decoder_dir>ruleset/decoders</decoder_dir><rule_dir>ruleset/rules</rule_dir>"
        "<rule_exclude>0215-policy.xml</rule_exclude><list>etc/lists/bad-hosts</list>"
        "<decoder_dir>etc/decoders</decoder_dir><rule_dir>etc/rules</rule_dir></ruleset>",
        "d:stock/decoders/0005-base.xml d:conf/decoders/local_decoder.xml r:stock/rules/0010-base.xml "
        "r:conf/rules/local_rules.xml " OWN_LISTS STOCK_LISTS);
    row("a folder of its own replaces", "<ruleset><rule_dir>mine</rule_dir></ruleset>",
        "d:conf/decoders/local_decoder.xml r:conf/mine/my_rules.xml " OWN_LISTS);
    row("a folder of its own, and the built-in ones",
        "<ruleset builtin=\"yes\"><rule_dir>mine</rule_dir></ruleset>",
        "d:stock/decoders/0005-base.xml d:conf/decoders/local_decoder.xml r:stock/rules/0010-base.xml "
        "r:stock/rules/0215-policy.xml r:conf/mine/my_rules.xml " OWN_LISTS STOCK_LISTS);
    row("without the built-in ones", "<ruleset builtin=\"no\"></ruleset>",
        "d:conf/decoders/local_decoder.xml r:conf/rules/local_rules.xml " OWN_LISTS);
    row("a pattern", "<ruleset><rule_dir pattern=\".txt$\">rules</rule_dir></ruleset>",
        "d:conf/decoders/local_decoder.xml r:conf/rules/notes.txt " OWN_LISTS);
    row("a file twice is read once",
        "<ruleset builtin=\"no\"><rule_include>etc/rules/local_rules.xml</rule_include>"
        "<rule_include>mine/my_rules.xml</rule_include></ruleset>",
        "d:conf/decoders/local_decoder.xml r:conf/rules/local_rules.xml r:conf/mine/my_rules.xml " OWN_LISTS);
    row("excluded by path",
        "<ruleset builtin=\"no\"><rule_exclude>rules/local_rules.xml</rule_exclude></ruleset>",
        "d:conf/decoders/local_decoder.xml " OWN_LISTS);
    row("a missing folder", "<ruleset>\n<rule_dir>nowhere</rule_dir></ruleset>",
        "d:conf/decoders/local_decoder.xml " OWN_LISTS, "nowhere does not exist");
    row("a missing folder of one's own, as stock configurations name it",
        "<ruleset builtin=\"no\">\n<rule_dir>etc/rules</rule_dir></ruleset>",
        "d:conf/decoders/local_decoder.xml " OWN_LISTS, "rules does not exist", Severity::Note, "conf/rules");
    row("a missing file", "<ruleset builtin=\"no\">\n<rule_include>nowhere.xml</rule_include></ruleset>",
        "d:conf/decoders/local_decoder.xml r:conf/rules/local_rules.xml " OWN_LISTS,
        "nowhere.xml does not exist");
    row("a missing list", "<ruleset builtin=\"no\">\n<list>etc/lists/nowhere</list></ruleset>",
        "d:conf/decoders/local_decoder.xml r:conf/rules/local_rules.xml " OWN_LISTS,
        "lists/nowhere does not exist", Severity::Note);
    row("a built-in list, named", "<ruleset>\n<list>etc/lists/scanners</list></ruleset>",
        "d:stock/decoders/0005-base.xml d:conf/decoders/local_decoder.xml r:stock/rules/0010-base.xml "
        "r:stock/rules/0215-policy.xml r:conf/rules/local_rules.xml " OWN_LISTS STOCK_LISTS);
#undef OWN_LISTS
#undef STOCK_LISTS
}

void RulesetFilesTest::readsAConfiguredRuleset()
{
    QFETCH(QString, ruleset);
    QFETCH(QString, expected);
    QFETCH(QString, problem);
    QFETCH(int, severity);
    QFETCH(QString, missing);
    const Place place;
    if (!missing.isEmpty())
        fs::remove_all(place.at(missing.toStdString()));
    Problems problems;
    const auto configuration = readConfiguration(ruleset.toStdString(), "bartizan.conf", problems);
    QVERIFY(configuration);
    const RulesetSource source = readConfiguredRuleset(place.at("conf").string(), place.at("stock").string(),
                                                       *configuration, problems);
    QCOMPARE(Place::contents(source), expected);
    std::erase_if(problems, isLeftOutNote); // see whatIsLeftOutIsNoted()
    QCOMPARE(problems.size(), problem.isEmpty() ? std::size_t{0} : std::size_t{1});
    if (!problem.isEmpty()) {
        QVERIFY2(QString::fromStdString(problems.front().message).contains(problem),
                 describe(problems.front()).c_str());
        QCOMPARE(problems.front().file, std::string("bartizan.conf"));
        QCOMPARE(problems.front().line, 2);
        QCOMPARE(static_cast<int>(problems.front().severity), severity);
    }
}

void RulesetFilesTest::whatIsLeftOutIsNoted()
{
    const Place place;
    Problems problems;
    const auto configuration =
        readConfiguration("<ruleset><rule_exclude>0215-policy.xml</rule_exclude></ruleset>", "c", problems);
    (void)readConfiguredRuleset(place.at("conf").string(), place.at("stock").string(), *configuration,
                                problems);
    QStringList files;
    for (const Problem& problem : problems) {
        QVERIFY(isLeftOutNote(problem));
        files << QString::fromStdString(problem.file).section(QLatin1Char('/'), -2);
    }
    QCOMPARE(files, (QStringList{QStringLiteral("rules/0215-policy.xml"), QStringLiteral("lists/shared")}));
}

void RulesetFilesTest::namesListsByTheirPlaceInTheFolder()
{
    const Place place;
    Problems problems;
    const RulesetSource source =
        readConfiguredRuleset(place.at("conf").string(), place.at("stock").string(), {}, problems);
    QVERIFY(std::ranges::all_of(problems, isLeftOutNote));
    QStringList names;
    for (const SourceFile& list : source.lists) {
        names << QString::fromStdString(list.name);
        QVERIFY2(fs::is_regular_file(list.path), list.path.c_str());
    }
    QCOMPARE(names.join(QLatin1Char(' ')), QStringLiteral("bad-hosts shared sub/deep scanners"));
}

void RulesetFilesTest::readsARulesetFolder()
{
    const Place place;
    Problems problems;
    const auto source = readRulesetFolder(place.at("conf").string(), problems);
    QVERIFY(source);
    QVERIFY(problems.empty());
    QCOMPARE(Place::contents(*source),
             QStringLiteral(
                 "d:conf/decoders/local_decoder.xml r:conf/rules/local_rules.xml l:conf/lists/bad-hosts "
                 "l:conf/lists/shared l:conf/lists/sub/deep"));
    QCOMPARE(source->rules.front().name, place.at("conf/rules/local_rules.xml").string());
}

void RulesetFilesTest::aMissingRulesetFolderIsAnError()
{
    Problems problems;
    const auto source = readRulesetFolder("/nonexistent", problems);
    QVERIFY(!source);
    QCOMPARE(source.error().code, ErrorCode::NotFound);

    const Place place;
    fs::remove_all(place.at("conf/decoders"));
    QVERIFY(readRulesetFolder(place.at("conf").string(), problems));
    QCOMPARE(problems.size(), std::size_t{1});
    QCOMPARE(problems.front().component, std::string("decoders"));
}

void RulesetFilesTest::leavesOutWhatIsNoFileOfTheFolder()
{
    const Place place;
    fs::create_symlink("/etc/passwd", place.at("conf/rules/outside.xml"));
    fs::create_symlink("local_rules.xml", place.at("conf/rules/inside.xml"));
    fs::create_symlink("nowhere", place.at("conf/rules/dangling.xml"));
    fs::create_directory(place.at("conf/rules/folder.xml"));
    fs::create_symlink("/etc", place.at("conf/lists/etc"));
    Problems problems;
    const auto source = readRulesetFolder(place.at("conf").string(), problems);
    QVERIFY(source);
    QCOMPARE(source->rules.size(), std::size_t{1}); // the link inside is the same file
    QCOMPARE(source->lists.size(), std::size_t{3});
    QStringList reported;
    for (const Problem& problem : problems) {
        reported << QString::fromStdString(fs::path(problem.file).filename().string());
        QVERIFY(!problem.cure.empty());
    }
    reported.sort();
    QCOMPARE(reported.join(QLatin1Char(' ')), QStringLiteral("dangling.xml etc folder.xml outside.xml"));
}

void RulesetFilesTest::findsTheDefaultConfigurationBesideTheRuleset()
{
    const Place place;
    QCOMPARE(findDefaultConfiguration({}), std::string());
    QCOMPARE(findDefaultConfiguration(place.at("stock").string()), std::string());
    place.write("defaults/bartizan.conf");
    QCOMPARE(findDefaultConfiguration(place.at("stock").string()),
             place.at("defaults/bartizan.conf").string());
}

QTEST_GUILESS_MAIN(RulesetFilesTest)
#include "tst_ruleset_files.moc"
