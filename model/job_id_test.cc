#include "model/job_id.h"

#include <gtest/gtest.h>

#include <string>

namespace proverlog {
namespace {

TEST(JobIdTest, ParsesWhatAztecPrints) {
  const std::string hash(64, 'a');
  const std::string text = "3054:PUBLIC_VM:" + hash;
  const auto id = ParseJobId(text);
  ASSERT_TRUE(id);
  EXPECT_EQ(id->epoch, 3054);
  EXPECT_EQ(id->type, "PUBLIC_VM");
  EXPECT_EQ(id->hash, hash);
  EXPECT_TRUE(IsFullHash(id->hash));
  EXPECT_EQ(JobId::From(*id).ToString(), text);
}

TEST(JobIdTest, KeepsTypesAndHashesItHasNeverSeen) {
  const auto id = ParseJobId("0:TYPE_OF_2031:unknown");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->type, "TYPE_OF_2031");
  EXPECT_FALSE(IsFullHash(id->hash));
}

TEST(JobIdTest, RefusesWhatIsNoJobId) {
  for (const std::string text :
       {"", ":", "::", "3054", "3054:PUBLIC_VM", "3054:PUBLIC_VM:", "3054::abc", ":PUBLIC_VM:abc",
        "-1:PUBLIC_VM:abc", "+1:PUBLIC_VM:abc", " 1:PUBLIC_VM:abc", "03:PUBLIC_VM:abc",
        "2147483648:PUBLIC_VM:abc", "1:public_vm:abc", "1:PUBLIC VM:abc", "1:PUBLIC_VM:a c",
        "1:PUBLIC_VM:a:c", "1:PUBLIC_VM:a\"", "d7c02e64"}) {
    EXPECT_FALSE(ParseJobId(text)) << text;
  }
  EXPECT_TRUE(ParseJobId("2147483647:A:b"));
  EXPECT_TRUE(ParseJobId("1:" + std::string(64, 'A') + ":" + std::string(128, 'b')));
  EXPECT_FALSE(ParseJobId("1:" + std::string(65, 'A') + ":b"));
  EXPECT_FALSE(ParseJobId("1:A:" + std::string(129, 'b')));
}

TEST(JobIdTest, OnlySixtyFourLowerCaseDigitsAreAFullHash) {
  EXPECT_FALSE(IsFullHash(std::string(63, 'a')));
  EXPECT_FALSE(IsFullHash(std::string(64, 'A')));
  EXPECT_FALSE(IsFullHash(std::string(64, 'g')));
}

}  // namespace
}  // namespace proverlog
