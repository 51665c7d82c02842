#include "analysis/duration_stats.h"

#include <gtest/gtest.h>

#include <vector>

namespace proverlog {
namespace {

DurationStats StatsOf(const std::vector<Millis>& lengths) {
  DurationCollector collector;
  for (const Millis length : lengths) collector.Add({length, false});
  return collector.Stats();
}

TEST(PercentileTest, InterpolatesBetweenTheClosestRanks) {
  const struct {
    std::vector<Millis> sorted;
    double fraction;
    double expected;
  } kCases[] = {
      {{7}, 0, 7},
      {{7}, 0.5, 7},
      {{7}, 1, 7},
      {{10, 20}, 0, 10},
      {{10, 20}, 0.25, 12.5},
      {{10, 20}, 0.5, 15},
      {{10, 20}, 0.99, 19.9},
      {{10, 20}, 1, 20},
      {{1, 2, 3, 4}, 0.5, 2.5},
      {{1, 2, 3, 4}, 0.25, 1.75},
      {{15, 20, 35, 40, 50}, 0.4, 29},  // rank 1.6: 20 + 0.6 * 15
      {{15, 20, 35, 40, 50}, 0.5, 35},
      {{0, 0, 0, 1000}, 0.9, 700},  // rank 2.7
  };
  for (const auto& test : kCases) {
    EXPECT_DOUBLE_EQ(Percentile(test.sorted, test.fraction), test.expected)
        << test.sorted.size() << " values at " << test.fraction;
  }
}

TEST(DurationCollectorTest, TheFiguresOfOneToAHundred) {
  std::vector<Millis> lengths;
  for (Millis i = 0; i < 100; ++i) lengths.push_back(i * 37 % 100 + 1);  // in no order
  const DurationStats stats = StatsOf(lengths);
  EXPECT_EQ(stats.count, 100);
  EXPECT_DOUBLE_EQ(stats.min, 1);
  EXPECT_DOUBLE_EQ(stats.mean, 50.5);
  EXPECT_DOUBLE_EQ(stats.p50, 50.5);
  EXPECT_DOUBLE_EQ(stats.p90, 90.1);
  EXPECT_DOUBLE_EQ(stats.p95, 95.05);
  EXPECT_DOUBLE_EQ(stats.p99, 99.01);
  EXPECT_DOUBLE_EQ(stats.max, 100);
}

TEST(DurationCollectorTest, OneValueIsEveryFigure) {
  const DurationStats stats = StatsOf({42});
  EXPECT_EQ(stats.count, 1);
  for (const double figure :
       {stats.min, stats.mean, stats.p50, stats.p90, stats.p95, stats.p99, stats.max}) {
    EXPECT_DOUBLE_EQ(figure, 42);
  }
}

TEST(DurationCollectorTest, NothingCollectedIsNothingCounted) {
  const DurationStats stats = StatsOf({});
  EXPECT_EQ(stats.count, 0);
  EXPECT_EQ(stats.ambiguous, 0);
  EXPECT_EQ(stats.negative, 0);
  EXPECT_EQ(stats.across_machines, 0);
}

TEST(DurationCollectorTest, ANegativeOneIsLeftOutAndCounted) {
  DurationCollector collector;
  collector.Add({-1, true});
  collector.Add({0, false});
  collector.Add({10, true});
  const DurationStats stats = collector.Stats();
  EXPECT_EQ(stats.count, 2);
  EXPECT_EQ(stats.negative, 1);
  EXPECT_EQ(stats.across_machines, 1);
  EXPECT_DOUBLE_EQ(stats.min, 0);
  EXPECT_DOUBLE_EQ(stats.mean, 5);
}

TEST(DurationCollectorTest, AmbiguousOnesAreCountedApart) {
  DurationCollector collector;
  collector.AddAmbiguous();
  collector.AddAmbiguous();
  EXPECT_EQ(collector.Stats().ambiguous, 2);
  EXPECT_EQ(collector.Stats().count, 0);
}

TEST(DurationCollectorTest, LongSumsAreNotRounded) {
  constexpr Millis kYear = Millis{365} * 24 * 3'600'000;
  EXPECT_DOUBLE_EQ(StatsOf(std::vector<Millis>(1000, kYear)).mean, static_cast<double>(kYear));
}

}  // namespace
}  // namespace proverlog
