#include "client/commands/command.h"

#include <gtest/gtest.h>

#include "absl/status/status.h"

namespace proverlog {
namespace {

TEST(FailTest, TellsWhetherTryingAgainHelps) {
  EXPECT_EQ(Fail(absl::UnavailableError("no server")), kExitUnavailable);
  EXPECT_EQ(Fail(absl::DeadlineExceededError("no answer in time")), kExitUnavailable);
  EXPECT_EQ(Fail(absl::InvalidArgumentError("a flag")), kExitFailed);
  EXPECT_EQ(Fail(absl::DataLossError("a file")), kExitFailed);
}

}  // namespace
}  // namespace proverlog
