#ifndef PROVERLOG_NORMALIZER_RECORD_H_
#define PROVERLOG_NORMALIZER_RECORD_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "model/time.h"

namespace proverlog {

// A log statement, taken apart. The views point into the text that it was read from or into its
// reader, and are valid until the reader's next call.
struct Record {
  // One or both: JSON and wrapped lines carry an instant, the pretty format a local time of day
  // without a date. The instant wins.
  std::optional<UnixMillis> at;
  std::optional<Millis> time_of_day;

  absl::string_view level;    // upper case: "INFO"; a number that has no name is kept
  absl::string_view module;   // "prover-client:proving-broker"
  absl::string_view message;  // with what may stand before it: an actor, an instance id (from 4.x)
  absl::string_view data;     // a JSON object, or empty
  absl::string_view process;  // "host/pid" where the line says so (JSON), else empty
};

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_RECORD_H_
