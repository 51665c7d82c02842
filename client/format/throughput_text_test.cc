// The answer of `proverlog throughput` as text.

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

v1::LevelStats Level(double mean, int32_t peak) {
  v1::LevelStats level;
  level.set_mean(mean);
  level.set_peak(peak);
  *level.mutable_peak_time() = ToProtoTimestamp(kSomeTime + 500);
  return level;
}

v1::Throughput Row(const std::string& name, bool with_queue) {
  v1::Throughput row;
  row.set_name(name);
  row.set_created(12);
  row.set_completed(10);
  row.set_completed_per_second(0.5);
  *row.mutable_running() = Level(3.25, 5);
  if (with_queue) *row.mutable_queued() = Level(1.5, 4);
  return row;
}

void AddStep(UnixMillis at, v1::Throughput& row) {
  v1::ThroughputStep& step = *row.add_steps();
  *step.mutable_start_time() = ToProtoTimestamp(at);
  step.set_created(1200);
  step.set_completed(10);
  step.set_completed_per_second(1);
  *step.mutable_running() = Level(3.25, 5);
  if (row.has_queued()) *step.mutable_queued() = Level(1.5, 4);
}

v1::GetThroughputResponse Some() {
  v1::GetThroughputResponse response;
  response.set_prover("mine");
  response.add_epochs(7);
  response.mutable_completeness()->set_complete(true);
  *response.mutable_start_time() = ToProtoTimestamp(kSomeTime);
  *response.mutable_end_time() = ToProtoTimestamp(kSomeTime + 20'000);
  *response.mutable_step() = MillisToProto(10'000);
  response.mutable_flow()->set_in_flight_before(2);
  response.mutable_flow()->set_created(12);
  response.mutable_flow()->set_completed(10);
  response.mutable_flow()->set_aborted(1);
  response.mutable_flow()->set_in_flight_after(3);
  *response.mutable_total() = Row("", true);
  AddStep(kSomeTime, *response.mutable_total());
  *response.add_job_types() = Row("PUBLIC_VM", true);
  *response.add_machines() = Row("prover-b", false);
  v1::ProcessUse& use = *response.add_agent_processes();
  use.set_machine("prover-b");
  use.set_agent_process("agent.log");
  use.set_agents(8);
  use.set_started(11);
  use.set_completed(10);
  use.set_utilization(0.407);
  *use.mutable_idle_while_queued() = MillisToProto(4500);
  *use.mutable_first_time() = ToProtoTimestamp(kSomeTime);
  *use.mutable_last_time() = ToProtoTimestamp(kSomeTime + 20'000);
  response.set_agents(8);
  response.set_utilization(0.407);
  *response.mutable_lost_capacity() = MillisToProto(2500);
  return response;
}

TEST(ThroughputTextTest, ATimeItsStepsTypesMachinesAndAgents) {
  EXPECT_EQ(
      ThroughputText(Some()),
      "Throughput of mine, epoch 7\n"
      "2026-11-21 02:00:00.123 to 2026-11-21 02:00:20.123 UTC, 20.0 s\n"
      "Jobs: 2 in flight at the beginning, 12 created, 10 completed, 1 aborted, 3 in flight at "
      "the end.\n"
      "Completed 0.50 jobs a second. Attempts running: 3.25 on average, 5 at most "
      "(02:00:00.623). Jobs\n"
      "  queued: 1.50 on average, 4 at most (02:00:00.623).\n"
      "\n"
      "Steps of 10.0 s:\n"
      "FROM          CREATED  DONE  A SECOND  RUNNING  PEAK  QUEUED  PEAK\n"
      "02:00:00.123    1,200    10      1.00     3.25     5    1.50     4\n"
      "\n"
      "JOB TYPE   CREATED  DONE  A SECOND  RUNNING  PEAK  QUEUED  PEAK\n"
      "PUBLIC_VM       12    10      0.50     3.25     5    1.50     4\n"
      "\n"
      "MACHINE   DONE  A SECOND  RUNNING  PEAK\n"
      "prover-b    10      0.50     3.25     5\n"
      "\n"
      "AGENT PROCESS  MACHINE   AGENTS  STARTED  DONE  USED    IDLE  FIRST     LAST\n"
      "agent.log      prover-b       8       11    10  41 %  4.50 s  02:00:00  02:00:20\n"
      "AGENTS are the most that a process was seen to run at once, it has at least as many; "
      "USED is the\n"
      "  part of the time in which they ran; IDLE is the time of free ones, added up, while a "
      "job was\n"
      "  queued of a type that the process runs.\n"
      "All 8 agents: used 41 %. Idle with a job queued for each of them (lost capacity): 2.50 "
      "s.\n");
}

TEST(ThroughputTextTest, TypesAndMachinesMayHaveSteps) {
  v1::GetThroughputResponse response = Some();
  AddStep(kSomeTime, *response.mutable_machines(0));
  // In this one nothing was there.
  *response.mutable_machines(0)->add_steps()->mutable_start_time() = ToProtoTimestamp(kSomeTime);
  EXPECT_THAT(ThroughputText(response),
              HasSubstr("\nprover-b:\n"
                        "FROM          DONE  A SECOND  RUNNING  PEAK\n"
                        "02:00:00.123    10      1.00     3.25     5\n\nJOB TYPE"));
}

TEST(ThroughputTextTest, WhatIsNotKnownIsSaid) {
  v1::GetThroughputResponse response = Some();
  response.mutable_completeness()->set_complete(false);
  response.mutable_completeness()->add_sources()->set_condition(v1::SOURCE_CONDITION_LOST);
  response.set_more(true);
  response.mutable_flow()->set_ended_unseen(4);
  response.clear_epochs();
  const std::string text = ThroughputText(response);
  EXPECT_THAT(text, StartsWith("Incomplete"));
  EXPECT_THAT(text, HasSubstr("Throughput of mine: no job is known of this time\n"));
  EXPECT_THAT(text, HasSubstr("4 found ended after the\n  broker restarted,"));
  EXPECT_THAT(text, HasSubstr("There are more types, machines or processes than are listed.\n"));
  response.clear_agent_processes();
  EXPECT_THAT(ThroughputText(response), Not(HasSubstr("AGENT")));
}

TEST(ThroughputTextTest, DaysAndLongNamesFit) {
  v1::GetThroughputResponse response = Some();
  *response.mutable_end_time() = ToProtoTimestamp(kSomeTime + 86'400'000);
  for (int i = 0; i < 50; ++i) response.add_epochs(100'000 + i);
  response.mutable_job_types(0)->set_name(std::string(64, 'T'));
  response.mutable_machines(0)->set_name(std::string(200, 'm'));
  AddStep(kSomeTime, *response.mutable_machines(0));
  response.mutable_agent_processes(0)->set_machine(std::string(200, 'm'));
  response.mutable_agent_processes(0)->set_agent_process(std::string(200, 'p'));
  const std::string text = ThroughputText(response);
  EXPECT_THAT(text, HasSubstr(" and 41 more\n"));
  EXPECT_THAT(text, HasSubstr("\n2026-11-21 02:00:00.123    1,200"));
  EXPECT_THAT(text, HasSubstr("  2026-11-21 02:00  2026-11-21 02:00\n"));
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    EXPECT_LE(DisplayWidth(line), kMaxLineWidth) << line;
  }
}

TEST(ThroughputTextTest, OfAnEpochWithoutJobsItSaysOnlyThat) {
  v1::GetThroughputResponse response;
  response.set_prover("mine");
  response.add_epochs(7);
  response.mutable_completeness()->set_complete(true);
  EXPECT_EQ(ThroughputText(response), "No job is known of epoch 7 of mine.\n");
}

}  // namespace
}  // namespace proverlog
