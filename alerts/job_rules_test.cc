#include "alerts/job_rules.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/testing_util/prover_views.h"

namespace proverlog {
namespace {

using testing_util::ByAgent;
using testing_util::ByBroker;
using testing_util::Completed;
using testing_util::EarlierEpoch;
using testing_util::EndedView;
using testing_util::EventOf;
using testing_util::Find;
using testing_util::JobOf;
using testing_util::kBrokerStream;
using testing_util::kNoon;
using testing_util::OpenView;

constexpr char kConstraint[] = "Failed to generate witness: Cannot satisfy constraint";
constexpr char kKilled[] = "Failed to generate proof. Exit code null. Signal SIGKILL.";

std::string IdOf(int number) {
  return "3054:PUBLIC_VM:" + std::string(63, '0') + std::to_string(number);
}

// It failed for good at `at`, at its first attempt.
Job Failed(int number, UnixMillis at, const std::string& error) {
  return JobOf(3054, "PUBLIC_VM", number,
               {ByBroker(at - 9 * kSecond, FactKind::kEnqueued),
                ByAgent(at - 8 * kSecond, FactKind::kStarted),
                ByAgent(at, FactKind::kAgentFailed).Retry(false).Detail(error),
                ByBroker(at + 5, FactKind::kFailed).Attempt(1).Detail(error)});
}

// Its attempts on machine 1 failed at these instants; it is in the queue again.
Job Retried(int number, const std::vector<UnixMillis>& failed_at,
            const std::string& type = "PUBLIC_VM") {
  std::vector<Fact> facts = {ByBroker(failed_at[0] - 9 * kSecond, FactKind::kEnqueued)};
  int retry = 0;
  for (const UnixMillis at : failed_at) {
    facts.push_back(ByAgent(at - 8 * kSecond, FactKind::kStarted));
    facts.push_back(ByAgent(at, FactKind::kAgentFailed).Retry(true).Detail(kKilled));
    facts.push_back(ByBroker(at + 5, FactKind::kRetried).Attempt(++retry).Detail(kKilled));
  }
  return JobOf(3054, type, number, std::move(facts));
}

// So many jobs that went well.
void AddHealthy(int count, ProverView& view) {
  for (int i = 0; i < count; ++i) {
    view.epochs[0].jobs.push_back(
        Completed(3054, "PUBLIC_VM", 1000 + i, kNoon - 5 * kMinute, kSecond));
  }
}

TEST(JobFailedTest, IsOneFindingACause) {
  ProverView view = OpenView();
  view.epochs[0].jobs = {Failed(1, kNoon - 2 * kMinute, kConstraint),
                         Failed(2, kNoon - kMinute, kConstraint),
                         Failed(3, kNoon - kMinute, "ENOSPC: no space left on device")};
  const auto findings = Find("job_failed", view);
  ASSERT_EQ(findings.size(), 2);
  EXPECT_EQ(findings[1].summary,
            "Epoch 3054: 2 jobs failed for good, the first a PUBLIC_VM on m1 at attempt 1 "
            "(constraint: Failed to generate witness: Cannot satisfy constraint).");
  EXPECT_EQ(findings[1].severity, Severity::kCritical);
  EXPECT_EQ(findings[1].labels, (Labels{{"epoch", "3054"}, {"cause", "constraint"}}));
  EXPECT_EQ(findings[1].since, kNoon - 2 * kMinute);
  EXPECT_EQ(findings[1].detail, IdOf(1) + ": attempt 1, in m1 (agent.log), 2 min ago\n" + IdOf(2) +
                                    ": attempt 1, in m1 (agent.log), 1 min ago\n");
  EXPECT_EQ(findings[0].labels.at("cause"), "no space");
}

TEST(JobFailedTest, SaysWhatBecameOfTheEpoch) {
  ProverView view = EndedView(EpochOutcome::kFailed);
  view.epochs[0].jobs = {Failed(1, kNoon - 2 * kMinute, kConstraint)};
  EXPECT_EQ(Find("job_failed", view)[0].summary,
            "Epoch 3054: 1 job failed for good, the first a PUBLIC_VM on m1 at attempt 1 "
            "(constraint: Failed to generate witness: Cannot satisfy constraint). The epoch "
            "failed.");
  view.epochs[0].outcome = EpochOutcome::kPublished;
  EXPECT_TRUE(Find("job_failed", view).empty());
}

TEST(JobFailsAgainTest, OfTheSameError) {
  ProverView view = OpenView();
  view.epochs[0].jobs = {Failed(1, kNoon - 4 * kMinute, kConstraint)};
  EXPECT_TRUE(Find("job_fails_again", view).empty());
  std::vector<Fact> facts = view.epochs[0].jobs[0].facts;
  for (const Fact& fact : Failed(1, kNoon - kMinute, kConstraint).facts) facts.push_back(fact);
  view.epochs[0].jobs = {JobOf(3054, "PUBLIC_VM", 1, facts)};
  const auto findings = Find("job_fails_again", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "Epoch 3054: 1 PUBLIC_VM job failed again of the same error (constraint): trying again "
            "will not help.");
  EXPECT_EQ(findings[0].since, kNoon - kMinute);
  EXPECT_EQ(findings[0].detail, IdOf(1) +
                                    ": failed 2 times, at 2026-11-21 11:59:00 UTC of constraint: "
                                    "Failed to generate witness: Cannot satisfy constraint\n");
  // It was proven in the end.
  facts.push_back(ByBroker(kNoon - 30 * kSecond, FactKind::kEnqueued));
  facts.push_back(ByBroker(kNoon - 10 * kSecond, FactKind::kCompleted).Attempt(1));
  view.epochs[0].jobs = {JobOf(3054, "PUBLIC_VM", 1, facts)};
  EXPECT_TRUE(Find("job_fails_again", view).empty());
  // A kill is no such error.
  view.epochs[0].jobs = {Retried(1, {kNoon - 3 * kMinute, kNoon - kMinute})};
  EXPECT_TRUE(Find("job_fails_again", view).empty());
}

TEST(JobNeverAgainTest, AbortedAndAnsweredFromTheCache) {
  ProverView view = OpenView();
  std::vector<Fact> facts = {ByBroker(kNoon - 5 * kMinute, FactKind::kEnqueued),
                             ByBroker(kNoon - 4 * kMinute, FactKind::kAborted).Attempt(1)};
  view.epochs[0].jobs = {JobOf(3054, "PUBLIC_VM", 1, facts)};
  EXPECT_TRUE(Find("job_never_again", view).empty());
  facts.push_back(ByBroker(kNoon - kMinute, FactKind::kReused));
  view.epochs[0].jobs = {JobOf(3054, "PUBLIC_VM", 1, facts)};
  const auto findings = Find("job_never_again", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "Epoch 3054: 1 job will never be proven: cancelled, asked for again, and the broker "
            "answered from its cache that it was aborted.");
  EXPECT_EQ(findings[0].since, kNoon - 4 * kMinute);
}

TEST(StaleEnqueueTest, IsOneFindingAnEpoch) {
  ProverView view = OpenView();
  for (int i = 1; i <= 4; ++i) {
    view.events.push_back(EventOf("broker.refused", kNoon - (5 - i) * kMinute, "b", kBrokerStream,
                                  {{"job", "3052" + IdOf(i).substr(4)}}));
  }
  const auto findings = Find("stale_enqueue", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].labels, (Labels{{"epoch", "3052"}}));
  EXPECT_EQ(findings[0].since, kNoon - 4 * kMinute);
  EXPECT_EQ(findings[0].summary,
            "Epoch 3052: the broker on b refused 4 jobs as stale: the prover node still proves an "
            "epoch that the broker gave up.");
}

TEST(StaleEnqueueTest, NotOfAnEpochThatIsPublishedNorOfNoJob) {
  ProverView view = EndedView(EpochOutcome::kPublished);
  view.events = {EventOf("broker.refused", kNoon, "b", kBrokerStream, {{"job", IdOf(1)}})};
  EXPECT_TRUE(Find("stale_enqueue", view).empty());
  view.epochs[0].outcome = EpochOutcome::kTimedOut;
  EXPECT_EQ(Find("stale_enqueue", view).size(), 1);
  view.events[0].fields["job"] = "3054";
  EXPECT_TRUE(Find("stale_enqueue", view).empty());
}

TEST(JobRetriesTest, ASingleOneIsInformation) {
  ProverView view = OpenView();
  view.epochs[0].jobs = {Retried(1, {kNoon - 3 * kMinute})};
  AddHealthy(9, view);
  const auto findings = Find("job_retries", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].severity, Severity::kInfo);
  EXPECT_EQ(findings[0].labels,
            (Labels{{"epoch", "3054"}, {"machine", "m1"}, {"process", "agent.log"}}));
  EXPECT_EQ(findings[0].summary,
            "Epoch 3054: 1 attempt in m1 (agent.log) had to be repeated (1 killed), 1 within 10 "
            "min, of 10 jobs.");
}

TEST(JobRetriesTest, SeveralAreAWarning) {
  ProverView view = OpenView();
  view.epochs[0].jobs = {Retried(1, {kNoon - 3 * kMinute}), Retried(2, {kNoon - 2 * kMinute})};
  AddHealthy(99, view);
  EXPECT_EQ(Find("job_retries", view)[0].severity, Severity::kInfo);  // 2 of 101
  view.epochs[0].jobs.pop_back();
  EXPECT_EQ(Find("job_retries", view)[0].severity, Severity::kWarning);  // 2 %
  AddHealthy(200, view);
  view.epochs[0].jobs.push_back(Retried(3, {kNoon - 10 * kMinute}));
  EXPECT_EQ(Find("job_retries", view)[0].severity, Severity::kInfo);  // no three in ten minutes
  view.epochs[0].jobs.back() = Retried(3, {kNoon - 10 * kMinute + 1});
  EXPECT_EQ(Find("job_retries", view)[0].severity, Severity::kWarning);
  view.epochs[0].over = true;
  EXPECT_TRUE(Find("job_retries", view).empty());
}

// The first hundred jobs are no share of an epoch of thousands.
TEST(JobRetriesTest, TheShareOfAnEpochThatBeginsIsOfWhatEarlierOnesHad) {
  ProverView view = OpenView();
  view.epochs[0].jobs = {Retried(1, {kNoon - 3 * kMinute}), Retried(2, {kNoon - 2 * kMinute})};
  AddHealthy(58, view);
  EXPECT_EQ(Find("job_retries", view)[0].severity, Severity::kWarning);
  view.earlier = {EarlierEpoch(3053, "PUBLIC_VM", 1000, kSecond),
                  EarlierEpoch(3052, "PUBLIC_VM", 101, kSecond),
                  EarlierEpoch(3051, "PUBLIC_VM", 10, kSecond)};
  EXPECT_EQ(Find("job_retries", view)[0].severity, Severity::kInfo);
  view.earlier[1] = EarlierEpoch(3052, "PUBLIC_VM", 100, kSecond);
  EXPECT_EQ(Find("job_retries", view)[0].severity, Severity::kWarning);
}

TEST(JobRetriesTest, ARootRollupsAndTheLastAreCritical) {
  ProverView view = OpenView();
  view.epochs[0].jobs = {Retried(1, {kNoon - kMinute}, "ROOT_ROLLUP")};
  EXPECT_EQ(Find("job_retries", view)[0].severity, Severity::kCritical);
  view.epochs[0].jobs = {Retried(1, {kNoon - 40 * kMinute, kNoon - 20 * kMinute})};
  AddHealthy(199, view);
  EXPECT_EQ(Find("job_retries", view)[0].severity, Severity::kInfo);
  view.epochs[0].jobs[0] =
      Retried(1, {kNoon - 40 * kMinute, kNoon - 20 * kMinute, kNoon - kMinute});
  const auto findings = Find("job_retries", view);
  EXPECT_EQ(findings[0].severity, Severity::kCritical);
  EXPECT_EQ(findings[0].summary,
            "Epoch 3054: 3 attempts in m1 (agent.log) had to be repeated (3 killed), 1 within 10 "
            "min, of 200 jobs. A PUBLIC_VM is on its last try (attempt 4).");
}

TEST(JobRetriesTest, TheLastTryIsWhatTheBrokerCounts) {
  ProverView view = OpenView();
  AddHealthy(199, view);
  // Its log begins at the third.
  std::vector<Fact> facts = Retried(1, {kNoon - kMinute}).facts;
  for (Fact& fact : facts) {
    if (fact.kind == FactKind::kRetried) fact.attempt = 3;
  }
  view.epochs[0].jobs.push_back(JobOf(3054, "PUBLIC_VM", 1, facts));
  EXPECT_EQ(Find("job_retries", view)[0].severity, Severity::kCritical);
  // The third was given up; it was asked for again since.
  const UnixMillis before = kNoon - 20 * kMinute;
  facts = Retried(1, {kNoon - kMinute}).facts;
  facts.push_back(ByBroker(before, FactKind::kEnqueued));
  facts.push_back(ByAgent(before + kSecond, FactKind::kStarted));
  facts.push_back(ByBroker(before + kMinute, FactKind::kTimedOut).Attempt(3).Retry(false));
  view.epochs[0].jobs.back() = JobOf(3054, "PUBLIC_VM", 1, facts);
  EXPECT_EQ(Find("job_retries", view)[0].severity, Severity::kInfo);
}

TEST(JobRetriesTest, ARootRollupThatWasCompletedSinceIsInformation) {
  ProverView view = OpenView();
  std::vector<Fact> facts = Retried(1, {kNoon - kMinute}, "ROOT_ROLLUP").facts;
  facts.push_back(ByBroker(kNoon - kSecond, FactKind::kCompleted).Attempt(2));
  view.epochs[0].jobs = {JobOf(3054, "ROOT_ROLLUP", 1, facts)};
  EXPECT_EQ(Find("job_retries", view)[0].severity, Severity::kInfo);
}

// Three agents of a process timed out.
void AddTimeOuts(ProverView& view) {
  for (int i = 0; i < 3; ++i) {
    const UnixMillis at = kNoon - 3 * kMinute + i;
    view.epochs[0].jobs.push_back(JobOf(3054, "PUBLIC_VM", i,
                                        {ByBroker(at - 40 * kSecond, FactKind::kEnqueued),
                                         ByAgent(at - 35 * kSecond, FactKind::kStarted),
                                         ByBroker(at, FactKind::kTimedOut).Retry(true)}));
  }
}

TEST(JobRetriesTest, OfAnAgentThatWasRestartedAreInformation) {
  ProverView view = OpenView();
  AddTimeOuts(view);
  EXPECT_EQ(Find("job_retries", view)[0].severity, Severity::kWarning);
  view.events = {EventOf("bb.configured", kNoon - 4 * kMinute, "m1", 1)};
  const auto findings = Find("job_retries", view);
  EXPECT_EQ(findings[0].severity, Severity::kInfo);
  EXPECT_EQ(findings[0].detail.substr(0, 56),
            "3 of them as the agent or the broker was restarted\n3054:");
  view.events = {EventOf("bb.configured", kNoon - 4 * kMinute, "m2", 2)};
  EXPECT_EQ(Find("job_retries", view)[0].severity, Severity::kWarning);
  // The time-outs are within 2 ms.
  view.events = {EventOf("bb.configured", kNoon - 3 * kMinute - 120 * kSecond, "m1", 1)};
  EXPECT_EQ(Find("job_retries", view)[0].detail.substr(0, 10), "1 of them ");
  view.events[0].at -= 1;
  EXPECT_EQ(Find("job_retries", view)[0].severity, Severity::kWarning);
  view.events[0].at = kNoon - 3 * kMinute + 120 * kSecond + 1;
  EXPECT_EQ(Find("job_retries", view)[0].detail.substr(0, 10), "2 of them ");
  view.events[0].at += 2;
  EXPECT_EQ(Find("job_retries", view)[0].severity, Severity::kWarning);
}

// A job whose agent was lost at these instants, and started again half a minute later.
Job Lost(int number, const std::vector<UnixMillis>& lost_at, const std::string& type) {
  std::vector<Fact> facts = {ByBroker(lost_at[0] - 40 * kSecond, FactKind::kEnqueued)};
  int retry = 0;
  for (const UnixMillis at : lost_at) {
    facts.push_back(ByAgent(at - 35 * kSecond, FactKind::kStarted));
    facts.push_back(ByBroker(at, FactKind::kTimedOut).Attempt(++retry).Retry(true));
  }
  return JobOf(3054, type, number, std::move(facts));
}

TEST(JobRetriesTest, AnAgentThatCrashesEachTimeIsNotRestarted) {
  ProverView view = OpenView();
  AddHealthy(200, view);
  for (int i = 1; i <= 4; ++i) {
    const UnixMillis at = kNoon - (9 - 2 * i) * kMinute;
    view.epochs[0].jobs.push_back(Lost(i, {at}, "PUBLIC_VM"));
    view.events.push_back(EventOf("bb.configured", at + 30 * kSecond, "m1", 1));
    // The first one is a restart, as far as can be told.
    const auto findings = Find("job_retries", view);
    EXPECT_EQ(findings[0].severity, i < 4 ? Severity::kInfo : Severity::kWarning) << i;
    EXPECT_EQ(findings[0].detail.substr(0, 10), "1 of them ") << i;
    EXPECT_TRUE(absl::StrContains(findings[0].summary, absl::StrCat("), ", i, " within 10 min")))
        << findings[0].summary;
  }
}

TEST(JobRetriesTest, TheLastTryAndARootRollupsSecondLossAreCriticalWhoeverIsRestarted) {
  ProverView view = OpenView();
  AddHealthy(200, view);
  view.events = {EventOf("broker.started", kNoon - 2 * kMinute, "b", kBrokerStream)};
  view.epochs[0].jobs.back() = Lost(1, {kNoon - 2 * kMinute}, "ROOT_ROLLUP");
  EXPECT_EQ(Find("job_retries", view)[0].severity, Severity::kInfo);
  view.epochs[0].jobs.back() =
      Lost(1, {kNoon - 2 * kMinute, kNoon - 2 * kMinute + kSecond}, "ROOT_ROLLUP");
  EXPECT_EQ(Find("job_retries", view)[0].severity, Severity::kCritical);
  const UnixMillis at = kNoon - 2 * kMinute;
  view.epochs[0].jobs.back() = Lost(1, {at, at + kSecond, at + 2 * kSecond}, "PUBLIC_VM");
  EXPECT_EQ(Find("job_retries", view)[0].severity, Severity::kCritical);
}

}  // namespace
}  // namespace proverlog
