#include "analysis/subject.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testing_util/facts.h"

namespace proverlog {
namespace {

using testing_util::At;
using K = FactKind;

Job JobOf(const std::string& type, const std::string& name, std::vector<Fact> facts) {
  return DeriveJob({7, type, name}, std::move(facts));
}

// Proven on `machine` from `at` for `length`.
Job Proven(const std::string& name, UnixMillis at, Millis length, const std::string& machine = "a",
           int64_t stream_id = 1, const std::string& type = "A") {
  return JobOf(type, name,
               {At(at - 10, K::kEnqueued).On("broker", "p", 9),
                At(at, K::kStarted).On(machine, "p", stream_id),
                At(at + length, K::kAgentCompleted).On(machine, "p", stream_id),
                At(at + length + 2, K::kCompleted).Attempt(1).On("broker", "p", 9)});
}

// Failed on a, retried, proven on b; another failed for good.
std::vector<Job> Troubled() {
  return {JobOf("A", "retried",
                {At(0, K::kEnqueued).On("broker"), At(10, K::kStarted).On("a"),
                 At(20, K::kAgentFailed).On("a"), At(21, K::kRetried).On("broker"),
                 At(30, K::kStarted).On("b"), At(80, K::kAgentCompleted).On("b"),
                 At(81, K::kCompleted).On("broker")}),
          JobOf("A", "failed",
                {At(0, K::kEnqueued).On("broker"), At(10, K::kStarted).On("a"),
                 At(40, K::kTimedOut).Retry(true).On("broker"), At(60, K::kFailed).On("broker")})};
}

SubjectFigures FiguresOf(const std::vector<Job>& jobs, SubjectFilter filter = {}) {
  SubjectCollector collector(std::move(filter));
  for (const Job& job : jobs) collector.Add(job);
  return collector.Figures();
}

TEST(SubjectTest, WhatTheBrokerTellsIsOfWholeSubjects) {
  const SubjectWork work = FiguresOf(Troubled()).total;
  EXPECT_EQ(work.jobs, 2);
  EXPECT_EQ(work.completed, 1);
  EXPECT_EQ(work.failed, 1);
  EXPECT_EQ(work.failed_attempts, 1);
  EXPECT_EQ(work.retries, 1);
  EXPECT_EQ(work.timeouts, 1);
}

TEST(SubjectTest, AMachineHasWhatItsAgentsTell) {
  const SubjectFigures a = FiguresOf(Troubled(), {"a", {}, {}, {}});
  EXPECT_EQ(a.total.jobs, 2);
  EXPECT_EQ(a.total.completed, 0);
  EXPECT_EQ(a.total.failed_attempts, 1);
  EXPECT_FALSE(a.total.failed);
  EXPECT_FALSE(a.total.retries);
  EXPECT_FALSE(a.total.timeouts);
  ASSERT_EQ(a.job_types.size(), 1U);
  EXPECT_EQ(a.job_types[0].duration.count, 0);
  EXPECT_FALSE(a.job_types[0].median);
  const SubjectFigures b = FiguresOf(Troubled(), {"b", {}, {}, {}});
  EXPECT_EQ(b.total.jobs, 1);
  EXPECT_EQ(b.total.completed, 1);
  EXPECT_EQ(b.job_types[0].duration.p50, 50);
  EXPECT_EQ(FiguresOf(Troubled(), {"c", {}, {}, {}}).total.jobs, 0);
}

TEST(SubjectTest, LogsAreThoseThatToldOfTheStart) {
  const std::vector<Job> jobs = {Proven("1", 100, 50, "a", 1), Proven("2", 100, 70, "a", 2)};
  const SubjectFigures one = FiguresOf(jobs, {"", {{2}}, {}, {}});
  EXPECT_EQ(one.total.jobs, 1);
  EXPECT_EQ(one.job_types.at(0).duration.p50, 70);
  EXPECT_EQ(one.streams, (std::set<int64_t>{2}));
  EXPECT_EQ(FiguresOf(jobs).streams, (std::set<int64_t>{1, 2}));
}

TEST(SubjectTest, ATimeHasWhatHappenedInIt) {
  const std::vector<Job> jobs = {Proven("1", 100, 50), Proven("2", 140, 100), Proven("3", 400, 10)};
  const SubjectFigures then = FiguresOf(jobs, {"", {}, 150, 240});
  EXPECT_EQ(then.total.jobs, 2);       // the first one's ends, the second one's run
  EXPECT_EQ(then.total.completed, 1);  // the broker's, at 152
  ASSERT_EQ(then.job_types.size(), 1U);
  EXPECT_EQ(then.job_types[0].duration.count, 1);
  EXPECT_EQ(then.job_types[0].duration.p50, 50);
  EXPECT_EQ(then.total.running, 90);
  EXPECT_NEAR(*then.total.per_second, 1 / 0.09, 1e-9);
  EXPECT_EQ(FiguresOf(jobs, {"", {}, 150, 241}).job_types[0].duration.count, 2);
  EXPECT_EQ(FiguresOf(jobs, {"", {}, 151, 240}).job_types[0].duration.count, 0);
  const SubjectFigures machines = FiguresOf(jobs, {"a", {}, 240, 241});
  EXPECT_EQ(machines.total.jobs, 1);
  EXPECT_EQ(machines.total.completed, 1);
}

TEST(SubjectTest, RetriesOfATimeAreThoseThatHappenedInIt) {
  EXPECT_EQ(FiguresOf(Troubled(), {"", {}, 0, 21}).total.retries, 0);
  EXPECT_EQ(FiguresOf(Troubled(), {"", {}, 21, 41}).total.retries, 1);
  EXPECT_EQ(FiguresOf(Troubled(), {"", {}, 21, 41}).total.timeouts, 1);
  EXPECT_EQ(FiguresOf(Troubled(), {"", {}, 21, 41}).total.failed, 0);
  EXPECT_EQ(FiguresOf(Troubled(), {"", {}, 41, {}}).total.timeouts, 0);
  EXPECT_EQ(FiguresOf(Troubled(), {"", {}, 41, {}}).total.failed, 1);
}

TEST(SubjectTest, ThroughputIsOverTheTimeInWhichJobsRan) {
  // From 0 to 150 and from 1000 to 1050: the pause does not count.
  const SubjectFigures figures =
      FiguresOf({Proven("1", 0, 100), Proven("2", 50, 100), Proven("3", 60, 10),
                 Proven("4", 1000, 50), Proven("5", 150, 50, "a", 1, "B")});
  ASSERT_EQ(figures.job_types.size(), 2U);
  EXPECT_EQ(figures.job_types[0].work.running, 200);
  EXPECT_NEAR(*figures.job_types[0].work.per_second, 4 / 0.2, 1e-9);
  EXPECT_EQ(figures.total.running, 250);
  EXPECT_NEAR(*figures.total.per_second, 5 / 0.25, 1e-9);
}

TEST(SubjectTest, AnAttemptWithoutAnEndLastsUntilItsJobs) {
  const SubjectFigures figures =
      FiguresOf({JobOf("A", "1", {At(0, K::kEnqueued), At(10, K::kStarted), At(40, K::kCompleted)}),
                 JobOf("A", "2", {At(20, K::kStarted)})});
  EXPECT_EQ(figures.total.running, 30);
  EXPECT_EQ(figures.total.completed, 1);
  EXPECT_EQ(figures.total.per_second, 0);  // no agent's log shows it
  EXPECT_FALSE(FiguresOf({JobOf("A", "2", {At(20, K::kStarted)})}).total.per_second);
}

TEST(SubjectTest, AJobOfACacheHitAloneIsNone) {
  EXPECT_EQ(FiguresOf({JobOf("A", "1", {At(0, K::kReused)})}).total.jobs, 0);
}

TEST(SubjectTest, AnAmbiguousDurationIsCountedAndLeftOut) {
  const SubjectFigures figures = FiguresOf(
      {JobOf("A", "1", {At(1, K::kStarted), At(2, K::kStarted), At(9, K::kAgentCompleted)})});
  EXPECT_EQ(figures.job_types.at(0).duration.count, 0);
  EXPECT_EQ(figures.job_types.at(0).duration.ambiguous, 1);
}

TEST(SubjectTest, TypesComeInTheOrderInWhichTheyAppear) {
  const SubjectFigures figures =
      FiguresOf({Proven("1", 500, 5, "a", 1, "A"), Proven("2", 300, 5, "a", 1, "B"),
                 JobOf("0", "3", {At(1, K::kRestored).Detail("fulfilled")})});
  ASSERT_EQ(figures.job_types.size(), 3U);
  EXPECT_EQ(figures.job_types[0].type, "B");
  EXPECT_EQ(figures.job_types[2].type, "0");
  EXPECT_EQ(figures.first_at, 290);
  EXPECT_EQ(figures.last_at, 507);
}

}  // namespace
}  // namespace proverlog
