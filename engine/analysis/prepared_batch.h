// Records that were decoded ahead of their turn. What needs no memory of earlier records – pre-decoding and
// decoders – can so be done on another thread than the rules, which take the records one after the other.
#pragma once

#include "engine/analysis/ruleset.h"
#include "engine/base/record.h"
#include "engine/pattern/match_budget.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace bartizan {

// Belongs to one thread at a time.
class PreparedBatch
{
public:
    // To be filled before prepare(), and left alone behind it.
    [[nodiscard]] RecordBatch& records() { return m_records; }
    [[nodiscard]] const RecordBatch& records() const { return m_records; }

    // Decodes all records with what Analyser::ruleset() said; then Analyser::analyse() takes the batch.
    void prepare(std::shared_ptr<const Ruleset> ruleset, DecodeScratch& scratch);

    // Empty again; keeps its memory.
    void clear();

private:
    friend class Analyser;

    RecordBatch m_records;
    std::shared_ptr<const Ruleset> m_ruleset; // that the events point into
    std::vector<Event> m_events;              // as many as there ever were records
    std::vector<MatchBudget> m_budgets;       // what is left of each record's
    std::vector<const Pattern*> m_exhausted;
};

// Decodes `record` of `batch` into `event`. The event's time is the record's.
void prepareEvent(const RecordBatch& batch, const RecordBatch::Record& record, const DecoderSet& decoders,
                  DecodeScratch& scratch, Event& event);

} // namespace bartizan
