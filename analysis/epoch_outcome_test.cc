#include "analysis/epoch_outcome.h"

#include <gtest/gtest.h>

namespace proverlog {
namespace {

std::vector<EpochSession> Sessions(SessionState state) {
  EpochSession session;
  session.state = state;
  return {session};
}

JobCounts Counts(int32_t failed, int32_t in_flight, int32_t aborted = 0, int32_t abandoned = 0) {
  JobCounts counts;
  counts.failed = failed;
  counts.in_flight = in_flight;
  counts.aborted = aborted;
  counts.abandoned = abandoned;
  return counts;
}

TEST(EpochOutcomeTest, WithoutASessionTheJobsTell) {
  EXPECT_EQ(OutcomeOf(Counts(1, 1), true, {}), EpochOutcome::kProven);
  EXPECT_EQ(OutcomeOf(Counts(1, 1), false, {}), EpochOutcome::kFailed);
  EXPECT_EQ(OutcomeOf(Counts(0, 1, 1), false, {}), EpochOutcome::kInProgress);
  EXPECT_EQ(OutcomeOf(Counts(0, 0, 1), false, {}), EpochOutcome::kAborted);
  EXPECT_EQ(OutcomeOf(Counts(0, 0, 0, 1), false, {}), EpochOutcome::kAborted);
  EXPECT_EQ(OutcomeOf(Counts(0, 0), false, {}), EpochOutcome::kIncomplete);
}

TEST(EpochOutcomeTest, TheSessionsWordOutranksTheJobs) {
  // A failed job that was tried anew in another session, and a root that was proven in vain.
  for (const bool root_completed : {false, true}) {
    const auto outcome = [&](SessionState state) {
      return OutcomeOf(Counts(1, 1), root_completed, Sessions(state));
    };
    EXPECT_EQ(outcome(SessionState::kPublished), EpochOutcome::kPublished);
    EXPECT_EQ(outcome(SessionState::kSuperseded), EpochOutcome::kSuperseded);
    EXPECT_EQ(outcome(SessionState::kDropped), EpochOutcome::kDropped);
    EXPECT_EQ(outcome(SessionState::kFailed), EpochOutcome::kFailed);
    EXPECT_EQ(outcome(SessionState::kTimedOut), EpochOutcome::kTimedOut);
    EXPECT_EQ(outcome(SessionState::kCancelled), EpochOutcome::kAborted);
  }
}

TEST(EpochOutcomeTest, WhileASessionIsOpen) {
  const auto sessions = Sessions(SessionState::kOpen);
  EXPECT_EQ(OutcomeOf(Counts(0, 0), true, sessions), EpochOutcome::kProven);
  EXPECT_EQ(OutcomeOf(Counts(0, 0), false, sessions), EpochOutcome::kInProgress);
  EXPECT_EQ(OutcomeOf(Counts(1, 1), false, sessions), EpochOutcome::kInProgress);
  EXPECT_EQ(OutcomeOf(Counts(1, 0), false, sessions), EpochOutcome::kFailed);
}

TEST(EpochOutcomeTest, ThatASessionExitedSaysNothing) {
  const auto sessions = Sessions(SessionState::kExited);
  EXPECT_EQ(OutcomeOf(Counts(0, 0), true, sessions), EpochOutcome::kProven);
  EXPECT_EQ(OutcomeOf(Counts(0, 0), false, sessions), EpochOutcome::kIncomplete);
}

}  // namespace
}  // namespace proverlog
