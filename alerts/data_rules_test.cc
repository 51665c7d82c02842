#include "alerts/data_rules.h"

#include <gtest/gtest.h>

#include "tests/testing_util/prover_views.h"

namespace proverlog {
namespace {

using testing_util::Find;
using testing_util::kNoon;
using testing_util::OpenView;

TEST(LogGapTest, OfTheLastHour) {
  ProverView view = OpenView();
  view.logs[0].gaps = {{1000, 5096, GapReason::kRotatedAway, kNoon - kViewed, ""}};
  const auto findings = Find("log_gap", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(
      findings[0].summary,
      "Of agent.log of m1 4096 bytes are missing (rotated away): what they said is not known.");
  EXPECT_EQ(findings[0].labels, (Labels{{"machine", "m1"}, {"source", "agent.log"}}));
  EXPECT_EQ(findings[0].detail, "from offset 1000: rotated away\n");
  EXPECT_TRUE(Find("block_set_aside", view).empty());
  view.logs[0].gaps[0].received_at -= 1;
  EXPECT_TRUE(Find("log_gap", view).empty());
  view.logs[0].gaps = {{1000, 5096, GapReason::kRetention, kNoon, ""}};
  EXPECT_TRUE(Find("log_gap", view).empty());
}

TEST(BlockSetAsideTest, SaysWhatWasWrong) {
  ProverView view = OpenView();
  view.logs[0].gaps = {{0, 100, GapReason::kUnreadable, kNoon, "the frame's checksum is wrong"}};
  const auto findings = Find("block_set_aside", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(
      findings[0].summary,
      "Of agent.log of m1 100 bytes could not be read and were set aside: the frame's checksum "
      "is wrong.");
  EXPECT_TRUE(Find("log_gap", view).empty());
  view.logs[0].gaps[0].received_at = kNoon - kViewed;
  EXPECT_EQ(Find("block_set_aside", view).size(), 1);
  view.logs[0].gaps[0].received_at -= 1;
  EXPECT_TRUE(Find("block_set_aside", view).empty());
}

TEST(IngestLagTest, WhereWhatComesIsOld) {
  ProverView view = OpenView();
  view.logs[0].last_at = kNoon - 5 * kMinute;
  EXPECT_TRUE(Find("ingest_lag", view).empty());
  view.logs[0].last_at = kNoon - 6 * kMinute;
  const auto findings = Find("ingest_lag", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "What m1 sends is 6 min old when it comes (agent.log): alerts are as late.");
  // Nothing came lately: it is silent, not late.
  view.logs[0].received_at = kNoon - 3 * kMinute;
  EXPECT_TRUE(Find("ingest_lag", view).empty());
  view.logs[0].received_at = kNoon;
  view.logs[0].ended = true;  // an old file
  EXPECT_TRUE(Find("ingest_lag", view).empty());
}

TEST(NormalizeLagTest, WhereWhatCameIsNotRead) {
  ProverView view = OpenView();
  view.logs[0].unread_bytes = 2'500'000;
  view.logs[0].last_at = kNoon - 5 * kMinute;
  EXPECT_TRUE(Find("normalize_lag", view).empty());
  view.logs[0].last_at = kNoon - 6 * kMinute;
  const auto findings = Find("normalize_lag", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "2.5 MB of logs are received and not read yet, 6 min behind (agent.log of m1): alerts "
            "are as late.");
  EXPECT_TRUE(findings[0].labels.empty());
  EXPECT_TRUE(Find("ingest_lag", view).empty());
}

TEST(UnknownMessagesTest, WhereTheyRise) {
  ProverView view = OpenView();
  view.logs[0].counts.understood = 900;
  view.logs[0].counts.not_understood = 100;
  EXPECT_TRUE(Find("unknown_messages", view).empty());
  view.logs[0].counts.not_understood = 101;
  const auto findings = Find("unknown_messages", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "10 % of what agent.log of m1 says is not understood (101 records of 1001), from its "
            "beginning; Aztec unknown.");
  EXPECT_EQ(findings[0].severity, Severity::kInfo);
  // The log before it was half as bad.
  view.logs.push_back(view.logs[0]);
  view.logs.back().stream_id = 0;
  view.logs.back().ended = true;
  view.logs.back().counts.not_understood = 52;
  EXPECT_TRUE(Find("unknown_messages", view).empty());
  view.logs.back().counts.not_understood = 40;
  ASSERT_EQ(Find("unknown_messages", view).size(), 1);
  EXPECT_EQ(Find("unknown_messages", view)[0].severity, Severity::kWarning);
  EXPECT_EQ(Find("unknown_messages", view)[0].summary,
            "10 % of what agent.log of m1 says is not understood (101 records of 1001), 4 % "
            "before; Aztec unknown.");
}

TEST(DataRulesTest, SayNothingOfAnEarlierTime) {
  ProverView view = OpenView();
  view.replayed = true;
  view.logs.clear();
  for (const Rule& rule : DataRules()) EXPECT_TRUE(Find(rule.name, view).empty()) << rule.name;
}

}  // namespace
}  // namespace proverlog
