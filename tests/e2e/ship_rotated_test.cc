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
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/commands/command.h"
#include "client/shipper/file_tail.h"
#include "client/shipper/log_sender.h"
#include "client/shipper/rotated_file.h"
#include "client/shipper/rotated_logs.h"
#include "client/shipper/servers.h"
#include "client/shipper/ship_context.h"
#include "tests/e2e/ship_fixture.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/test_files.h"
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

// Time that passes by itself, and something that happens the first time that somebody waits.
class DisturbingSleeper : public Sleeper {
 public:
  explicit DisturbingSleeper(std::function<void()> disturb) : disturb_(std::move(disturb)) {}
  absl::Time Now() override { return absl::Now(); }
  void Sleep(absl::Duration /*duration*/) override {
    if (disturb_) std::exchange(disturb_, nullptr)();
  }

 private:
  std::function<void()> disturb_;
};

class ShipRotatedTest : public ShipTest {
 protected:
  // As x.log.NUMBER, of which the server has everything.
  void MakeRotated(int number, const std::string& begin) {
    Append(Path("x.log"), begin);
    ASSERT_EQ(Ship({"--once", Path("x.log")})->Wait(), 0);
    fs::rename(Path("x.log"), absl::StrCat(Path("x.log."), number));
  }
  // What the server has not; after all are made, since what makes one sends the others' rests.
  void AddRest(int number, const std::string& rest) {
    const std::string path = absl::StrCat(Path("x.log."), number);
    Append(path, rest);
    // The lower its number, the later.
    testing_util::SetModificationTime(path, 1'790'000'000 - number);
  }
  // As they follow a log that is new.
  void FollowNew() {
    Append(Path("x.log"), "new\n");
    sender_ = Follow(Path("x.log"));
    EXPECT_TRUE(sender_->Run().has_value());
  }

  std::shared_ptr<LogSender> Follow(const std::string& path) {
    return std::make_shared<LogSender>(&context_, LogLabels{"m", "x.log"}, path,
                                       *FileTail::Open(path));
  }

  std::vector<std::string> told_;
  Servers servers_{{service_->address()},
                   [](const std::string& address) { return Connect(address); },
                   [this](const std::string& text) { told_.push_back(text); }};
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
                       .tell = [this](const std::string& text) { told_.push_back(text); },
                       .lines_sent = &lines_sent_,
                       .bytes_sent = &bytes_sent_};
  const LogLabels labels_{"m", "x.log"};
  std::shared_ptr<LogSender> sender_;
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
  for (int i = 0; i < 10 && sender->committed() < 19; ++i) {
    ASSERT_TRUE(sender->Run().has_value()) << "it is given up";
  }
  EXPECT_EQ(Archived(), std::vector<std::string>{"first\nsecond\nthird\n"});
  Append(path, "fourth\n");
  EXPECT_FALSE(other->Run().has_value()) << "it is fenced";
}

TEST_F(ShipRotatedTest, AFileThatIsStillWrittenIsSentAsItGrowsAndDelaysNoOther) {
  MakeRotated(2, "first\n");
  MakeRotated(1, "second\n");
  AddRest(2, "its rest\n");
  AddRest(1, "its rest\n");
  const std::string grows = Path("x.log.1");
  FollowNew();
  RotatedLogs rotated(&context_, labels_, Path("x.log"), sender_);
  for (size_t i = 1; i <= 3; ++i) {
    Append(grows, "more\n");
    const auto again = rotated.Run();
    ASSERT_TRUE(again.has_value());
    EXPECT_GT(*again, absl::Now() + kQuietRotated / 2) << "it is not looked at all the time";
    AwaitStream(0, 15, true);
    AwaitStream(1, 16 + 5 * i, false);
  }
  testing_util::SetModificationTime(grows, 1'790'000'000);
  EXPECT_FALSE(rotated.Run().has_value());
  AwaitStream(1, 31, true);
}

TEST_F(ShipRotatedTest, OneThatIsBeingCompressedIsWaitedFor) {
  const std::string rest = testing_util::NoisyLines(300'000);
  MakeRotated(1, "first\n");
  AddRest(1, rest);
  FollowNew();
  fs::remove(Path("x.log.1"));
  const std::string compressed = testing_util::Gzip("first\n" + rest);
  const std::string path = directory_.Write("x.log.1.gz", "");
  RotatedLogs rotated(&context_, labels_, Path("x.log"), sender_);
  EXPECT_TRUE(rotated.Run().has_value());
  Append(path, compressed.substr(0, compressed.size() / 2));
  EXPECT_TRUE(rotated.Run().has_value());
  Append(path, compressed.substr(compressed.size() / 2));
  testing_util::SetModificationTime(path, 1'790'000'000);
  EXPECT_FALSE(rotated.Run().has_value());
  EXPECT_EQ(Archived(), (std::vector<std::string>{"first\n" + rest, "new\n"}));
  EXPECT_TRUE(told_.empty()) << told_.front();
}

TEST_F(ShipRotatedTest, OneThatIsRotatedOnDuringThePassIsNotMissed) {
  MakeRotated(2, "first\n");
  MakeRotated(1, "second\n");
  AddRest(2, "its rest\n");
  AddRest(1, "its rest\n");
  FollowNew();
  DisturbingSleeper sleeper([&] { fs::rename(Path("x.log.2"), Path("x.log.3")); });
  RateLimit rate(1'000'000, &sleeper);
  ShipContext context = context_;
  context.rate = &rate;
  RotatedLogs rotated(&context, labels_, Path("x.log"), sender_);
  while (rotated.Run().has_value()) {
  }
  EXPECT_EQ(Archived(),
            (std::vector<std::string>{"first\nits rest\n", "second\nits rest\n", "new\n"}));
}

TEST_F(ShipRotatedTest, ALargeFileIsSentInTurnsOverOneCall) {
  const std::string rest = testing_util::NoisyLines(3 * kTurnBytes);
  MakeRotated(1, "first\n");
  AddRest(1, rest);
  FollowNew();
  RotatedLogs rotated(&context_, labels_, Path("x.log"), sender_);
  for (int64_t turn = 1; turn <= 3; ++turn) {
    EXPECT_EQ(rotated.Run(), absl::InfinitePast());
    AwaitStream(0, static_cast<size_t>(6 + turn * kTurnBytes), false);
  }
  EXPECT_FALSE(rotated.Run().has_value());
  AwaitStream(0, 6 + rest.size(), true);
  Await("SELECT generation FROM stream_position ORDER BY stream_id LIMIT 1", "2");
}

TEST_F(ShipRotatedTest, ALimitOfTheServerDoesNotMakeItALostOne) {
  MakeRotated(1, "first\n");
  AddRest(1, "its rest\n");
  const std::string address = service_->address();
  service_.reset();
  service_ = std::make_unique<testing_util::Service>(
      absl::StrCat("--database-url=", database_.conninfo()),
      std::vector<std::string>{"--max-streams-per-prover=1"}, address);
  FollowNew();
  EXPECT_EQ(servers_.times_found(), 1);
  RotatedLogs rotated(&context_, labels_, Path("x.log"), sender_);
  EXPECT_TRUE(rotated.Run().has_value());
  EXPECT_TRUE(told_.empty()) << told_.front();
  sender_->DropCall();
  WaitUntil([&] { return !rotated.Run().has_value(); }, "there is room for it");
  EXPECT_EQ(Archived(), (std::vector<std::string>{"first\nits rest\n", "new\n"}));
  EXPECT_EQ(servers_.times_found(), 1);
}

}  // namespace
}  // namespace proverlog
