// Command lines of alerts, as far as no server is asked.

#include "client/commands/alerts_command.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "client/commands/rules_command.h"
#include "client/commands/silence_command.h"

namespace proverlog {
namespace {

// Where nobody listens.
constexpr char kNowhere[] = "127.0.0.1:1";
constexpr int kRefused = -1;

class AlertsCommandTest : public testing::Test {
 protected:
  // The exit code; kRefused where CLI11 refuses the line.
  int Run(std::string line) {
    CLI::App app("", "proverlog");
    app.require_subcommand(1);
    GlobalFlags flags;
    int exit_code = kExitOk;
    AddAlertsCommands(app, &flags, &exit_code);
    AddSilenceCommand(app, &flags, &exit_code);
    AddRulesCommand(app, &flags, &exit_code);
    flags.server = kNowhere;
    testing::internal::CaptureStderr();
    try {
      app.parse(line);
    } catch (const CLI::ParseError&) {
      exit_code = kRefused;
    }
    error_ = testing::internal::GetCapturedStderr();
    return exit_code;
  }

  std::string error_;
};

TEST_F(AlertsCommandTest, WhatIsRightIsAsked) {
  for (const char* line : {
           "alerts",
           "alerts --resolved --pending --at-least warning --match machine=a rule=b",
           "alerts --match machine=a --match rule=b --limit 5",
           "alerts show 17",
           "alerts --format json show 17",
           "ack 17",
           "ack 17 --by alice --reason why",
           "silence add --match rule=a --match machine=b --for 2h --reason why",
           "silence add --match rule=a --for 90m --by alice --reason why",
           "silence list",
           "silence end 3",
           "rules",
           "rules job_failed",
           "rules test --from 2026-11-21 --to 2026-11-22",
           "rules test --from 2026-11-21 --to 2026-11-22 --prover mine",
       }) {
    EXPECT_EQ(Run(line), kExitUnavailable) << line << ": " << error_;
  }
}

TEST_F(AlertsCommandTest, WatchNeedsAServer) {
  EXPECT_EQ(Run("alerts --watch --at-least critical --match machine=a"), kExitUnavailable);
}

TEST_F(AlertsCommandTest, WhatIsIncompleteOrContradictsItselfIsRefused) {
  for (const char* line : {
           "alerts --at-least severe",
           "alerts show",
           "alerts show x",
           "alerts --watch --resolved",
           "alerts --watch --pending",
           "alerts --watch --limit 5",
           "ack",
           "ack x",
           "silence",
           "silence add --for 2h --reason why",
           "silence add --match rule=a --reason why",
           "silence add --match rule=a --for 2h",
           "silence end",
           "rules test",
           "rules test --from 2026-11-21",
       }) {
    EXPECT_EQ(Run(line), kRefused) << line;
  }
}

TEST_F(AlertsCommandTest, AWrongValueIsNamed) {
  EXPECT_EQ(Run("alerts --match machine"), kExitFailed);
  EXPECT_EQ(error_,
            "proverlog: --match: \"machine\" is not LABEL=VALUE, such as machine=prover-a\n");
  EXPECT_EQ(Run("silence add --match rule=a --for soon --reason why"), kExitFailed);
  EXPECT_EQ(error_,
            "proverlog: --for: \"soon\" is not a length of time such as 500ms, 10s or 1m30s\n");
  EXPECT_EQ(Run("rules test no.such.file --from 2026-11-21 --to 2026-11-22"), kExitFailed);
  EXPECT_EQ(error_,
            "proverlog: no.such.file: the rules file cannot be read: No such file or directory\n");
  EXPECT_EQ(Run("rules test --from now --to 2026-11-22"), kExitFailed);
  EXPECT_EQ(error_.substr(0, 27), "proverlog: --from: \"now\" is");
}

}  // namespace
}  // namespace proverlog
