#ifndef PROVERLOG_ANALYSIS_DURATION_STATS_H_
#define PROVERLOG_ANALYSIS_DURATION_STATS_H_

#include <cstdint>
#include <vector>

#include "model/job.h"
#include "model/time.h"

namespace proverlog {

// The distribution of one kind of duration over jobs, in milliseconds.
struct DurationStats {
  int32_t count = 0;
  int32_t ambiguous = 0;        // left out: start and end could not be paired
  int32_t negative = 0;         // left out: two machines' clocks disagree by more than it took
  int32_t across_machines = 0;  // of count: measured between two machines' clocks

  // Meaningful while count > 0.
  double min = 0;
  double mean = 0;
  double p50 = 0;
  double p90 = 0;
  double p95 = 0;
  double p99 = 0;
  double max = 0;
};

// Collects durations, then computes their distribution.
class DurationCollector {
 public:
  void Add(const Span& span);
  void AddAmbiguous() { ++ambiguous_; }
  DurationStats Stats() const;

 private:
  std::vector<Millis> lengths_;
  int32_t ambiguous_ = 0;
  int32_t negative_ = 0;
  int32_t across_machines_ = 0;
};

// Interpolates linearly between the closest ranks, as PostgreSQL's percentile_cont does. `sorted`
// is ascending and not empty, `fraction` within [0, 1].
double Percentile(const std::vector<Millis>& sorted, double fraction);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_DURATION_STATS_H_
