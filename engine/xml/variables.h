// The file-local variables of rule and decoder files (spec §1.1).
#pragma once

#include "engine/xml/xml_reader.h"

namespace bartizan::xml {

// Takes the `<var>` elements out of the roots and puts their values in place of `$NAME` in what stands behind
// them. An unknown name is a problem only where a variable has been defined before; the text is then left as
// it is.
void applyVariables(Document& document, std::string_view fileName);

} // namespace bartizan::xml
