#include "client/commands/alert_flags.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"

namespace proverlog {
namespace {

TEST(AlertFlagsTest, LabelsAreRead) {
  google::protobuf::Map<std::string, std::string> labels;
  ASSERT_TRUE(ReadMatch({"machine=prover-a", "rule=a=b"}, labels).ok());
  EXPECT_EQ(labels.size(), 2);
  EXPECT_EQ(labels.at("machine"), "prover-a");
  EXPECT_EQ(labels.at("rule"), "a=b");
}

TEST(AlertFlagsTest, AnythingElseIsRefused) {
  for (const std::string text : {"", "machine", "=a", "machine="}) {
    google::protobuf::Map<std::string, std::string> labels;
    EXPECT_EQ(ReadMatch({text}, labels).message(),
              "--match: \"" + text + "\" is not LABEL=VALUE, such as machine=prover-a");
  }
  google::protobuf::Map<std::string, std::string> labels;
  EXPECT_EQ(ReadMatch({"machine=a", "machine=b"}, labels).message(),
            "--match: machine is there twice, and an alert has one value of it");
}

TEST(AlertFlagsTest, TheAccountSaysItUnlessSomebodyElseDoes) {
  EXPECT_EQ(*ReadWho("--by", "alice"), "alice");
  const auto account = ReadWho("--by", "");
  ASSERT_TRUE(account.ok()) << account.status();
  EXPECT_FALSE(account->empty());
}

}  // namespace
}  // namespace proverlog
