#include "engine/analysis/prepared_batch.h"

#include "engine/base/origin_requirement.h"
#include "engine/decode/predecode.h"

#include <algorithm>
#include <utility>

namespace bartizan {

void prepareEvent(const RecordBatch& batch, const RecordBatch::Record& record, const DecoderSet& decoders,
                  DecodeScratch& scratch, Event& event)
{
    event.reset();
    event.fullLog = batch.text(record);
    event.location = batch.location(record);
    event.receivedAt = record.receivedAt;
    predecode(event);
    event.origin = &batch.origin(record);
    event.isDoubted = !doubtAbout(*event.origin, event.programName).empty();
    decoders.decode(event, scratch);
}

void PreparedBatch::prepare(std::shared_ptr<const Ruleset> ruleset, DecodeScratch& scratch)
{
    m_ruleset = std::move(ruleset);
    const auto& records = m_records.records();
    m_events.resize(std::max(m_events.size(), records.size()));
    m_budgets.resize(records.size());
    static_cast<void>(takeExhausted()); // whoever else matched on this thread
    MatchBudget& budget = MatchBudget::current();
    for (std::size_t i = 0; i < records.size(); ++i) {
        budget.beginRecord();
        prepareEvent(m_records, records[i], *m_ruleset->decoders, scratch, m_events[i]);
        m_events[i].lendSignature(nullptr); // the next record gets it
        m_budgets[i] = budget;
    }
    budget.endRecord();
    m_exhausted = takeExhausted();
}

void PreparedBatch::clear()
{
    m_records.clear();
    m_ruleset.reset();
}

} // namespace bartizan
