// The commands of alerts, of what the service finds in a log by itself.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/e2e/failed_job.h"
#include "tests/e2e/ship_fixture.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing_util::Finished;
using testing_util::Process;
using testing_util::WaitUntil;

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", time, absl::UTCTimeZone());
}

class AlertsTest : public ShipTest {
 protected:
  // A broker says just now that a job of the epoch failed for good.
  void ImportFailure(int epoch) {
    const std::string log = absl::StrCat("broker-", epoch, ".log");
    Append(Path(log), LogOfFailedJob(epoch));
    const Finished imported =
        service_->Proverlog({"import", "--prover", "mine", "--machine", "prover-a", Path(log)});
    ASSERT_EQ(imported.exit_code, 0) << imported.err;
  }

  Finished Run(std::vector<std::string> arguments) const {
    return service_->Proverlog(std::move(arguments));
  }

  // Waits for the alert; its id.
  std::string AwaitAlert(int epoch) {
    const std::string match = absl::StrCat("epoch=", epoch);
    WaitUntil(
        [&] {
          return absl::StrContains(
              Run({"alerts", "--match", match, "--match", "rule=job_failed"}).out, "job_failed");
        },
        "the alert fires");
    return database_.Sql(
        absl::StrCat("SELECT alert_id FROM alert WHERE rule = 'job_failed' AND"
                     " labels->>'epoch' = '",
                     epoch, "'"));
  }
};

TEST_F(AlertsTest, AnAlertFromItsLogLineToWhoTakesCareOfIt) {
  EXPECT_EQ(Run({"alerts"}).out, "No alert fires.\n");
  ImportFailure(7);
  const std::string id = AwaitAlert(7);
  const Finished listed = Run({"alerts", "--at-least", "critical", "--match", "rule=job_failed"});
  EXPECT_THAT(listed.out, StartsWith("ID  SEVERITY  RULE        PROVER  SINCE (UTC) "));
  EXPECT_THAT(listed.out, HasSubstr("  critical  job_failed  mine    20"));
  EXPECT_THAT(listed.out, HasSubstr("\n    Epoch 7: 1 job failed for good, the first a PUBLIC_VM"));
  EXPECT_EQ(Run({"alerts", "--match", "machine=elsewhere"}).out, "There is no such alert.\n");
  EXPECT_EQ(Run({"alerts", "--match", "prover=mine"}).out, Run({"alerts"}).out);

  const Finished shown = Run({"alerts", "show", id});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, StartsWith(absl::StrCat("Alert ", id, " of mine: job_failed of cause=")));
  EXPECT_THAT(shown.out, HasSubstr("\ncritical, firing\n"));
  EXPECT_THAT(shown.out, HasSubstr("\nTo do: "));
  EXPECT_THAT(shown.out, HasSubstr("  the logs were complete up to 20"));
  EXPECT_THAT(shown.out, HasSubstr("  firing  critical\n"));
  EXPECT_THAT(shown.out, HasSubstr("\n  proverlog ack " + id + "\n"));

  EXPECT_THAT(Run({"ack", id, "--by", "alice", "--reason", "on it"}).out,
              StartsWith(absl::StrCat("Alert ", id, " of mine is taken care of by alice since ")));
  EXPECT_THAT(Run({"alerts"}).out, HasSubstr("  alice\n"));
  EXPECT_THAT(Run({"alerts", "show", id}).out, HasSubstr("  acknowledged  critical\n"));
  EXPECT_THAT(Run({"alerts", "--format", "json", "show", id}).out,
              StartsWith("{\n \"alert\": {\n"));
}

TEST_F(AlertsTest, TheSilenceThatAnAlertOffersSilencesIt) {
  ImportFailure(7);
  const std::string id = AwaitAlert(7);
  const std::string shown = Run({"alerts", "show", id}).out;
  const size_t begin = shown.find("proverlog silence add");
  ASSERT_NE(begin, std::string::npos) << shown;
  const std::string program = testing_util::ProverlogPath();
  const Finished added = testing_util::RunProgram(
      {"/usr/bin/env", absl::StrCat("PROVERLOG_SERVER=", service_->address()),
       absl::StrCat("PATH=", program.substr(0, program.rfind('/')), ":/usr/bin:/bin"), "bash", "-c",
       shown.substr(begin)});
  ASSERT_EQ(added.exit_code, 0) << added.err;
  EXPECT_THAT(added.out, StartsWith("Silence 1 until 20"));
  EXPECT_THAT(Run({"alerts", "show", id}).out, HasSubstr("critical, firing, silenced\n"));
  EXPECT_THAT(Run({"silence", "list"}).out, HasSubstr("    cause=constraint, epoch=7, prover=mine,"
                                                      " rule=job_failed\n"));
  EXPECT_EQ(Run({"silence", "end", "1"}).out, "Silence 1 has ended.\n");
  EXPECT_EQ(Run({"silence", "list"}).out, "There is no silence.\n");
  EXPECT_THAT(Run({"alerts", "show", id}).out, HasSubstr("critical, firing\n"));
}

TEST_F(AlertsTest, WhatIsWrongIsSaidInTheCommandLinesWords) {
  EXPECT_THAT(Run({"alerts", "show", "99"}).err, HasSubstr("99"));
  EXPECT_EQ(Run({"ack", "99"}).exit_code, 1);
  EXPECT_EQ(Run({"silence", "end", "99"}).exit_code, 1);
  EXPECT_THAT(
      Run({"silence", "add", "--match", "rule=a", "--for", "9000h", "--reason", "x"}).err,
      testing::AllOf(StartsWith("proverlog: --for: it is "), HasSubstr("the most is 90 d\n")));
  EXPECT_EQ(Run({"alerts", "--prover", "nobody"}).exit_code, 1);
  EXPECT_THAT(Run({"alerts", "--limit", "5000"}).err, StartsWith("proverlog: --limit: "));
  EXPECT_EQ(Run({"rules", "no_such"}).err,
            "proverlog: there is no rule \"no_such\"; `proverlog rules` lists them\n");
  const std::string rules = Path("my.rules");
  Append(rules, "rules {\n  rule: \"no_such\"\n}\nrules {\n  rule: \"job_failed\" hold: 1\n}\n");
  ImportFailure(7);
  const Finished tested =
      Run({"rules", "test", rules, "--from", "2026-11-21 00:00", "--to", "2026-11-21 01:00"});
  EXPECT_EQ(tested.exit_code, 1);
  EXPECT_THAT(tested.err, StartsWith(absl::StrCat("proverlog: ", rules, ":")));
}

TEST_F(AlertsTest, RulesAreShownAndTested) {
  const std::string listed = Run({"rules"}).out;
  EXPECT_THAT(listed, HasSubstr("\njob_failed "));
  EXPECT_THAT(listed, HasSubstr("\n    Jobs of an epoch failed for good.\n"));
  EXPECT_THAT(Run({"rules", "job_failed"}).out,
              HasSubstr("When: Jobs of an epoch failed for good.\nWhy: One failed job takes its"
                        " epoch along.\n"));
  EXPECT_THAT(Run({"rules", "job_failed", "--format", "json"}).out,
              StartsWith("{\n \"name\": \"job_failed\",\n"));
  ImportFailure(7);
  const absl::Time now = absl::Now();
  const std::vector<std::string> window = {"--from", TimeText(now - absl::Minutes(5)), "--to",
                                           TimeText(now + absl::Minutes(1))};
  std::vector<std::string> arguments = {"rules", "test"};
  arguments.insert(arguments.end(), window.begin(), window.end());
  const Finished tested = Run(arguments);
  EXPECT_EQ(tested.exit_code, 0) << tested.err;
  EXPECT_THAT(tested.out, HasSubstr("\njob_failed"));
  EXPECT_THAT(tested.out, HasSubstr("\n    Epoch 7: 1 job failed for good, the first a PUBLIC_VM"));
  const std::string rules = Path("my.rules");
  Append(rules, "rules { rule: \"job_failed\" enabled: false }\n");
  arguments.insert(arguments.begin() + 2, rules);
  EXPECT_THAT(Run(arguments).out, Not(HasSubstr("job_failed")));
}

TEST_F(AlertsTest, ChangesAreWatchedThoughTheServiceIsKilled) {
  ImportFailure(7);
  const std::string id = AwaitAlert(7);
  const Process watch(service_->ProverlogCommand(
      {"alerts", "--watch", "--at-least", "critical", "--match", "rule=job_failed"}));
  const auto await = [&](const std::string& text) {
    WaitUntil([&] { return absl::StrContains(watch.Out(), text); }, text);
  };
  await(absl::StrCat("  firing  critical  ", id, " job_failed of mine: Epoch 7: 1 job"));
  Run({"ack", id, "--by", "alice"});
  await(absl::StrCat("  acknowledged  critical  ", id, " job_failed of mine: by alice"));
  const std::string address = service_->address();
  service_->process().Kill(SIGKILL);
  service_->process().Wait();
  WaitUntil([&] { return absl::StrContains(watch.Err(), "is lost"); }, "it says so");
  StartService(address);
  WaitUntil([&] { return absl::StrContains(watch.Err(), "is back"); }, "it is back");
  ImportFailure(8);
  await("Epoch 8: 1 job failed for good");
  // What it had is not told again.
  const std::string out = watch.Out();
  EXPECT_EQ(out.find("acknowledged"), out.rfind("acknowledged"));
  const std::string fires = absl::StrCat("  firing  critical  ", id, " ");
  EXPECT_EQ(out.find(fires), out.rfind(fires));
}

TEST_F(AlertsTest, AWatchEndsWhereTryingAgainDoesNotHelp) {
  EXPECT_EQ(Run({"alerts", "--watch", "--prover", "nobody"}).exit_code, 1);
  service_->process().Kill(SIGKILL);
  service_->process().Wait();
  EXPECT_EQ(Run({"alerts", "--watch"}).exit_code, 3);
}

}  // namespace
}  // namespace proverlog
