#ifndef PROVERLOG_ANALYSIS_LEVEL_OVER_TIME_H_
#define PROVERLOG_ANALYSIS_LEVEL_OVER_TIME_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "analysis/job_timeline.h"
#include "model/time.h"

namespace proverlog {

// A time that is divided into steps: from `begin` on, before `end`. The last step may be shorter.
struct TimeGrid {
  UnixMillis begin = 0;
  UnixMillis end = 1;  // after begin
  Millis step = 1;     // positive

  Millis Length() const { return end - begin; }
  size_t Steps() const { return static_cast<size_t>((Length() + step - 1) / step); }
  bool Contains(UnixMillis at) const { return at >= begin && at < end; }
  // Of an instant that it contains.
  size_t StepOf(UnixMillis at) const { return static_cast<size_t>((at - begin) / step); }
  UnixMillis BeginOf(size_t index) const { return begin + static_cast<Millis>(index) * step; }
  UnixMillis EndOf(size_t index) const { return std::min(end, BeginOf(index) + step); }
};

// A level during a time.
struct LevelStats {
  double mean = 0;         // weighted by time
  int32_t peak = 0;        // of all instants
  UnixMillis peak_at = 0;  // the first of it
};

struct LevelSeries {
  LevelStats whole;
  std::vector<LevelStats> steps;  // of the grid
};

// How many of something there are at once over time, such as attempts that run.
class LevelOverTime {
 public:
  // One more during the span. One that ends when another begins is never there together with it.
  void Add(const OpenSpan& span);

  LevelSeries Over(const TimeGrid& grid) const;

 private:
  struct Change {
    UnixMillis at;
    int32_t by;
  };
  std::vector<Change> changes_;
};

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_LEVEL_OVER_TIME_H_
