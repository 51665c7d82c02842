#include "analysis/startup.h"

#include <gtest/gtest.h>

#include "tests/testing_util/facts.h"

namespace proverlog {
namespace {

using testing_util::At;

// The record's offset is its instant, if no other is given.
Event Step(const std::string& kind, UnixMillis at, int64_t stream_id = 1,
           std::map<std::string, std::string> fields = {}) {
  Event event;
  event.kind = kind;
  event.at = at;
  event.fields = std::move(fields);
  event.origin = {"m", "p", stream_id, at};
  return event;
}
Event StepAt(const std::string& kind, UnixMillis at, int64_t offset) {
  Event event = Step(kind, at);
  event.origin.offset = offset;
  return event;
}

Job StartedAt(UnixMillis at, char hash, int64_t stream_id = 1) {
  return DeriveJob({7, "A", std::string(64, hash)},
                   {At(at, FactKind::kStarted).On("m", "p", stream_id)});
}

std::vector<Startup> Find(const std::vector<Event>& events, const std::vector<Job>& jobs) {
  JobStarts starts;
  starts.Add(jobs);
  return StartupsOf(events, starts);
}

TEST(StartupTest, AStartIsItsStepsAndItsFirstJob) {
  const auto startups = Find({Step("bb.configured", 20), Step("crs.cached", 10),
                              Step("crs.cached", 11, 1, {{"curve", "Grumpkin"}}),
                              Step("l1.published", 15), Step("process.listening", 30)},
                             {StartedAt(50, 'b'), StartedAt(40, 'a'), StartedAt(5, 'c')});
  ASSERT_EQ(startups.size(), 1U);
  EXPECT_EQ(startups[0].machine, "m");
  ASSERT_EQ(startups[0].steps.size(), 4U);
  EXPECT_EQ(startups[0].steps[0].kind, "crs.cached");
  EXPECT_EQ(startups[0].steps[3].kind, "process.listening");
  EXPECT_EQ(startups[0].first_job_at, 40);
  EXPECT_EQ(startups[0].first_job, "7:A:" + std::string(64, 'a'));
}

TEST(StartupTest, AStepThatIsSaidAgainIsAnotherStart) {
  const auto startups = Find({Step("crs.cached", 10), Step("bb.configured", 20),
                              Step("crs.cached", 100), Step("bb.configured", 120)},
                             {StartedAt(130, 'a')});
  ASSERT_EQ(startups.size(), 2U);
  EXPECT_EQ(startups[0].first_job_at, std::nullopt);  // it is the second one's
  EXPECT_EQ(startups[1].first_job_at, 130);
}

TEST(StartupTest, SoIsAnyStepBehindAJob) {
  const auto startups =
      Find({Step("bb.configured", 10), Step("acvm.configured", 100)}, {StartedAt(50, 'a')});
  ASSERT_EQ(startups.size(), 2U);
  EXPECT_EQ(startups[0].first_job_at, 50);
  EXPECT_EQ(startups[1].first_job_at, std::nullopt);
}

// A process died; what follows it says at first nothing with a time, which is given that of the
// dead one's last line: the start of a job.
TEST(StartupTest, WhatCameFirstIsToldByThePlaceInTheLogAndNotByTime) {
  const auto startups = Find(
      {StepAt("crs.cached", 50, 60), StepAt("bb.configured", 70, 80)},
      {StartedAt(50, 'd'),
       DeriveJob({7, "A", std::string(64, 'f')}, {At(90, FactKind::kStarted).On("m", "p", 1)})});
  ASSERT_EQ(startups.size(), 1U);
  ASSERT_EQ(startups[0].steps.size(), 2U);
  EXPECT_EQ(startups[0].first_job_at, 90);
}

TEST(StartupTest, AStepWithoutATimeWasOverByTheNextOne) {
  const auto startups =
      Find({StepAt("crs.cached", 50, 60), StepAt("bb.configured", 70, 80), Step("crs.cached", 200)},
           {StartedAt(210, 'a')});
  ASSERT_EQ(startups.size(), 2U);
  EXPECT_EQ(startups[0].steps[0].at, 70);
  EXPECT_EQ(startups[1].steps[0].at, 210);
  EXPECT_EQ(Find({Step("crs.cached", 50)}, {})[0].steps[0].at, 50);
}

TEST(StartupTest, EachLogHasItsOwn) {
  const auto startups =
      Find({Step("crs.cached", 10), Step("crs.cached", 11, 2)}, {StartedAt(50, 'a', 2)});
  ASSERT_EQ(startups.size(), 2U);
  EXPECT_EQ(startups[0].first_job_at, std::nullopt);
  EXPECT_EQ(startups[1].first_job_at, 50);
}

}  // namespace
}  // namespace proverlog
