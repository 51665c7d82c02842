#include "analysis/level_over_time.h"

#include <gtest/gtest.h>

namespace proverlog {
namespace {

TEST(TimeGridTest, TheLastStepMayBeShorter) {
  const TimeGrid grid{100, 125, 10};
  EXPECT_EQ(grid.Steps(), 3U);
  EXPECT_EQ(grid.BeginOf(2), 120);
  EXPECT_EQ(grid.EndOf(2), 125);
  EXPECT_TRUE(grid.Contains(100));
  EXPECT_FALSE(grid.Contains(125));
  EXPECT_EQ(grid.StepOf(109), 0U);
  EXPECT_EQ(grid.StepOf(110), 1U);
  EXPECT_EQ((TimeGrid{0, 30, 10}.Steps()), 3U);
}

TEST(LevelOverTimeTest, NothingIsNeverThere) {
  const LevelSeries series = LevelOverTime().Over({0, 20, 10});
  EXPECT_EQ(series.steps.size(), 2U);
  EXPECT_EQ(series.whole.peak, 0);
  EXPECT_EQ(series.whole.mean, 0);
}

TEST(LevelOverTimeTest, MeansAreWeightedByTimeAndPeaksAreOfInstants) {
  LevelOverTime level;
  level.Add({0, 10});
  level.Add({4, 6});
  level.Add({12, 40});
  const LevelSeries series = level.Over({0, 20, 10});
  EXPECT_DOUBLE_EQ(series.steps[0].mean, 1.2);
  EXPECT_EQ(series.steps[0].peak, 2);
  EXPECT_EQ(series.steps[0].peak_at, 4);
  EXPECT_DOUBLE_EQ(series.steps[1].mean, 0.8);
  EXPECT_EQ(series.steps[1].peak, 1);
  EXPECT_EQ(series.steps[1].peak_at, 12);
  EXPECT_DOUBLE_EQ(series.whole.mean, 1.0);
  EXPECT_EQ(series.whole.peak, 2);
}

TEST(LevelOverTimeTest, WhatBeganBeforeTheTimeAndGoesOnCounts) {
  LevelOverTime level;
  level.Add({-100, std::nullopt});
  level.Add({-50, -10});
  const LevelSeries series = level.Over({0, 25, 10});
  EXPECT_DOUBLE_EQ(series.steps[2].mean, 1);
  EXPECT_DOUBLE_EQ(series.whole.mean, 1);
  EXPECT_EQ(series.whole.peak, 1);
  EXPECT_EQ(series.whole.peak_at, 0);
}

TEST(LevelOverTimeTest, WhatEndsWhenAnotherBeginsIsNotThereWithIt) {
  LevelOverTime level;
  level.Add({5, 9});
  level.Add({0, 5});
  level.Add({5, 5});
  EXPECT_EQ(level.Over({0, 10, 10}).whole.peak, 1);
}

}  // namespace
}  // namespace proverlog
