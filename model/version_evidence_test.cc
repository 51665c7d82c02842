#include "model/version_evidence.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_join.h"

namespace proverlog {
namespace {

struct Evidence {
  std::vector<std::string> messages;
  std::vector<std::string> job_types;
  std::string expected;
};

TEST(VersionEvidenceTest, Narrows) {
  const std::vector<Evidence> kCases = {
      {{}, {}, "unknown"},
      {{"0.87-5.2"}, {}, "unknown"},
      {{"0.87-4.1"}, {}, "up to 4.1"},
      {{"5.2"}, {}, "5.2 or later"},
      {{"0.87"}, {}, "up to 0.87"},
      {{"4.1-5.2"}, {}, "4.1 or later"},
      {{"1.1-2.0"}, {}, "1.1 to 2.0"},
      {{"3.0"}, {}, "3.0"},
      {{"3.0-5.2", "0.87-4.1"}, {}, "3.0 to 4.1"},
      {{"0.87-4.1", "3.0-5.2", "0.87-5.2"}, {}, "3.0 to 4.1"},
      {{"3.0-5.2", "4.1-5.2"}, {}, "4.1 or later"},
      {{"4.1-5.2", "3.0-5.2"}, {}, "4.1 or later"},
      {{"0.87-2.0", "0.87-4.1"}, {}, "up to 2.0"},
      {{"0.87-4.1", "0.87-2.0"}, {}, "up to 2.0"},
      {{"4.1-5.2", "0.87-4.1"}, {}, "4.1"},
      {{"5.2", "0.87-4.1"}, {}, "5.2 or later, and up to 4.1"},
      {{}, {"PUBLIC_VM"}, "unknown"},
      {{}, {"TYPE_OF_2031"}, "unknown"},
      {{}, {"PARITY_BASE"}, "3.0 or later"},
      {{}, {"BASE_PARITY"}, "up to 2.0"},
      {{}, {"PADDING_BLOCK_ROOT_ROLLUP"}, "1.1 to 2.0"},
      {{}, {"PUBLIC_TUBE"}, "3.0"},
      {{}, {"PUBLIC_CHONK_VERIFIER"}, "4.0 or later"},
      {{"0.87-4.1"}, {"PARITY_BASE", "PUBLIC_VM"}, "3.0 to 4.1"},
  };
  for (const Evidence& test : kCases) {
    VersionEvidence evidence;
    for (const std::string& message : test.messages) evidence.Add(ParseVersionRange(message));
    for (const std::string& type : test.job_types) evidence.AddJobType(type);
    EXPECT_EQ(evidence.ToString(), test.expected)
        << absl::StrJoin(test.messages, " ") << " " << absl::StrJoin(test.job_types, " ");
  }
}

TEST(VersionEvidenceTest, VersionsCompareByNumberAndNotByText) {
  EXPECT_LT(MakeAztecVersion(0, 87), MakeAztecVersion(1, 1));
  EXPECT_LT(MakeAztecVersion(4, 9), MakeAztecVersion(4, 10));
  VersionEvidence evidence;
  evidence.Add(ParseVersionRange("4.10-5.2"));
  evidence.Add(ParseVersionRange("4.9-5.2"));
  EXPECT_EQ(evidence.ToString(), "4.10 or later");
}

TEST(VersionEvidenceTest, APrintedVersionIsExactAndTheLastOneStands) {
  VersionEvidence evidence;
  evidence.AddJobType("PARITY_BASE");
  evidence.AddPrinted("4.1.2");
  EXPECT_EQ(evidence.ToString(), "4.1.2");
  evidence.AddPrinted("4.0.0-nightly.20260122");
  for (const std::string no_version : {"unknown", "", "7", "4.1\n", "4.1 or so"}) {
    evidence.AddPrinted(no_version);
  }
  EXPECT_EQ(evidence.ToString(), "4.0.0-nightly.20260122");
}

TEST(VersionEvidenceTest, LogsTogetherNarrowFurther) {
  VersionEvidence broker;
  broker.AddJobType("PARITY_BASE");
  VersionEvidence agent;
  agent.Add(ParseVersionRange("0.87-4.1"));
  broker.Merge(agent);
  EXPECT_EQ(broker.ToString(), "3.0 to 4.1");

  VersionEvidence node;
  node.AddPrinted("4.1.2");
  broker.Merge(node);
  broker.Merge(agent);
  EXPECT_EQ(broker.ToString(), "4.1.2");
  VersionEvidence other_node;
  other_node.AddPrinted("4.1.1");
  broker.Merge(other_node);
  EXPECT_EQ(broker.ToString(), "several versions");
  broker.Merge(node);
  EXPECT_EQ(broker.ToString(), "several versions");
}

TEST(VersionEvidenceTest, IsSavedAndReadBack) {
  VersionEvidence evidence;
  EXPECT_EQ(evidence.Serialize(), "");
  EXPECT_FALSE(VersionEvidence::Parse("").is_known());
  evidence.Add(ParseVersionRange("0.87-4.1"));
  EXPECT_EQ(evidence.Serialize(), "-4.1");
  EXPECT_EQ(VersionEvidence::Parse("-4.1"), evidence);
  evidence.AddJobType("PARITY_BASE");
  EXPECT_EQ(evidence.Serialize(), "3.0-4.1");
  EXPECT_EQ(VersionEvidence::Parse("3.0-4.1"), evidence);
  evidence.AddPrinted("4.0.0-rc.1");
  EXPECT_EQ(evidence.Serialize(), "3.0-4.1=4.0.0-rc.1");
  EXPECT_EQ(VersionEvidence::Parse("3.0-4.1=4.0.0-rc.1"), evidence);
  EXPECT_FALSE(VersionEvidence::Parse("nonsense").is_known());
}

TEST(VersionEvidenceTest, IsSurelyOfAVersion) {
  VersionEvidence printed;
  printed.AddPrinted("4.1.2");
  for (const char* version : {"4", "4.1", "4.1.2"}) EXPECT_TRUE(printed.IsOf(version)) << version;
  for (const char* version : {"", "5", "4.1.20", "4.1.1", "4.10", "1"}) {
    EXPECT_FALSE(printed.IsOf(version)) << version;
  }
  EXPECT_EQ(printed.range(), (VersionRange{MakeAztecVersion(4, 1), MakeAztecVersion(4, 1)}));

  VersionEvidence newest;
  newest.Add(ParseVersionRange("5.2"));
  for (const char* version : {"5", "5.2", "5.2 or later"}) EXPECT_TRUE(newest.IsOf(version));
  EXPECT_FALSE(newest.IsOf("4.1"));
  VersionEvidence range;
  range.Add(ParseVersionRange("4.0-4.1"));
  EXPECT_TRUE(range.IsOf("4"));
  EXPECT_FALSE(range.IsOf("4.1"));
  EXPECT_TRUE(range.IsOf("4.0 to 4.1"));
  VersionEvidence open;
  open.Add(ParseVersionRange("0.87-4.1"));
  EXPECT_FALSE(open.IsOf("4"));
  EXPECT_FALSE(VersionEvidence().IsOf("unknown"));
}

}  // namespace
}  // namespace proverlog
