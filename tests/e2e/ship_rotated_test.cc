// The tasks of a shipper, run by hand in the order in which they harm each other, against the real
// service.

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "client/commands/command.h"
#include "client/shipper/file_tail.h"
#include "client/shipper/log_sender.h"
#include "client/shipper/rotated_logs.h"
#include "client/shipper/servers.h"
#include "client/shipper/ship_context.h"
#include "tests/e2e/ship_fixture.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

namespace fs = std::filesystem;
using testing_util::WaitUntil;

// A file to which something happens before it is read for the first time.
class DisturbedLog : public GrowingLog {
 public:
  DisturbedLog(const std::string& path, std::function<void()> disturb)
      : file_(*FileTail::Open(path)), disturb_(std::move(disturb)) {}

  const std::string& name() const override { return file_->name(); }
  int64_t Size() override { return file_->Size(); }
  absl::StatusOr<std::string> Read(int64_t offset, size_t max) override {
    if (disturb_) std::exchange(disturb_, nullptr)();
    return file_->Read(offset, max);
  }
  std::optional<MissingBytes> MissingAt(int64_t offset) override {
    return file_->MissingAt(offset);
  }
  bool HasBegunAnew() override { return file_->HasBegunAnew(); }
  void BeginAnew() override { file_->BeginAnew(); }
  void Release(int64_t offset) override { file_->Release(offset); }
  bool OutlivesProcess() const override { return true; }
  std::optional<UnixMillis> ModifiedAt() override { return file_->ModifiedAt(); }

 private:
  const std::unique_ptr<FileTail> file_;
  std::function<void()> disturb_;
};

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

TEST_F(ShipRotatedTest, OfTwoSendersOfAFileThatGrowsMeanwhileTheLaterOneGoesOn) {
  const std::string path = Path("x.log");
  Append(path, "first\n");
  const auto other = Follow(path);
  StreamOwners owners;
  ShipContext context = context_;
  context.owners = &owners;
  const auto sender = std::make_shared<LogSender>(&context, LogLabels{"m", "x.log"}, path,
                                                  std::make_unique<DisturbedLog>(path, [&] {
                                                    Append(path, "second\n");
                                                    EXPECT_TRUE(other->Run().has_value());
                                                    AwaitStream(0, 13, false);
                                                    Append(path, "third\n");
                                                  }));
  WaitUntil([&] { return sender->Run().has_value() && sender->committed() == 19; }, "it is sent");
  EXPECT_EQ(Archived(), std::vector<std::string>{"first\nsecond\nthird\n"});
  Append(path, "fourth\n");
  EXPECT_FALSE(other->Run().has_value()) << "it is fenced";
}

}  // namespace
}  // namespace proverlog
