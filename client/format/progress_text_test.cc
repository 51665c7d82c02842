// The answer of `proverlog progress` as text.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_split.h"
#include "client/format/summary.h"
#include "client/format/table.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr UnixMillis kSomeTime = 1795226400123;  // 2026-11-21 02:00:00.123

google::protobuf::Timestamp After(int minutes) {
  return ToProtoTimestamp(kSomeTime + minutes * 60'000);
}

v1::GetProgressResponse UnderWay() {
  v1::GetProgressResponse response;
  response.mutable_completeness()->set_complete(true);
  response.set_prover("mine");
  response.set_epoch(7);
  response.set_outcome(v1::EPOCH_OUTCOME_IN_PROGRESS);
  *response.mutable_start_time() = After(0);
  *response.mutable_as_of_time() = After(10);
  *response.mutable_last_complete_time() = After(9);
  v1::TypeProgress& type = *response.add_types();
  type.set_type("PUBLIC_VM");
  type.set_done(500);
  type.set_running(3);
  type.set_queued(2);
  type.set_given_up(1);
  type.set_expected(1000);
  *response.mutable_total() = type;
  response.mutable_total()->clear_type();
  response.set_expected_basis(v1::EXPECTED_BASIS_LEAF_JOBS);
  for (const int epoch : {6, 5, 4}) response.add_earlier_epochs(epoch);
  v1::EndEstimate& estimate = *response.mutable_estimate();
  *estimate.mutable_time() = After(20);
  *estimate.mutable_earliest_time() = After(18);
  *estimate.mutable_latest_time() = After(25);
  estimate.set_share(0.5);
  estimate.set_to_l1(true);
  *response.mutable_deadline()->mutable_time() = After(40);
  response.mutable_deadline()->set_source(v1::DEADLINE_SOURCE_LOG);
  *response.mutable_margin() = ToProtoDuration(absl::Minutes(20));
  response.set_verdict(v1::PROGRESS_VERDICT_ON_TIME);
  return response;
}

TEST(ProgressTextTest, AnEpochUnderWay) {
  const std::string text = ProgressText(UnderWay());
  EXPECT_THAT(text, StartsWith("Epoch 7 of mine: in progress\n"
                               "As of 2026-11-21 02:10:00.123 UTC, 10 m 00 s after it began; the "
                               "last job was done at 02:09:00.123.\n"
                               "Jobs: 500 done, 3 running, 2 queued, of about 1,000 (50% done)\n"
                               "Proof on L1: about 2026-11-21 02:20:00 UTC, between 02:18:00 and "
                               "02:25:00 in 50% of cases\n"
                               "Deadline:    2026-11-21 02:40:00 UTC, 20 m 00 s after that; the "
                               "log prints it\n"
                               "On time.\n"));
  EXPECT_THAT(text, HasSubstr("PUBLIC_VM   500        3       2         1     1,000\n"));
  EXPECT_THAT(text, HasSubstr("Expected as in 3 earlier epochs, by the jobs that had begun"));
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    EXPECT_LE(DisplayWidth(line), kMaxLineWidth) << line;
  }
}

TEST(ProgressTextTest, WithoutEarlierEpochsNothingIsExpected) {
  v1::GetProgressResponse response = UnderWay();
  response.clear_estimate();
  response.clear_deadline();
  response.clear_margin();
  response.clear_earlier_epochs();
  response.clear_expected_basis();
  response.clear_verdict();
  response.mutable_total()->clear_expected();
  response.mutable_types(0)->clear_expected();
  const std::string text = ProgressText(response);
  EXPECT_THAT(text, HasSubstr("Jobs: 500 done, 3 running, 2 queued\n"));
  EXPECT_THAT(text, HasSubstr("No earlier epoch of its kind was proven"));
  EXPECT_THAT(text, HasSubstr("Deadline:    not known; give --slot-duration and --epoch-slots\n"));
  EXPECT_THAT(ProgressText(response, /*timing_given=*/true),
              HasSubstr("Deadline:    not known: no log shows when a session began"));
  EXPECT_THAT(text, Not(HasSubstr("about")));
  EXPECT_THAT(text, Not(HasSubstr("On time")));
  EXPECT_THAT(text, Not(HasSubstr("EXPECTED")));
}

TEST(ProgressTextTest, OneEarlierEpochGivesNoInterval) {
  v1::GetProgressResponse response = UnderWay();
  response.mutable_estimate()->clear_earliest_time();
  response.mutable_estimate()->clear_latest_time();
  response.mutable_estimate()->set_to_l1(false);
  EXPECT_THAT(ProgressText(response),
              HasSubstr("Root proven: about 2026-11-21 02:20:00 UTC; one earlier epoch gives no "
                        "interval\n"));
}

TEST(ProgressTextTest, EachVerdictHasItsWords) {
  v1::GetProgressResponse response = UnderWay();
  response.set_verdict(v1::PROGRESS_VERDICT_AT_RISK);
  EXPECT_THAT(ProgressText(response), HasSubstr("At risk: it may end after the deadline.\n"));
  response.set_verdict(v1::PROGRESS_VERDICT_LATE);
  EXPECT_THAT(ProgressText(response), HasSubstr("Late: the deadline has passed, and no log"));
  *response.mutable_margin() = ToProtoDuration(-absl::Minutes(2));
  EXPECT_THAT(ProgressText(response), HasSubstr("2 m 00 s before that; the log prints it\nLate: it "
                                                "ends after the deadline.\n"));
}

TEST(ProgressTextTest, TheDeadlinesSourceIsNamed) {
  v1::ProofDeadline deadline;
  deadline.set_from_epoch(6);
  *deadline.mutable_epoch_length() = ToProtoDuration(absl::Seconds(2304));
  deadline.set_source(v1::DEADLINE_SOURCE_OTHER_EPOCH);
  EXPECT_EQ(DeadlineSourceText(deadline),
            "the log prints that of epoch 6, with epochs of 38 m 24 s");
  deadline.set_source(v1::DEADLINE_SOURCE_REQUEST);
  EXPECT_EQ(DeadlineSourceText(deadline),
            "from when the session of epoch 6 began, with the times that were given");
  deadline.set_source(v1::DEADLINE_SOURCE_PRESET);
  deadline.set_network("mainnet");
  EXPECT_EQ(DeadlineSourceText(deadline),
            "from when the session of epoch 6 began, with epochs of 38 m 24 s, as mainnet has "
            "them");
  v1::GetProgressResponse response = UnderWay();
  *response.mutable_deadline() = deadline;
  *response.mutable_deadline()->mutable_time() = After(40);
  response.mutable_deadline()->set_at_the_latest(true);
  EXPECT_THAT(ProgressText(response), HasSubstr("02:40:00 UTC at the latest, 20 m 00 s after"));
}

TEST(ProgressTextTest, AnEpochThatIsOver) {
  v1::GetProgressResponse response = UnderWay();
  response.set_over(true);
  response.set_outcome(v1::EPOCH_OUTCOME_PUBLISHED);
  *response.mutable_end_time() = After(30);
  *response.mutable_publish_time() = After(30);
  response.clear_estimate();
  response.mutable_total()->clear_expected();
  response.set_verdict(v1::PROGRESS_VERDICT_OVER);
  const std::string text = ProgressText(response);
  EXPECT_THAT(text, StartsWith("Epoch 7 of mine: published\n"
                               "It is over: from 2026-11-21 02:00:00.123 to 2026-11-21 "
                               "02:30:00.123 UTC, 30 m 00 s.\n"
                               "On L1:       2026-11-21 02:30:00 UTC\n"
                               "Deadline:    2026-11-21 02:40:00 UTC, 20 m 00 s after that;"));
  EXPECT_THAT(text, Not(HasSubstr("Expected")));
}

TEST(ProgressTextTest, AnIncompleteAnswerSaysSoFirst) {
  v1::GetProgressResponse response = UnderWay();
  response.mutable_completeness()->set_complete(false);
  response.mutable_completeness()->set_more_sources(true);
  EXPECT_THAT(ProgressText(response), StartsWith("Incomplete"));
}

TEST(ProgressTextTest, AProofThatWaits) {
  v1::GetProgressResponse response = UnderWay();
  *response.mutable_proof_ready_time() = After(9);
  EXPECT_THAT(ProgressText(response),
              HasSubstr("The proof is ready since 2026-11-21 02:09:00.123 UTC and not on L1.\n"));
}

}  // namespace
}  // namespace proverlog
