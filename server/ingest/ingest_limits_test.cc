#include "server/ingest/ingest_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace proverlog {
namespace {

using testing::HasSubstr;

TEST(IngestLimitsTest, StreamsAreLimitedPerProverAndInAll) {
  IngestLimits limits({.max_streams = 3, .max_streams_per_prover = 2});
  auto first = limits.Admit("a");
  auto second = limits.Admit("a");
  ASSERT_TRUE(first.ok() && second.ok());
  const auto third = limits.Admit("a");
  EXPECT_TRUE(absl::IsUnavailable(third.status()));
  EXPECT_THAT(std::string(third.status().message()), HasSubstr("--max-streams-per-prover"));
  auto other = limits.Admit("b");
  ASSERT_TRUE(other.ok());
  EXPECT_THAT(std::string(limits.Admit("c").status().message()), HasSubstr("--max-streams "));
  { const IngestLimits::Lease ended = *std::move(second); }
  EXPECT_TRUE(limits.Admit("a").ok());
}

TEST(IngestLimitsTest, AProversBytesASecondAreLimited) {
  absl::Time now = absl::UnixEpoch();
  IngestLimits limits({.max_bytes_per_second = 100, .now = [&] { return now; }});
  const auto a = limits.Admit("a");
  const auto b = limits.Admit("b");
  EXPECT_TRUE(limits.Spend("a", 250).ok());  // as much as there was to spend, and more
  const absl::Status refused = limits.Spend("a", 1);
  EXPECT_TRUE(absl::IsUnavailable(refused));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("--max-prover-rate"));
  EXPECT_TRUE(limits.Spend("b", 1).ok());
  now += absl::Seconds(1);
  EXPECT_FALSE(limits.Spend("a", 1).ok());
  now += absl::Seconds(1);
  EXPECT_TRUE(limits.Spend("a", 1).ok());
}

TEST(IngestLimitsTest, WhatAProverHasSpentOutlivesItsStreams) {
  absl::Time now = absl::UnixEpoch();
  IngestLimits limits({.max_bytes_per_second = 100, .now = [&] { return now; }});
  int sent = 0;
  for (int i = 0; i < 10; ++i) {
    const auto stream = limits.Admit("a");
    sent += limits.Spend("a", 40).ok() ? 40 : 0;
  }
  EXPECT_EQ(sent, 120);  // the last one overdraws
}

TEST(IngestLimitsTest, LittleIsEarnedOften) {
  absl::Time now = absl::UnixEpoch();
  IngestLimits limits({.max_bytes_per_second = 10, .now = [&] { return now; }});
  const auto stream = limits.Admit("a");
  EXPECT_TRUE(limits.Spend("a", 11).ok());
  for (int i = 0; i < 40; ++i) {
    now += absl::Milliseconds(10);
    limits.Spend("a", 0).IgnoreError();
  }
  EXPECT_TRUE(limits.Spend("a", 1).ok());
}

TEST(IngestLimitsTest, ProversThatAreGoneAreForgotten) {
  absl::Time now = absl::UnixEpoch();
  IngestLimits limits({.max_bytes_per_second = 10, .now = [&] { return now; }});
  for (int i = 0; i < 5000; ++i) {
    const auto stream = limits.Admit(std::to_string(i));
    EXPECT_TRUE(limits.Spend(std::to_string(i), 5).ok());
    now += absl::Seconds(1);
  }
  EXPECT_LE(limits.provers(), 1001U);
}

// Else a prover would begin anew with each call.
TEST(IngestLimitsTest, WhatAProverOwesOutlivesItsStreams) {
  absl::Time now = absl::UnixEpoch();
  IngestLimits limits({.max_bytes_per_second = 100, .now = [&] { return now; }});
  {
    const auto stream = limits.Admit("a");
    EXPECT_TRUE(limits.Spend("a", 1000).ok());
  }
  const auto again = limits.Admit("a");
  EXPECT_FALSE(limits.Spend("a", 1).ok());
}

}  // namespace
}  // namespace proverlog
