#ifndef PROVERLOG_STORAGE_POSTGRES_ALERT_OUTBOX_H_
#define PROVERLOG_STORAGE_POSTGRES_ALERT_OUTBOX_H_

#include <optional>
#include <string>
#include <vector>

#include "storage/alert_outbox.h"
#include "storage/postgres/connection_pool.h"

namespace proverlog::postgres {

// What waits to be told to receivers, in PostgreSQL. Thread-safe; the pool outlives it.
class AlertOutbox : public proverlog::AlertOutbox {
 public:
  explicit AlertOutbox(ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<std::vector<Delivery>> Due(const std::string& receiver, UnixMillis now,
                                            int limit) override;
  absl::StatusOr<std::vector<Delivery>> KnownToFire(const std::string& receiver,
                                                    int limit) override;
  absl::StatusOr<std::optional<Waiting>> WaitingFor(const std::string& receiver) override;
  absl::Status Sending(const std::string& receiver,
                       const std::vector<Delivery>& deliveries) override;
  absl::Status Delivered(const std::string& receiver,
                         const std::vector<Delivery>& deliveries) override;
  absl::Status Failed(const std::string& receiver, const std::vector<Delivery>& deliveries,
                      UnixMillis try_at, bool refused) override;
  absl::Status HoldBack(const std::string& receiver, const std::vector<Delivery>& deliveries,
                        UnixMillis try_at) override;
  absl::Status Drop(const std::string& receiver, const std::vector<Delivery>& deliveries) override;
  absl::Status KeepOnly(const std::vector<std::string>& receivers) override;

 private:
  ConnectionPool* pool_;
};

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_ALERT_OUTBOX_H_
