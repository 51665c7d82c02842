#include "alerts/startup_rules.h"

#include <gtest/gtest.h>

#include "tests/testing_util/prover_views.h"

namespace proverlog {
namespace {

using testing_util::ByBroker;
using testing_util::Completed;
using testing_util::EventOf;
using testing_util::Find;
using testing_util::JobOf;
using testing_util::kBrokerStream;
using testing_util::kNoon;
using testing_util::OpenView;

constexpr UnixMillis kRestart = kNoon - 2 * kMinute;

// Two jobs from before the broker's restart; it restored so many.
ProverView Restarted(int restored) {
  ProverView view = OpenView();
  for (int i = 0; i < 2; ++i) {
    std::vector<Fact> facts = {ByBroker(kNoon - 5 * kMinute, FactKind::kEnqueued)};
    if (i < restored) {
      facts.push_back(ByBroker(kRestart - 10, FactKind::kRestored).Detail("settled=false"));
    }
    view.epochs[0].jobs.push_back(JobOf(3054, "PUBLIC_VM", i, std::move(facts)));
  }
  view.events = {EventOf("broker.started", kRestart, "b", kBrokerStream)};
  return view;
}

TEST(BrokerLostJobsTest, WhereItRestoredNothing) {
  ProverView view = Restarted(0);
  auto findings = Find("broker_lost_jobs", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].severity, Severity::kCritical);
  EXPECT_EQ(findings[0].since, kRestart);
  EXPECT_EQ(findings[0].labels, (Labels{{"epoch", "3054"}}));
  EXPECT_EQ(findings[0].summary,
            "Epoch 3054: the broker on b restarted and restored nothing; 2 open jobs are lost.");
  // It may still say what it restores.
  view.complete_until = kRestart + kMinute;
  EXPECT_TRUE(Find("broker_lost_jobs", view).empty());
  EXPECT_TRUE(Find("broker_lost_jobs", Restarted(1)).empty());
}

TEST(BrokerLostJobsTest, NotWhereTheyAreAskedForAgain) {
  ProverView view = Restarted(0);
  for (Job& job : view.epochs[0].jobs) {
    std::vector<Fact> facts = job.facts;
    facts.push_back(ByBroker(kRestart + 5 * kSecond, FactKind::kEnqueued));
    job = DeriveJob(job.id, std::move(facts));
  }
  EXPECT_TRUE(Find("broker_lost_jobs", view).empty());
}

TEST(BrokerRestartedTest, IsInformationForTenMinutes) {
  ProverView view = Restarted(2);
  const auto findings = Find("broker_restarted", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].severity, Severity::kInfo);
  EXPECT_EQ(findings[0].summary,
            "The broker on b started at 2026-11-21 11:58:00 UTC: 2 jobs were open, 2 restored.");
  view.complete_until = kRestart + 10 * kMinute;
  EXPECT_EQ(Find("broker_restarted", view).size(), 1);
  view.complete_until += 1;
  EXPECT_TRUE(Find("broker_restarted", view).empty());
}

TEST(BrokerRestartedTest, NotWhereNothingWasOpen) {
  ProverView view = Restarted(0);
  view.epochs[0].jobs = {Completed(3054, "PUBLIC_VM", 1, kRestart - kMinute, kSecond)};
  EXPECT_TRUE(Find("broker_restarted", view).empty());
  view.epochs[0].jobs = {Completed(3054, "PUBLIC_VM", 1, kRestart + kSecond, 10 * kSecond)};
  EXPECT_EQ(Find("broker_restarted", view).size(), 1);
}

ProverView Starting(UnixMillis since) {
  ProverView view = OpenView();
  view.epochs[0].jobs = {
      JobOf(3054, "PUBLIC_VM", 1, {ByBroker(kNoon - 3 * kMinute, FactKind::kEnqueued)})};
  view.events = {EventOf("bb.configured", since, "m1", 1, {{"path", "/bb"}}),
                 EventOf("crs.downloading", since + kSecond, "m1", 1, {{"curve", "Grumpkin"}})};
  return view;
}

TEST(StartupSlowTest, WhileJobsAreQueued) {
  EXPECT_TRUE(Find("startup_slow", Starting(kNoon - 5 * kMinute)).empty());
  ProverView view = Starting(kNoon - 5 * kMinute - 1);
  const auto findings = Find("startup_slow", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "An agent process on m1 began to start 5 min ago and has taken no job, while 1 job is "
            "queued.");
  EXPECT_EQ(findings[0].detail, "last step: crs.downloading at 2026-11-21 11:55:00 UTC\n");
  EXPECT_EQ(findings[0].next_step.substr(0, 36), "It downloads the reference string: s");
  view.epochs[0].jobs.push_back(
      Completed(3054, "PUBLIC_VM", 2, kNoon - kMinute, kSecond));  // it took one
  EXPECT_TRUE(Find("startup_slow", view).empty());
  view.epochs[0].jobs.clear();
  EXPECT_TRUE(Find("startup_slow", view).empty());
}

TEST(StartupSlowTest, JobsAreQueuedForTwoMinutes) {
  ProverView view = Starting(kNoon - 6 * kMinute);
  const auto queue = [&](UnixMillis since) {
    view.epochs[0].jobs = {JobOf(3054, "PUBLIC_VM", 1, {ByBroker(since, FactKind::kEnqueued)})};
  };
  queue(kNoon - 120 * kSecond);
  EXPECT_TRUE(Find("startup_slow", view).empty());
  queue(kNoon - 120 * kSecond - 1);
  EXPECT_EQ(Find("startup_slow", view).size(), 1);
}

TEST(StartupFailedTest, WhereItIsMisconfigured) {
  ProverView view = OpenView();
  view.events = {
      EventOf("process.misconfigured", kNoon - kMinute, "m1", 1, {{"error", "No broker URL."}})};
  const auto findings = Find("startup_failed", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "A program on m1 (agent.log) does not run: process.misconfigured, No broker URL.");
  EXPECT_EQ(findings[0].next_step, "Set what it names and start it again.");
  view.events.push_back(EventOf("bb.configured", kNoon, "m1", 1));
  EXPECT_TRUE(Find("startup_failed", view).empty());
}

TEST(StartupFailedTest, WhereItWaitsInStandby) {
  ProverView view = OpenView();
  view.events = {EventOf("standby.entered", kNoon - kMinute, "m1", 1,
                         {{"rollup", "0xb03b"}, {"reason", "genesisArchiveRoot differs."}})};
  const auto findings = Find("startup_failed", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "A program on m1 (agent.log) does not run: standby.entered, genesisArchiveRoot "
            "differs.");
  view.events.push_back(EventOf("standby.left", kNoon, "m1", 1));
  EXPECT_TRUE(Find("startup_failed", view).empty());
}

// The rule fires of the view. Its window ends with the last event, also where other logs are
// behind, and begins less than a minute before the first.
void ExpectWindowEndsWithTheLastEvent(const std::string& rule, ProverView view) {
  view.complete_until = kNoon - kHour;
  EXPECT_EQ(Find(rule, view).size(), 1);
  view.events[0].at -= 1 + kMinute;
  EXPECT_TRUE(Find(rule, view).empty());
}

TEST(StartupFailedTest, WhereItStartsAgainAndAgain) {
  ProverView view = OpenView();
  for (const int minutes : {10, 5, 1}) {
    view.events.push_back(EventOf("bb.configured", kNoon - minutes * kMinute, "m1", 1));
  }
  EXPECT_TRUE(Find("startup_failed", view).empty());
  view.events[0].at += 1;
  const auto findings = Find("startup_failed", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary, "A program on m1 (agent.log) started 3 times within 10 min.");
  ExpectWindowEndsWithTheLastEvent("startup_failed", view);
  view.events[0].origin.stream_id = 2;  // of another log of the machine
  view.logs[1].machine = "m1";
  view.logs[1].source = "other.log";
  EXPECT_TRUE(Find("startup_failed", view).empty());
}

TEST(ConnectionLostTest, FromTheThirdTimeOn) {
  ProverView view = OpenView();
  const std::string words = "Error: connect ECONNREFUSED 10.0.0.1:8081";
  for (const int minutes : {5, 4, 1}) {
    view.events.push_back(
        EventOf("loop.failed", kNoon - minutes * kMinute, "m1", 1, {{"error", words}}));
  }
  EXPECT_TRUE(Find("connection_lost", view).empty());
  view.events[0].at += 1;
  const auto findings = Find("connection_lost", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "3 calls from m1 failed within 5 min, the last one: Error: connect ECONNREFUSED "
            "10.0.0.1:8081.");
  EXPECT_EQ(
      findings[0].next_step,
      "See that the program at that address runs and listens on that port, and that the caller "
      "is configured with it (PROVER_BROKER_HOST of an agent).");
  ExpectWindowEndsWithTheLastEvent("connection_lost", view);
  view.events[0].fields["error"] = "Error: block not found";
  EXPECT_TRUE(Find("connection_lost", view).empty());
}

}  // namespace
}  // namespace proverlog
