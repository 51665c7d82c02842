#include "normalizer/running_jobs.h"

#include <gtest/gtest.h>

#include <string>

namespace proverlog {
namespace {

using K = FactKind;

constexpr JobIdView kVm{7, "PUBLIC_VM", "aa"};
constexpr JobIdView kOtherVm{7, "PUBLIC_VM", "bb"};
constexpr JobIdView kBase{7, "PUBLIC_BASE_ROLLUP", "cc"};
constexpr Millis kLongest = RunningJobs::kLongestJob;

// Of a process whose beginning is known.
RunningJobs Begun() {
  RunningJobs jobs;
  jobs.Begin("h/1", 0);
  return jobs;
}

TEST(RunningJobsTest, OneJobOfTheTypeInTheProcess) {
  RunningJobs jobs = Begun();
  EXPECT_FALSE(jobs.OnlyOfType("h/1", "PUBLIC_VM", 1));
  jobs.Take("h/1", kVm, K::kStarted, 1);
  jobs.Take("h/1", kVm, K::kControllerStarted, 2);
  jobs.Take("h/1", kBase, K::kStarted, 3);
  EXPECT_EQ(jobs.OnlyOfType("h/1", "PUBLIC_VM", 4), kVm);
  EXPECT_EQ(jobs.OnlyOfType("h/1", "PUBLIC_BASE_ROLLUP", 4), kBase);
  EXPECT_FALSE(jobs.OnlyOfType("h/1", "TUBE_PROOF", 4));
  EXPECT_FALSE(jobs.OnlyOfType("h/2", "PUBLIC_VM", 4));
}

TEST(RunningJobsTest, AmongTwoOfTheTypeNoneIsChosen) {
  RunningJobs jobs = Begun();
  jobs.Take("h/1", kVm, K::kStarted, 1);
  jobs.Take("h/1", kOtherVm, K::kStarted, 1);
  EXPECT_FALSE(jobs.OnlyOfType("h/1", "PUBLIC_VM", 1));
  EXPECT_EQ(jobs.Epoch("h/1", 1), 7);
  for (const K end : {K::kAgentCompleted, K::kAgentFailed, K::kAgentAborted, K::kSuperseded}) {
    RunningJobs ended = jobs;
    ended.Take("h/1", kVm, end, 2);
    EXPECT_EQ(ended.OnlyOfType("h/1", "PUBLIC_VM", 2), kOtherVm);
  }
  jobs.Take("h/1", kVm, K::kCompleted, 2);  // the broker's word, in a log of several services
  EXPECT_FALSE(jobs.OnlyOfType("h/1", "PUBLIC_VM", 2));
}

TEST(RunningJobsTest, TheEpochOfAllJobsOfAProcess) {
  RunningJobs jobs;
  EXPECT_FALSE(jobs.Epoch("h/1", 1));
  jobs.Take("h/1", kVm, K::kStarted, 1);
  EXPECT_EQ(jobs.Epoch("h/1", 1), 7);
  jobs.Take("h/1", {8, "PUBLIC_VM", "aa"}, K::kStarted, 1);
  EXPECT_FALSE(jobs.Epoch("h/1", 1));
}

TEST(RunningJobsTest, AProcessThatBeginsRunsNothing) {
  RunningJobs jobs = Begun();
  jobs.Take("h/1", kVm, K::kStarted, 1);
  jobs.Begin("h/1", 2);
  EXPECT_FALSE(jobs.Epoch("h/1", 3));
  jobs.Take("h/1", kOtherVm, K::kStarted, 3);
  EXPECT_EQ(jobs.OnlyOfType("h/1", "PUBLIC_VM", 3), kOtherVm);
}

// A log that was rotated: another job of the type may have begun in the log before.
TEST(RunningJobsTest, InTheMiddleOfAProcessNoJobIsTheOnlyOne) {
  RunningJobs jobs;
  jobs.Take("h/1", kVm, K::kStarted, 1);
  EXPECT_FALSE(jobs.OnlyOfType("h/1", "PUBLIC_VM", 2));
  EXPECT_EQ(jobs.Epoch("h/1", 2), 7);
  // What ran when the log began has ended by now, and so has the first one, which nobody ended.
  jobs.Take("h/1", kOtherVm, K::kStarted, kLongest);
  EXPECT_FALSE(jobs.OnlyOfType("h/1", "PUBLIC_VM", kLongest));
  EXPECT_EQ(jobs.OnlyOfType("h/1", "PUBLIC_VM", kLongest + 1), kOtherVm);
}

TEST(RunningJobsTest, StartsWithoutEndsAreBounded) {
  RunningJobs jobs = Begun();
  for (int i = 0; i < 300; ++i) {
    jobs.Take("h/1", {7, "TUBE_PROOF", std::to_string(i)}, K::kStarted, 1);
  }
  EXPECT_LE(jobs.processes().at("h/1").jobs.size(), 256U);
  // Not all that runs is known any more.
  jobs.Take("h/1", kVm, K::kStarted, 1);
  EXPECT_FALSE(jobs.OnlyOfType("h/1", "PUBLIC_VM", 2));
}

TEST(RunningJobsTest, TheProcessThatWasSilentTheLongestIsForgotten) {
  RunningJobs jobs;
  for (int i = 0; i < 100; ++i) {
    jobs.Begin("h/" + std::to_string(i), i);
    jobs.Take("h/0", kVm, K::kStarted, i);
  }
  EXPECT_EQ(jobs.processes().size(), 64U);
  EXPECT_EQ(jobs.OnlyOfType("h/0", "PUBLIC_VM", 100), kVm);
  EXPECT_FALSE(jobs.processes().contains("h/1"));
  EXPECT_TRUE(jobs.processes().contains("h/99"));
}

}  // namespace
}  // namespace proverlog
