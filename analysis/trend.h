#ifndef PROVERLOG_ANALYSIS_TREND_H_
#define PROVERLOG_ANALYSIS_TREND_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace proverlog {

// Where a value lies by the band of those before it.
enum class TrendPosition : uint8_t {
  kNoBand,  // too few values before it, or it has none itself
  kWithin,
  kBelow,
  kAbove,
};

// The median and the band of the values before a point: where the figure does not change, one value
// in ten lies below the band and one above it, whatever its distribution (the order statistics of
// exchangeable values).
struct TrendBand {
  double median = 0;
  double low = 0;
  double high = 0;
};

struct TrendPoint {
  std::optional<TrendBand> band;  // none: fewer than kLeastBandValues before it
  TrendPosition position = TrendPosition::kNoBand;
};

inline constexpr double kBandLow = 0.1;
inline constexpr double kBandHigh = 0.9;
// With fewer not even the least of them has one value in ten below it.
inline constexpr size_t kLeastBandValues = 9;

// A point for each of the last `shown` values, the oldest first as they are. Its band is of those
// of the `window` values before it that are there.
std::vector<TrendPoint> FindTrend(const std::vector<std::optional<double>>& values, size_t shown,
                                  size_t window);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_TREND_H_
