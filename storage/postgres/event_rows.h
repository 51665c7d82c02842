#ifndef PROVERLOG_STORAGE_POSTGRES_EVENT_ROWS_H_
#define PROVERLOG_STORAGE_POSTGRES_EVENT_ROWS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
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

// Each epoch's events of the given kinds, and those of its sessions that name no epoch.
// RESOURCE_EXHAUSTED where they are too many for one answer.
absl::StatusOr<std::map<int32_t, std::vector<Event>>> ReadEventsOfEpochs(
    pqxx::transaction_base& tx, const ProjectionKey& key, const std::vector<int32_t>& epochs,
    const std::vector<std::string>& kinds);

// As QueryStore::LoadLooseEvents.
std::vector<Event> ReadLooseEvents(pqxx::transaction_base& tx, const ProjectionKey& key,
                                   const std::vector<std::string>& kinds,
                                   const EpochWindow& window);

// As QueryStore::FindNetwork.
std::optional<Event> ReadNetwork(pqxx::transaction_base& tx, const ProjectionKey& key);

// As QueryStore::LoadMachineEvents.
MachineEvents ReadMachineEvents(pqxx::transaction_base& tx, const ProjectionKey& key,
                                const std::string& machine, const std::vector<std::string>& kinds);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_EVENT_ROWS_H_
