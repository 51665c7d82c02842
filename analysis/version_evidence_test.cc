#include "analysis/version_evidence.h"

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
    for (const std::string& message : test.messages) evidence.AddMessage(message);
    for (const std::string& type : test.job_types) evidence.AddJobType(type);
    EXPECT_EQ(evidence.ToString(), test.expected)
        << absl::StrJoin(test.messages, " ") << " " << absl::StrJoin(test.job_types, " ");
  }
}

TEST(VersionEvidenceTest, VersionsCompareByNumberAndNotByText) {
  EXPECT_LT((AztecVersion{0, 87}), (AztecVersion{1, 1}));
  EXPECT_LT((AztecVersion{4, 9}), (AztecVersion{4, 10}));
  VersionEvidence evidence;
  evidence.AddMessage("4.10-5.2");
  evidence.AddMessage("4.9-5.2");
  EXPECT_EQ(evidence.ToString(), "4.10 or later");
}

}  // namespace
}  // namespace proverlog
