#include "client/commands/instant_flag.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace proverlog {

absl::StatusOr<UnixMillis> ParseInstant(absl::string_view flag, absl::string_view text) {
  absl::Time time;
  std::string error;
  for (const char* format :
       {"%Y-%m-%d %H:%M:%E*S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y-%m-%d%ET%H:%M:%E*S%Ez",
        "%Y-%m-%d%ET%H:%M%Ez", "%Y-%m-%d%ET%H:%M:%E*S", "%Y-%m-%d%ET%H:%M"}) {
    // Not "infinite-future", which every format takes.
    const bool is_read = absl::ParseTime(format, text, absl::UTCTimeZone(), &time, &error);
    if (is_read && time > absl::InfinitePast() && time < absl::InfiniteFuture())
      return absl::ToUnixMillis(time);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      flag, ": \"", text, "\" is not an instant such as \"2026-11-21 03:00\", which is UTC, or",
      " 2026-11-21T04:00:00+01:00"));
}

absl::StatusOr<absl::Duration> ParseLength(absl::string_view flag, absl::string_view text) {
  absl::Duration length;
  if (absl::ParseDuration(text, &length) && length >= absl::ZeroDuration() &&
      length < absl::InfiniteDuration()) {
    return length;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(flag, ": \"", text, "\" is not a length of time such as 500ms, 10s or 1m30s"));
}

}  // namespace proverlog
