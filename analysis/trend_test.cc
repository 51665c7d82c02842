#include "analysis/trend.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace proverlog {
namespace {

using Values = std::vector<std::optional<double>>;

Values OneTo(int last) {
  Values values;
  for (int i = 1; i <= last; ++i) values.emplace_back(i);
  return values;
}

TEST(TrendTest, ABandIsOfTheValuesBeforeAPoint) {
  Values values = OneTo(9);
  for (const double value : {9.1, 1.9, 5.0}) values.emplace_back(value);
  const auto points = FindTrend(values, 3, 9);
  ASSERT_EQ(points.size(), 3U);
  EXPECT_EQ(points[0].band->median, 5);
  EXPECT_EQ(points[0].band->low, 1);
  EXPECT_EQ(points[0].band->high, 9);
  EXPECT_EQ(points[0].position, TrendPosition::kAbove);
  EXPECT_EQ(points[1].band->low, 2);  // of 2 to 9.1
  EXPECT_EQ(points[1].band->high, 9.1);
  EXPECT_EQ(points[1].position, TrendPosition::kBelow);
  EXPECT_EQ(points[2].position, TrendPosition::kWithin);
}

TEST(TrendTest, ABandOfMoreValuesIsBetweenThem) {
  const auto points = FindTrend(
      [] {
        Values values = OneTo(20);
        values.emplace_back(2.2);
        return values;
      }(),
      1, 20);
  EXPECT_DOUBLE_EQ(points[0].band->low, 2.1);  // the 2.1st of 20
  EXPECT_DOUBLE_EQ(points[0].band->high, 18.9);
  EXPECT_EQ(points[0].position, TrendPosition::kWithin);
}

TEST(TrendTest, AnEdgeOfTheBandIsWithin) {
  Values values(9, 5.0);
  values.emplace_back(5);
  EXPECT_EQ(FindTrend(values, 1, 9)[0].position, TrendPosition::kWithin);
  values.back() = 5.1;
  EXPECT_EQ(FindTrend(values, 1, 9)[0].position, TrendPosition::kAbove);
}

TEST(TrendTest, WhatIsMissingIsNeitherInABandNorOutside) {
  Values values = OneTo(8);
  for (const auto& value : Values{{}, 9, 10, {}}) values.push_back(value);
  const auto points = FindTrend(values, 99, 99);
  ASSERT_EQ(points.size(), 12U);
  EXPECT_FALSE(points[9].band);  // eight values before it
  EXPECT_EQ(points[9].position, TrendPosition::kNoBand);
  EXPECT_EQ(points[10].band->median, 5);
  EXPECT_EQ(points[10].position, TrendPosition::kAbove);
  EXPECT_TRUE(points[11].band);
  EXPECT_EQ(points[11].position, TrendPosition::kNoBand);
}

// One in ten on either side, whatever the distribution; between these windows about as many.
TEST(TrendTest, OfSteadyValuesOneInFiveLiesOutside) {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> skewed(0, 2);
  for (const size_t window : {9U, 19U, 29U}) {
    Values values;
    for (int i = 0; i < 20'000; ++i) values.emplace_back(skewed(random));
    int above = 0;
    int below = 0;
    for (const TrendPoint& point : FindTrend(values, 19'900, window)) {
      above += point.position == TrendPosition::kAbove ? 1 : 0;
      below += point.position == TrendPosition::kBelow ? 1 : 0;
    }
    EXPECT_NEAR(above, 1990, 150) << window;
    EXPECT_NEAR(below, 1990, 150) << window;
  }
}

TEST(TrendTest, MoreMayBeAskedForThanThereIs) {
  EXPECT_EQ(FindTrend({1, 2}, 50, 20).size(), 2U);
  EXPECT_TRUE(FindTrend({}, 50, 20).empty());
}

}  // namespace
}  // namespace proverlog
