#ifndef PROVERLOG_STORAGE_ALERT_OUTBOX_H_
#define PROVERLOG_STORAGE_ALERT_OUTBOX_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/alert.h"
#include "model/time.h"
#include "storage/types.h"

namespace proverlog {

// What one receiver is to be told of one alert.
struct Delivery {
  ProverId prover_id = 0;
  Alert alert;  // as it is now
  // That it fires, or is resolved: what is to be told.
  AlertState to_tell = AlertState::kFiring;
  bool told = false;     // the receiver was told, or may have been, that it fires
  int64_t revision = 0;  // of what is to be told; what is queued meanwhile has a greater one
  int tries = 0;         // that were made in vain
  // Until when a silence covers it, the one that lasts longest; none: no silence does now.
  std::optional<UnixMillis> silenced_until;
};

// What waits for a receiver, altogether.
struct Waiting {
  UnixMillis since = 0;   // of what waits longest; what a silence holds back waits from its end on
  UnixMillis try_at = 0;  // of what is tried first
};

// What waits to be told to receivers. Put there by AlertStore::Save, in the transaction that stores
// the change. Thread-safe; each receiver's deliveries are in one thread's hands at a time.
class AlertOutbox {
 public:
  virtual ~AlertOutbox() = default;

  // What is to be tried by `now`, what is due for the longest time first.
  virtual absl::StatusOr<std::vector<Delivery>> Due(const std::string& receiver, UnixMillis now,
                                                    int limit) = 0;
  // Of what the receiver knows that it fires, and nothing else is to be told: what still fires, by
  // prover and alert.
  virtual absl::StatusOr<std::vector<Delivery>> KnownToFire(const std::string& receiver,
                                                            int limit) = 0;
  // None: nothing waits for the receiver.
  virtual absl::StatusOr<std::optional<Waiting>> WaitingFor(const std::string& receiver) = 0;

  // They are about to be sent: from now on the receiver may have been told, whatever becomes of us.
  virtual absl::Status Sending(const std::string& receiver,
                               const std::vector<Delivery>& deliveries) = 0;
  // It was told; what was queued meanwhile stays.
  virtual absl::Status Delivered(const std::string& receiver,
                                 const std::vector<Delivery>& deliveries) = 0;
  // They are tried again at `try_at`. `refused`: the receiver certainly did not take them.
  virtual absl::Status Failed(const std::string& receiver, const std::vector<Delivery>& deliveries,
                              UnixMillis try_at, bool refused) = 0;
  // They wait until `try_at`, and that is nobody's failure.
  virtual absl::Status HoldBack(const std::string& receiver,
                                const std::vector<Delivery>& deliveries, UnixMillis try_at) = 0;
  // They are not told any more; what was queued meanwhile stays.
  virtual absl::Status Drop(const std::string& receiver,
                            const std::vector<Delivery>& deliveries) = 0;

  // Removes what waits for receivers that are not among these.
  virtual absl::Status KeepOnly(const std::vector<std::string>& receivers) = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_STORAGE_ALERT_OUTBOX_H_
