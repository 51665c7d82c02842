#ifndef PROVERLOG_STORAGE_ALERT_STORE_H_
#define PROVERLOG_STORAGE_ALERT_STORE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/alert.h"
#include "storage/types.h"

namespace proverlog {

// Who does not want to hear of what until when.
struct Silence {
  int64_t silence_id = 0;
  Labels matchers;  // all must be equal; "prover" and "rule" are matched like labels
  UnixMillis begins_at = 0;
  UnixMillis ends_at = 0;
  std::string created_by;
  std::string why;
};

// A change of an alert, as it was then. Later ones have greater ids.
struct AlertChange {
  int64_t change_id = 0;
  int64_t alert_id = 0;
  UnixMillis at = 0;
  std::string what;  // "firing", "changed", "resolved", "acknowledged"
  Severity severity = Severity::kWarning;
  std::string summary;
};

// What a round made of one prover's alerts, to be stored together.
struct AlertUpdate {
  struct Change {
    Alert alert;  // alert_id 0: a new one
    AlertStep step = AlertStep::kPending;
    std::vector<std::string> receivers;  // who is to be told that it fires, or how much
  };
  ProverId prover_id = 0;
  UnixMillis at = 0;
  std::vector<Change> changes;
};

struct AlertFilter {
  std::optional<ProverId> prover_id;  // none: all
  bool with_resolved = false;         // those that ended are listed, too
  bool with_pending = false;
  std::optional<Severity> at_least;
  Labels matchers;                // as Silence's, without "prover"
  std::optional<int64_t> before;  // only alerts with a smaller id
};

// The alerts of all provers. Thread-safe.
class AlertStore {
 public:
  virtual ~AlertStore() = default;

  // Makes `holder` the one that evaluates, for `length` from now on, unless another one holds the
  // lease and it has not expired. Whether it is.
  virtual absl::StatusOr<bool> Lead(const std::string& holder, absl::Duration length) = 0;
  // Gives the lease back, where `holder` has it.
  virtual absl::Status Resign(const std::string& holder) = 0;

  // Those that are not resolved.
  virtual absl::StatusOr<std::vector<Alert>> LoadOpen(ProverId prover_id) = 0;
  // Stores the changes and what is to be delivered of them in one transaction, and returns the
  // alerts' ids; FAILED_PRECONDITION, and nothing is stored, where `holder` does not have the lease
  // any more.
  virtual absl::StatusOr<std::vector<int64_t>> Save(const std::string& holder,
                                                    const AlertUpdate& update) = 0;

  // The alerts by id, the latest first.
  virtual absl::StatusOr<std::vector<Alert>> List(const AlertFilter& filter, int limit) = 0;
  // NOT_FOUND where there is no such alert.
  virtual absl::StatusOr<Alert> Load(int64_t alert_id) = 0;
  // The last changes of an alert, in their order.
  virtual absl::StatusOr<std::vector<AlertChange>> History(int64_t alert_id, int limit) = 0;
  // Changes after that one, in their order.
  virtual absl::StatusOr<std::vector<AlertChange>> ChangesAfter(int64_t change_id, int limit) = 0;
  virtual absl::StatusOr<int64_t> LastChange() = 0;  // 0: there is none

  // NOT_FOUND where there is no such alert, FAILED_PRECONDITION where it is resolved.
  virtual absl::Status Acknowledge(int64_t alert_id, UnixMillis at, const std::string& by,
                                   const std::string& why) = 0;

  virtual absl::StatusOr<Silence> AddSilence(const Silence& silence) = 0;
  // Those that end after `at`, by id; those that ended are removed after a month.
  virtual absl::StatusOr<std::vector<Silence>> ListSilences(UnixMillis at, int limit) = 0;
  // Ends it; NOT_FOUND where there is none that has not ended.
  virtual absl::Status EndSilence(int64_t silence_id, UnixMillis at) = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_STORAGE_ALERT_STORE_H_
