#include "rpc/near_names.h"

#include <gtest/gtest.h>

namespace proverlog {
namespace {

TEST(NearNamesTest, TheDistanceCountsLetters) {
  EXPECT_EQ(EditDistance("", ""), 0U);
  EXPECT_EQ(EditDistance("abc", ""), 3U);
  EXPECT_EQ(EditDistance("", "abc"), 3U);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3U);
  EXPECT_EQ(EditDistance("PUBLIC_VM", "public_vm"), 0U);
  EXPECT_EQ(EditDistance("ab", "ba"), 2U);
}

TEST(NearNamesTest, TheNearestNameIsProposed) {
  const std::vector<std::string> known = {"PUBLIC_VM", "PUBLIC_TX_BASE_ROLLUP",
                                          "PRIVATE_TX_BASE_ROLLUP"};
  EXPECT_EQ(DidYouMean("PUBLC_VM", known), "; did you mean \"PUBLIC_VM\"?");
  EXPECT_EQ(DidYouMean("public_tx_base_rolup", known), "; did you mean \"PUBLIC_TX_BASE_ROLLUP\"?");
  EXPECT_EQ(DidYouMean("TUBE_PROOF", known), "");
  EXPECT_EQ(DidYouMean("", known), "");
  EXPECT_EQ(DidYouMean("a", {"b"}), "; did you mean \"b\"?");
  EXPECT_EQ(DidYouMean("three", {"one", "two"}), "");
  EXPECT_EQ(DidYouMean(std::string(100'000, 'a'), {std::string(100'000, 'a')}), "");
}

}  // namespace
}  // namespace proverlog
