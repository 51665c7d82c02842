#include "rpc/human.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

// A number below 1000 with three significant figures: "1.24", "34.1", "341".
std::string ThreeFigures(double value) {
  if (value < 9.995) return absl::StrFormat("%.2f", value);
  if (value < 99.95) return absl::StrFormat("%.1f", value);
  return absl::StrFormat("%.0f", value);
}

}  // namespace

std::string HumanDuration(absl::Duration duration) {
  if (duration < absl::ZeroDuration()) return absl::StrCat("-", HumanDuration(-duration));
  const double seconds = absl::ToDoubleSeconds(duration);
  if (seconds < 0.9995) return absl::StrFormat("%.0f ms", seconds * 1000);
  if (seconds < 59.95) return absl::StrCat(ThreeFigures(seconds), " s");
  const auto whole = static_cast<int64_t>(std::llround(seconds));
  if (whole < 3600) return absl::StrFormat("%d m %02d s", whole / 60, whole % 60);
  return absl::StrFormat("%d h %02d m", whole / 3600, whole % 3600 / 60);
}

std::string HumanDuration(const google::protobuf::Duration& duration) {
  return HumanDuration(FromProtoDuration(duration));
}

std::string HumanCount(int64_t count) {
  std::string digits = absl::StrCat(std::llabs(count));
  for (auto at = static_cast<ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<size_t>(at), ",");
  }
  return count < 0 ? absl::StrCat("-", digits) : digits;
}

std::string HumanBytes(int64_t bytes) {
  constexpr std::array<const char*, 4> kUnits = {"kB", "MB", "GB", "TB"};
  if (bytes < 1000) return absl::StrCat(bytes, " B");
  double value = static_cast<double>(bytes) / 1000;
  size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < kUnits.size(); ++unit) value /= 1000;
  return absl::StrCat(ThreeFigures(value), " ", kUnits[unit]);
}

std::string HumanNumber(double number) {
  constexpr double kWhole = 999.5;
  if (number >= kWhole) return HumanCount(std::llround(number));
  constexpr double kLeast = 0.001;
  return number == 0 || number >= kLeast ? absl::StrFormat("%.3g", number) : "less than 0.001";
}

std::string HumanPercent(double share, int decimals) {
  const double scale = std::pow(10, decimals);
  double percent = std::round(share * 100 * scale) / scale;
  if (share < 1) percent = std::min(percent, 100 - 1 / scale);
  return absl::StrCat(percent, " %");
}

std::string Plural(int64_t count, absl::string_view noun) {
  return absl::StrCat(HumanCount(count), " ", noun, count == 1 ? "" : "s");
}

std::string HumanList(const std::vector<std::string>& items) {
  if (items.size() < 2) return absl::StrJoin(items, "");
  return absl::StrCat(absl::StrJoin(items.begin(), items.end() - 1, ", "), " and ", items.back());
}

std::string HumanEpochs(absl::Span<const int32_t> epochs) {
  std::vector<std::string> names;
  for (const int32_t epoch : epochs) names.push_back(absl::StrCat(epoch));
  return absl::StrCat(epochs.size() == 1 ? "epoch " : "epochs ", HumanList(names));
}

}  // namespace proverlog
