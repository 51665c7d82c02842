#include "analysis/median_contrast.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace proverlog {
namespace {

MedianEstimate Of(std::vector<Millis> values) {
  std::sort(values.begin(), values.end());
  return EstimateMedian(values);
}

// The example of the authors' own implementation: ci.ratio.median2 in the R package statpsych.
TEST(MedianContrastTest, TheAuthorsExample) {
  const auto other = Of({36, 44, 47, 42, 49, 39, 46, 31, 33, 48});
  const auto first = Of({32, 39, 26, 35, 43, 27, 40, 37, 34, 29, 49, 42, 40});
  const MedianContrast contrast = Contrast(first, other, 0.1);
  EXPECT_EQ(first.median, 37);
  EXPECT_EQ(other.median, 43);
  EXPECT_NEAR(*contrast.ratio, 1.162162, 1e-6);
  EXPECT_NEAR(contrast.ratio_interval->low, 0.927667, 1e-6);
  EXPECT_NEAR(contrast.ratio_interval->high, 1.455933, 1e-6);
  EXPECT_EQ(contrast.difference, 6);
  EXPECT_LT(contrast.difference_interval->low, 0);
  EXPECT_GT(contrast.difference_interval->high, 6);
  EXPECT_EQ(contrast.verdict, Verdict::kUnclear);
}

TEST(MedianContrastTest, TooFewDurationsHaveNoInterval) {
  const auto five = Of({10, 11, 12, 13, 14});
  const auto six = Of({10, 11, 12, 13, 14, 15});
  EXPECT_FALSE(five.error);
  EXPECT_TRUE(six.error);
  const MedianContrast contrast = Contrast(six, five, 0.1);
  EXPECT_FALSE(contrast.ratio_interval);
  EXPECT_FALSE(contrast.difference_interval);
  EXPECT_EQ(contrast.verdict, Verdict::kUnclear);
  EXPECT_NEAR(*contrast.ratio, 12 / 12.5, 1e-9);
  EXPECT_NEAR(contrast.difference, -0.5, 1e-9);
}

MedianEstimate Around(double median, double log_error) {
  return {median, median * log_error, log_error};
}

TEST(MedianContrastTest, SimilarOnlyWhereTheWholeIntervalIsWithinTheMargin) {
  EXPECT_EQ(Contrast(Around(100, 0), Around(109, 0), 0.1).verdict, Verdict::kSimilar);
  EXPECT_EQ(Contrast(Around(100, 0), Around(111, 0), 0.1).verdict, Verdict::kSlower);
  EXPECT_EQ(Contrast(Around(109, 0), Around(100, 0), 0.1).verdict, Verdict::kSimilar);
  EXPECT_EQ(Contrast(Around(111, 0), Around(100, 0), 0.1).verdict, Verdict::kFaster);
  EXPECT_EQ(Contrast(Around(100, 0), Around(111, 0), 0.2).verdict, Verdict::kSimilar);
  // 1 with an interval of 0.87 to 1.15, and 1.3 with one of 0.99 to 1.7.
  EXPECT_EQ(Contrast(Around(100, 0.05), Around(100, 0.05), 0.1).verdict, Verdict::kUnclear);
  EXPECT_EQ(Contrast(Around(100, 0.1), Around(130, 0.1), 0.1).verdict, Verdict::kUnclear);
}

TEST(MedianContrastTest, DurationsOfNothingHaveNoRatio) {
  const auto zeros = Of({0, 0, 0, 0, 0, 0, 0});
  const auto some = Of({0, 0, 0, 5, 6, 7, 8});
  const auto well = Of({4, 5, 6, 7, 8, 9, 10});
  EXPECT_FALSE(Contrast(zeros, well, 0.1).ratio);
  EXPECT_EQ(Contrast(zeros, well, 0.1).verdict, Verdict::kUnclear);
  EXPECT_TRUE(Contrast(zeros, well, 0.1).difference_interval);
  EXPECT_EQ(Contrast(well, zeros, 0.1).ratio, 0);
  EXPECT_FALSE(Contrast(well, zeros, 0.1).ratio_interval);
  EXPECT_FALSE(Contrast(well, some, 0.1).ratio_interval);
}

// 95 of 100 intervals hold the true ratio, whatever the durations' distribution: 2000 draws of it
// are within a percent and a half. Small samples are on the safe side.
TEST(MedianContrastTest, TheIntervalHoldsTheTruthAsOftenAsItSays) {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> skewed(std::log(1000), 1);
  std::exponential_distribution<double> long_tail(std::log(2.0) / 1000);
  const auto draw = [&](auto& distribution, size_t n, double scale) {
    std::vector<Millis> values;
    for (size_t i = 0; i < n; ++i) {
      values.push_back(1 + static_cast<Millis>(scale * distribution(random)));
    }
    return Of(std::move(values));
  };
  for (const auto& [n1, n2, least, most] :
       std::vector<std::tuple<size_t, size_t, double, double>>{{6, 6, 0.935, 1},
                                                               {6, 60, 0.935, 0.99},
                                                               {200, 50, 0.935, 0.965},
                                                               {1000, 1000, 0.935, 0.965}}) {
    int held = 0;
    constexpr int kDraws = 2000;
    for (int i = 0; i < kDraws; ++i) {
      const auto first = draw(skewed, n1, 1);
      const auto other = draw(long_tail, n2, 1.5);
      const auto interval = Contrast(first, other, 0.1).ratio_interval;
      ASSERT_TRUE(interval);
      held += interval->low <= 1.5 && interval->high >= 1.5 ? 1 : 0;
    }
    EXPECT_GE(held, least * kDraws) << n1 << " and " << n2;
    EXPECT_LE(held, most * kDraws) << n1 << " and " << n2;
  }
}

TEST(MedianContrastTest, ManyDurationsAreNoProblem) {
  std::vector<Millis> many;
  for (Millis i = 0; i < 100'000; ++i) many.push_back(1000 + i);
  const auto estimate = EstimateMedian(many);
  // A uniform distribution's median is off by half its width by the root of n.
  EXPECT_NEAR(*estimate.error, 100'000 / 2 / std::sqrt(100'000.0), 2);
}

}  // namespace
}  // namespace proverlog
