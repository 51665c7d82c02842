#include "alerts/epoch_rules.h"

#include <gtest/gtest.h>

#include "tests/testing_util/prover_views.h"

namespace proverlog {
namespace {

using testing_util::ByAgent;
using testing_util::ByBroker;
using testing_util::EarlierEpoch;
using testing_util::EndedView;
using testing_util::EventOf;
using testing_util::Find;
using testing_util::JobOf;
using testing_util::kNoon;
using testing_util::OpenView;

// Begun ten minutes before noon, due at 13:30; `latest` is the upper bound of its end.
ProverView AtRisk(UnixMillis latest) {
  ProverView view = OpenView();
  view.epochs[0].deadline = ProofDeadline{kNoon + 90 * kMinute};
  EndEstimate estimate;
  estimate.at = kNoon + 20 * kMinute;
  estimate.earliest = kNoon + 10 * kMinute;
  estimate.latest = latest;
  estimate.share = 0.8;
  view.epochs[0].estimate = estimate;
  return view;
}

TEST(EpochAtRiskTest, FromFourFifthsOfItsWindow) {
  // The window is 100 minutes.
  EXPECT_TRUE(Find("epoch_at_risk", AtRisk(kNoon + 70 * kMinute)).empty());
  const auto findings = Find("epoch_at_risk", AtRisk(kNoon + 71 * kMinute));
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].severity, Severity::kWarning);
  EXPECT_EQ(findings[0].labels, (Labels{{"epoch", "3054"}}));
  EXPECT_EQ(findings[0].summary,
            "Epoch 3054 may end as late as 2026-11-21 13:11:00 UTC, 81 % of its window, 19 min "
            "before its deadline (2026-11-21 13:30:00 UTC).");
  EXPECT_EQ(findings[0].detail,
            "estimate: 2026-11-21 12:20:00 UTC, with 90 % not after the first\n"
            "0 jobs done, 0 running, 0 queued\n");
}

TEST(EpochAtRiskTest, PastTheWindowIsCritical) {
  EXPECT_EQ(Find("epoch_at_risk", AtRisk(kNoon + 90 * kMinute))[0].severity, Severity::kWarning);
  const auto findings = Find("epoch_at_risk", AtRisk(kNoon + 90 * kMinute + 1));
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].severity, Severity::kCritical);
}

TEST(EpochAtRiskTest, IsLateWithoutAnyEstimate) {
  ProverView view = OpenView();
  view.epochs[0].deadline = ProofDeadline{kNoon};
  EXPECT_TRUE(Find("epoch_at_risk", view).empty());
  view.complete_until = view.now = kNoon + 5 * kMinute;
  const auto findings = Find("epoch_at_risk", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "Epoch 3054 is late: its proof had to be on L1 by 2026-11-21 12:00:00 UTC, 5 min ago, "
            "and is not.");
  // The logs have not told of the time after it.
  view.complete_until = kNoon;
  EXPECT_TRUE(Find("epoch_at_risk", view).empty());
  view.complete_until = view.now;
  view.epochs[0].over = true;
  EXPECT_TRUE(Find("epoch_at_risk", view).empty());
}

Job Failed(int number) {
  const UnixMillis at = kNoon - 2 * kMinute;
  return JobOf(3054, "PUBLIC_VM", number,
               {ByBroker(at - 9 * kSecond, FactKind::kEnqueued),
                ByAgent(at - 8 * kSecond, FactKind::kStarted),
                ByAgent(at, FactKind::kAgentFailed)
                    .Retry(false)
                    .Detail("Failed to generate witness: Cannot satisfy constraint"),
                ByBroker(at + 5, FactKind::kFailed)
                    .Attempt(1)
                    .Detail("Failed to generate witness: Cannot satisfy constraint")});
}

TEST(EpochFailedTest, SaysWhy) {
  ProverView view = EndedView(EpochOutcome::kFailed);
  view.epochs[0].jobs = {Failed(1)};
  const auto findings = Find("epoch_failed", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].severity, Severity::kCritical);
  EXPECT_EQ(findings[0].since, kNoon - 2 * kMinute);
  EXPECT_EQ(
      findings[0].summary,
      "Epoch 3054 failed: constraint: Failed to generate witness: Cannot satisfy constraint.");
  EXPECT_EQ(findings[0].detail, "job 3054:PUBLIC_VM:" + std::string(63, '0') +
                                    "1\nin m1 (agent.log)\n1 job failed: constraint\n"
                                    "0 jobs done, 0 running, 0 queued\n");
  EXPECT_EQ(findings[0].next_step,
            "See that prover node, broker and agents run one version; report it to Aztec with the "
            "lines and the job's inputs.");
  EXPECT_TRUE(Find("epoch_given_up", view).empty());
  view.epochs[0].over = false;
  EXPECT_TRUE(Find("epoch_failed", view).empty());
  view.epochs[0].over = true;
  view.epochs[0].outcome = EpochOutcome::kPublished;
  EXPECT_TRUE(Find("epoch_failed", view).empty());
}

TEST(EpochFailedTest, SaysThatItMissedItsDeadlineAndThatNobodyKnowsWhy) {
  const auto findings = Find("epoch_failed", EndedView(EpochOutcome::kTimedOut));
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary, "Epoch 3054 missed its deadline: no log says why.");
  EXPECT_EQ(findings[0].next_step, "Run `proverlog why 3054`: it says which log would tell.");
}

TEST(EpochGivenUpTest, WhereItWasStopped) {
  ProverView view = EndedView(EpochOutcome::kAborted);
  EpochSession session;
  session.state = SessionState::kCancelled;
  session.started_at = kNoon - 10 * kMinute;
  session.ended_at = kNoon - kMinute;
  session.trouble = EventOf("session.cancelled", kNoon - kMinute, "n", 5, {{"reason", "reorg"}});
  view.epochs[0].context.sessions = {session};
  const auto findings = Find("epoch_given_up", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].severity, Severity::kWarning);
  EXPECT_EQ(findings[0].summary, "Epoch 3054 was given up: reorg: reorg.");
  EXPECT_TRUE(Find("epoch_failed", view).empty());
  view.epochs[0].over = false;  // somebody may begin it again
  EXPECT_TRUE(Find("epoch_given_up", view).empty());
  view.epochs[0].over = true;
  view.epochs[0].outcome = EpochOutcome::kPublished;
  EXPECT_TRUE(Find("epoch_given_up", view).empty());
}

TEST(ProofUnpublishedTest, AfterTwoMinutes) {
  ProverView view = OpenView();
  view.epochs[0].submission.waiting_since = kNoon - 2 * kMinute;
  EXPECT_TRUE(Find("proof_unpublished", view).empty());
  view.epochs[0].submission.waiting_since = kNoon - 2 * kMinute - 1;
  auto findings = Find("proof_unpublished", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].severity, Severity::kCritical);
  EXPECT_EQ(findings[0].since, kNoon - 2 * kMinute - 1);
  EXPECT_EQ(findings[0].summary,
            "Epoch 3054: the proof has been ready for 2 min and is not on L1; no log says that it "
            "was handed in.");
  view.epochs[0].submission.submitted_at = kNoon - kMinute;
  EXPECT_EQ(Find("proof_unpublished", view)[0].summary,
            "Epoch 3054: the proof has been ready for 2 min and is not on L1; it was handed in 1 "
            "min ago.");
  view.complete_until = kNoon - kMinute;
  EXPECT_TRUE(Find("proof_unpublished", view).empty());
}

TEST(SubmissionFailedTest, AtOnce) {
  ProverView view = OpenView();
  view.epochs[0].outcome = EpochOutcome::kProven;
  view.epochs[0].submission.errors = {{kNoon - kSecond, "candidate.delayed", ""}};
  EXPECT_TRUE(Find("submission_failed", view).empty());
  view.epochs[0].submission.errors.push_back({kNoon, "l1.failed", "request timed out"});
  auto findings = Find("submission_failed", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].severity, Severity::kCritical);
  EXPECT_EQ(findings[0].since, kNoon);
  EXPECT_EQ(findings[0].summary,
            "Epoch 3054: its proof did not get onto L1 (l1.failed: request timed out).");
  view.epochs[0].submission.tip_advance = TipAdvance::kAnotherProver;
  EXPECT_EQ(Find("submission_failed", view)[0].severity, Severity::kInfo);
  view.epochs[0].outcome = EpochOutcome::kPublished;
  EXPECT_TRUE(Find("submission_failed", view).empty());
}

// Its window passes, and the session fails: nothing is lost by that.
TEST(SubmissionFailedTest, WhereAnotherProverWasEarlierNothingElseIsTold) {
  for (const TipAdvance by : {TipAdvance::kUnknown, TipAdvance::kAnotherProver}) {
    const size_t told = by == TipAdvance::kAnotherProver ? 0 : 1;
    ProverView view = OpenView();
    view.epochs[0].submission.errors = {{kNoon, "l1.failed", "request timed out"}};
    view.epochs[0].submission.waiting_since = kNoon - 3 * kMinute;
    view.epochs[0].submission.tip_advance = by;
    view.epochs[0].deadline = ProofDeadline{kNoon - 1};
    EXPECT_EQ(Find("proof_unpublished", view).size(), told);
    EXPECT_EQ(Find("epoch_at_risk", view).size(), told);
    view.epochs[0].over = true;
    view.epochs[0].outcome = EpochOutcome::kFailed;
    EXPECT_EQ(Find("epoch_failed", view).size(), told);
    view.epochs[0].outcome = EpochOutcome::kAborted;
    EXPECT_EQ(Find("epoch_given_up", view).size(), told);
  }
}

TEST(NoNewEpochTest, AfterOneAndAHalfEpochLengths) {
  ProverView view = EndedView(EpochOutcome::kPublished);
  view.epoch_length = 40 * kMinute;
  view.epochs[0].begin = kNoon - 60 * kMinute;
  EXPECT_TRUE(Find("no_new_epoch", view).empty());
  view.epochs[0].begin = kNoon - 60 * kMinute - 1;
  const auto findings = Find("no_new_epoch", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "No new epoch since 3054 began 1 h ago; one lasts 40 min (of the network).");
  EXPECT_TRUE(findings[0].labels.empty());
  view.complete_until -= 1;
  EXPECT_TRUE(Find("no_new_epoch", view).empty());
}

TEST(NoNewEpochTest, LearnsTheLengthAndSaysNothingOfLogsThatNobodySends) {
  ProverView view = OpenView();
  view.epochs.clear();
  for (int epoch = 3052; epoch >= 3049; --epoch) {
    view.earlier.push_back(EarlierEpoch(epoch, "PUBLIC_VM", 2, kSecond));
  }
  const auto findings = Find("no_new_epoch", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(
      findings[0].summary,
      "No new epoch since 3052 began 1 h 20 min ago; one lasts 40 min (the median of 3 earlier "
      "ones).");
  for (LogView& log : view.logs) log.ended = true;
  EXPECT_TRUE(Find("no_new_epoch", view).empty());
  view.replayed = true;
  EXPECT_EQ(Find("no_new_epoch", view).size(), 1);
  view.earlier.pop_back();
  EXPECT_TRUE(Find("no_new_epoch", view).empty());
}

}  // namespace
}  // namespace proverlog
