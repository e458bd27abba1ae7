// The formats in which each line stands for itself.
#pragma once

#include "engine/lists/formats/lines.h"
#include "engine/lists/formats/reading.h"

namespace bartizan::formats {

using ReadLine = void (*)(Reading& reading, const Line& line);

void readAddressLine(Reading& reading, const Line& line);
void readIpsetLine(Reading& reading, const Line& line);
void readHostsLine(Reading& reading, const Line& line);
void readAlienVaultLine(Reading& reading, const Line& line);
void readCdbLine(Reading& reading, const Line& line);
void readHashLine(Reading& reading, const Line& line);
void readDomainLine(Reading& reading, const Line& line);

// Each line of `bytes`; too long ones are bad.
void readLines(std::string_view bytes, Reading& reading, ReadLine readLine);

} // namespace bartizan::formats
