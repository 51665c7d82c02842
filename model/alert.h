#ifndef PROVERLOG_MODEL_ALERT_H_
#define PROVERLOG_MODEL_ALERT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "model/time.h"

namespace proverlog {

enum class Severity : uint8_t { kInfo, kWarning, kCritical };
absl::string_view SeverityName(Severity severity);  // "info", "warning", "critical"
std::optional<Severity> ParseSeverity(absl::string_view name);

// What an alert is about, e.g. {"epoch", "3054"}, {"machine", "prover-1"}. Together with prover and
// rule they are its identity: nothing that changes while it lasts is in them.
using Labels = std::map<std::string, std::string>;

// What one rule says of a prover at one instant: it holds now.
struct Finding {
  std::string rule;
  Severity severity = Severity::kWarning;
  Labels labels;
  UnixMillis since = 0;   // by the logs' clock: from when on it holds
  std::string summary;    // one sentence, with its numbers
  std::string detail;     // more of it: lines that end in '\n'; may be empty
  std::string next_step;  // what to do, one or two sentences
  // False: an alert that fires goes on, and none begins. What follows from another finding is so.
  bool starts = true;

  friend bool operator==(const Finding& a, const Finding& b) = default;
};

enum class AlertState : uint8_t { kPending, kFiring, kResolved };
absl::string_view AlertStateName(AlertState state);  // "pending", "firing", "resolved"
std::optional<AlertState> ParseAlertState(absl::string_view name);

// What a round does to an alert.
enum class AlertStep : uint8_t {
  kPending,   // it was found for the first time, and must hold
  kFiring,    // it has held long enough
  kChanged,   // it fires, and is more or less severe than it was
  kUpdated,   // what it says is newer
  kResolved,  // it fired, and is found no more
  kDropped,   // it was found no more before it fired
};

// A finding and what became of it. It ends resolved; when the same is found again, another begins.
struct Alert {
  int64_t alert_id = 0;  // 0: not stored yet
  std::string prover;
  std::string fingerprint;  // FingerprintOf
  Finding finding;          // the last one
  AlertState state = AlertState::kPending;
  UnixMillis pending_at = 0;              // when it was first found
  std::optional<UnixMillis> fired_at;     // none: it has not held long enough
  std::optional<UnixMillis> resolved_at;  // when it was found no more
  UnixMillis complete_until = 0;          // of the view that it was last found in
  // When somebody said that he takes care of it.
  std::optional<UnixMillis> acknowledged_at;
  std::string acknowledged_by;
  std::string acknowledged_why;

  friend bool operator==(const Alert& a, const Alert& b) = default;
};

}  // namespace proverlog

#endif  // PROVERLOG_MODEL_ALERT_H_
