#include "analysis/duration_stats.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace proverlog {

void DurationCollector::Add(const Span& span) {
  if (span.length < 0) {
    ++negative_;
    return;
  }
  lengths_.push_back(span.length);
  if (span.across_machines) ++across_machines_;
}

DurationStats DurationCollector::Stats() const {
  DurationStats stats;
  stats.count = static_cast<int32_t>(lengths_.size());
  stats.ambiguous = ambiguous_;
  stats.negative = negative_;
  stats.across_machines = across_machines_;
  if (lengths_.empty()) return stats;

  std::vector<Millis> sorted = lengths_;
  std::sort(sorted.begin(), sorted.end());
  const double sum = std::accumulate(sorted.begin(), sorted.end(), 0.0);
  stats.min = static_cast<double>(sorted.front());
  stats.mean = sum / static_cast<double>(sorted.size());
  stats.p50 = Percentile(sorted, 0.50);
  stats.p90 = Percentile(sorted, 0.90);
  stats.p95 = Percentile(sorted, 0.95);
  stats.p99 = Percentile(sorted, 0.99);
  stats.max = static_cast<double>(sorted.back());
  return stats;
}

double Percentile(const std::vector<Millis>& sorted, double fraction) {
  const double rank = fraction * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(std::floor(rank));
  const size_t above = std::min(below + 1, sorted.size() - 1);
  const double weight = rank - std::floor(rank);
  return static_cast<double>(sorted[below]) * (1 - weight) +
         static_cast<double>(sorted[above]) * weight;
}

}  // namespace proverlog
