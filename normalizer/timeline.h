#ifndef PROVERLOG_NORMALIZER_TIMELINE_H_
#define PROVERLOG_NORMALIZER_TIMELINE_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "model/stream.h"
#include "model/time.h"

namespace proverlog {

absl::StatusOr<absl::TimeZone> LoadTimeZone(absl::string_view name);

// How many midnights lie between two lines of one writer, by their times of day: 1 for a step back
// of more than 12 hours; -1 for a step forward that only a small step back over midnight can be;
// else 0. A smaller step back is disorder.
int MidnightsBetween(Millis before, Millis after);
// The same for a line and an instant that it is near to, on either side.
int MidnightsToNearest(Millis instant, Millis line);

// Gives the lines of one stream their instants, by following each of its writers from the anchor
// before its first line. Not thread-safe.
class Timeline {
 public:
  // How far a writer was followed.
  struct Clock {
    size_t anchors_used = 0;
    std::optional<Millis> local;  // the line before, in ms since 1970 of the machine's local time
    // It lies in the hour that the end of daylight saving repeats, and in its second passing.
    bool second_pass = false;
  };
  // By writer: the services of a log that has several have a clock each, because such a log is not
  // in order of time. All the state there is.
  using Clocks = std::map<std::string, Clock, std::less<>>;

  // `anchors` are ordered by offset; their time zones exist (LoadTimeZone).
  Timeline(std::vector<Anchor> anchors, Clocks clocks);

  // The instant of a line that carries one; it serves as an anchor for those that follow.
  void Observe(absl::string_view writer, int64_t offset, UnixMillis at);

  // The instant of a line at `offset` that carries a time of day (ms since midnight); nothing where
  // no anchor and no instant came before it.
  std::optional<UnixMillis> Resolve(absl::string_view writer, int64_t offset, Millis time_of_day);

  // The instant of the writer's line before `offset`, or of the anchor there.
  std::optional<UnixMillis> Last(absl::string_view writer, int64_t offset);

  const Clocks& clocks() const { return clocks_; }
  void set_clocks(Clocks clocks) { clocks_ = std::move(clocks); }

 private:
  Clock& ClockOf(absl::string_view writer);
  // Returns whether there was one.
  bool UseAnchorsUpTo(int64_t offset, Clock& clock);
  const absl::TimeZone& ZoneOf(const Clock& clock) const;
  void MoveTo(UnixMillis at, const absl::TimeZone& zone, Clock& clock);
  UnixMillis ToInstant(Clock& clock, Millis step);

  std::vector<Anchor> anchors_;
  std::vector<absl::TimeZone> zones_;  // of anchors_
  Clocks clocks_;
  // The last conversion: within one of these slots of local time the zone's offset is constant,
  // or has two values where the hour is repeated.
  std::optional<int64_t> cached_slot_;
  absl::TimeZone cached_zone_;
  Millis cached_offset_ = 0;
  Millis cached_second_offset_ = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_TIMELINE_H_
