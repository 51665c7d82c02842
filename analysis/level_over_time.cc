#include "analysis/level_over_time.h"

namespace proverlog {
namespace {

void Raise(int32_t level, UnixMillis at, LevelStats& stats) {
  if (level <= stats.peak) return;
  stats.peak = level;
  stats.peak_at = at;
}

// Counts the level from `begin` to `end`, two instants of the grid.
void Count(int32_t level, UnixMillis begin, UnixMillis end, const TimeGrid& grid,
           LevelSeries& series) {
  if (level == 0) return;
  Raise(level, begin, series.whole);
  while (begin < end) {
    const size_t index = grid.StepOf(begin);
    const UnixMillis until = std::min(end, grid.EndOf(index));
    LevelStats& step = series.steps[index];
    Raise(level, begin, step);
    // The mean is a sum until all is counted.
    step.mean += static_cast<double>(level) * static_cast<double>(until - begin);
    begin = until;
  }
}

}  // namespace

void LevelOverTime::Add(const OpenSpan& span) {
  changes_.push_back({span.begin, +1});
  if (span.end) changes_.push_back({std::max(*span.end, span.begin), -1});
}

LevelSeries LevelOverTime::Over(const TimeGrid& grid) const {
  std::vector<Change> changes = changes_;
  std::sort(changes.begin(), changes.end(),
            [](const Change& a, const Change& b) { return a.at < b.at; });
  LevelSeries series;
  series.steps.resize(grid.Steps());
  int32_t level = 0;
  UnixMillis at = grid.begin;
  for (const Change& change : changes) {
    const UnixMillis next = std::clamp(change.at, at, grid.end);
    if (next > at) Count(level, at, next, grid, series);
    at = next;
    level += change.by;
  }
  if (grid.end > at) Count(level, at, grid.end, grid, series);

  for (size_t i = 0; i < series.steps.size(); ++i) {
    LevelStats& step = series.steps[i];
    series.whole.mean += step.mean;
    step.mean /= static_cast<double>(grid.EndOf(i) - grid.BeginOf(i));
  }
  series.whole.mean /= static_cast<double>(grid.Length());
  return series;
}

}  // namespace proverlog
