#include "engine/lists/formats/list_reader.h"

#include "engine/lists/formats/csv_formats.h"
#include "engine/lists/formats/foreign_content.h"
#include "engine/lists/formats/json_lines.h"
#include "engine/lists/formats/line_formats.h"
#include "engine/lists/formats/range_format.h"
#include "engine/lists/formats/stix.h"

namespace bartizan {

namespace {

using namespace formats;

void readAs(ListFormat format, std::string_view bytes, Reading& reading)
{
    switch (format) {
    case ListFormat::AlienVault:
        return readLines(bytes, reading, readAlienVaultLine);
    case ListFormat::MispCsv:
        return readMispCsv(bytes, reading);
    case ListFormat::JsonLines:
        return readJsonLines(bytes, reading);
    case ListFormat::Ipset:
        return readLines(bytes, reading, readIpsetLine);
    case ListFormat::Ranges:
        return readLines(bytes, reading, readRangeLine);
    case ListFormat::Hosts:
        return readLines(bytes, reading, readHostsLine);
    case ListFormat::Cdb:
        return readLines(bytes, reading, readCdbLine);
    case ListFormat::Hashes:
        return readLines(bytes, reading, readHashLine);
    case ListFormat::Addresses:
        return readLines(bytes, reading, readAddressLine);
    case ListFormat::Domains:
        return readLines(bytes, reading, readDomainLine);
    case ListFormat::Csv:
        return readCsv(bytes, reading);
    case ListFormat::Stix:
        return readStix(bytes, reading);
    }
}

} // namespace

ListReading readList(std::string_view bytes, const ListOptions& options, ListEntrySink& sink)
{
    Reading reading(options, sink);
    if (auto foreign = recogniseForeign(bytes))
        reading.refuse(0, std::move(*foreign));
    else
        readAs(options.format, withoutByteOrderMark(bytes), reading);
    return reading.finish();
}

} // namespace bartizan
