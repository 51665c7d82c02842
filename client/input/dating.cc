#include "client/input/dating.h"

#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/time.h"

namespace proverlog {
namespace {

// A job that the broker gives to another agent began minutes before, not hours.
constexpr Millis kOldestHint = 6 * kHour;
constexpr Millis kNewestHint = 5 * kMinute;
// Clocks of the machine that wrote the log and of this one may differ by this much.
constexpr Millis kClockTolerance = 5 * kMinute;
// Aztec's prover did not exist before; a file that is older has lost its time.
constexpr UnixMillis kEarliestModification = 1672531200000;  // 2023-01-01

UnixMillis InstantOf(absl::CivilDay day, Millis time_of_day, const absl::TimeZone& zone) {
  const absl::CivilSecond second = absl::CivilSecond(day) + time_of_day / 1000;
  return absl::ToUnixMillis(absl::FromCivil(second, zone)) + time_of_day % 1000;
}

absl::CivilDay DayOf(UnixMillis at, const absl::TimeZone& zone) {
  return absl::ToCivilDay(absl::FromUnixMillis(at), zone);
}

// The day on which the time of day lies nearest to the instant.
absl::CivilDay NearestDay(UnixMillis at, Millis time_of_day, const absl::TimeZone& zone) {
  const absl::CivilDay day = DayOf(at, zone);
  const Millis difference = InstantOf(day, time_of_day, zone) - at;
  if (difference > kDay / 2) return day - 1;
  if (difference < -kDay / 2) return day + 1;
  return day;
}

// The latest day on which the time of day is not after the instant.
absl::CivilDay LatestDay(UnixMillis at, Millis time_of_day, const absl::TimeZone& zone) {
  const absl::CivilDay day = DayOf(at, zone);
  return InstantOf(day, time_of_day, zone) > at ? day - 1 : day;
}

Anchor AnchorOn(absl::CivilDay day, const LogScan& scan, const DatingOptions& options) {
  return {0, InstantOf(day, *scan.first_time_of_day, options.time_zone), options.time_zone_name};
}

Dating FromHint(const LogScan& scan, const DatingOptions& options) {
  const LogScan::Hint& hint = *scan.hint;
  const absl::CivilDay day = NearestDay(hint.at, hint.time_of_day, options.time_zone);
  Dating dating{DateBasis::kLogInstants, AnchorOn(day - hint.midnights, scan, options), ""};
  const Millis age = InstantOf(day, hint.time_of_day, options.time_zone) - hint.at;
  if (age < -kNewestHint || age > kOldestHint) {
    dating.remark =
        absl::StrCat("its times do not fit the instants in it by about ", std::llabs(age) / kHour,
                     " hours; if the machine does not write its times in ", options.time_zone_name,
                     ", import it with its --time-zone");
  }
  return dating;
}

std::optional<Dating> FromModificationTime(const LogScan& scan,
                                           std::optional<UnixMillis> modified_at,
                                           const DatingOptions& options) {
  if (!modified_at || *modified_at < kEarliestModification ||
      *modified_at > options.now + kClockTolerance) {
    return std::nullopt;
  }
  const absl::CivilDay last =
      LatestDay(*modified_at + kClockTolerance, scan.last_time_of_day, options.time_zone);
  const absl::CivilDay first = last - scan.midnights;
  return Dating{DateBasis::kModificationTime, AnchorOn(first, scan, options),
                absl::StrCat("its lines have no date; taken from the file's modification time: it"
                             " begins on ",
                             absl::FormatCivilTime(first), " (", options.time_zone_name,
                             "); else say --date")};
}

}  // namespace

absl::StatusOr<Dating> ChooseDating(const LogScan& scan, const std::string& name,
                                    std::optional<UnixMillis> modified_at,
                                    const DatingOptions& options) {
  if (!scan.first_time_of_day) return Dating{};
  if (options.date) {
    return Dating{DateBasis::kFlag, AnchorOn(*options.date, scan, options), ""};
  }
  if (scan.first_instant) {
    const absl::CivilDay day =
        NearestDay(*scan.first_instant, *scan.first_time_of_day, options.time_zone);
    return Dating{DateBasis::kLogInstants, AnchorOn(day, scan, options), ""};
  }
  if (scan.hint) return FromHint(scan, options);
  if (auto dating = FromModificationTime(scan, modified_at, options)) return *dating;
  return absl::InvalidArgumentError(
      absl::StrCat(name,
                   ": its lines have a time of day and no date; say the date of the first one"
                   " with --date YYYY-MM-DD"));
}

}  // namespace proverlog
