#include "client/commands/compare_command.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"

namespace proverlog {
namespace {

TEST(CompareCommandTest, ASubjectIsReadFromItsParts) {
  const auto subject = ParseSubject("epoch=3054,epoch=3055,machine=a,prover=x,version=4.1");
  ASSERT_TRUE(subject.ok()) << subject.status();
  ASSERT_EQ(subject->epochs_size(), 2);
  EXPECT_EQ(subject->epochs(1), 3055);
  EXPECT_EQ(subject->machine(), "a");
  EXPECT_EQ(subject->prover(), "x");
  EXPECT_EQ(subject->aztec_version(), "4.1");
  EXPECT_FALSE(subject->has_start_time());

  const auto time = ParseSubject("from=2026-11-21 03:00,to=2026-11-21T05:00:00+01:00");
  ASSERT_TRUE(time.ok()) << time.status();
  EXPECT_EQ(time->end_time().seconds() - time->start_time().seconds(), 3600);
  EXPECT_TRUE(ParseSubject("all").ok());
}

TEST(CompareCommandTest, AnythingElseIsRefusedByItsName) {
  for (const std::string text : {"", "3054", "epoch=", "epoch=x", "epoch=3054,", "from=now",
                                 "colour=red", "epoch=1;machine=a"}) {
    const auto subject = ParseSubject(text);
    EXPECT_TRUE(absl::IsInvalidArgument(subject.status())) << text;
    EXPECT_TRUE(absl::StartsWith(subject.status().message(), "subject " + text + ":"));
  }
}

}  // namespace
}  // namespace proverlog
