#include "normalizer/timeline.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

namespace proverlog {
namespace {

constexpr Millis kHour = 3'600'000;
constexpr Millis kDay = 24 * kHour;
// Every zone's changes fall on multiples of 15 minutes of local time.
constexpr Millis kSlot = kHour / 4;

Millis FloorTo(Millis value, Millis unit) {
  const Millis rest = value % unit;
  return value - (rest < 0 ? rest + unit : rest);
}

Millis LocalTime(UnixMillis at, const absl::TimeZone& zone) {
  return at + Millis{zone.At(absl::FromUnixMillis(at)).offset} * 1000;
}

}  // namespace

absl::StatusOr<absl::TimeZone> LoadTimeZone(absl::string_view name) {
  absl::TimeZone zone;
  if (name.empty() || !absl::LoadTimeZone(name, &zone)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "time zone \"", name, "\" is not known; use an IANA name such as UTC or Europe/Berlin"));
  }
  return zone;
}

Timeline::Timeline(std::vector<Anchor> anchors, Position position)
    : anchors_(std::move(anchors)), position_(position) {
  for (const Anchor& anchor : anchors_) {
    zones_.push_back(LoadTimeZone(anchor.time_zone).value_or(absl::UTCTimeZone()));
  }
}

void Timeline::UseAnchorsUpTo(int64_t offset) {
  while (position_.anchors_used < anchors_.size() &&
         anchors_[position_.anchors_used].offset <= offset) {
    const size_t i = position_.anchors_used++;
    position_.local = LocalTime(anchors_[i].at, zones_[i]);
    cached_slot_.reset();
  }
}

void Timeline::Observe(int64_t offset, UnixMillis at) {
  UseAnchorsUpTo(offset);
  const size_t used = position_.anchors_used;
  position_.local = LocalTime(at, used == 0 ? absl::UTCTimeZone() : zones_[used - 1]);
}

std::optional<UnixMillis> Timeline::Resolve(int64_t offset, Millis time_of_day) {
  UseAnchorsUpTo(offset);
  if (!position_.local) return std::nullopt;
  const Millis before = *position_.local;
  Millis local = FloorTo(before, kDay) + time_of_day;
  if (local - before < -kDay / 2) local += kDay;
  if (local - before > kDay / 2) local -= kDay;
  position_.local = local;
  return ToInstant(local);
}

UnixMillis Timeline::ToInstant(Millis local) {
  const int64_t slot = FloorTo(local, kSlot);
  if (cached_slot_ != slot) {
    const size_t used = position_.anchors_used;
    const absl::TimeZone zone = used == 0 ? absl::UTCTimeZone() : zones_[used - 1];
    const absl::CivilSecond civil =
        absl::CivilSecond(1970, 1, 1) + static_cast<int64_t>(slot / 1000);
    cached_offset_ = slot - absl::ToUnixMillis(absl::FromCivil(civil, zone));
    cached_slot_ = slot;
  }
  return local - cached_offset_;
}

}  // namespace proverlog
