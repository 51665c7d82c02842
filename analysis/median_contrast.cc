#include "analysis/median_contrast.h"

#include <algorithm>
#include <cmath>

#include "analysis/duration_stats.h"

namespace proverlog {
namespace {

constexpr double kNormal975 = 1.959963984540054;  // the normal distribution's 97.5 % quantile

// The chance that at most `most` of n coins show heads; `most` is below n / 2.
double BinomialHalfBelow(size_t most, size_t n) {
  const auto count = static_cast<double>(n);
  const auto k = static_cast<double>(most);
  double term = std::exp(std::lgamma(count + 1) - std::lgamma(k + 1) - std::lgamma(count - k + 1) -
                         count * std::log(2));
  double sum = 0;
  // Down to 0, or until a term no longer counts.
  for (double i = k; i >= 0 && term > sum * 1e-17; --i) {
    sum += term;
    term *= i / (count - i + 1);
  }
  return sum;
}

// The z that a normal value exceeds with the chance p, 0 < p < 0.5.
double UpperNormalQuantile(double p) {
  double low = 0;
  double high = 40;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (std::erfc(middle / std::sqrt(2.0)) / 2 > p ? low : high) = middle;
  }
  return low;
}

std::optional<Interval> Around(double center, const std::optional<double>& a,
                               const std::optional<double>& b) {
  if (!a || !b) return std::nullopt;
  const double reach = kNormal975 * std::hypot(*a, *b);
  return Interval{center - reach, center + reach};
}

Verdict VerdictOf(const std::optional<Interval>& ratio, double margin) {
  if (!ratio) return Verdict::kUnclear;
  if (ratio->low >= 1 / (1 + margin) && ratio->high <= 1 + margin) return Verdict::kSimilar;
  if (ratio->high < 1) return Verdict::kFaster;
  if (ratio->low > 1) return Verdict::kSlower;
  return Verdict::kUnclear;
}

}  // namespace

// The order statistics `outer` from both ends enclose the median with a chance that the binomial
// distribution tells; as many of a normal distribution's standard errors would.
MedianEstimate EstimateMedian(const std::vector<Millis>& sorted) {
  const size_t n = sorted.size();
  MedianEstimate estimate{Percentile(sorted, 0.5), std::nullopt, std::nullopt};
  if (n < kLeastDurations) return estimate;
  const double half = static_cast<double>(n) / 2;
  const auto outer =
      static_cast<size_t>(std::max(1.0, std::round(half - std::sqrt(static_cast<double>(n)))));
  const double errors_apart = 2 * UpperNormalQuantile(BinomialHalfBelow(outer - 1, n));
  const auto low = static_cast<double>(sorted[outer - 1]);
  const auto high = static_cast<double>(sorted[n - outer]);
  estimate.error = (high - low) / errors_apart;
  if (low > 0) estimate.log_error = (std::log(high) - std::log(low)) / errors_apart;
  return estimate;
}

MedianContrast Contrast(const MedianEstimate& first, const MedianEstimate& other, double margin) {
  MedianContrast contrast;
  contrast.difference = other.median - first.median;
  contrast.difference_interval = Around(contrast.difference, first.error, other.error);
  if (first.median > 0) contrast.ratio = other.median / first.median;
  if (first.median > 0 && other.median > 0) {
    contrast.ratio_interval = Around(std::log(*contrast.ratio), first.log_error, other.log_error);
  }
  if (contrast.ratio_interval) {
    contrast.ratio_interval =
        Interval{std::exp(contrast.ratio_interval->low), std::exp(contrast.ratio_interval->high)};
  }
  contrast.verdict = VerdictOf(contrast.ratio_interval, margin);
  return contrast;
}

}  // namespace proverlog
