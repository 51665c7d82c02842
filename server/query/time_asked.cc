#include "server/query/time_asked.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "rpc/status.h"

namespace proverlog {
namespace {

std::string TextOf(UnixMillis at) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", absl::FromUnixMillis(at), absl::UTCTimeZone());
}

}  // namespace

absl::Status CheckWindow(const EpochWindow& window, const std::string& prefix) {
  if (!window.begin || !window.end || *window.begin < *window.end) return absl::OkStatus();
  return InvalidField(
      prefix + "end_time",
      absl::StrCat(TextOf(*window.end), " is not after the start, ", TextOf(*window.begin)));
}

}  // namespace proverlog
