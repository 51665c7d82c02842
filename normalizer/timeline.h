#ifndef PROVERLOG_NORMALIZER_TIMELINE_H_
#define PROVERLOG_NORMALIZER_TIMELINE_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "model/stream.h"
#include "model/time.h"

namespace proverlog {

absl::StatusOr<absl::TimeZone> LoadTimeZone(absl::string_view name);

// Gives the lines of one stream their instants. Each line is taken to be the nearest one, in either
// direction, to the line before it: a step back of more than 12 hours is midnight, a smaller one is
// disorder. Not thread-safe.
class Timeline {
 public:
  // All the state there is.
  struct Position {
    size_t anchors_used = 0;
    std::optional<Millis> local;  // the line before, in ms since 1970 of the machine's local time
  };

  // `anchors` are ordered by offset; their time zones exist (LoadTimeZone).
  Timeline(std::vector<Anchor> anchors, Position position);

  // The instant of a line that carries one; it serves as an anchor for those that follow.
  void Observe(int64_t offset, UnixMillis at);

  // The instant of a line at `offset` that carries a time of day (ms since midnight); nothing where
  // no anchor and no instant came before it.
  std::optional<UnixMillis> Resolve(int64_t offset, Millis time_of_day);

  const Position& position() const { return position_; }

 private:
  void UseAnchorsUpTo(int64_t offset);
  UnixMillis ToInstant(Millis local);

  std::vector<Anchor> anchors_;
  std::vector<absl::TimeZone> zones_;  // of anchors_
  Position position_;
  // The last conversion: within one of these slots of local time the zone's offset is constant.
  std::optional<int64_t> cached_slot_;
  Millis cached_offset_ = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_TIMELINE_H_
