#include "analysis/cause.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/testing_util/facts.h"

namespace proverlog {
namespace {

using testing_util::At;
using F = FactKind;
using K = CauseKind;

Job JobOf(std::vector<Fact> facts) { return DeriveJob({3054, "PUBLIC_VM", "a"}, std::move(facts)); }

std::vector<std::string> KindsOf(const std::vector<Evidence>& evidence) {
  std::vector<std::string> kinds;
  for (const Evidence& e : evidence) kinds.push_back((e.tells_cause ? "!" : "") + e.kind);
  return kinds;
}

TEST(CauseTest, AFailureIsItsAgentsWordAndRanThere) {
  const auto cause = CauseOfFailure(
      JobOf({At(0, F::kEnqueued).On("b", "broker.log", 1), At(5, F::kStarted).On("x", "x/1", 2),
             At(9, F::kAgentFailed).Detail("connect ECONNREFUSED").Retry(false).On("x", "x/1", 2),
             At(10, F::kFailed).Attempt(1).Detail("connect ECONNREFUSED").On("b")}));
  ASSERT_TRUE(cause);
  EXPECT_EQ(cause->kind, K::kConnectionRefused);
  EXPECT_EQ(cause->at, 9);
  EXPECT_EQ(cause->words, "connect ECONNREFUSED");
  EXPECT_EQ(cause->ran_in->process, "x/1");
  EXPECT_FALSE(cause->gave_up);
  EXPECT_EQ(KindsOf(cause->evidence),
            (std::vector<std::string>{"started", "!agent_failed", "failed"}));
}

TEST(CauseTest, AFailureThatWouldBeTriedAgainUsedUpItsRetries) {
  const auto cause = CauseOfFailure(
      JobOf({At(0, F::kEnqueued), At(1, F::kStarted), At(2, F::kAgentFailed).Retry(true),
             At(3, F::kRetried).Attempt(1), At(4, F::kStarted),
             At(5, F::kAgentFailed).Detail("Signal SIGKILL.").Retry(true),
             At(6, F::kFailed).Attempt(2).Detail("Signal SIGKILL.")}));
  ASSERT_TRUE(cause);
  EXPECT_EQ(cause->kind, K::kKilled);
  EXPECT_EQ(cause->at, 5);
  EXPECT_EQ(cause->attempts, 2);
  EXPECT_TRUE(cause->gave_up);
}

TEST(CauseTest, WithoutAnAgentsLogNobodyKnowsWhereItRan) {
  const auto cause = CauseOfFailure(
      JobOf({At(0, F::kEnqueued), At(9, F::kFailed).Attempt(1).Detail("Too many open files")}));
  ASSERT_TRUE(cause);
  EXPECT_EQ(cause->kind, K::kTooManyFiles);
  EXPECT_FALSE(cause->ran_in);
  EXPECT_EQ(KindsOf(cause->evidence), (std::vector<std::string>{"!failed"}));
}

// 5.2: a time-out for good is two facts of one line.
std::vector<Fact> TimedOutForGood(std::vector<Fact> before) {
  before.push_back(At(0, F::kEnqueued).On("b"));
  before.push_back(At(40, F::kTimedOut).Attempt(1).Retry(false).On("b"));
  before.push_back(At(40, F::kFailed).Detail("timed out").On("b"));
  return before;
}

TEST(CauseTest, AnAgentThatStartedAndWasNotHeardOfAgainIsLost) {
  const auto cause = CauseOfFailure(JobOf(TimedOutForGood({At(5, F::kStarted).On("x", "x/1")})));
  ASSERT_TRUE(cause);
  EXPECT_EQ(cause->kind, K::kAgentLost);
  EXPECT_EQ(cause->ran_in->machine, "x");
  EXPECT_EQ(KindsOf(cause->evidence), (std::vector<std::string>{"started", "!failed"}));
}

TEST(CauseTest, AnAgentThatEndedTooLateIsNotLost) {
  const auto cause = CauseOfFailure(JobOf(TimedOutForGood(
      {At(5, F::kStarted).On("x", "x/1"), At(60, F::kAgentCompleted).On("x", "x/1")})));
  ASSERT_TRUE(cause);
  EXPECT_EQ(cause->kind, K::kTimedOut);
  EXPECT_EQ(cause->ran_in->machine, "x");
}

TEST(CauseTest, OfAnAttemptThatNoLogShowsNothingIsSaid) {
  const auto unseen = CauseOfFailure(JobOf(TimedOutForGood({})));
  ASSERT_TRUE(unseen);
  EXPECT_EQ(unseen->kind, K::kTimedOut);
  EXPECT_FALSE(unseen->ran_in);
  // The start that is known was given back before: the attempt that timed out for good is another.
  const auto second = CauseOfFailure(JobOf(TimedOutForGood(
      {At(5, F::kStarted).On("x", "x/1"), At(20, F::kTimedOut).Retry(true).On("b")})));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->kind, K::kTimedOut);
  EXPECT_FALSE(second->ran_in);
  EXPECT_TRUE(second->gave_up);
}

TEST(CauseTest, OnlyAFailedJobHasACauseOfFailure) {
  EXPECT_FALSE(CauseOfFailure(JobOf({At(0, F::kEnqueued), At(9, F::kCompleted).Attempt(1)})));
  EXPECT_FALSE(CauseOfFailure(JobOf({At(0, F::kEnqueued), At(9, F::kCancelled)})));
  EXPECT_FALSE(CauseOfFailure(JobOf({At(9, F::kRestored).Detail("rejected")})));
}

TEST(CauseTest, SetbacksAreWhatWasTriedAgain) {
  const std::vector<Cause> setbacks =
      SetbacksOf(JobOf({At(0, F::kEnqueued).On("b"), At(1, F::kStarted).On("x"),
                        At(2, F::kAgentFailed).Detail("Exit code 137.").Retry(true).On("x"),
                        At(3, F::kRetried).Attempt(1).Detail("Exit code 137.").On("b"),
                        At(4, F::kRetried).Attempt(2).Detail("Failed to load proof inputs").On("b"),
                        At(5, F::kStarted).On("y"), At(35, F::kTimedOut).Retry(true).On("b"),
                        At(36, F::kStarted).On("z"), At(40, F::kAgentCompleted).On("z"),
                        At(41, F::kCompleted).Attempt(4).On("b")}));
  ASSERT_EQ(setbacks.size(), 3U);
  EXPECT_EQ(setbacks[0].kind, K::kKilled);
  EXPECT_EQ(setbacks[0].ran_in->machine, "x");
  EXPECT_EQ(setbacks[1].kind, K::kInputsMissing);
  EXPECT_FALSE(setbacks[1].ran_in);
  EXPECT_EQ(setbacks[2].kind, K::kAgentLost);
  EXPECT_EQ(setbacks[2].ran_in->machine, "y");
}

TEST(CauseTest, AJobThatIsAnsweredFromTheCacheIsNeverProvenAgain) {
  const auto cause = CauseOfCancelling(
      JobOf({At(0, F::kEnqueued), At(9, F::kAborted).Attempt(1), At(20, F::kReused)}));
  ASSERT_TRUE(cause);
  EXPECT_EQ(cause->kind, K::kNeverAgain);
  EXPECT_EQ(KindsOf(cause->evidence), (std::vector<std::string>{"!aborted", "reused"}));
  const auto queued = CauseOfCancelling(JobOf({At(0, F::kEnqueued), At(9, F::kCancelled)}));
  EXPECT_EQ(queued->kind, K::kCancelled);
  EXPECT_FALSE(queued->ran_in);
  const auto running = CauseOfCancelling(
      JobOf({At(0, F::kEnqueued), At(5, F::kStarted).On("x"), At(9, F::kCancelled)}));
  EXPECT_EQ(running->ran_in->machine, "x");
  EXPECT_FALSE(CauseOfCancelling(JobOf({At(0, F::kEnqueued)})));
}

// The kind of a session of which these lines, the last ones, tell trouble.
std::optional<Cause> CauseOfLines(const std::vector<std::pair<std::string, std::string>>& lines) {
  std::vector<Event> events = {
      {"session.created", 1, {{"session", "s"}, {"kind", "full"}}, {"n", "node.log", 1, 1}}};
  UnixMillis at = 10;
  for (const auto& [kind, text] : lines) {
    Event event{kind, at, {{"session", "s"}}, {"n", "node.log", 1, at}};
    const std::string field = kind.find("exited") != std::string::npos      ? "state"
                              : kind.find("resolved") != std::string::npos  ? "state"
                              : kind.find("cancelled") != std::string::npos ? "reason"
                              : kind.find("halted") != std::string::npos    ? "details"
                                                                            : "error";
    event.fields[field] = text;
    events.push_back(std::move(event));
    ++at;
  }
  return CauseOfSession(DeriveSessions(std::move(events)).front());
}

TEST(CauseTest, TheFirstLineOfTroubleIsTheSessionsCause) {
  using Lines = std::vector<std::pair<std::string, std::string>>;
  for (const auto& [lines, kind] : std::vector<std::pair<Lines, CauseKind>>{
           {{{"session.deadline", ""}, {"session.cancelled", "deadline"}}, K::kDeadline},
           {{{"session.cancelled", "deadline"}}, K::kDeadline},
           {{{"epoch.reorg", ""}, {"epoch.halted", "state reorg"}}, K::kReorg},
           {{{"session.cancelled", "reorg"}}, K::kReorg},
           {{{"session.cancelled", "stopping"}}, K::kSessionStopped},
           {{{"epoch.halted", "state stopped"}}, K::kSessionStopped},
           {{{"candidate.failed", "fetch failed"}, {"session.failed", "x"}}, K::kPublishingFailed},
           {{{"session.failed", "Error: Failed to submit epoch proof"}}, K::kPublishingFailed},
           {{{"session.failed", "connect ECONNREFUSED"}}, K::kConnectionRefused},
           {{{"session.failed", "something new"}}, K::kSessionFailed},
           {{{"session.expired", ""}}, K::kDeadline},
           {{{"epoch.exited", "timed-out"}}, K::kDeadline},
           {{{"session.exited", "failed"}}, K::kSessionFailed},
           {{{"session.exited", "stopped"}}, K::kSessionStopped},
           {{{"session.exited", "completed"}}, K::kSessionEnded},
           {{{"epoch.dropped", ""}}, K::kPublishingDisabled}}) {
    const auto cause = CauseOfLines(lines);
    ASSERT_TRUE(cause) << lines[0].first;
    EXPECT_EQ(cause->kind, kind) << lines[0].first << " " << lines[0].second << ": "
                                 << EntryOf(cause->kind).name;
    EXPECT_EQ(cause->at, 10);
    if (kind == K::kSessionEnded) continue;
    EXPECT_EQ(KindsOf(cause->evidence), (std::vector<std::string>{"!" + lines[0].first}));
  }
}

TEST(CauseTest, ASessionThatIsOpenOrPublishedHasNoCause) {
  EXPECT_FALSE(CauseOfLines({}));
  EXPECT_FALSE(CauseOfLines({{"candidate.failed", "fetch failed"}, {"epoch.submitted", ""}}));
  EXPECT_FALSE(CauseOfLines({{"candidate.resolved", "published"}}));
  // It may still be published.
  EXPECT_EQ(CauseOfLines({{"candidate.failed", "fetch failed"}})->kind, K::kPublishingFailed);
}

}  // namespace
}  // namespace proverlog
