// The tasks of a shipper, run by hand in the order in which they harm each other, against the real
// service.

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "client/commands/command.h"
#include "client/shipper/file_tail.h"
#include "client/shipper/log_sender.h"
#include "client/shipper/rotated_logs.h"
#include "client/shipper/servers.h"
#include "client/shipper/ship_context.h"
#include "tests/e2e/ship_fixture.h"

namespace proverlog {
namespace {

namespace fs = std::filesystem;

class ShipRotatedTest : public ShipTest {
 protected:
  std::shared_ptr<LogSender> Follow(const std::string& path) {
    return std::make_shared<LogSender>(&context_, LogLabels{"m", "x.log"}, path,
                                       *FileTail::Open(path));
  }

  Servers servers_{{service_->address()},
                   [](const std::string& address) { return Connect(address); },
                   [](const std::string& /*text*/) {}};
  StreamOwners owners_;
  RateLimit rate_{0, RealSleeper()};
  std::atomic<int64_t> lines_sent_ = 0;
  std::atomic<int64_t> bytes_sent_ = 0;
  ShipContext context_{.prover = "p",
                       .time_zone = "UTC",
                       .servers = &servers_,
                       .owners = &owners_,
                       .rate = &rate_,
                       .sleeper = RealSleeper(),
                       .tell = [](const std::string& /*text*/) {},
                       .lines_sent = &lines_sent_,
                       .bytes_sent = &bytes_sent_};
};

TEST_F(ShipRotatedTest, AFileThatIsRenamedBeforeItHasItsStreamIsSentOnce) {
  const std::string path = Path("x.log");
  const std::string rotated = path + ".1";
  {
    const auto ship = Ship({path});
    Append(path, "first\n");
    AwaitStream(0, 6, false);
    ship->Kill(SIGKILL);
  }
  Append(path, "second\n");
  const auto sender = Follow(path);
  fs::rename(path, rotated);
  fs::last_write_time(rotated, fs::file_time_type::clock::now() - std::chrono::minutes(1));

  RotatedLogs rotated_logs(&context_, LogLabels{"m", "x.log"}, path, sender);
  EXPECT_TRUE(rotated_logs.Run().has_value()) << "it waits for the log's own sender";
  EXPECT_TRUE(sender->Run().has_value());
  EXPECT_FALSE(rotated_logs.Run().has_value()) << "it is done: all belongs to the sender";
  EXPECT_EQ(Archived(), std::vector<std::string>{"first\nsecond\n"});
}

}  // namespace
}  // namespace proverlog
