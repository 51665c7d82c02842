#ifndef PROVERLOG_CLIENT_COMMANDS_INSTANT_FLAG_H_
#define PROVERLOG_CLIENT_COMMANDS_INSTANT_FLAG_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "model/time.h"

namespace proverlog {

// A flag's instant, as answers print it (2026-11-21 03:00:46.633, to the day at least, in UTC) or
// as RFC 3339 has it (2026-11-21T04:00:46+01:00). INVALID_ARGUMENT, naming the flag, for anything
// else.
absl::StatusOr<UnixMillis> ParseInstant(absl::string_view flag, absl::string_view text);

// A flag's length of time (500ms, 10s, 1m30s), none that is negative or has no end. Errors as
// above.
absl::StatusOr<absl::Duration> ParseLength(absl::string_view flag, absl::string_view text);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_INSTANT_FLAG_H_
