#ifndef PROVERLOG_MODEL_EVENT_H_
#define PROVERLOG_MODEL_EVENT_H_

#include <map>
#include <string>

#include "model/fact.h"
#include "model/time.h"

namespace proverlog {

// One thing that one record says of anything but a job (an epoch, a circuit, a process, ...) at one
// instant. Its key is (kind, at, subject); events with equal keys are the same event, told twice.
struct Event {
  std::string kind;  // of docs/events.md, e.g. "epoch.submitted"
  UnixMillis at = 0;
  std::map<std::string, std::string> subject;  // what the message names, e.g. {"epoch", "3054"}
  std::map<std::string, std::string> data;     // what its data adds, e.g. {"duration", "12.5"}
  Origin origin;

  friend bool operator==(const Event& a, const Event& b) = default;
};

}  // namespace proverlog

#endif  // PROVERLOG_MODEL_EVENT_H_
