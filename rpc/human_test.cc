#include "rpc/human.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace proverlog {
namespace {

TEST(HumanDurationTest, HasThreeSignificantFigures) {
  const struct {
    absl::Duration duration;
    std::string text;
  } kCases[] = {
      {absl::ZeroDuration(), "0 ms"},
      {absl::Milliseconds(1), "1 ms"},
      {absl::Milliseconds(341), "341 ms"},
      {absl::Microseconds(999'400), "999 ms"},
      {absl::Microseconds(999'600), "1.00 s"},
      {absl::Seconds(1), "1.00 s"},
      {absl::Milliseconds(1'236), "1.24 s"},
      {absl::Milliseconds(9'994), "9.99 s"},
      {absl::Milliseconds(9'996), "10.0 s"},
      {absl::Milliseconds(34'140), "34.1 s"},
      {absl::Milliseconds(59'940), "59.9 s"},
      {absl::Milliseconds(59'960), "1 m 00 s"},
      {absl::Seconds(60), "1 m 00 s"},
      {absl::Seconds(125), "2 m 05 s"},
      {absl::Milliseconds(119'600), "2 m 00 s"},
      {absl::Milliseconds(3'599'400), "59 m 59 s"},
      {absl::Milliseconds(3'599'600), "1 h 00 m"},
      {absl::Seconds(3600), "1 h 00 m"},
      {absl::Seconds(12'000), "3 h 20 m"},
      {absl::Hours(3) + absl::Minutes(5), "3 h 05 m"},
      {absl::Hours(100), "100 h 00 m"},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(HumanDuration(test.duration), test.text) << test.duration;
  }
}

TEST(HumanDurationTest, ANegativeOneHasASign) {
  EXPECT_EQ(HumanDuration(absl::Milliseconds(-341)), "-341 ms");
  EXPECT_EQ(HumanDuration(absl::Microseconds(-999'600)), "-1.00 s");
  EXPECT_EQ(HumanDuration(absl::Seconds(-125)), "-2 m 05 s");
}

TEST(HumanDurationTest, TakesAMessageOfTheProtocol) {
  google::protobuf::Duration duration;
  EXPECT_EQ(HumanDuration(duration), "0 ms");
  duration.set_seconds(1);
  duration.set_nanos(240'000'000);
  EXPECT_EQ(HumanDuration(duration), "1.24 s");
}

TEST(HumanCountTest, HasASeparatorAfterEveryThreeDigits) {
  const struct {
    int64_t count;
    std::string text;
  } kCases[] = {{0, "0"},
                {7, "7"},
                {999, "999"},
                {1000, "1,000"},
                {1024, "1,024"},
                {99'999, "99,999"},
                {999'999, "999,999"},
                {1'000'000, "1,000,000"},
                {-1, "-1"},
                {-999, "-999"},
                {-1024, "-1,024"},
                {std::numeric_limits<int64_t>::max(), "9,223,372,036,854,775,807"}};
  for (const auto& test : kCases) EXPECT_EQ(HumanCount(test.count), test.text);
}

TEST(HumanBytesTest, CountsInThousands) {
  const struct {
    int64_t bytes;
    std::string text;
  } kCases[] = {
      {0, "0 B"},
      {1, "1 B"},
      {512, "512 B"},
      {999, "999 B"},
      {1000, "1.00 kB"},
      {1024, "1.02 kB"},
      {9'994, "9.99 kB"},
      {9'996, "10.0 kB"},
      {12'345, "12.3 kB"},
      {99'940, "99.9 kB"},
      {99'960, "100 kB"},
      {999'499, "999 kB"},
      {999'999, "1.00 MB"},
      {1'000'000, "1.00 MB"},
      {1 << 20, "1.05 MB"},
      {1'500'000, "1.50 MB"},
      {999'499'999, "999 MB"},
      {999'999'999, "1.00 GB"},
      {23'400'000'000, "23.4 GB"},
      {5'000'000'000'000, "5.00 TB"},
      {5'000'000'000'000'000, "5000 TB"},
  };
  for (const auto& test : kCases) EXPECT_EQ(HumanBytes(test.bytes), test.text) << test.bytes;
}

TEST(PluralTest, OnlyOneIsSingular) {
  EXPECT_EQ(Plural(0, "job"), "0 jobs");
  EXPECT_EQ(Plural(1, "job"), "1 job");
  EXPECT_EQ(Plural(2, "job"), "2 jobs");
  EXPECT_EQ(Plural(1001, "job"), "1,001 jobs");
}

TEST(HumanNumberTest, HasNoExponent) {
  const struct {
    double number;
    std::string text;
  } kCases[] = {{0, "0"},         {0.0004, "less than 0.001"},
                {0.042, "0.042"}, {2, "2"},
                {471.8, "472"},   {999.4, "999"},
                {999.6, "1,000"}, {2549.7, "2,550"}};
  for (const auto& test : kCases) EXPECT_EQ(HumanNumber(test.number), test.text);
}

TEST(HumanPercentTest, OnlyAllIsAHundred) {
  EXPECT_EQ(HumanPercent(1, 2), "100 %");
  EXPECT_EQ(HumanPercent(0.99998, 2), "99.99 %");
  EXPECT_EQ(HumanPercent(0.9996, 0), "99 %");
  EXPECT_EQ(HumanPercent(0.91649, 2), "91.65 %");
  EXPECT_EQ(HumanPercent(0.5, 1), "50 %");
  EXPECT_EQ(HumanPercent(0, 1), "0 %");
}

TEST(HumanListTest, TheLastIsJoinedByAnd) {
  EXPECT_EQ(HumanList({}), "");
  EXPECT_EQ(HumanList({"a"}), "a");
  EXPECT_EQ(HumanList({"a", "b"}), "a and b");
  EXPECT_EQ(HumanList({"a", "b", "c"}), "a, b and c");
  EXPECT_EQ(HumanEpochs({3054}), "epoch 3054");
  EXPECT_EQ(HumanEpochs({3054, 3055, 3057}), "epochs 3054, 3055 and 3057");
}

}  // namespace
}  // namespace proverlog
