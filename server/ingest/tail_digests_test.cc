#include "server/ingest/tail_digests.h"

#include <gtest/gtest.h>

#include "codec/sha256.h"

namespace proverlog {
namespace {

class TailDigestsTest : public testing::Test {
 protected:
  std::string Get(const StreamCandidate& stream, const std::string& bytes) {
    const auto digest = tails_.Get(stream, 10, 20, [&] {
      ++reads_;
      return bytes;
    });
    return digest.ok() ? *digest : "";
  }

  TailDigests tails_;
  int reads_ = 0;
};

TEST_F(TailDigestsTest, WhatIsKnownIsNotReadAgain) {
  const StreamCandidate stream = {{1, 7}, 20, 0, 1000};
  EXPECT_EQ(Get(stream, "tail"), Sha256("tail"));
  EXPECT_EQ(Get(stream, "not read"), Sha256("tail"));
  EXPECT_EQ(reads_, 1);
  EXPECT_EQ(Get({{1, 8}, 20, 0, 1000}, "another"), Sha256("another"));
}

TEST_F(TailDigestsTest, WhatCameInPlaceOfWhatAFailoverLostIsRead) {
  EXPECT_EQ(Get({{1, 7}, 20, 0, 1000}, "lost"), Sha256("lost"));
  EXPECT_EQ(Get({{1, 7}, 20, 0, 1001}, "new"), Sha256("new"));
}

TEST_F(TailDigestsTest, AFailureIsNotKept) {
  const StreamCandidate stream = {{1, 7}, 20, 0, 1000};
  const auto fail = [] { return absl::StatusOr<std::string>(absl::UnavailableError("gone")); };
  EXPECT_TRUE(absl::IsUnavailable(tails_.Get(stream, 10, 20, fail).status()));
  EXPECT_EQ(Get(stream, "tail"), Sha256("tail"));
}

}  // namespace
}  // namespace proverlog
