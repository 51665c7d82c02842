#ifndef PROVERLOG_ANALYSIS_MEDIAN_CONTRAST_H_
#define PROVERLOG_ANALYSIS_MEDIAN_CONTRAST_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/time.h"

namespace proverlog {

// How two medians of durations differ, with a 95 % interval that assumes no distribution: R. M.
// Price and D. G. Bonett, "Distribution-free confidence intervals for difference and ratio of
// medians", J. Stat. Comput. Simul. 72 (2002) 119-124; the ratio's in the form of D. G. Bonett and
// R. M. Price, "Confidence intervals for ratios of means and medians", J. Educ. Behav. Stat. 45
// (2020) 750-770. docs/queries.md, "Comparison", says where it ends.

inline constexpr double kConfidence = 0.95;
// Each side's durations, at least: with fewer not even the shortest and the longest enclose the
// median in 95 of 100 cases.
inline constexpr size_t kLeastDurations = 6;

// A median, and how far it may be off.
struct MedianEstimate {
  double median = 0;                // milliseconds
  std::optional<double> error;      // standard error; none: fewer than kLeastDurations
  std::optional<double> log_error;  // of its logarithm; none also where a duration is 0
};

// `sorted` is ascending and not empty.
MedianEstimate EstimateMedian(const std::vector<Millis>& sorted);

struct Interval {
  double low = 0;
  double high = 0;
};

enum class Verdict : uint8_t {
  kSimilar,  // the whole interval of the ratio lies within the margin
  kFaster,   // it is not, and all of it is below 1
  kSlower,   // it is not, and all of it is above 1
  kUnclear,  // anything else; there may be no interval
};

struct MedianContrast {
  double difference = 0;  // milliseconds: the other less the first
  std::optional<Interval> difference_interval;
  std::optional<double> ratio;  // the other by the first; none where that is 0
  std::optional<Interval> ratio_interval;
  Verdict verdict = Verdict::kUnclear;
};

// `margin` 0.1: similar is a ratio between 1 / 1.1 and 1.1.
MedianContrast Contrast(const MedianEstimate& first, const MedianEstimate& other, double margin);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_MEDIAN_CONTRAST_H_
