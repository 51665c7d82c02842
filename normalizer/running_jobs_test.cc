#include "normalizer/running_jobs.h"

#include <gtest/gtest.h>

namespace proverlog {
namespace {

using K = FactKind;

constexpr JobIdView kVm{7, "PUBLIC_VM", "aa"};
constexpr JobIdView kOtherVm{7, "PUBLIC_VM", "bb"};
constexpr JobIdView kBase{7, "PUBLIC_BASE_ROLLUP", "cc"};

TEST(RunningJobsTest, OneJobOfTheTypeInTheProcess) {
  RunningJobs jobs;
  EXPECT_FALSE(jobs.OnlyOfType("h/1", "PUBLIC_VM"));
  jobs.Take("h/1", kVm, K::kStarted);
  jobs.Take("h/1", kVm, K::kControllerStarted);
  jobs.Take("h/1", kBase, K::kStarted);
  EXPECT_EQ(jobs.OnlyOfType("h/1", "PUBLIC_VM"), JobId::From(kVm));
  EXPECT_EQ(jobs.OnlyOfType("h/1", "PUBLIC_BASE_ROLLUP"), JobId::From(kBase));
  EXPECT_FALSE(jobs.OnlyOfType("h/1", "TUBE_PROOF"));
  EXPECT_FALSE(jobs.OnlyOfType("h/2", "PUBLIC_VM"));
}

TEST(RunningJobsTest, AmongTwoOfTheTypeNoneIsChosen) {
  RunningJobs jobs;
  jobs.Take("h/1", kVm, K::kStarted);
  jobs.Take("h/1", kOtherVm, K::kStarted);
  EXPECT_FALSE(jobs.OnlyOfType("h/1", "PUBLIC_VM"));
  EXPECT_EQ(jobs.Epoch("h/1"), 7);
  for (const K end : {K::kAgentCompleted, K::kAgentFailed, K::kAgentAborted, K::kSuperseded}) {
    RunningJobs ended = jobs;
    ended.Take("h/1", kVm, end);
    EXPECT_EQ(ended.OnlyOfType("h/1", "PUBLIC_VM"), JobId::From(kOtherVm));
  }
  jobs.Take("h/1", kVm, K::kCompleted);  // the broker's word, in a log of several services
  EXPECT_FALSE(jobs.OnlyOfType("h/1", "PUBLIC_VM"));
}

TEST(RunningJobsTest, TheEpochOfAllJobsOfAProcess) {
  RunningJobs jobs;
  EXPECT_FALSE(jobs.Epoch("h/1"));
  jobs.Take("h/1", kVm, K::kStarted);
  EXPECT_EQ(jobs.Epoch("h/1"), 7);
  jobs.Take("h/1", {8, "PUBLIC_VM", "aa"}, K::kStarted);
  EXPECT_FALSE(jobs.Epoch("h/1"));
}

TEST(RunningJobsTest, AProcessThatBeginsRunsNothing) {
  RunningJobs jobs;
  jobs.Take("agent.log", kVm, K::kStarted);
  jobs.Clear("agent.log");
  jobs.Take("agent.log", kOtherVm, K::kStarted);
  EXPECT_EQ(jobs.OnlyOfType("agent.log", "PUBLIC_VM"), JobId::From(kOtherVm));
}

TEST(RunningJobsTest, StartsWithoutEndsAreBounded) {
  RunningJobs jobs;
  for (int i = 0; i < 5000; ++i) {
    const std::string hash = std::to_string(i);
    jobs.Take("h/1", {7, "TUBE_PROOF", hash}, K::kStarted);
    jobs.Take("h/" + hash, kVm, K::kStarted);
  }
  EXPECT_EQ(jobs.jobs().size(), 64U);
  EXPECT_EQ(jobs.jobs().at("h/1").size(), 256U);
  jobs.Take("h/1", kVm, K::kStarted);
  EXPECT_FALSE(jobs.OnlyOfType("h/1", "PUBLIC_VM"));
  EXPECT_FALSE(jobs.Epoch("h/1"));
}

}  // namespace
}  // namespace proverlog
