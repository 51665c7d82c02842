// Any steps of two clocks, in zones with and without daylight saving, with and without instants in
// the log: an instant shows the time of day that it was made from, and a timeline that goes on from
// its saved clocks says the same.

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "model/time.h"
#include "normalizer/timeline.h"

namespace {

using proverlog::Anchor;
using proverlog::kDay;
using proverlog::kHour;
using proverlog::Millis;
using proverlog::Timeline;
using proverlog::UnixMillis;

constexpr UnixMillis kYear2100 = 4'102'444'800'000;

// A skipped hour is on no clock, so what comes of one is not checked.
void Check(UnixMillis at, Millis time_of_day, const absl::TimeZone& zone) {
  const Millis local = at + Millis{zone.At(absl::FromUnixMillis(at)).offset} * 1000;
  const Millis shown = (local % kDay + kDay) % kDay;
  const Millis difference = (shown - time_of_day + kDay) % kDay;
  if (difference != 0 && difference != kHour && difference != kDay - kHour) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const char* const kZones[] = {"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"};
  if (size < 9) return 0;
  uint64_t begin = 0;
  std::memcpy(&begin, data + 1, sizeof(begin));
  const char* const name = kZones[data[0] % 4];
  const absl::TimeZone zone = proverlog::LoadTimeZone(name).value();
  const Anchor anchor{0, static_cast<UnixMillis>(begin % kYear2100), name};
  Timeline whole({anchor}, {});
  Timeline resumed({anchor}, {});
  for (size_t i = 9; i + 5 <= size; i += 5) {
    uint32_t step = 0;
    std::memcpy(&step, data + i + 1, sizeof(step));
    const absl::string_view writer = data[i] % 2 == 0 ? "a" : "b";
    const auto offset = static_cast<int64_t>(i);
    resumed = Timeline({anchor}, resumed.clocks());
    if (data[i] >= 192) {  // a line with an instant of its own
      whole.Observe(writer, offset, anchor.at + step);
      resumed.Observe(writer, offset, anchor.at + step);
      continue;
    }
    whole.Last(writer, offset);  // moves nothing
    const Millis time_of_day = step % kDay;
    const auto at = whole.Resolve(writer, offset, time_of_day);
    if (!at || at != resumed.Resolve(writer, offset, time_of_day)) std::abort();
    Check(*at, time_of_day, zone);
  }
  return 0;
}
