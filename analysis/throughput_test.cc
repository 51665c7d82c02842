#include "analysis/throughput.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace proverlog {
namespace {

JobTimeline Job(std::string type, JobState state, UnixMillis created_at,
                std::optional<UnixMillis> ended_at) {
  JobTimeline job;
  job.type = std::move(type);
  job.state = state;
  job.created_at = created_at;
  job.ended_at = ended_at;
  return job;
}

TEST(ThroughputTest, JobsFlowIntoATimeAndOutOfIt) {
  JobTimeline unseen = Job("A", JobState::kCompleted, 0, 15);
  unseen.end_unseen = true;
  const std::vector<JobTimeline> jobs = {Job("A", JobState::kCompleted, 0, 9),
                                         Job("A", JobState::kCompleted, 0, 10),
                                         Job("A", JobState::kFailed, 10, 19),
                                         Job("A", JobState::kAborted, 12, 13),
                                         Job("A", JobState::kAbandoned, 5, 18),
                                         Job("A", JobState::kCompleted, 19, 20),
                                         Job("A", JobState::kQueued, 3, {}),
                                         Job("A", JobState::kRunning, 20, {}),
                                         unseen};
  const JobFlow flow = ComputeThroughput(jobs, {10, 20, 5}).flow;
  EXPECT_EQ(flow.in_flight_before, 4);
  EXPECT_EQ(flow.created, 3);
  EXPECT_EQ(flow.completed, 1);
  EXPECT_EQ(flow.failed, 1);
  EXPECT_EQ(flow.aborted, 1);
  EXPECT_EQ(flow.abandoned, 1);
  EXPECT_EQ(flow.ended_unseen, 1);
  EXPECT_EQ(flow.in_flight_after, 2);
}

TEST(ThroughputTest, RowsAreOfStepsTypesAndMachines) {
  JobTimeline b = Job("B", JobState::kCompleted, 0, 12);
  b.queued = {{0, 4}};
  b.attempts = {{"m2", "p", {4, 8}, false, false}, {"m1", "p", {8, 11}, false, true}};
  JobTimeline a = Job("A", JobState::kCompleted, 6, 19);
  a.queued = {{6, 16}};
  a.attempts = {{"m1", "p", {16, 19}, false, true}};
  const Throughput throughput =
      ComputeThroughput({a, b, Job("C", JobState::kCompleted, -9, -1)}, {0, 20, 10});
  const ThroughputRow& total = throughput.total;
  EXPECT_EQ(total.created, 2);
  EXPECT_EQ(total.completed, 2);
  ASSERT_EQ(total.steps.size(), 2U);
  EXPECT_EQ(total.steps[0].created, 2);
  EXPECT_EQ(total.steps[0].completed, 0);
  EXPECT_EQ(total.steps[1].completed, 2);
  EXPECT_DOUBLE_EQ(total.steps[0].running.mean, 0.6);
  EXPECT_DOUBLE_EQ(total.steps[0].queued.mean, 0.8);
  EXPECT_EQ(total.queued.peak, 1);
  ASSERT_EQ(throughput.job_types.size(), 2U);
  EXPECT_EQ(throughput.job_types[0].name, "B");  // it came first
  EXPECT_EQ(throughput.job_types[1].steps[1].completed, 1);
  EXPECT_DOUBLE_EQ(throughput.job_types[1].queued.mean, 0.5);
  ASSERT_EQ(throughput.machines.size(), 2U);
  EXPECT_EQ(throughput.machines[0].name, "m1");
  EXPECT_EQ(throughput.machines[0].completed, 2);
  EXPECT_EQ(throughput.machines[1].completed, 0);
  EXPECT_DOUBLE_EQ(throughput.machines[1].running.mean, 0.2);
}

TEST(ThroughputTest, StepsAreRoundAndAtMostSixty) {
  EXPECT_EQ(RoundStep(1), 1000);
  EXPECT_EQ(RoundStep(60'000), 1000);
  EXPECT_EQ(RoundStep(60'001), 2000);
  EXPECT_EQ(RoundStep(3'600'000), 60'000);
  EXPECT_EQ(RoundStep(86'400'000), 1'800'000);
  EXPECT_EQ(RoundStep(86'400'000LL * 365), 86'400'000LL * 7);
}

}  // namespace
}  // namespace proverlog
