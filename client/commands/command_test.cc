#include "client/commands/command.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"

namespace proverlog {
namespace {

TEST(FailTest, TellsWhetherTryingAgainHelps) {
  EXPECT_EQ(Fail(absl::UnavailableError("no server")), kExitUnavailable);
  EXPECT_EQ(Fail(absl::DeadlineExceededError("no answer in time")), kExitUnavailable);
  EXPECT_EQ(Fail(absl::InvalidArgumentError("a flag")), kExitFailed);
  EXPECT_EQ(Fail(absl::DataLossError("a file")), kExitFailed);
}

TEST(SetBodyTest, OfACommandWithItsOwnCommandsOnlyTheCalledOneRuns) {
  CLI::App app;
  int exit_code = -1;
  CLI::App* outer = app.add_subcommand("outer", "");
  CLI::App* inner = outer->add_subcommand("inner", "");
  SetBody(outer, &exit_code, [] { return 1; });
  SetBody(inner, &exit_code, [] { return 2; });
  app.parse("outer inner");
  EXPECT_EQ(exit_code, 2);
  app.parse("outer");
  EXPECT_EQ(exit_code, 1);
}

}  // namespace
}  // namespace proverlog
