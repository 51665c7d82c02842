// The answer of `proverlog critical-path` as text.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
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

v1::PathLink Link(const std::string& job, double handing_over, double queueing, double running) {
  v1::PathLink link;
  link.set_job(job);
  link.set_state(v1::JOB_STATE_COMPLETED);
  link.set_attempts(1);
  link.set_machine("prover-b");
  link.set_agent_process("agent.log");
  *link.mutable_parts()->mutable_handing_over() = MillisToProto(handing_over);
  *link.mutable_parts()->mutable_queueing() = MillisToProto(queueing);
  *link.mutable_parts()->mutable_running() = MillisToProto(running);
  return link;
}

v1::GetCriticalPathResponse TwoJobs() {
  v1::GetCriticalPathResponse response;
  response.set_prover("mine");
  response.set_epoch(7);
  response.set_outcome(v1::EPOCH_OUTCOME_PROVEN);
  response.mutable_completeness()->set_complete(true);
  response.set_ends_with_root(true);
  *response.mutable_start_time() = ToProtoTimestamp(kSomeTime);
  *response.mutable_end_time() = ToProtoTimestamp(kSomeTime + 20'000);
  *response.mutable_lead_time() = MillisToProto(1500);
  *response.add_links() = Link("7:PUBLIC_VM:" + std::string(64, 'a'), 0, 2000, 8000);
  *response.add_links() = Link("7:ROOT_ROLLUP:" + std::string(64, 'b'), 1000, 3000, 6000);
  response.set_link_count(2);
  *response.mutable_totals()->mutable_handing_over() = MillisToProto(1000);
  *response.mutable_totals()->mutable_queueing() = MillisToProto(5000);
  *response.mutable_totals()->mutable_running() = MillisToProto(14000);
  *response.add_costliest() = response.links(0);
  *response.add_costliest() = response.links(1);
  response.set_inferred(1);
  return response;
}

TEST(CriticalPathTextTest, APathWithWhereItsTimeWent) {
  EXPECT_EQ(CriticalPathText(TwoJobs()),
            "Epoch 7 of mine: proven\n"
            "Its critical path: 2 jobs in 20.0 s, 2026-11-21 02:00:00.123 to 02:00:20.123 UTC.\n"
            "It ends with the root rollup.\n"
            "Its first job was enqueued 1.50 s after the epoch's first line about a job.\n"
            "Logs do not say which job waited for which. A job's predecessor is inferred: of those "
            "whose type\n  feeds its type, the one that ended last before it was enqueued.\n"
            "For the one link no other job comes close.\n"
            "\n"
            "  JOB TYPE     HANDED OVER  QUEUED  RETRYING  RUNNING  REPORTING\n"
            "  PUBLIC_VM              -  2.00 s         -   8.00 s          -\n"
            "  ROOT_ROLLUP       1.00 s  3.00 s         -   6.00 s          -\n"
            "  all               1.00 s  5.00 s         -   14.0 s          -\n"
            "  of the path          5 %    25 %       0 %     70 %        0 %\n"
            "\n"
            "What cost most, from enqueue to end:\n"
            "  TIME  PART  JOB                     RAN ON\n"
            "10.0 s  50 %  7:PUBLIC_VM:aaaaaaaa    prover-b in agent.log\n"
            "9.00 s  45 %  7:ROOT_ROLLUP:bbbbbbbb  prover-b in agent.log\n");
}

TEST(CriticalPathTextTest, UncertainLinksAreMarkedAndExplained) {
  v1::GetCriticalPathResponse response = TwoJobs();
  response.mutable_links(1)->set_rivals(2);
  response.set_ambiguous(1);
  const std::string text = CriticalPathText(response);
  EXPECT_THAT(text, HasSubstr("1 of 1 link (marked ~) may lead elsewhere:"));
  EXPECT_THAT(text, HasSubstr("\n~  ROOT_ROLLUP "));
  EXPECT_THAT(text, Not(HasSubstr("comes close")));
  response.mutable_links(1)->set_rivals(0);
  response.mutable_links(1)->set_across_machines(true);
  EXPECT_THAT(CriticalPathText(response), HasSubstr("\n~  ROOT_ROLLUP "));
}

TEST(CriticalPathTextTest, WhatIsNotKnownIsSaid) {
  v1::GetCriticalPathResponse response = TwoJobs();
  response.mutable_completeness()->set_complete(false);
  response.mutable_completeness()->add_sources()->set_condition(v1::SOURCE_CONDITION_LOST);
  response.set_ends_with_root(false);
  v1::PathLink& job = *response.mutable_costliest(0);
  job.clear_machine();
  job.set_attempts(3);
  job.set_state(v1::JOB_STATE_FAILED);
  *response.mutable_totals()->mutable_unknown() = MillisToProto(500);
  const std::string text = CriticalPathText(response);
  EXPECT_THAT(text, StartsWith("Incomplete"));
  EXPECT_THAT(text, HasSubstr("No root rollup completed: it ends with the job that ended last.\n"));
  EXPECT_THAT(text, HasSubstr("no log shows where; 3 attempts; failed\n"));
  EXPECT_THAT(text, HasSubstr("UNKNOWN\n"));
}

TEST(CriticalPathTextTest, NoPathIsSaid) {
  v1::GetCriticalPathResponse response;
  response.set_prover("mine");
  response.set_epoch(7);
  response.set_outcome(v1::EPOCH_OUTCOME_IN_PROGRESS);
  response.mutable_completeness()->set_complete(true);
  EXPECT_EQ(CriticalPathText(response),
            "Epoch 7 of mine: in progress\nNo job completed or failed: there is no path.\n");
}

TEST(CriticalPathTextTest, ALongPathShowsItsEndAndFits) {
  v1::GetCriticalPathResponse response = TwoJobs();
  const std::string type = "CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP";
  response.clear_links();
  for (int i = 0; i < 70; ++i) {
    v1::PathLink& link = *response.add_links();
    link = Link("123456:" + type + ":" + std::string(64, 'c'), 7'000'123, 7'000'123, 7'000'123);
    link.set_machine(std::string(80, 'm'));
    link.set_rivals(1);
  }
  response.set_link_count(75);
  *response.mutable_costliest(0) = response.links(0);
  *response.mutable_totals()->mutable_unknown() = MillisToProto(7'000'123);
  const std::string text = CriticalPathText(response);
  EXPECT_THAT(text, HasSubstr("The last 50; 25 before them are not shown.\n"));
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    EXPECT_LE(DisplayWidth(line), kMaxLineWidth) << line;
  }
}

}  // namespace
}  // namespace proverlog
