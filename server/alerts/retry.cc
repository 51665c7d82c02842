#include "server/alerts/retry.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/numbers.h"

namespace proverlog {

absl::Duration ParseRetryAfter(absl::string_view header, absl::Time now) {
  constexpr absl::Duration kLongest = absl::Hours(1);
  absl::Duration wait;
  int64_t seconds = 0;
  absl::Time date;
  std::string ignored;
  if (absl::SimpleAtoi(header, &seconds)) {
    wait = absl::Seconds(seconds);
  } else if (absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", header, &date, &ignored)) {
    wait = date - now;
  }
  return std::clamp(wait, absl::ZeroDuration(), kLongest);
}

absl::Duration BackoffCeiling(int failures) {
  constexpr int kMaxDoublings = 9;  // 512 s
  constexpr absl::Duration kLongest = absl::Minutes(5);
  return std::min(absl::Seconds(1 << std::clamp(failures - 1, 0, kMaxDoublings)), kLongest);
}

}  // namespace proverlog
