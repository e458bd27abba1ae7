// What the readers of the configuration's blocks share: places, problems, and strict values.
#pragma once

#include "engine/base/problem.h"
#include "engine/config/configuration.h"
#include "engine/xml/xml_reader.h"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace bartizan::config {

// Collects problems of one file.
class ProblemSink
{
public:
    ProblemSink(std::string_view file, Problems& problems)
        : m_file(file)
        , m_problems(problems)
    {
    }

    void report(Severity severity, xml::Position position, std::string message, std::string cure = {});
    void error(const xml::Element& element, std::string message, std::string cure = {});
    void warning(const xml::Element& element, std::string message, std::string cure = {});
    void note(const xml::Element& element, std::string message, std::string cure = {});

    // An element the block does not know, with those it does.
    void unknownElement(const xml::Element& block, const xml::Element& element);
    // Reports every attribute that is not one of `known`, and children where only text belongs.
    void expectPlain(const xml::Element& element, std::initializer_list<std::string_view> known = {});

    [[nodiscard]] ConfigPlace place(const xml::Element& element) const;

private:
    std::string m_file;
    Problems& m_problems;
};

// The values below are trimmed; a bad one is reported and nothing returned.
[[nodiscard]] std::string_view value(const xml::Element& element);
[[nodiscard]] std::optional<std::string> requiredText(const xml::Element& element, ProblemSink& problems);
[[nodiscard]] std::optional<bool> yesNo(const xml::Element& element, ProblemSink& problems);
[[nodiscard]] std::optional<std::uint64_t> number(const xml::Element& element, std::uint64_t least,
                                                  std::uint64_t most, ProblemSink& problems);
// "90d", "12h", "30m", "45s", "2w", or plain seconds.
[[nodiscard]] std::optional<std::chrono::seconds> duration(const xml::Element& element,
                                                           ProblemSink& problems);
// "512M", "2G", "100K", or plain bytes.
[[nodiscard]] std::optional<std::uint64_t> byteSize(const xml::Element& element, ProblemSink& problems);

// A block named in an error, e.g. "<active-response>". Text from the file is made fit for showing.
[[nodiscard]] std::string tag(std::string_view name);
[[nodiscard]] std::string inQuotes(std::string_view text);

// Readers of whole blocks.
void readLocalFile(const xml::Element& block, Configuration& configuration, ProblemSink& problems);
void readCommand(const xml::Element& block, Configuration& configuration, ProblemSink& problems);
// Commands may stand behind the responses that name them: checkResponses() comes when all files are read.
void readActiveResponse(const xml::Element& block, Configuration& configuration, ProblemSink& problems);
void checkResponses(Configuration& configuration, Problems& problems);
void readGlobal(const xml::Element& block, Configuration& configuration, ProblemSink& problems);
void readAlerts(const xml::Element& block, Configuration& configuration, ProblemSink& problems);
void readLists(const xml::Element& block, Configuration& configuration, ProblemSink& problems);
void readRuleset(const xml::Element& block, Configuration& configuration, ProblemSink& problems);

} // namespace bartizan::config
