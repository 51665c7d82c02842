#include "server/alerts/rules_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/testing_util/test_data.h"
#include "tests/testing_util/test_files.h"

namespace proverlog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::vector<Rule> SomeRules() {
  Rule stuck;
  stuck.name = "job_stuck";
  stuck.thresholds = {{"times_p99", 3, "", ""}, {"floor", 300, "s", ""}};
  stuck.labels = {"epoch", "type"};
  stuck.threshold_labels = {"machine"};
  Rule failed;
  failed.name = "epoch_failed";
  failed.labels = {"epoch"};
  return {stuck, failed};
}

class RulesFileTest : public testing::Test {
 protected:
  absl::StatusOr<RulesFile> Read(const std::string& text) {
    return ReadRulesFile(directory_.Write("rules", text), SomeRules());
  }

  // The problems, without the directory.
  std::vector<std::string> Problems(const std::string& text) {
    const auto file = Read(text);
    if (file.ok()) return {};
    EXPECT_EQ(file.status().code(), absl::StatusCode::kInvalidArgument);
    return absl::StrSplit(
        absl::StrReplaceAll(file.status().message(), {{directory_.path() + "/", ""}}), '\n');
  }

  testing_util::TempDirectory directory_;
};

TEST_F(RulesFileTest, HasAllThatIsSet) {
  directory_.Write("token", "t0ken\n");
  ASSERT_EQ(setenv("ALERT_TEST_URL", "https://hooks.slack.com/services/T/B/x", 1), 0);
  const auto file = Read(R"(
    rules {
      rule: "job_stuck"
      match { key: "prover" value: "mine" }
      match { key: "type" value: "PARITY_BASE" }
      enabled: false
      thresholds { key: "floor" value: 600 }
      hold { seconds: 90 nanos: 500000000 }
      severity: ALERT_SEVERITY_CRITICAL
    }
    rules { rule: "epoch_failed" }
    figure_rules {
      name: "slow_epoch"
      figure: "wall_time"
      above: 1800000
      match { key: "prover" value: "mine" }
      next_step: "Add agents."
    }
    figure_rules { name: "odd" figure: "retries" job_type: "PARITY_BASE" below: 2 above: 9
                   severity: ALERT_SEVERITY_INFO }
    receivers { name: "am" protocol: ALERT_PROTOCOL_ALERTMANAGER url: "http://h:9093"
                token_file: "token" at_least: ALERT_SEVERITY_INFO
                match { key: "rule" value: "job_stuck" } }
    receivers { name: "chat" protocol: ALERT_PROTOCOL_SLACK url_env: "ALERT_TEST_URL" }
  )");
  ASSERT_TRUE(file.ok()) << file.status();
  const RuleSet& rules = file->rules;
  ASSERT_EQ(rules.settings.size(), 2);
  EXPECT_EQ(rules.settings[0].rule, "job_stuck");
  EXPECT_EQ(rules.settings[0].match, (Labels{{"prover", "mine"}, {"type", "PARITY_BASE"}}));
  EXPECT_EQ(rules.settings[0].enabled, false);
  EXPECT_EQ(rules.settings[0].thresholds, (std::map<std::string, double>{{"floor", 600}}));
  EXPECT_EQ(rules.settings[0].hold, absl::Milliseconds(90'500));
  EXPECT_EQ(rules.settings[0].severity, Severity::kCritical);
  EXPECT_EQ(rules.settings[1].enabled, std::nullopt);
  EXPECT_EQ(rules.settings[1].hold, std::nullopt);
  EXPECT_EQ(rules.settings[1].severity, std::nullopt);
  ASSERT_EQ(rules.figure_rules.size(), 2);
  EXPECT_EQ(rules.figure_rules[0].name, "slow_epoch");
  EXPECT_EQ(rules.figure_rules[0].figure, "wall_time");
  EXPECT_EQ(rules.figure_rules[0].above, 1'800'000);
  EXPECT_EQ(rules.figure_rules[0].below, std::nullopt);
  EXPECT_EQ(rules.figure_rules[0].prover, "mine");
  EXPECT_EQ(rules.figure_rules[0].severity, Severity::kWarning);
  EXPECT_EQ(rules.figure_rules[0].next_step, "Add agents.");
  EXPECT_EQ(rules.figure_rules[1].job_type, "PARITY_BASE");
  EXPECT_EQ(rules.figure_rules[1].severity, Severity::kInfo);
  ASSERT_EQ(rules.receivers.size(), 2);
  EXPECT_EQ(rules.receivers[0].name, "am");
  EXPECT_EQ(rules.receivers[0].at_least, Severity::kInfo);
  EXPECT_EQ(rules.receivers[0].match, (Labels{{"rule", "job_stuck"}}));
  EXPECT_EQ(rules.receivers[1].at_least, Severity::kWarning);
  ASSERT_EQ(file->receivers.size(), 2);
  EXPECT_EQ(file->receivers[0].name, "am");
  EXPECT_EQ(file->receivers[0].protocol, AlertProtocol::kAlertmanager);
  EXPECT_EQ(file->receivers[0].url.Reveal(), "http://h:9093");
  EXPECT_EQ(file->receivers[0].token.Reveal(), "t0ken");
  EXPECT_EQ(file->receivers[1].protocol, AlertProtocol::kSlack);
  EXPECT_EQ(file->receivers[1].url.Reveal(), "https://hooks.slack.com/services/T/B/x");
  EXPECT_TRUE(file->receivers[1].token.empty());
}

TEST_F(RulesFileTest, AnEmptyFileSetsNothing) {
  const auto file = Read("# nothing\n");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE(file->rules.settings.empty());
  EXPECT_TRUE(file->receivers.empty());
}

TEST_F(RulesFileTest, AllProblemsAreToldAtOnceAndInTheirOrder) {
  EXPECT_THAT(
      Problems("rules {\n"
               "  rule: \"job_stuk\"\n"
               "  hold { seconds: -5 }\n"
               "  match { key: \"machin\" value: \"a\" }\n"
               "}\n"
               "rules {\n"
               "  thresholds { key: \"flor\" value: 1 }\n"
               "  severty: ALERT_SEVERITY_INFO\n"
               "  rule: \"job_stuck\"\n"
               "}\n"
               "receivers { name: \"a\" protocol: ALERT_PROTOCOL_SLACK }\n"),
      ElementsAre(
          "rules:2:3: rules.rule: \"job_stuk\" is none; did you mean \"job_stuck\"? There "
          "are job_stuck, epoch_failed",
          "rules:3:3: rules.hold: -5 is not between 0 and 86400 seconds",
          "rules:4:3: rules.match: \"machin\" is none; did you mean \"machine\"? There are "
          "prover, cause, epoch, machine, process, source, type",
          "rules:7:3: rules.thresholds: \"flor\" is none; did you mean \"floor\"? There are "
          "times_p99, floor",
          "rules:8:10: field \"severty\" is none; did you mean \"severity\"? There are "
          "rule, match, enabled, thresholds, hold, severity",
          "rules:11:1: receivers.url: there is no address; set url, url_file or url_env"));
}

TEST_F(RulesFileTest, RulesAreChecked) {
  EXPECT_THAT(
      Problems("rules { }"),
      ElementsAre("rules:1:1: rules.rule: \"\" is none; there are job_stuck, epoch_failed"));
  EXPECT_THAT(Problems("rules { rule: \"epoch_failed\" thresholds { key: \"x\" value: 1 } }"),
              ElementsAre("rules:1:30: rules.thresholds: epoch_failed has none"));
  EXPECT_THAT(
      Problems("rules { rule: \"job_stuck\" thresholds { key: \"floor\" value: -1 }\n"
               " thresholds { key: \"times_p99\" value: nan } }"),
      ElementsAre("rules:1:27: rules.thresholds: floor is -1; allowed is a number from 0 on",
                  "rules:2:2: rules.thresholds: times_p99 is nan; allowed is a number from "
                  "0 on"));
  EXPECT_THAT(Problems("rules { rule: \"job_stuck\" thresholds { key: \"floor\" value: 1 }\n"
                       " thresholds { key: \"floor\" value: 2 }\n"
                       " match { key: \"type\" value: \"a\" }\n"
                       " match { key: \"type\" value: \"b\" }\n"
                       " match { key: \"epoch\" } }"),
              ElementsAre("rules:2:2: rules.thresholds: floor is there twice",
                          "rules:4:2: rules.match: type is there twice",
                          "rules:5:2: rules.match: epoch has no value"));
  EXPECT_THAT(Problems("rules { rule: \"job_stuck\" hold { seconds: 86401 } severity: 9 }"),
              ElementsAre("rules:1:27: rules.hold: 86401 is not between 0 and 86400 seconds",
                          "rules:1:51: rules.severity: 9 is none; there are ALERT_SEVERITY_INFO, "
                          "ALERT_SEVERITY_WARNING, ALERT_SEVERITY_CRITICAL"));
}

// It would apply to nothing, and nobody would notice.
TEST_F(RulesFileTest, ALabelThatTheRulesAlertsDoNotHaveIsRefused) {
  EXPECT_THAT(
      Problems("rules { rule: \"job_stuck\" enabled: false match { key: \"prover\" value: \"a\" }\n"
               " match { key: \"source\" value: \"b\" } }\n"
               "rules { rule: \"epoch_failed\" match { key: \"type\" value: \"b\" } }\n"),
      ElementsAre(
          "rules:2:2: rules.match: \"source\" is no label of job_stuck, which has prover, "
          "epoch, type",
          "rules:3:30: rules.match: \"type\" is no label of epoch_failed, which has prover, "
          "epoch"));
  const std::string floor =
      "rules { rule: \"job_stuck\" match { key: \"machine\" value: \"a\" } thresholds { key: "
      "\"floor\" value: 1 }";
  EXPECT_TRUE(Read(floor + " }").ok());
  for (const char* set : {"enabled: false", "hold { }", "severity: ALERT_SEVERITY_INFO"}) {
    EXPECT_THAT(Problems(floor + set + " }"),
                ElementsAre("rules:1:27: rules.match: \"machine\" is for thresholds of job_stuck "
                            "alone; leave out enabled, hold and severity"));
  }
}

TEST_F(RulesFileTest, FigureRulesAreChecked) {
  EXPECT_THAT(
      Problems("figure_rules { name: \"job_stuck\" figure: \"retrys\" above: 1 }"),
      ElementsAre("rules:1:16: figure_rules.name: \"job_stuck\" is taken; choose another one",
                  StartsWith("rules:1:34: figure_rules.figure: \"retrys\" is none; did you mean "
                             "\"retries\"? There are ")));
  EXPECT_THAT(
      Problems("figure_rules { name: \"Slow\" figure: \"retries\" }"),
      ElementsAre("rules:1:1: figure_rules.above: there is neither above nor below: set "
                  "one, or both",
                  "rules:1:16: figure_rules.name: \"Slow\" is no name; allowed are a-z, 0-9 "
                  "and _, from a letter on, at most 64"));
  EXPECT_THAT(
      Problems("figure_rules { name: \"a\" figure: \"retries\" above: inf job_type: \"PARITY\"\n"
               " match { key: \"machine\" value: \"m\" } next_step: \"a\\nb\" below: nan }"),
      ElementsAre("rules:1:44: figure_rules.above: inf is no number",
                  "rules:1:55: figure_rules.job_type: \"PARITY\" is no type of jobs, such as "
                  "PARITY_BASE",
                  "rules:2:2: figure_rules.match: \"machine\" is none; there are prover",
                  "rules:2:38: figure_rules.next_step: it has a control character; allowed is one "
                  "line of text",
                  "rules:2:56: figure_rules.below: nan is no number"));
  EXPECT_THAT(
      Problems("figure_rules { name: \"a\" figure: \"duration.p50\" above: 1 }\n"
               "figure_rules { name: \"a\" figure: \"wall_time\" job_type: \"X\" above: 1 }"),
      ElementsAre("rules:1:1: figure_rules.job_type: duration.p50 is of one type of jobs: "
                  "name it",
                  "rules:2:16: figure_rules.name: \"a\" is taken; choose another one",
                  "rules:2:46: figure_rules.job_type: \"X\": wall_time is not known by type; "
                  "leave it out"));
}

TEST_F(RulesFileTest, ReceiversAreChecked) {
  EXPECT_THAT(
      Problems("receivers { name: \"a\" url: \"http://h\" url_file: \"f\" }\n"
               "receivers { name: \"a\" protocol: ALERT_PROTOCOL_WEBHOOK url: \"h\"\n"
               " at_least: 5 match { key: \"rul\" value: \"x\" } }\n"),
      ElementsAre("rules:1:1: receivers.protocol: there is none; there are "
                  "ALERT_PROTOCOL_ALERTMANAGER, ALERT_PROTOCOL_WEBHOOK, ALERT_PROTOCOL_SLACK",
                  "rules:1:39: receivers.url_file: there is url already; allowed is one of them",
                  "rules:1:39: receivers.url_file: \"f\" cannot be read: No such file or directory",
                  "rules:2:13: receivers.name: \"a\" is taken; choose another one",
                  "rules:2:56: receivers.url: it does not begin with http:// or https://; allowed "
                  "is http://HOST[:PORT][/PATH] or https://...",
                  "rules:3:2: receivers.at_least: 5 is none; there are ALERT_SEVERITY_INFO, "
                  "ALERT_SEVERITY_WARNING, ALERT_SEVERITY_CRITICAL",
                  "rules:3:14: receivers.match: \"rul\" is none; did you mean \"rule\"? There are "
                  "prover, rule, cause, epoch, machine, process, source, type"));
  EXPECT_THAT(
      Problems("receivers { name: \"a\" protocol: ALERT_PROTOCOL_ALERTMANAGER\n"
               " url: \"http://h/?x\" token_file: \"f\" token_env: \"ALERT_TEST_NONE\" }"),
      ElementsAre("rules:2:2: receivers.url: it has a query (?...); Alertmanager's address "
                  "has none",
                  "rules:2:21: receivers.token_file: \"f\" cannot be read: No such file or "
                  "directory",
                  "rules:2:37: receivers.token_env: there is token_file already; allowed is "
                  "one of them",
                  "rules:2:37: receivers.token_env: \"ALERT_TEST_NONE\" is not in the "
                  "environment of proverlogd"));
}

TEST_F(RulesFileTest, NothingOfASecretIsTold) {
  directory_.Write("url", "http://me:hidden@h/hidden");
  directory_.Write("two", "hidden hidden");
  directory_.Write("none", " \n");
  directory_.Write("long", std::string(5000, 'x'));
  ASSERT_EQ(setenv("ALERT_TEST_HIDDEN", "hidden", 1), 0);
  const std::string slack = "receivers { protocol: ALERT_PROTOCOL_SLACK name: ";
  const std::vector<std::string> problems = Problems(
      slack + "\"a\" url_file: \"url\" }\n" + slack + "\"b\" url_env: \"ALERT_TEST_HIDDEN\" }\n" +
      slack + "\"c\" url: \"https://me:hidden@h/\" }\n" + slack +
      "\"d\" url: \"https://hooks.slack.com/hidden\" }\n" + slack +
      "\"e\" url: \"http://h\" token_file: \"two\" }\n" + slack +
      "\"f\" url: \"http://h\" token_file: \"none\" }\n" + slack +
      "\"g\" url: \"http://h\" token_file: \"long\" }\n" + slack +
      "\"h\" url: \"http://h\" token_file: \".\" }\n");
  EXPECT_THAT(
      problems,
      ElementsAre(
          "rules:1:54: receivers.url_file: what \"url\" has is no address: it has a user or "
          "password (...@HOST); use token_file or token_env; allowed is http://HOST[:PORT][/PATH] "
          "or https://...",
          "rules:2:54: receivers.url_env: what \"ALERT_TEST_HIDDEN\" has is no address: it does "
          "not "
          "begin with http:// or https://; allowed is http://HOST[:PORT][/PATH] or https://...",
          "rules:3:54: receivers.url: it has a user or password (...@HOST); use token_file or "
          "token_env; allowed is http://HOST[:PORT][/PATH] or https://...",
          "rules:4:54: receivers.url: an address of Slack is a secret; use url_file or url_env",
          "rules:5:70: receivers.token_file: \"two\" has a space, or a character that is not "
          "ASCII, "
          "in it",
          "rules:6:70: receivers.token_file: \"none\" is empty",
          "rules:7:70: receivers.token_file: \"long\" has more than 4096 bytes",
          "rules:8:70: receivers.token_file: \".\" cannot be read: it is a directory"));
}

TEST_F(RulesFileTest, WhatCannotBeReadIsToldWithItsPlace) {
  EXPECT_THAT(Problems("rules { rule: \"job_stuk\" }\nreceivers { protocol: ALERT_PROTOCOL_SLAK\n"),
              ElementsAre("rules:1:9: rules.rule: \"job_stuk\" is none; did you mean "
                          "\"job_stuck\"? There are job_stuck, epoch_failed",
                          "rules:3:1: protocol: \"ALERT_PROTOCOL_SLAK\" is none; did you mean "
                          "\"ALERT_PROTOCOL_SLACK\"? There are ALERT_PROTOCOL_ALERTMANAGER, "
                          "ALERT_PROTOCOL_WEBHOOK, ALERT_PROTOCOL_SLACK"));
  EXPECT_THAT(Problems("rules { rule: 5 }"), ElementsAre("rules:1:15: Expected string, got: 5"));
  EXPECT_THAT(Problems("rules { rule: \"job_stuck\" rule: \"job_stuck\" }"),
              ElementsAre(HasSubstr("\"rule\" is specified multiple times")));
  EXPECT_THAT(Problems("rules { rule: \"\xff\" }"),
              ElementsAre("rules:1:1: the file is not UTF-8"));
}

TEST_F(RulesFileTest, AFileThatIsNotThereIsNamed) {
  EXPECT_EQ(ReadRulesFile("/no/such/file").status().message(),
            "/no/such/file: the rules file cannot be read: No such file or directory");
  EXPECT_THAT(std::string(ReadRulesFile(directory_.path()).status().message()),
              HasSubstr(" cannot be read: Is a directory"));
}

TEST_F(RulesFileTest, TheExampleIsRead) {
  const auto rules =
      ParseRules(testing_util::ReadAll("docs/examples/alert-rules.textproto"), "example");
  ASSERT_TRUE(rules.ok()) << rules.status();
  EXPECT_EQ(rules->settings.size(), 2);
  EXPECT_EQ(rules->figure_rules.size(), 1);
  EXPECT_EQ(rules->receivers.size(), 3);
}

TEST_F(RulesFileTest, ATextAloneNeedsNoSecrets) {
  const std::string text =
      "receivers { name: \"a\" protocol: ALERT_PROTOCOL_SLACK url_env: \"ALERT_TEST_NONE\" }";
  EXPECT_THAT(Problems(text), ElementsAre(HasSubstr("is not in the environment")));
  const auto rules = ParseRules(text, "text", SomeRules());
  ASSERT_TRUE(rules.ok()) << rules.status();
  EXPECT_EQ(rules->receivers.size(), 1);
  EXPECT_THAT(std::string(ParseRules("x: 1", "text", SomeRules()).status().message()),
              StartsWith("text:1:2: field \"x\" is none; there are rules, "));
}

}  // namespace
}  // namespace proverlog
