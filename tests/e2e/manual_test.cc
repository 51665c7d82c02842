// What the program says of its own commands: the examples work, the manual is a page, the
// completions complete.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/test_data.h"
#include "tests/testing_util/test_database.h"
#include "tests/testing_util/test_files.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing_util::Finished;
using testing_util::Service;

// What a shell prints, in a directory with the sample logs.
class ManualTest : public testing::Test {
 protected:
  ManualTest() {
    for (const std::string name : {"broker.log", "agent-a.log", "agent-b.log", "node.log"}) {
      directory_.Write(name, testing_util::ReadAll(testing_util::TestDataPath("samples/" + name)));
    }
    directory_.Write("avm.log",
                     "[03:00:50.000] INFO: bb-prover Generated proof for avm-circuit(0x8299bec7) in"
                     " 44327 ms\n");
  }

  Finished Shell(const std::string& shell, const std::string& script) {
    const std::string path = testing_util::ProverlogPath();
    return testing_util::RunProgram(
        {"/usr/bin/env", shell, "-c",
         absl::StrCat("set -e; cd ", directory_.path(), "; PATH=", path.substr(0, path.rfind('/')),
                      ":$PATH; ", script)});
  }

  std::vector<std::string> Commands() {
    const Finished script = Shell("bash", "proverlog completion bash");
    std::vector<std::string> commands;
    for (const absl::string_view line : absl::StrSplit(script.out, '\n')) {
      if (!absl::StrContains(line, "compgen -W \'")) continue;
      const std::vector<std::string> parts = absl::StrSplit(line, '\'');
      for (const absl::string_view name : absl::StrSplit(parts.at(1), ' ')) {
        commands.emplace_back(name);
      }
    }
    return commands;
  }

  // The same, and each one's own: "alerts", "alerts show".
  std::vector<std::string> AllCommands() {
    std::vector<std::string> commands;
    for (const absl::string_view line :
         absl::StrSplit(Shell("bash", "proverlog manual").out, '\n')) {
      absl::string_view name = line;
      if (!absl::ConsumePrefix(&name, ".SS proverlog ")) continue;
      commands.push_back(absl::StrReplaceAll(name, {{"\\-", "-"}}));
    }
    return commands;
  }

  testing_util::TempDirectory directory_;
};

TEST_F(ManualTest, EveryCommandHasAnExampleThatWorks) {
  testing_util::TestDatabase database;
  database.Sql("UPDATE alert_lease SET holder = 'nobody', expires_at = 'infinity'");
  Service service("--database-url=" + database.conninfo());
  const std::string server = absl::StrCat("export PROVERLOG_SERVER=", service.address(), "; ");
  const Finished imported = Shell(
      "bash",
      absl::StrCat(server,
                   "proverlog import --prover mine --machine prover-a --date"
                   " 2026-11-21 broker.log node.log agent-a.log; proverlog import"
                   " --prover mine --machine prover-b --date 2026-11-21 agent-b.log avm.log"));
  ASSERT_EQ(imported.exit_code, 0) << imported.err;
  // The samples have no public transaction.
  directory_.Write("avm.log",
                   "[03:01:05.000] INFO: bb-prover Generated proof for avm-circuit(0x8299bec7) in"
                   " 4000 ms\n[03:01:06.000] INFO: bb-prover The line before is over\n");
  const Finished avm =
      Shell("bash", absl::StrCat(server,
                                 "proverlog import --prover mine --machine prover-c --date"
                                 " 2026-11-21 avm.log"));
  ASSERT_EQ(avm.exit_code, 0) << avm.err;
  // For `ack`. It stays as it is: nobody evaluates.
  database.Sql(
      "INSERT INTO alert (prover_id, fingerprint, rule, severity, labels, state, since,"
      " complete_until, summary, detail, next_step, pending_at, fired_at) SELECT prover_id, '00ff',"
      " 'job_failed', 'warning', '{}', 'firing', 1, 2, 'A job failed', '', 'Look', 3, 4 FROM "
      "prover");
  const std::vector<std::string> commands = AllCommands();
  EXPECT_GT(commands.size(), 25U);
  for (const std::string& command : commands) {
    SCOPED_TRACE(command);
    const std::string help = Shell("bash", absl::StrCat("proverlog ", command, " --help")).out;
    const std::vector<std::string> parts = absl::StrSplit(help, "Example:\n");
    ASSERT_EQ(parts.size(), 2U) << help;
    const absl::string_view example = absl::StripAsciiWhitespace(parts[1]);
    EXPECT_TRUE(absl::StartsWith(example, absl::StrCat("proverlog ", command))) << example;
    if (command == "tail") continue;  // it does not end by itself
    const Finished run = Shell("bash", absl::StrCat(server, example));
    EXPECT_EQ(run.exit_code, 0) << run.err;
  }
}

TEST_F(ManualTest, TheManualIsAPageOfAllCommandsAndFlags) {
  const Finished page =
      Shell("bash", "proverlog manual > proverlog.1; groff -man -Tutf8 -ww proverlog.1");
  EXPECT_EQ(page.exit_code, 0);
  EXPECT_EQ(page.err, "");
  for (const std::string& command : Commands()) {
    EXPECT_THAT(page.out, HasSubstr(absl::StrCat("proverlog ", command)));
  }
  // Of a command of a command; headings are printed twice.
  EXPECT_THAT(page.out, HasSubstr("End a silence now."));
  EXPECT_THAT(page.out, HasSubstr("PROVERLOG_SERVER"));
}

TEST_F(ManualTest, BashCompletes) {
  const auto complete = [&](const std::string& words, int at) {
    const Finished completed = Shell(
        "bash", absl::StrCat("set +e; source <(proverlog completion bash); COMP_WORDS=(", words,
                             "); COMP_CWORD=", at, "; _proverlog; echo ${COMPREPLY[@]}"));
    EXPECT_EQ(completed.exit_code, 0) << completed.err;
    return std::string(absl::StripSuffix(completed.out, "\n"));
  };
  EXPECT_EQ(complete("proverlog epo", 1), "epochs epoch");
  EXPECT_EQ(complete("proverlog jobs --epo", 2), "--epoch");
  EXPECT_EQ(complete("proverlog jobs --state fa", 3), "failed");
  EXPECT_EQ(complete("proverlog explain bro", 2), "broker.log");
  EXPECT_EQ(complete("proverlog completion z", 2), "");
  EXPECT_EQ(complete("proverlog silence e", 2), "end");
  EXPECT_EQ(complete("proverlog silence add --fo", 3), "--format --for");
  EXPECT_EQ(complete("proverlog alerts show --fo", 3), "--format");
  EXPECT_EQ(complete("proverlog alerts --at", 2), "--at-least");
  EXPECT_EQ(complete("proverlog rules test bro", 3), "broker.log");
}

TEST_F(ManualTest, ZshTakesItsCompletion) {
  const Finished script = Shell("bash", "proverlog completion zsh > _proverlog; zsh -n _proverlog");
  EXPECT_EQ(script.exit_code, 0) << script.err;
  // Within zsh's own completion system: what it would offer is told by a stand-in for _describe.
  const Finished offered =
      Shell("zsh",
            "_describe() { print -l ${(P)2}; }; words=(proverlog ''); CURRENT=2; source"
            " ./_proverlog");
  EXPECT_EQ(offered.exit_code, 0) << offered.err;
  EXPECT_THAT(offered.out, HasSubstr("epoch:Say how one epoch went\n"));
  const Finished flags =
      Shell("zsh",
            "_arguments() { print -l -- $@; }; words=(proverlog jobs --st); CURRENT=3; source"
            " ./_proverlog");
  EXPECT_EQ(flags.exit_code, 0) << flags.err;
  EXPECT_THAT(flags.out, HasSubstr("--state[Only this state"));
  const auto arguments = [&](const std::string& words, int current) {
    return Shell("zsh", absl::StrCat("_arguments() { print -l -- $words / $@; }; words=(", words,
                                     "); CURRENT=", current, "; source ./_proverlog"))
        .out;
  };
  EXPECT_THAT(arguments("proverlog silence ''", 3), HasSubstr("\n1:command:(add list end)\n"));
  EXPECT_THAT(arguments("proverlog silence add --fo", 4),
              testing::AllOf(testing::StartsWith("add\n--fo\n/\n"), HasSubstr("\n--for[How long")));
}

}  // namespace
}  // namespace proverlog
