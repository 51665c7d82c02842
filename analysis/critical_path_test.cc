#include "analysis/critical_path.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/testing_util/facts.h"

namespace proverlog {
namespace {

using testing_util::At;

constexpr char kVm[] = "PUBLIC_VM";
constexpr char kBase[] = "PUBLIC_TX_BASE_ROLLUP";
constexpr char kMerge[] = "TX_MERGE_ROLLUP";
constexpr char kRoot[] = "ROOT_ROLLUP";

Job Of(const std::string& type, char hash, std::vector<Fact> facts) {
  return DeriveJob({7, type, std::string(64, hash)}, std::move(facts));
}

// One that nothing went wrong with.
Job Healthy(const std::string& type, char hash, UnixMillis enqueued, UnixMillis started,
            UnixMillis ended) {
  return Of(type, hash,
            {At(enqueued, FactKind::kEnqueued).On("broker"),
             At(started, FactKind::kStarted).On("b", "agent"),
             At(ended - 1, FactKind::kAgentCompleted).On("b", "agent"),
             At(ended, FactKind::kCompleted).On("broker")});
}

std::string Hashes(const CriticalPath& path) {
  std::string hashes;
  for (const PathLink& link : path.links) hashes += link.id.hash[0];
  return hashes;
}

TEST(CriticalPathTest, NoJobEnded) {
  EXPECT_TRUE(FindCriticalPath({}).links.empty());
  EXPECT_TRUE(FindCriticalPath({Of(kVm, 'a', {At(5, FactKind::kEnqueued)})}).links.empty());
}

TEST(CriticalPathTest, AJobsPredecessorIsTheLastOfItsFeedersThatEndedBefore) {
  const CriticalPath path = FindCriticalPath({
      Healthy(kVm, 'a', 1000, 1100, 3000),
      Healthy(kVm, 'b', 1010, 1200, 4000),     // this one
      Healthy(kVm, 'c', 1020, 1300, 9000),     // it ended after the enqueue
      Healthy(kMerge, 'd', 1000, 1100, 4005),  // it feeds no base rollup
      Healthy(kBase, 'e', 4010, 4500, 8000),
  });
  EXPECT_EQ(Hashes(path), "c");
  EXPECT_FALSE(path.ends_with_root);
  const CriticalPath rest = FindCriticalPath({
      Healthy(kVm, 'a', 1000, 1100, 3000),
      Healthy(kVm, 'b', 1010, 1200, 4000),
      Healthy(kMerge, 'd', 1000, 1100, 4005),
      Healthy(kBase, 'e', 4010, 4500, 8000),
  });
  ASSERT_EQ(Hashes(rest), "be");
  EXPECT_EQ(rest.lead, 10);
  EXPECT_EQ(rest.inferred, 1);
  EXPECT_EQ(rest.ambiguous, 0);
  const PathLink& base = rest.links[1];
  EXPECT_EQ(base.machine, "b");
  EXPECT_EQ(base.process, "agent");
  EXPECT_EQ(base.parts.handing_over, 10);
  EXPECT_EQ(base.parts.queueing, 490);
  EXPECT_EQ(base.parts.retrying, 0);
  EXPECT_EQ(base.parts.running, 3499);
  EXPECT_EQ(base.parts.reporting, 1);
  EXPECT_EQ(rest.links[0].parts.handing_over, 0);
  EXPECT_EQ(rest.totals.Sum(), 8000 - 1010);
}

TEST(CriticalPathTest, ItEndsWithTheRootRollupWhateverEndsLater) {
  const CriticalPath path =
      FindCriticalPath({Healthy(kRoot, 'r', 100, 110, 200), Healthy(kVm, 'a', 100, 150, 900)});
  EXPECT_TRUE(path.ends_with_root);
  EXPECT_EQ(Hashes(path), "r");
}

TEST(CriticalPathTest, ACancelledJobIsNoEndAndAFailedOneIsNoPredecessor) {
  const std::vector<Job> jobs = {
      Healthy(kVm, 'a', 0, 10, 100),
      Of(kVm, 'b', {At(0, FactKind::kEnqueued), At(140, FactKind::kFailed)}),
      Of(kBase, 'c', {At(150, FactKind::kEnqueued), At(300, FactKind::kFailed)}),
      Of(kBase, 'd', {At(150, FactKind::kEnqueued), At(400, FactKind::kCancelled)})};
  const CriticalPath path = FindCriticalPath(jobs);
  ASSERT_EQ(Hashes(path), "ac");
  EXPECT_EQ(path.links[1].parts.handing_over, 50);
  EXPECT_EQ(path.links[1].parts.unknown, 150);  // no log shows it running
  EXPECT_EQ(path.links[1].machine, "");
}

TEST(CriticalPathTest, AnotherThatEndedAsLateIsARival) {
  const auto with = [](UnixMillis other_end) {
    return FindCriticalPath({Healthy(kVm, 'a', 0, 10, 1000), Healthy(kVm, 'b', 1, 10, other_end),
                             Healthy(kBase, 'c', 1005, 1100, 2000)});
  };
  EXPECT_EQ(with(950).links.back().rivals, 1);
  EXPECT_EQ(with(950).ambiguous, 1);
  EXPECT_EQ(with(949).links.back().rivals, 0);
  EXPECT_EQ(with(1000).links.back().rivals, 1);
  EXPECT_EQ(Hashes(with(1005)), "bc");  // in the millisecond of the enqueue
  EXPECT_EQ(Hashes(with(1006)), "ac");
}

TEST(CriticalPathTest, TwoMachinesClocksAreSaid) {
  const Job by_agent =
      Of(kVm, 'a',
         {At(0, FactKind::kSubmitted).On("node"), At(5, FactKind::kStarted).On("b"),
          At(90, FactKind::kAgentCompleted).On("b")});
  const CriticalPath path = FindCriticalPath({by_agent, Healthy(kBase, 'c', 100, 110, 200)});
  ASSERT_EQ(Hashes(path), "ac");
  EXPECT_TRUE(path.links[1].across_machines);
  EXPECT_EQ(path.ambiguous, 1);
  EXPECT_EQ(path.links[0].parts.queueing, 5);
}

TEST(CriticalPathTest, TimeInLostAttemptsIsRetrying) {
  const CriticalPath path = FindCriticalPath(
      {Of(kVm, 'a',
          {At(0, FactKind::kEnqueued), At(10, FactKind::kStarted).On("b"),
           At(30, FactKind::kAgentFailed).On("b").Retry(true), At(31, FactKind::kRetried),
           At(40, FactKind::kStarted).On("c"), At(95, FactKind::kAgentCompleted).On("c"),
           At(97, FactKind::kCompleted)})});
  ASSERT_EQ(path.links.size(), 1U);
  const PathParts& parts = path.links[0].parts;
  EXPECT_EQ(parts.queueing, 10);
  EXPECT_EQ(parts.retrying, 30);
  EXPECT_EQ(parts.running, 55);
  EXPECT_EQ(parts.reporting, 2);
  EXPECT_EQ(path.links[0].machine, "c");
  EXPECT_EQ(path.links[0].attempts, 2);
}

// The broker counts the first result: here that of the attempt which it had taken back.
TEST(CriticalPathTest, TheAttemptWhoseEndIsTheJobsEndedIt) {
  const CriticalPath path = FindCriticalPath(
      {Of(kVm, 'a',
          {At(0, FactKind::kEnqueued), At(10, FactKind::kStarted).On("b"),
           At(40, FactKind::kTimedOut).Retry(true), At(45, FactKind::kStarted).On("c"),
           At(60, FactKind::kAgentCompleted).On("b"), At(61, FactKind::kCompleted),
           At(90, FactKind::kAgentCompleted).On("c")})});
  EXPECT_EQ(path.links[0].machine, "b");
  EXPECT_EQ(path.links[0].parts.retrying, 0);
  EXPECT_EQ(path.links[0].parts.running, 50);
}

TEST(CriticalPathTest, OfTwoAttemptsInOneProcessTheLastOneEndedIt) {
  const CriticalPath path =
      FindCriticalPath({Of(kVm, 'a',
                           {At(0, FactKind::kEnqueued), At(10, FactKind::kStarted),
                            At(40, FactKind::kTimedOut).Retry(true), At(45, FactKind::kStarted),
                            At(60, FactKind::kAgentCompleted), At(60, FactKind::kCompleted)})});
  EXPECT_EQ(path.links[0].parts.retrying, 35);
  EXPECT_EQ(path.links[0].parts.running, 15);
}

TEST(CriticalPathTest, WhereClocksDisagreeThePartsStillAddUp) {
  const CriticalPath path = FindCriticalPath({Of(
      kVm, 'a',
      {At(100, FactKind::kEnqueued).On("broker"), At(90, FactKind::kStarted).On("b"),
       At(230, FactKind::kAgentCompleted).On("b"), At(200, FactKind::kCompleted).On("broker")})});
  const PathParts& parts = path.links[0].parts;
  EXPECT_EQ(parts.queueing, 0);
  EXPECT_EQ(parts.running, 100);
  EXPECT_EQ(parts.reporting, 0);
  EXPECT_EQ(path.totals.Sum(), 100);
}

TEST(CriticalPathTest, TheTenCostliestComeFirst) {
  std::vector<Job> jobs;
  UnixMillis at = 0;
  for (int i = 0; i < 12; ++i) {
    const UnixMillis length = 100 + i * 10;
    jobs.push_back(Healthy(kMerge, static_cast<char>('a' + i), at, at + 1, at + length));
    at += length + 1;
  }
  const CriticalPath path = FindCriticalPath(jobs);
  ASSERT_EQ(path.links.size(), 12U);
  ASSERT_EQ(path.costliest.size(), 10U);
  EXPECT_EQ(path.costliest.front(), 11U);
  EXPECT_EQ(path.costliest.back(), 2U);
}

// No circle, and no end to it.
TEST(CriticalPathTest, JobsThatTookNoTimeAreNotEachOthersPredecessors) {
  const std::vector<Fact> at_once = {At(5, FactKind::kEnqueued), At(5, FactKind::kCompleted)};
  EXPECT_EQ(FindCriticalPath({Of(kMerge, 'a', at_once), Of(kMerge, 'b', at_once)}).links.size(),
            1U);
}

}  // namespace
}  // namespace proverlog
