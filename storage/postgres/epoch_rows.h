#ifndef PROVERLOG_STORAGE_POSTGRES_EPOCH_ROWS_H_
#define PROVERLOG_STORAGE_POSTGRES_EPOCH_ROWS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <pqxx/pqxx>
#include <vector>

#include "absl/status/statusor.h"
#include "model/epoch_context.h"
#include "model/event.h"
#include "model/job.h"
#include "storage/postgres/job_rows.h"
#include "storage/query_store.h"

namespace proverlog::postgres {

// Epochs as rows of the table epoch (storage/migrations/0003_epochs.sql). All functions throw
// libpqxx's exceptions.

// Notes the epochs of the jobs that exist, when they were, and when their broker first took one.
void NoteEpochsOfJobs(pqxx::transaction_base& tx, const ProjectionKey& key,
                      const std::vector<Job>& jobs);
// Notes the epochs of the sessions that the events tell of.
void NoteEpochsOfEvents(pqxx::transaction_base& tx, const ProjectionKey& key,
                        const std::vector<Event>& events);

// The latest epochs, before `before` where it is given.
std::vector<int32_t> ReadEpochNumbers(pqxx::transaction_base& tx, const ProjectionKey& key,
                                      std::optional<int32_t> before, int limit);

// The latest epochs with a fact or a session's event in the window.
std::vector<EpochRevision> ReadEpochsBetween(pqxx::transaction_base& tx, const ProjectionKey& key,
                                             const EpochWindow& window, int limit);

// As QueryStore::LoadEpochWindows.
std::map<int32_t, EpochWindow> ReadEpochWindows(pqxx::transaction_base& tx,
                                                const ProjectionKey& key,
                                                const std::vector<int32_t>& epochs);

// What is known of the epochs beyond their jobs; an entry for each of them. RESOURCE_EXHAUSTED
// where that is too much for one answer.
absl::StatusOr<std::map<int32_t, EpochContext>> ReadContexts(pqxx::transaction_base& tx,
                                                             const ProjectionKey& key,
                                                             const std::vector<int32_t>& epochs);

// The epoch's revision; kNoRevision where it has no row.
int64_t ReadRevision(pqxx::transaction_base& tx, const ProjectionKey& key, int32_t epoch);

// The latest epochs.
absl::StatusOr<std::vector<EpochVersion>> ReadEpochVersions(pqxx::transaction_base& tx,
                                                            const ProjectionKey& key, int limit);

// The same as ReadContexts of one epoch.
absl::StatusOr<EpochContext> ReadContext(pqxx::transaction_base& tx, const ProjectionKey& key,
                                         int32_t epoch);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_EPOCH_ROWS_H_
