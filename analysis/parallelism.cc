#include "analysis/parallelism.h"

#include <algorithm>
#include <tuple>

namespace proverlog {

void ParallelismCounter::Add(const Job& job) {
  for (const Attempt& attempt : job.attempts) Add(attempt, job);
}

void ParallelismCounter::Add(const Attempt& attempt, const Job& job) {
  if (!attempt.started_at) return;
  steps_.push_back({*attempt.started_at, +1});
  const std::optional<UnixMillis> end = attempt.ended_at ? attempt.ended_at : job.ended_at;
  if (end) steps_.push_back({std::max(*end, *attempt.started_at), -1});
}

int32_t ParallelismCounter::Max() const {
  std::vector<Step> steps = steps_;
  std::sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) {
    return std::tie(a.at, a.change) < std::tie(b.at, b.change);
  });
  int32_t running = 0;
  int32_t max = 0;
  for (const Step& step : steps) {
    running += step.change;
    max = std::max(max, running);
  }
  return max;
}

}  // namespace proverlog
