#include "alerts/fingerprint.h"

#include <gtest/gtest.h>

namespace proverlog {
namespace {

TEST(FingerprintTest, IsOfProverRuleAndLabels) {
  const std::string one = FingerprintOf("alpha", "job_stuck", {{"epoch", "7"}, {"type", "A"}});
  EXPECT_EQ(one.size(), 16);
  EXPECT_EQ(one, FingerprintOf("alpha", "job_stuck", {{"type", "A"}, {"epoch", "7"}}));
  EXPECT_NE(one, FingerprintOf("beta", "job_stuck", {{"epoch", "7"}, {"type", "A"}}));
  EXPECT_NE(one, FingerprintOf("alpha", "job_failed", {{"epoch", "7"}, {"type", "A"}}));
  EXPECT_NE(one, FingerprintOf("alpha", "job_stuck", {{"epoch", "8"}, {"type", "A"}}));
}

TEST(FingerprintTest, KnowsWhereOneTextEnds) {
  EXPECT_NE(FingerprintOf("a", "bc", {}), FingerprintOf("ab", "c", {}));
  EXPECT_NE(FingerprintOf("a", "b", {{"x", "yz"}}), FingerprintOf("a", "b", {{"xy", "z"}}));
}

}  // namespace
}  // namespace proverlog
