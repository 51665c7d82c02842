#ifndef PROVERLOG_STORAGE_POSTGRES_ALERT_STORE_H_
#define PROVERLOG_STORAGE_POSTGRES_ALERT_STORE_H_

#include <string>
#include <vector>

#include "storage/alert_store.h"
#include "storage/postgres/connection_pool.h"

namespace proverlog::postgres {

// The alerts in PostgreSQL. Thread-safe; the pool outlives it.
class AlertStore : public proverlog::AlertStore {
 public:
  explicit AlertStore(ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<bool> Lead(const std::string& holder, absl::Duration length) override;
  absl::Status Resign(const std::string& holder) override;
  absl::StatusOr<std::vector<Alert>> LoadOpen(ProverId prover_id) override;
  absl::StatusOr<std::vector<int64_t>> Save(const std::string& holder,
                                            const AlertUpdate& update) override;
  absl::StatusOr<std::vector<Alert>> List(const AlertFilter& filter, int limit) override;
  absl::StatusOr<Alert> Load(int64_t alert_id) override;
  absl::StatusOr<std::vector<AlertChange>> History(int64_t alert_id, int limit) override;
  absl::StatusOr<std::vector<AlertChange>> ChangesAfter(int64_t change_id, int limit) override;
  absl::StatusOr<int64_t> LastChange() override;
  absl::Status Acknowledge(int64_t alert_id, UnixMillis at, const std::string& by,
                           const std::string& why) override;
  absl::StatusOr<Silence> AddSilence(const Silence& silence) override;
  absl::StatusOr<std::vector<Silence>> ListSilences(UnixMillis at, int limit) override;
  absl::Status EndSilence(int64_t silence_id, UnixMillis at) override;

 private:
  ConnectionPool* pool_;
};

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_ALERT_STORE_H_
