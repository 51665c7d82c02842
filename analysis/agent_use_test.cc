#include "analysis/agent_use.h"

#include <gtest/gtest.h>

#include <utility>

namespace proverlog {
namespace {

JobTimeline Job(std::vector<OpenSpan> queued, std::vector<AttemptSpan> attempts,
                std::string type = "A") {
  JobTimeline job;
  job.type = std::move(type);
  job.queued = std::move(queued);
  job.attempts = std::move(attempts);
  return job;
}

AttemptSpan Attempted(UnixMillis begin, UnixMillis end, std::string process = "p") {
  return {"m", std::move(process), {begin, end}, false, true};
}

TEST(AgentUseTest, AProcessHasAsManyAgentsAsItRanAtOnce) {
  const AgentUse use = UseOfAgents(
      {Job({}, {Attempted(0, 10)}), Job({}, {Attempted(5, 15)}), Job({}, {Attempted(15, 20)})},
      {0, 20});
  ASSERT_EQ(use.processes.size(), 1U);
  const ProcessUse& process = use.processes[0];
  EXPECT_EQ(process.agents, 2);
  EXPECT_EQ(process.started, 3);
  EXPECT_EQ(process.completed, 2);  // the third one ends with the time
  EXPECT_EQ(process.busy, 25);
  EXPECT_DOUBLE_EQ(process.utilization, 25.0 / 40);
  EXPECT_EQ(process.idle_while_queued, 0);
  EXPECT_EQ(process.first_at, 0);
  EXPECT_EQ(process.last_at, 20);
}

TEST(AgentUseTest, IdleCountsWhileAJobIsQueuedThatTheProcessRuns) {
  const std::vector<JobTimeline> jobs = {
      Job({}, {Attempted(0, 10)}), Job({}, {Attempted(0, 30)}),
      Job({{4, 14}}, {Attempted(14, 30)}),                 // one of two agents is free from 10
      Job({{12, 20}}, {Attempted(20, 22, "other")}, "B"),  // p never attempts this type
      Job({{0, 2}}, {}, "C")};                             // nobody does
  const AgentUse use = UseOfAgents(jobs, {0, 40});
  ASSERT_EQ(use.processes.size(), 2U);
  EXPECT_EQ(use.processes[0].process, "other");
  EXPECT_EQ(use.processes[0].idle_while_queued, 0);  // it comes when the job is taken
  EXPECT_EQ(use.processes[1].idle_while_queued, 4);
  EXPECT_EQ(use.idle_while_queued, 4);
  EXPECT_EQ(use.lost_capacity, 4);
}

TEST(AgentUseTest, NoMoreCapacityIsLostThanJobsAreQueued) {
  const std::vector<JobTimeline> jobs = {Job({}, {Attempted(0, 10)}), Job({}, {Attempted(0, 10)}),
                                         Job({}, {Attempted(0, 10)}),
                                         Job({{12, 20}}, {Attempted(20, 30)})};
  const AgentUse use = UseOfAgents(jobs, {0, 30});
  EXPECT_EQ(use.idle_while_queued, 24);
  EXPECT_EQ(use.lost_capacity, 8);
}

TEST(AgentUseTest, ALostRunIsBusyAndNoFurtherAgent) {
  AttemptSpan lost = Attempted(0, 20);
  lost.lost = true;
  lost.completed = false;
  const AgentUse use = UseOfAgents({Job({}, {lost}), Job({}, {Attempted(10, 30)})}, {0, 30});
  EXPECT_EQ(use.processes[0].agents, 1);
  EXPECT_EQ(use.processes[0].busy, 30);
  EXPECT_DOUBLE_EQ(use.utilization, 1);
  EXPECT_EQ(UseOfAgents({Job({}, {lost})}, {0, 30}).agents, 1);
}

TEST(AgentUseTest, OnlyTheTimeCounts) {
  const std::vector<JobTimeline> jobs = {
      Job({{5, 20}}, {Attempted(20, 50)}), Job({}, {Attempted(0, 12)}), Job({}, {Attempted(0, 2)}),
      Job({}, {Attempted(0, 5, "gone")}), Job({}, {Attempted(60, 70, "later")})};
  const AgentUse use = UseOfAgents(jobs, {10, 30});
  ASSERT_EQ(use.processes.size(), 1U);
  EXPECT_EQ(use.processes[0].agents, 2);  // at another time
  EXPECT_EQ(use.processes[0].busy, 2 + 10);
  EXPECT_EQ(use.processes[0].idle_while_queued, 2 * 1 + 8 * 2);
  EXPECT_EQ(use.lost_capacity, 10);
  EXPECT_EQ(use.processes[0].first_at, 10);
  EXPECT_EQ(use.processes[0].last_at, 30);
}

}  // namespace
}  // namespace proverlog
