#include "normalizer/timeline.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "model/time.h"

namespace proverlog {
namespace {

// Lines of one writer are not in disorder by more.
constexpr Millis kDisorder = kHour;
// A step back by more, within the hour that the end of daylight saving repeats, is its repetition.
constexpr Millis kRepeat = kHour / 2;
// More services than that in one log share a clock.
constexpr size_t kMaxWriters = 64;
// Every zone's changes fall on multiples of 15 minutes of local time.
constexpr Millis kSlot = kHour / 4;

Millis FloorTo(Millis value, Millis unit) {
  const Millis rest = value % unit;
  return value - (rest < 0 ? rest + unit : rest);
}

Millis LocalTime(UnixMillis at, const absl::TimeZone& zone) {
  return at + Millis{zone.At(absl::FromUnixMillis(at)).offset} * 1000;
}

// Names come from senders. Abseil would take a path, open whatever is there and read it, and it
// keeps every name for ever: only what can be a name is looked up.
constexpr size_t kMaxZoneName = 48;
bool IsZoneName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxZoneName && name[0] != '/' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '+' ||
                  c == '-' || c == '/';
         });
}

}  // namespace

absl::StatusOr<absl::TimeZone> LoadTimeZone(absl::string_view name) {
  absl::TimeZone zone;
  if (!IsZoneName(name) || !absl::LoadTimeZone(name, &zone)) {
    return absl::InvalidArgumentError(
        absl::StrCat("time zone \"", absl::CHexEscape(name.substr(0, kMaxZoneName)),
                     "\" is not known; use an IANA name such as UTC or Europe/Berlin"));
  }
  return zone;
}

int MidnightsBetween(Millis before, Millis after) {
  if (after - before < -kDay / 2) return 1;
  return after - before > kDay - kDisorder ? -1 : 0;
}

int MidnightsToNearest(Millis instant, Millis line) {
  if (line - instant < -kDay / 2) return 1;
  return line - instant > kDay / 2 ? -1 : 0;
}

Timeline::Timeline(std::vector<Anchor> anchors, Clocks clocks)
    : anchors_(std::move(anchors)), clocks_(std::move(clocks)) {
  for (const Anchor& anchor : anchors_) {
    zones_.push_back(LoadTimeZone(anchor.time_zone).value_or(absl::UTCTimeZone()));
  }
}

Timeline::Clock& Timeline::ClockOf(absl::string_view writer) {
  const auto found = clocks_.find(writer);
  if (found != clocks_.end()) return found->second;
  return clocks_[clocks_.size() < kMaxWriters ? std::string(writer) : ""];
}

const absl::TimeZone& Timeline::ZoneOf(const Clock& clock) const {
  static const auto* const kUtc = new absl::TimeZone(absl::UTCTimeZone());
  return clock.anchors_used == 0 ? *kUtc : zones_[clock.anchors_used - 1];
}

bool Timeline::UseAnchorsUpTo(int64_t offset, Clock& clock) {
  bool used = false;
  while (clock.anchors_used < anchors_.size() && anchors_[clock.anchors_used].offset <= offset) {
    const size_t i = clock.anchors_used++;
    MoveTo(anchors_[i].at, zones_[i], clock);
    used = true;
  }
  return used;
}

void Timeline::Observe(absl::string_view writer, int64_t offset, UnixMillis at) {
  Clock& clock = ClockOf(writer);
  UseAnchorsUpTo(offset, clock);
  MoveTo(at, ZoneOf(clock), clock);
}

void Timeline::MoveTo(UnixMillis at, const absl::TimeZone& zone, Clock& clock) {
  const bool offset_is_known = cached_slot_ && cached_offset_ == cached_second_offset_ &&
                               FloorTo(at + cached_offset_, kSlot) == *cached_slot_ &&
                               cached_zone_ == zone;
  if (offset_is_known) {
    clock.local = at + cached_offset_;
    clock.second_pass = false;
    return;
  }
  clock.local = LocalTime(at, zone);
  clock.second_pass = false;
  clock.second_pass = ToInstant(clock, 0) != at;
}

std::optional<UnixMillis> Timeline::Resolve(absl::string_view writer, int64_t offset,
                                            Millis time_of_day) {
  Clock& clock = ClockOf(writer);
  const bool anchored = UseAnchorsUpTo(offset, clock);
  if (!clock.local) return std::nullopt;
  const Millis day = FloorTo(*clock.local, kDay);
  const Millis before = *clock.local - day;
  const int midnights =
      anchored ? MidnightsToNearest(before, time_of_day) : MidnightsBetween(before, time_of_day);
  clock.local = day + midnights * kDay + time_of_day;
  return ToInstant(clock, anchored ? 0 : *clock.local - day - before);
}

std::optional<UnixMillis> Timeline::Last(absl::string_view writer, int64_t offset) {
  auto found = clocks_.find(writer);
  if (found == clocks_.end() && clocks_.size() >= kMaxWriters) found = clocks_.find("");
  // A copy: the next line is still the first after its anchor, and this one makes no writer known.
  Clock clock = found == clocks_.end() ? Clock() : found->second;
  UseAnchorsUpTo(offset, clock);
  if (!clock.local) return std::nullopt;
  return ToInstant(clock, 0);
}

// `step` is how far the clock has just moved.
UnixMillis Timeline::ToInstant(Clock& clock, Millis step) {
  const Millis local = *clock.local;
  const absl::TimeZone& zone = ZoneOf(clock);
  const int64_t slot = FloorTo(local, kSlot);
  if (cached_slot_ != slot || cached_zone_ != zone) {
    const absl::TimeZone::TimeInfo info = zone.At(absl::CivilSecond(1970, 1, 1) + slot / 1000);
    cached_offset_ = slot - absl::ToUnixMillis(info.pre);
    cached_second_offset_ = slot - absl::ToUnixMillis(info.post);
    cached_slot_ = slot;
    cached_zone_ = zone;
  }
  // In a skipped hour, which no clock shows, the offsets are the other way round.
  const bool is_repeated = cached_second_offset_ < cached_offset_;
  clock.second_pass = is_repeated && (clock.second_pass || step < -kRepeat);
  return local - (clock.second_pass ? cached_second_offset_ : cached_offset_);
}

}  // namespace proverlog
