#ifndef PROVERLOG_STORAGE_POSTGRES_EVENT_ROWS_H_
#define PROVERLOG_STORAGE_POSTGRES_EVENT_ROWS_H_

#include <pqxx/pqxx>
#include <vector>

#include "model/event.h"
#include "storage/postgres/job_rows.h"
#include "storage/query_store.h"

namespace proverlog::postgres {

// Events as rows of the table event (storage/migrations/0001_init.sql). All functions throw
// libpqxx's exceptions.

// As ProjectionTransaction::SaveEvents.
void WriteEvents(pqxx::transaction_base& tx, const ProjectionKey& key,
                 const std::vector<Event>& events);

// As QueryStore::ListEvents.
std::vector<EventRow> ReadEvents(pqxx::transaction_base& tx, const ProjectionKey& key,
                                 const EventFilter& filter, int limit);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_EVENT_ROWS_H_
