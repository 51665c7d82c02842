#include "alerts/rule_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "alerts/rule.h"
#include "tests/testing_util/prover_views.h"

namespace proverlog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Finding Of(const std::string& rule, const Labels& labels, Severity severity = Severity::kWarning) {
  Finding finding;
  finding.rule = rule;
  finding.labels = labels;
  finding.severity = severity;
  return finding;
}

// A view of one log that lost bytes.
ProverView WithGap() {
  ProverView view;
  view.prover = "mine";
  view.now = 10'000'000;
  view.complete_until = view.now;
  LogView log;
  log.stream_id = 1;
  log.machine = "a";
  log.source = "agent.log";
  log.gaps = {{100, 200, GapReason::kRotatedAway, view.now - 1000, ""}};
  view.logs = {log};
  return view;
}

TEST(RuleSetTest, WithoutSettingsEveryRuleLooks) {
  const auto findings = FindAll({}, WithGap());
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].rule, "log_gap");
}

TEST(RuleSetTest, WhatIsSwitchedOffIsNotFound) {
  RuleSetting off;
  off.rule = "log_gap";
  off.enabled = false;
  EXPECT_THAT(FindAll({.settings = {off}}, WithGap()), IsEmpty());
  off.match = {{"prover", "another"}};
  EXPECT_THAT(FindAll({.settings = {off}}, WithGap()), SizeIs(1));
  off.match = {{"prover", "mine"}, {"machine", "a"}};
  EXPECT_THAT(FindAll({.settings = {off}}, WithGap()), IsEmpty());
}

TEST(RuleSetTest, ThresholdsAreOfTheMachineAndTheType) {
  using testing_util::ByAgent;
  using testing_util::ByBroker;
  ProverView view = testing_util::OpenView();
  const UnixMillis at = testing_util::kNoon - 6 * kMinute;
  view.epochs[0].jobs = {testing_util::JobOf(
      3054, "PUBLIC_VM", 1, {ByBroker(at, FactKind::kEnqueued), ByAgent(at, FactKind::kStarted)})};
  RuleSetting setting;
  setting.rule = "job_running_long";
  setting.thresholds = {{"floor", 600}};
  const auto finds = [&](const Labels& match) {
    setting.match = match;
    return !FindAll({.settings = {setting}}, view).empty();
  };
  EXPECT_FALSE(finds({{"machine", "m1"}, {"type", "PUBLIC_VM"}}));
  EXPECT_TRUE(finds({{"machine", "m2"}, {"type", "PUBLIC_VM"}}));
  EXPECT_TRUE(finds({{"machine", "m1"}, {"type", "PARITY_BASE"}}));
}

TEST(RuleSetTest, ALaterSettingWins) {
  RuleSetting off;
  off.rule = "log_gap";
  off.enabled = false;
  RuleSetting on = off;
  on.enabled = true;
  on.match = {{"machine", "a"}};
  on.severity = Severity::kCritical;
  const auto findings = FindAll({.settings = {off, on}}, WithGap());
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].severity, Severity::kCritical);
  EXPECT_THAT(FindAll({.settings = {on, off}}, WithGap()), IsEmpty());
}

// job_failed covers epoch_failed, of its epoch.
TEST(RuleSetTest, WhatFollowsFromAnotherFindingIsNotToldBesideIt) {
  ProverView view = testing_util::EndedView(EpochOutcome::kFailed);
  view.epochs.push_back(view.epochs[0]);
  view.epochs[1].epoch = 3055;
  const UnixMillis at = testing_util::kNoon;
  view.epochs[1].jobs = {testing_util::JobOf(
      3055, "PUBLIC_VM", 1,
      {testing_util::ByBroker(at - 1000, FactKind::kEnqueued),
       testing_util::ByBroker(at, FactKind::kFailed).Attempt(1).Detail("unsatisfied")})};
  std::vector<std::string> found;
  for (const Finding& finding : FindAll({}, view)) {
    if (finding.severity != Severity::kCritical || !finding.starts) continue;
    found.push_back(finding.rule + " " + finding.labels.at("epoch"));
  }
  EXPECT_THAT(found, ElementsAre("epoch_failed 3054", "job_failed 3055"));
}

// A machine without memory fails jobs, and one of them is on its last try: the epoch is about to be
// lost.
TEST(RuleSetTest, WhatIsMoreSevereThanItsCauseIsToldBesideIt) {
  ProverView view = testing_util::OpenView();
  const auto killed = [](int number, int times) {
    std::vector<Fact> facts = {
        testing_util::ByBroker(testing_util::kNoon - kMinute, FactKind::kEnqueued)};
    for (int attempt = 1; attempt <= times; ++attempt) {
      const UnixMillis at = testing_util::kNoon - kMinute + attempt * kSecond;
      facts.push_back(testing_util::ByAgent(at, FactKind::kStarted));
      facts.push_back(testing_util::ByAgent(at + 500, FactKind::kAgentFailed)
                          .Retry(true)
                          .Detail("Failed to generate proof. Exit code null. Signal SIGKILL."));
      facts.push_back(testing_util::ByBroker(at + 505, FactKind::kRetried).Attempt(attempt));
    }
    return testing_util::JobOf(3054, "PUBLIC_VM", number, std::move(facts));
  };
  const auto starts = [&view](const RuleSet& rules) {
    std::vector<std::string> found;
    for (const Finding& finding : FindAll(rules, view)) {
      if (finding.starts) {
        found.push_back(absl::StrCat(SeverityName(finding.severity), " ", finding.rule));
      }
    }
    return found;
  };
  view.epochs[0].jobs = {killed(1, 1), killed(2, 1), killed(3, 1)};
  EXPECT_THAT(starts({}), ElementsAre("warning machine_out_of_memory"));
  view.epochs[0].jobs = {killed(1, 3)};
  EXPECT_THAT(starts({}), ElementsAre("critical job_retries", "warning machine_out_of_memory"));
  // As they are set, not as they are built in.
  RuleSetting setting;
  setting.rule = "machine_out_of_memory";
  setting.severity = Severity::kCritical;
  EXPECT_THAT(starts({.settings = {setting}}), ElementsAre("critical machine_out_of_memory"));
}

TEST(RuleSetTest, HoldIsTheRulesUnlessItIsSet) {
  const Finding finding = Of("ingest_lag", {{"machine", "a"}});
  EXPECT_EQ(HoldOf({}, "mine", finding), FindRule("ingest_lag")->hold);
  RuleSetting setting;
  setting.rule = "ingest_lag";
  setting.match = {{"machine", "a"}};
  setting.hold = absl::Minutes(7);
  EXPECT_EQ(HoldOf({.settings = {setting}}, "mine", finding), absl::Minutes(7));
  EXPECT_EQ(HoldOf({.settings = {setting}}, "mine", Of("ingest_lag", {{"machine", "b"}})),
            FindRule("ingest_lag")->hold);
}

TEST(RuleSetTest, ReceiversHearWhatTheyAskedFor) {
  RuleSet rules;
  rules.receivers = {{"all", Severity::kInfo, {}},
                     {"pager", Severity::kCritical, {}},
                     {"stuck", Severity::kInfo, {{"rule", "job_stuck"}}},
                     {"a", Severity::kInfo, {{"machine", "a"}, {"prover", "mine"}}}};
  EXPECT_THAT(ReceiversOf(rules, "mine", Of("job_stuck", {{"machine", "b"}})),
              ElementsAre("all", "stuck"));
  EXPECT_THAT(ReceiversOf(rules, "mine", Of("log_gap", {{"machine", "a"}}, Severity::kCritical)),
              ElementsAre("all", "pager", "a"));
  EXPECT_THAT(ReceiversOf(rules, "other", Of("log_gap", {{"machine", "a"}})), ElementsAre("all"));
}

TEST(RuleSetTest, ARuleOfOnesOwnComparesAFigure) {
  ProverView view;
  view.prover = "mine";
  auto figures = std::make_shared<EpochFigures>();
  figures->summary.epoch = 7;
  figures->summary.totals.jobs = 100;
  figures->summary.totals.retries = 12;
  EpochView epoch;
  epoch.epoch = 7;
  epoch.last_at = 5000;
  epoch.figures = figures;
  view.epochs = {epoch};
  FigureRule rule;
  rule.name = "many_retries";
  rule.figure = "retries";
  rule.above = 10;
  rule.severity = Severity::kCritical;
  rule.next_step = "Look at the agents.";
  const auto findings = FindAll({.figure_rules = {rule}}, view);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].summary, "Epoch 7: retries is 12, above 10.");
  EXPECT_EQ(findings[0].labels, (Labels{{"epoch", "7"}}));
  EXPECT_EQ(findings[0].next_step, "Look at the agents.");
  EXPECT_EQ(findings[0].since, 5000);
  rule.above = 12;
  EXPECT_THAT(FindAll({.figure_rules = {rule}}, view), IsEmpty());
  rule.above = 10;
  rule.prover = "another";
  EXPECT_THAT(FindAll({.figure_rules = {rule}}, view), IsEmpty());
}

}  // namespace
}  // namespace proverlog
