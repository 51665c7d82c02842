#ifndef PROVERLOG_MODEL_EVENT_H_
#define PROVERLOG_MODEL_EVENT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "model/fact.h"
#include "model/time.h"

namespace proverlog {

// One thing that one record says of anything but a job (an epoch, a session, a process, ...) at one
// instant. Its key is (kind, at, fields), and of what belongs to a process the machine and the
// process; events with equal keys are the same event, told twice.
struct Event {
  std::string kind;  // of docs/events.md, e.g. "epoch.submitted"
  UnixMillis at = 0;
  // What the message names and what its data adds, e.g. {"epoch", "3054"}, {"duration", "12.5"}.
  std::map<std::string, std::string> fields;
  Origin origin;

  // Empty where it has no such field. Valid as long as the event.
  absl::string_view field(absl::string_view name) const;
  // The epoch that its fields name.
  std::optional<int32_t> epoch() const;

  // Whether it tells of the process that says it, and not of an epoch or of the chain.
  bool IsOfProcess() const;

  friend bool operator==(const Event& a, const Event& b) = default;
};

}  // namespace proverlog

#endif  // PROVERLOG_MODEL_EVENT_H_
