#include "alerts/rule_text.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "model/time.h"

namespace proverlog {
namespace {

constexpr size_t kWorst = 3;
constexpr size_t kMaxWords = 160;

std::string InUnits(Millis length, Millis unit, absl::string_view name, Millis part,
                    absl::string_view part_name) {
  const std::string whole = absl::StrCat(length / unit, " ", name);
  const Millis rest = length % unit / part;
  return rest == 0 ? whole : absl::StrCat(whole, " ", rest, " ", part_name);
}

}  // namespace

std::string LengthText(Millis length) {
  if (length < 0) return absl::StrCat("-", LengthText(-length));
  if (length < kSecond) return absl::StrCat(length, " ms");
  if (length < 10 * kSecond && length % kSecond >= 100) {
    return absl::StrCat(length / kSecond, ".", length % kSecond / 100, " s");
  }
  if (length < kMinute) return absl::StrCat(length / kSecond, " s");
  if (length < kHour) return InUnits(length, kMinute, "min", kSecond, "s");
  if (length < kDay) return InUnits(length, kHour, "h", kMinute, "min");
  return InUnits(length, kDay, "d", kHour, "h");
}

std::string InstantText(UnixMillis at) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", absl::FromUnixMillis(at), absl::UTCTimeZone());
}

std::string CountText(int64_t count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

std::string Shortened(absl::string_view text) {
  text = text.substr(0, text.find('\n'));
  if (text.size() <= kMaxWords) return std::string(text);
  size_t end = kMaxWords;
  // Not within a character of UTF-8.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(text.substr(0, end), "...");
}

std::string CauseText(const Cause& cause) {
  const absl::string_view name = EntryOf(cause.kind).name;
  if (cause.words.empty()) return std::string(name);
  return absl::StrCat(name, ": ", Shortened(cause.words));
}

std::string WorstJobs(Aged jobs) {
  std::sort(jobs.begin(), jobs.end(), [](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first > b.first;
    return a.second->id < b.second->id;
  });
  std::string text;
  for (size_t i = 0; i < std::min(kWorst, jobs.size()); ++i) {
    absl::StrAppend(&text, jobs[i].second->id.ToString(), ": ", LengthText(jobs[i].first), "\n");
  }
  if (jobs.size() > kWorst) absl::StrAppend(&text, "and ", jobs.size() - kWorst, " more\n");
  return text;
}

}  // namespace proverlog
