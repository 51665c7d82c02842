#ifndef PROVERLOG_STORAGE_POSTGRES_DELIVERY_ROWS_H_
#define PROVERLOG_STORAGE_POSTGRES_DELIVERY_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "model/time.h"
#include "storage/postgres/transaction.h"
#include "storage/types.h"

namespace proverlog::postgres {

// The receivers are to be told that an alert fires, or what changed while it does.
struct QueuedFiring {
  int64_t alert_id = 0;
  std::vector<std::string> receivers;
};

// Queues them. A receiver that already waits for it waits from then on.
void QueueFiring(ReadWrite& tx, ProverId prover_id, UnixMillis at,
                 const std::vector<QueuedFiring>& alerts);

// Whoever was to be told that these fire is to be told that they are resolved.
void QueueResolved(ReadWrite& tx, ProverId prover_id, UnixMillis at,
                   const std::vector<int64_t>& alert_ids);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_DELIVERY_ROWS_H_
