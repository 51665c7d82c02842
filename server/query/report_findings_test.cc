// Each rule by itself, on reports that say little else.

#include "server/query/report_findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr UnixMillis kBegin = 1795226400000;

v1::GetEpochSummaryResponse& AddEpoch(v1::GetReportResponse& report, int32_t number,
                                      v1::EpochOutcome outcome = v1::EPOCH_OUTCOME_PUBLISHED) {
  v1::GetEpochSummaryResponse& epoch = *report.add_epochs();
  epoch.set_epoch(number);
  epoch.set_outcome(outcome);
  report.add_reliability()->set_epoch(number);
  return epoch;
}

// What the rule says: "+" healthy, "!" unhealthy, "?" a recommendation.
std::vector<std::string> Said(v1::GetReportResponse report, const std::string& rule) {
  AddFindings(report);
  std::vector<std::string> said;
  for (const v1::ReportFinding& finding : report.findings()) {
    if (finding.rule() != rule) continue;
    const char* mark = finding.kind() == v1::FINDING_KIND_HEALTHY          ? "+ "
                       : finding.kind() == v1::FINDING_KIND_UNHEALTHY      ? "! "
                       : finding.kind() == v1::FINDING_KIND_RECOMMENDATION ? "? "
                                                                           : "";
    said.push_back(absl::StrCat(mark, finding.text()));
  }
  return said;
}

void SetDuration(google::protobuf::Duration* duration, double seconds) {
  *duration = ToProtoDuration(absl::Seconds(seconds));
}

TEST(ReportFindingsTest, WhetherItWasProvenIsApartFromWhatBecameOfItOnL1) {
  v1::GetReportResponse report;
  v1::GetEpochSummaryResponse& late = AddEpoch(report, 1, v1::EPOCH_OUTCOME_TIMED_OUT);
  *late.add_sessions()->mutable_proof_ready_time() = ToProtoTimestamp(kBegin);
  v1::GetEpochSummaryResponse& lost = AddEpoch(report, 2, v1::EPOCH_OUTCOME_FAILED);
  v1::JobTypeSummary& root = *lost.add_job_types();
  root.set_type("ROOT_ROLLUP");
  root.set_completed(1);
  AddEpoch(report, 3, v1::EPOCH_OUTCOME_ABORTED);
  AddEpoch(report, 4, v1::EPOCH_OUTCOME_SUPERSEDED);
  AddEpoch(report, 5, v1::EPOCH_OUTCOME_DROPPED);
  AddEpoch(report, 6, v1::EPOCH_OUTCOME_PROVEN);
  AddEpoch(report, 7, v1::EPOCH_OUTCOME_PUBLISHED);
  AddEpoch(report, 8, v1::EPOCH_OUTCOME_INCOMPLETE);
  AddEpoch(report, 9, v1::EPOCH_OUTCOME_IN_PROGRESS);
  EXPECT_THAT(
      Said(report, "outcome"),
      ElementsAre("+ Epoch 1 was proven up to its root", "+ Epoch 2 was proven up to its root",
                  "! Epoch 3 was not proven", "+ Epoch 5 was proven up to its root",
                  "+ Epoch 6 was proven up to its root", "+ Epoch 7 was proven up to its root",
                  "Epoch 8: the logs do not show how it ended."));
  EXPECT_THAT(Said(report, "l1"),
              ElementsAre("! The proof of epoch 1 did not get to L1: its deadline came first",
                          "! The proof of epoch 2 did not get to L1: its session failed",
                          "A longer proof was published in the stead of that of epoch 4.",
                          "The proof of epoch 5 was not sent to L1: publishing is disabled.",
                          "No log tells whether the proof of epoch 6 got to L1.",
                          "+ The proof of epoch 7 is on L1"));
}

TEST(ReportFindingsTest, OneFailedJobIsOne) {
  v1::GetReportResponse report;
  v1::JobCounts& totals = *AddEpoch(report, 1).mutable_totals();
  totals.set_jobs(5);
  totals.set_completed(4);
  totals.set_failed(1);
  EXPECT_THAT(Said(report, "failures"),
              ElementsAre("1 job of 5 failed for good.",
                          "? See why, with the lines: proverlog why EPOCH.", "! 1 failed job"));
  totals.set_failed(0);
  report.mutable_reliability(0)->set_first_attempt(3);
  EXPECT_THAT(Said(report, "failures"),
              ElementsAre("No job failed for good; 3 of 4 completed jobs needed one attempt.",
                          "+ No failed jobs"));
}

TEST(ReportFindingsTest, NothingIsHealthyWithoutJobs) {
  v1::GetReportResponse report;
  AddEpoch(report, 1);
  EXPECT_THAT(Said(report, "failures"), ElementsAre("No job is known."));
  EXPECT_THAT(Said(report, "retries"), IsEmpty());
  EXPECT_THAT(Said(report, "time-outs"), IsEmpty());
  EXPECT_THAT(Said(report, "open-jobs"), IsEmpty());
  EXPECT_THAT(Said(report, "ids"), IsEmpty());
}

TEST(ReportFindingsTest, OpenJobsAreJudgedByEpochAndNamedByTheirStates) {
  v1::GetReportResponse report;
  v1::GetEpochSummaryResponse& past = AddEpoch(report, 1, v1::EPOCH_OUTCOME_FAILED);
  past.mutable_totals()->set_jobs(9);
  past.mutable_totals()->set_abandoned(8);
  AddEpoch(report, 2, v1::EPOCH_OUTCOME_IN_PROGRESS).mutable_totals()->set_jobs(4);
  report.mutable_reliability(1)->set_queued(1);
  EXPECT_THAT(
      Said(report, "open-jobs"),
      ElementsAre("! 8 jobs of epoch 1 never ended",
                  "? Look for what became of 8 jobs of epoch 1 without an end: proverlog jobs"
                  " --epoch 1 --state abandoned.",
                  "1 job of epoch 2 had not ended yet."));
  past.mutable_totals()->set_abandoned(0);
  report.mutable_reliability(0)->set_queued(7);
  report.mutable_reliability(0)->set_running(1);
  EXPECT_THAT(Said(report, "open-jobs")[1], HasSubstr("--epoch 1 --state queued --state running."));
  report.mutable_reliability(0)->Clear();
  report.mutable_reliability(1)->Clear();
  EXPECT_THAT(Said(report, "open-jobs"), ElementsAre("+ Every job that is known has ended"));
}

TEST(ReportFindingsTest, OfTimeOutsNoMoreIsSaidThanOfTheirCauses) {
  v1::GetReportResponse report;
  v1::JobCounts& totals = *AddEpoch(report, 1).mutable_totals();
  totals.set_completed(4);
  totals.set_timeouts(2);
  v1::CauseCount& cause = *report.mutable_reliability(0)->add_causes();
  cause.set_kind(v1::CAUSE_KIND_TIMED_OUT);
  cause.set_count(2);
  auto said = Said(report, "time-outs");
  ASSERT_EQ(said.size(), 2U);
  EXPECT_EQ(said[0], "! 2 time-outs");
  EXPECT_THAT(said[1], HasSubstr("? 2 time-outs (timed out): The broker got no sign of life"));
  cause.set_kind(v1::CAUSE_KIND_AGENT_LOST);
  cause.set_count(1);
  said = Said(report, "time-outs");
  EXPECT_THAT(said[1], HasSubstr("? 1 time-out (agent lost): An agent started the job"));
}

// One sentence an epoch, of its critical path.
TEST(ReportFindingsTest, MoreAgentsHelpWhereThePathWaitedAndNoneWasFree) {
  v1::GetReportResponse report;
  AddEpoch(report, 3);
  v1::ReportPath& path = *report.add_paths();
  path.set_epoch(3);
  path.set_ends_with_root(true);
  SetDuration(path.mutable_length(), 200);
  SetDuration(path.mutable_queueing(), 20);
  SetDuration(path.mutable_agent_time(), 1000);
  SetDuration(path.mutable_lost_capacity(), 50);
  EXPECT_THAT(Said(report, "capacity"),
              ElementsAre("? The critical path of epoch 3 was in the queue for 20.0 s of its 3 m 20"
                          " s, while 5 % of the agents' time was free beside queued jobs: more"
                          " agents would shorten the epoch."));
  v1::GetReportResponse other = report;
  SetDuration(other.mutable_paths(0)->mutable_queueing(), 19);
  EXPECT_THAT(Said(other, "capacity"), IsEmpty());
  other = report;
  SetDuration(other.mutable_paths(0)->mutable_lost_capacity(), 51);
  EXPECT_THAT(Said(other, "capacity"), IsEmpty());
  other = report;
  other.mutable_paths(0)->set_ends_with_root(false);
  EXPECT_THAT(Said(other, "capacity"), IsEmpty());
  // Of waits alone nothing follows.
  other = report;
  other.clear_paths();
  v1::JobTypeSummary& type = *other.mutable_epochs(0)->add_job_types();
  type.mutable_duration()->set_count(9);
  type.mutable_queue_wait()->set_count(9);
  SetDuration(type.mutable_queue_wait()->mutable_p50(), 100);
  EXPECT_THAT(Said(other, "capacity"), IsEmpty());
}

TEST(ReportFindingsTest, WhatRanAtOnceIsOneLineAnEpoch) {
  v1::GetReportResponse report;
  v1::GetEpochSummaryResponse& epoch = AddEpoch(report, 3);
  for (const int32_t many : {20, 17, 9}) {
    v1::JobTypeSummary& type = *epoch.add_job_types();
    type.set_type(absl::StrCat("T", many));
    type.set_max_parallel(many);
  }
  EXPECT_THAT(Said(report, "parallelism"),
              ElementsAre("In epoch 3 up to 20 T20 and up to 17 T17 jobs ran at once."));
}

TEST(ReportFindingsTest, TimesAndSizesAreThoseThatPeopleRead) {
  v1::GetReportResponse report;
  v1::GetEpochSummaryResponse& first = AddEpoch(report, 1);
  *first.mutable_last_time() = ToProtoTimestamp(kBegin);
  v1::GetEpochSummaryResponse& second = AddEpoch(report, 2);
  *second.mutable_first_time() = ToProtoTimestamp(kBegin + 2'550'000);
  v1::MachineShare& machine = *second.add_machines();
  machine.set_machine("m");
  machine.set_started(1500);
  machine.set_share(0.998);
  v1::ReportStartup& startup = *report.add_startups();
  startup.set_machine("m");
  startup.set_source("agent.log");
  v1::StartupStep& step = *startup.add_steps();
  step.set_kind("crs.downloading");
  *step.mutable_time() = ToProtoTimestamp(kBegin);
  step.set_points(33'554'433);
  step.set_bytes(33'554'433 * int64_t{64});
  *startup.mutable_first_job_time() = ToProtoTimestamp(kBegin + 1'810'000);
  EXPECT_THAT(Said(report, "overlap"),
              ElementsAre("Epoch 2 began 42 m 30 s after the last instant of epoch 1."));
  EXPECT_THAT(Said(report, "startup"),
              ElementsAre("agent.log of m started its first job 30 m 10 s after the first step of"
                          " its start."));
  EXPECT_THAT(Said(report, "crs"),
              ElementsAre(HasSubstr("a reference string of 33,554,433 points (2.15 GB) at its")));
  EXPECT_THAT(Said(report, "machines"),
              ElementsAre("Epoch 1: no agent's log tells which machine ran it.",
                          "Epoch 2 ran on m (1,500 of its attempts, 99 %)."));
  *second.mutable_first_time() = ToProtoTimestamp(kBegin - 61'000);
  EXPECT_THAT(Said(report, "overlap"), ElementsAre("Epochs 1 and 2 overlapped by 1 m 01 s."));
}

TEST(ReportFindingsTest, TypesAndTheirTimesAreComparedBetweenEpochs) {
  v1::GetReportResponse report;
  for (const int32_t epoch : {1, 2, 3}) {
    v1::GetEpochSummaryResponse& summary = AddEpoch(report, epoch);
    for (const bool alike : {true, false}) {
      v1::JobTypeSummary& type = *summary.add_job_types();
      type.set_type(alike ? "ALIKE" : "OTHER");
      type.mutable_duration()->set_count(5);
      SetDuration(type.mutable_duration()->mutable_p50(), alike ? 10 + 0.5 * epoch : 100 * epoch);
    }
  }
  v1::ReportJobType& everywhere = *report.add_job_types();
  everywhere.set_type("ALIKE");
  for (const int32_t epoch : {1, 2, 3}) everywhere.add_epochs(epoch);
  v1::ReportJobType& is_new = *report.add_job_types();
  is_new.set_type("NEW");
  is_new.add_epochs(2);
  is_new.add_epochs(3);
  v1::ReportJobType& gone = *report.add_job_types();
  gone.set_type("GONE");
  gone.add_epochs(1);
  EXPECT_THAT(Said(report, "types"),
              ElementsAre("NEW is new in epochs 2 and 3.", "GONE is only in epoch 1."));
  EXPECT_THAT(Said(report, "consistency"),
              ElementsAre("The median times of ALIKE differ by at most 10 % between the epochs.",
                          "The median times differ by more than 10 % between the epochs: OTHER (1 m"
                          " 40 s to 5 m 00 s).",
                          HasSubstr("? Set the epochs side by side")));
  report.mutable_epochs(0)->mutable_job_types(1)->mutable_duration()->set_count(4);
  report.mutable_epochs(1)->mutable_job_types(1)->mutable_duration()->set_count(4);
  EXPECT_EQ(Said(report, "consistency").size(), 1U);
}

TEST(ReportFindingsTest, ThatNothingWasWrongIsSaidOfCompleteLogsOnly) {
  v1::GetReportResponse report;
  AddEpoch(report, 1);
  report.mutable_troubles()->set_all_read(true);
  EXPECT_THAT(Said(report, "troubles"), IsEmpty());
  EXPECT_EQ(Said(report, "completeness").size(), 2U);
  report.mutable_completeness()->set_complete(true);
  EXPECT_THAT(Said(report, "completeness"), IsEmpty());
  EXPECT_THAT(Said(report, "troubles"), ElementsAre("+ No warnings and no error messages"));
  report.mutable_troubles()->set_all_read(false);
  EXPECT_THAT(Said(report, "troubles"), IsEmpty());
  report.mutable_troubles()->set_records(1);
  report.mutable_troubles()->set_kinds(1);
  EXPECT_THAT(Said(report, "troubles"),
              ElementsAre("! 1 record of level warn and above, of 1 kind"));
}

TEST(ReportFindingsTest, RetriesTransactionsIdsAndOrderAreCounted) {
  v1::GetReportResponse report;
  v1::JobCounts& totals = *AddEpoch(report, 7).mutable_totals();
  totals.set_jobs(2);
  totals.set_completed(2);
  totals.set_retries(1);
  v1::ReportTransactions& transactions = *report.add_transactions();
  transactions.mutable_finished()->set_epoch(7);
  transactions.mutable_finished()->set_transaction_count(1);
  v1::ReportReliability& reliability = *report.mutable_reliability(0);
  reliability.set_jobs(2);
  reliability.set_enqueues(3);
  v1::ReportJobType& fed = *report.add_job_types();
  fed.add_fed_by("A");
  fed.set_enqueued(5);
  fed.set_enqueued_after_feeding(5);
  EXPECT_EQ(Said(report, "retries")[0], "! 1 retry");
  EXPECT_EQ(Said(report, "transactions")[0],
            "The logs of epoch 7 name 1 public transaction with a finished AVM proof.");
  EXPECT_EQ(Said(report, "ids")[0],
            "2 distinct job ids, 3 enqueues; answered from the broker's cache: none.");
  EXPECT_TRUE(absl::StartsWith(Said(report, "order")[0], "+ 5 of 5 jobs"));
  totals.set_retries(0);
  transactions.add_begun("0x1");
  transactions.set_more_begun(true);
  fed.set_enqueued_after_feeding(4);
  EXPECT_THAT(Said(report, "retries"), ElementsAre("+ No retries"));
  EXPECT_THAT(Said(report, "transactions")[0], HasSubstr("and 1 or more whose proof was begun"));
  EXPECT_TRUE(absl::StartsWith(Said(report, "order")[0], "! 4 of 5 jobs"));
}

}  // namespace
}  // namespace proverlog
