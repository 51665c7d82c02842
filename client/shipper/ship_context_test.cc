#include "client/shipper/ship_context.h"

#include <gtest/gtest.h>

#include "tests/testing_util/fake_sleeper.h"

namespace proverlog {
namespace {

TEST(StreamOwnersTest, AStreamHasOneOwnerUntilItIsReleased) {
  StreamOwners owners;
  const int first = 0;
  const int second = 0;
  EXPECT_TRUE(owners.Claim(7, &first));
  EXPECT_TRUE(owners.Claim(7, &first));
  EXPECT_FALSE(owners.Claim(7, &second));
  EXPECT_TRUE(owners.Claim(8, &second));
  owners.Release(&first);
  EXPECT_TRUE(owners.Claim(7, &second));
}

TEST(RateLimitTest, ReadsNoFasterThanItsRate) {
  testing_util::FakeSleeper sleeper;
  RateLimit rate(1000, &sleeper);
  EXPECT_EQ(rate.Piece(1'000'000), 250U);
  const absl::Time begin = sleeper.Now();
  for (int i = 0; i < 40; ++i) rate.Take(250);
  EXPECT_GE(sleeper.Now() - begin, absl::Seconds(10));
}

TEST(RateLimitTest, ZeroIsNoLimit) {
  testing_util::FakeSleeper sleeper;
  RateLimit rate(0, &sleeper);
  EXPECT_EQ(rate.Piece(1'000'000), 1'000'000U);
  rate.Take(1'000'000);
  EXPECT_TRUE(sleeper.sleeps.empty());
}

}  // namespace
}  // namespace proverlog
