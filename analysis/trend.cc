#include "analysis/trend.h"

#include <algorithm>
#include <cmath>

namespace proverlog {
namespace {

// The value below which the next one lies with that chance where all are of one kind: a new value
// has as good a chance to come between any two of n sorted ones, or beyond either end (n + 1
// places).
double Quantile(const std::vector<double>& sorted, double chance) {
  const double place = chance * static_cast<double>(sorted.size() + 1) - 1;
  const auto below = static_cast<size_t>(std::max(0.0, std::floor(place)));
  const size_t above = std::min(below + 1, sorted.size() - 1);
  const double weight = place - static_cast<double>(below);
  return sorted[below] * (1 - weight) + sorted[above] * weight;
}

std::optional<TrendBand> BandOf(std::vector<double> values) {
  if (values.size() < kLeastBandValues) return std::nullopt;
  std::sort(values.begin(), values.end());
  return TrendBand{Quantile(values, 0.5), Quantile(values, kBandLow), Quantile(values, kBandHigh)};
}

TrendPosition PositionOf(const std::optional<double>& value, const std::optional<TrendBand>& band) {
  if (!value || !band) return TrendPosition::kNoBand;
  if (*value < band->low) return TrendPosition::kBelow;
  return *value > band->high ? TrendPosition::kAbove : TrendPosition::kWithin;
}

}  // namespace

std::vector<TrendPoint> FindTrend(const std::vector<std::optional<double>>& values, size_t shown,
                                  size_t window) {
  std::vector<TrendPoint> points;
  for (size_t i = values.size() - std::min(values.size(), shown); i < values.size(); ++i) {
    std::vector<double> before;
    for (size_t j = i - std::min(i, window); j < i; ++j) {
      if (values[j]) before.push_back(*values[j]);
    }
    TrendPoint point;
    point.band = BandOf(std::move(before));
    point.position = PositionOf(values[i], point.band);
    points.push_back(point);
  }
  return points;
}

}  // namespace proverlog
