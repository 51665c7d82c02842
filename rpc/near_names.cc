#include "rpc/near_names.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace proverlog {
namespace {

// No name that means something is longer; comparing takes time by the square.
constexpr size_t kLongestName = 200;

}  // namespace

size_t EditDistance(absl::string_view a, absl::string_view b) {
  // Of what is read of `a` so far, to each beginning of `b`.
  std::vector<size_t> distances(b.size() + 1);
  std::iota(distances.begin(), distances.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t replaced = distances[0];
    distances[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t same = absl::ascii_tolower(a[i]) == absl::ascii_tolower(b[j]) ? 0 : 1;
      const size_t best = std::min({replaced + same, distances[j] + 1, distances[j + 1] + 1});
      replaced = distances[j + 1];
      distances[j + 1] = best;
    }
  }
  return distances.back();
}

std::string DidYouMean(absl::string_view name, const std::vector<std::string>& known) {
  if (name.size() > kLongestName) return "";
  const std::string* nearest = nullptr;
  size_t least = std::max<size_t>(1, name.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const size_t longer = std::max(name.size(), candidate.size());
    if (longer - std::min(name.size(), candidate.size()) >= least) continue;
    const size_t distance = EditDistance(name, candidate);
    if (distance >= least) continue;
    least = distance;
    nearest = &candidate;
  }
  return nearest == nullptr ? "" : absl::StrCat("; did you mean \"", *nearest, "\"?");
}

}  // namespace proverlog
