#include "client/commands/date_flags.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "normalizer/timeline.h"

namespace proverlog {

absl::StatusOr<DatingOptions> ParseDateFlags(const DateFlags& flags) {
  DatingOptions options;
  options.now = absl::ToUnixMillis(absl::Now());
  if (!flags.date.empty()) {
    absl::CivilDay day;
    if (!absl::ParseCivilTime(flags.date, &day) || day.year() < 1970 || day.year() > 9998) {
      return absl::InvalidArgumentError(
          absl::StrCat("--date: \"", flags.date, "\" is not a date such as 2026-02-07"));
    }
    options.date = day;
  }
  const auto zone = LoadTimeZone(flags.time_zone);
  if (!zone.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--time-zone: ", zone.status().message()));
  }
  options.time_zone = *zone;
  options.time_zone_name = flags.time_zone;
  return options;
}

}  // namespace proverlog
