// `proverlog ship` when something is lost: the server, a part of its database, the log itself.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <signal.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "storage/archive_range.h"
#include "storage/postgres/archive_store.h"
#include "tests/e2e/ship_fixture.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/test_files.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing_util::NoisyLines;
using testing_util::WaitUntil;

using ShipLossTest = ShipTest;

TEST_F(ShipLossTest, OfATruncatedFileTheRestComesFromItsCopy) {
  const auto ship = Ship({Path("x.log")});
  Append(Path("x.log"), "first\n");
  AwaitStream(0, 6, false);
  ship->Kill(SIGSTOP);
  Append(Path("x.log"), "second\n");
  fs::copy(Path("x.log"), Path("x.log.1"));
  fs::resize_file(Path("x.log"), 0);
  Append(Path("x.log"), "anew, and longer than before\n");
  ship->Kill(SIGCONT);
  AwaitStream(0, 13, true);
  AwaitStream(1, 29, false);
  EXPECT_EQ(Archived(),
            (std::vector<std::string>{"first\nsecond\n", "anew, and longer than before\n"}));
}

TEST_F(ShipLossTest, OfATruncatedFileTheRestComesFromItsCopyAtALowRate) {
  const std::string old = NoisyLines(70'000);
  const auto ship = Ship({"--max-rate", "40000", Path("x.log")});
  Append(Path("x.log"), old.substr(0, 60'000));
  AwaitStream(0, 60'000, false);
  ship->Kill(SIGSTOP);
  Append(Path("x.log"), old.substr(60'000));
  fs::copy(Path("x.log"), Path("x.log.1"));
  fs::resize_file(Path("x.log"), 0);
  ship->Kill(SIGCONT);
  AwaitStream(0, old.size(), true);
  EXPECT_EQ(Gaps(1), std::vector<std::string>{});
}

TEST_F(ShipLossTest, OfATruncatedFileACopyThatIsBeingCompressedDoesNotHideTheWholeOne) {
  const std::string old = NoisyLines(300'000);
  const auto ship = Ship({Path("x.log")});
  Append(Path("x.log"), old.substr(0, 1000));
  AwaitStream(0, 1000, false);
  ship->Kill(SIGSTOP);
  Append(Path("x.log"), old.substr(1000));
  fs::copy(Path("x.log"), Path("x.log.1"));
  testing_util::SetModificationTime(Path("x.log.1"), 1'790'000'000);
  Append(Path("x.log.1.gz"), testing_util::Gzip(old).substr(0, 60'000));
  fs::resize_file(Path("x.log"), 0);
  ship->Kill(SIGCONT);
  AwaitStream(0, old.size(), true);
  EXPECT_EQ(Gaps(1), std::vector<std::string>{});
  EXPECT_THAT(ship->Err(), HasSubstr("x.log.1.gz is damaged"));
}

TEST_F(ShipLossTest, AServerThatIsKilledAndComesBackHasEverything) {
  const auto ship = Ship({Path("*.log")});
  std::string a;
  std::string b = "idle\n";
  Append(Path("b.log"), b);
  AwaitStream(0, b.size(), false);
  for (int i = 0; i < 3; ++i) {
    const std::string before = NoisyLines(2'000'000);
    Append(Path("a.log"), before);
    service_->process().Kill(SIGKILL);
    service_->process().Wait();
    Append(Path("a.log"), "while it was away\n");
    a += before + "while it was away\n";
    StartService(service_->address());
    AwaitStream(1, a.size(), false);
  }
  Append(Path("b.log"), "after\n");
  AwaitStream(0, b.size() + 6, false);
  EXPECT_EQ(Archived(), (std::vector<std::string>{b + "after\n", a}));
}

TEST_F(ShipLossTest, WhatAFailoverLostIsSentAgain) {
  const auto ship = Ship({Path("x.log")});
  Append(Path("x.log"), "first\n");
  AwaitStream(0, 6, false);
  Append(Path("x.log"), "second\n");
  AwaitStream(0, 13, false);
  LoseBehind(6);
  // Nothing is written any more: what the server has is asked for when it is found again.
  Append(Path("other.log"), "");
  Append(Path("x.log"), "third\n");
  AwaitStream(0, 19, false);
  EXPECT_EQ(Archived(), std::vector<std::string>{"first\nsecond\nthird\n"});
}

TEST_F(ShipLossTest, ATruncatedFileWithoutACopyLeavesAGap) {
  const auto ship = Ship({Path("x.log")});
  Append(Path("x.log"), "first\n");
  AwaitStream(0, 6, false);
  fs::resize_file(Path("x.log"), 0);
  AwaitStream(0, 6, true);
  Append(Path("x.log"), "anew\n");
  AwaitStream(1, 5, false);
  EXPECT_EQ(Gaps(1), std::vector<std::string>{"6-6 GAP_REASON_TRUNCATED"});
  EXPECT_EQ(Gaps(2), std::vector<std::string>{});
  EXPECT_THAT(ship->Err(), HasSubstr("x.log: it was truncated"));
}

TEST_F(ShipLossTest, AFileThatWasTruncatedWhileNoServerWasThereBeginsWithAGap) {
  service_->process().Kill(SIGKILL);
  service_->process().Wait();
  Append(Path("x.log"), "first\n");
  const auto ship = Ship({Path("x.log")});
  WaitUntil([&] { return !ship->Err().empty(); }, "it misses the server");
  fs::resize_file(Path("x.log"), 0);
  Append(Path("x.log"), "new\n");
  StartService(service_->address());
  AwaitStream(0, 4, false);
  EXPECT_EQ(Archived(), std::vector<std::string>{"new\n"});
  EXPECT_EQ(Gaps(std::stoll(database_.Sql("SELECT max(stream_id) FROM stream"))),
            std::vector<std::string>{"0-0 GAP_REASON_TRUNCATED"});
}

TEST_F(ShipLossTest, ATruncatedFileWhoseStreamAFailoverLostBeginsWithAGap) {
  const auto ship = Ship({Path("x.log")});
  Append(Path("x.log"), "first\n");
  AwaitStream(0, 6, false);
  service_->process().Kill(SIGKILL);
  service_->process().Wait();
  database_.Sql("UPDATE stream SET machine = 'lost'");
  fs::resize_file(Path("x.log"), 0);
  Append(Path("x.log"), "new\n");
  StartService(service_->address());
  AwaitStream(1, 4, false);
  EXPECT_EQ(Gaps(std::stoll(database_.Sql("SELECT max(stream_id) FROM stream"))),
            std::vector<std::string>{"0-0 GAP_REASON_TRUNCATED"});
  EXPECT_THAT(ship->Err(), HasSubstr("x.log: it was truncated"));
}

TEST_F(ShipLossTest, OfATruncatedFileWhatAFailoverLostIsAGapToo) {
  const auto ship = Ship({Path("x.log")});
  Append(Path("x.log"), "first\n");
  AwaitStream(0, 6, false);
  Append(Path("x.log"), "second\n");
  AwaitStream(0, 13, false);
  // What is committed may not be acknowledged yet. When it is opened again the sender is told, and
  // it has heard when it sends what is behind that.
  service_->process().Kill(SIGKILL);
  service_->process().Wait();
  StartService(service_->address());
  Append(Path("x.log"), "third\n");
  AwaitStream(0, 19, false);
  ship->Kill(SIGSTOP);
  LoseBehind(6);
  fs::resize_file(Path("x.log"), 0);
  ship->Kill(SIGCONT);
  Await("SELECT committed_offset > 6 AND sealed_offset = committed_offset FROM stream_position",
        "t");
  const std::string known = database_.Sql("SELECT committed_offset FROM stream_position");
  EXPECT_THAT(known, testing::AnyOf("13", "19"));
  EXPECT_EQ(Gaps(1),
            (std::vector<std::string>{absl::StrCat("6-", known, " GAP_REASON_LOST_BY_SERVER"),
                                      absl::StrCat(known, "-", known, " GAP_REASON_TRUNCATED")}));
}

TEST_F(ShipLossTest, OfStandardInputWhatAFailoverLostIsAGap) {
  Pipe pipe(Path("pipe"));
  const auto ship = Ship({"-"}, Path("pipe"));
  // The first KiB is kept.
  const std::string first(2000, 'a');
  const std::string second(3000, 'b');
  pipe.Write(first);
  AwaitStream(0, 2000, false);
  pipe.Write(second);
  AwaitStream(0, 5000, false);
  LoseBehind(2000);
  pipe.Write("third\n");
  AwaitStream(0, 5006, false);
  EXPECT_EQ(Gaps(1), std::vector<std::string>{"2000-5000 GAP_REASON_LOST_BY_SERVER"});
}

TEST_F(ShipLossTest, StandardInputThatIsTooFastIsDroppedAndCounted) {
  Pipe pipe(Path("pipe"));
  const auto ship = Ship({"--buffer", "65536", "--on-full", "drop", "-"}, Path("pipe"));
  pipe.Write("first\n");
  AwaitStream(0, 6, false);
  service_->process().Kill(SIGSTOP);
  const std::string input = NoisyLines(1'000'000);
  pipe.Write(input);
  service_->process().Kill(SIGCONT);
  pipe.Write("last\n");
  // What is read last may be dropped too.
  AwaitStream(0, 6 + input.size() + 5, false);
  const auto gaps = Gaps(1);
  ASSERT_FALSE(gaps.empty());
  const std::string all = "first\n" + input + "last\n";
  int64_t kept_from = 0;
  int64_t dropped = 0;
  postgres::ArchiveStore archive(&database_.pool());
  for (const std::string& gap : gaps) {
    EXPECT_THAT(gap, HasSubstr("GAP_REASON_DROPPED"));
    const int64_t begin = std::stoll(gap);
    const int64_t end = std::stoll(gap.substr(gap.find('-') + 1));
    const auto kept = ReadRange(archive, {1, 1}, kept_from, begin);
    ASSERT_TRUE(kept.ok()) << kept.status();
    EXPECT_EQ(*kept, all.substr(static_cast<size_t>(kept_from), kept->size()));
    EXPECT_EQ(static_cast<int64_t>(kept->size()), begin - kept_from);
    kept_from = end;
    dropped += end - begin;
  }
  EXPECT_GT(dropped, 800'000);
}

TEST_F(ShipLossTest, StandardInputIsSentWholeThroughASmallBuffer) {
  const std::string input = NoisyLines(5'000'000);
  const std::string path = directory_.Write("input", input);
  const auto ship = Ship({"--buffer", "65536", "-"}, path);
  EXPECT_EQ(ship->Wait(), 0) << ship->Err();
  AwaitStream(0, input.size(), true);
  EXPECT_EQ(Archived(), std::vector<std::string>{input});
  EXPECT_EQ(database_.Sql("SELECT source FROM stream"), "stdin");
}

TEST_F(ShipLossTest, StandardInputGoesOnAfterTheServerWasKilled) {
  Pipe pipe(Path("pipe"));
  const auto ship = Ship({"-"}, Path("pipe"));
  pipe.Write("first\n");
  AwaitStream(0, 6, false);
  service_->process().Kill(SIGKILL);
  service_->process().Wait();
  pipe.Write("second\n");
  StartService(service_->address());
  pipe.Write("third\n");
  AwaitStream(0, 19, false);
  ship->Kill(SIGTERM);
  EXPECT_EQ(ship->Wait(), 0) << ship->Err();
  AwaitStream(0, 19, true);
  EXPECT_EQ(Archived(), std::vector<std::string>{"first\nsecond\nthird\n"});
}

TEST_F(ShipLossTest, IfItIsStoppedItSendsWhatIsThere) {
  Append(Path("x.log"), "first\n");
  const auto ship = Ship({Path("x.log")});
  AwaitStream(0, 6, false);
  ship->Kill(SIGSTOP);
  const std::string rest = NoisyLines(4'000'000);
  Append(Path("x.log"), rest);
  ship->Kill(SIGTERM);
  ship->Kill(SIGCONT);
  EXPECT_EQ(ship->Wait(), 0) << ship->Err();
  EXPECT_EQ(Archived(), std::vector<std::string>{"first\n" + rest});
}

TEST_F(ShipLossTest, IfItIsStoppedWithoutAServerItSaysWhatIsLeft) {
  Append(Path("x.log"), "first\n");
  const auto ship = Ship({"--stop-timeout", "1", Path("x.log")});
  AwaitStream(0, 6, false);
  service_->process().Kill(SIGKILL);
  service_->process().Wait();
  Append(Path("x.log"), "second\n");
  WaitUntil([&] { return ship->Err().find("does not take logs") != std::string::npos; },
            "it misses the server");
  ship->Kill(SIGTERM);
  EXPECT_EQ(ship->Wait(), 1);
  EXPECT_THAT(ship->Err(), HasSubstr("x.log: 7 bytes are not sent"));
}

TEST_F(ShipLossTest, IfItIsStoppedItSaysWhatIsLeftOfRotatedFiles) {
  Append(Path("x.log"), "first\n");
  ASSERT_EQ(Ship({"--once", Path("x.log")})->Wait(), 0);
  Append(Path("x.log"), NoisyLines(300'000));
  fs::rename(Path("x.log"), Path("x.log.1"));
  testing_util::SetModificationTime(Path("x.log.1"), 1'790'000'000);
  Append(Path("x.log"), "new\n");
  const auto ship = Ship({"--max-rate", "20000", "--stop-timeout", "1", Path("x.log")});
  Await("SELECT committed_offset > 6 FROM stream_position ORDER BY stream_id LIMIT 1", "t");
  ship->Kill(SIGTERM);
  EXPECT_EQ(ship->Wait(), 1);
  EXPECT_THAT(ship->Err(),
              testing::ContainsRegex("x.log: its rotated files are not all sent; [0-9]+ bytes"));
}

TEST_F(ShipLossTest, IfItIsStoppedItSaysThatACopyIsNotAllSent) {
  const auto ship = Ship({"--max-rate", "20000", "--stop-timeout", "1", Path("x.log")});
  Append(Path("x.log"), "first\n");
  AwaitStream(0, 6, false);
  ship->Kill(SIGSTOP);
  Append(Path("x.log"), NoisyLines(300'000));
  fs::copy(Path("x.log"), Path("x.log.1"));
  fs::resize_file(Path("x.log"), 0);
  ship->Kill(SIGCONT);
  Await("SELECT committed_offset > 6 FROM stream_position", "t");
  ship->Kill(SIGTERM);
  EXPECT_EQ(ship->Wait(), 1);
  EXPECT_THAT(ship->Err(), HasSubstr("x.log: its copy is not all sent"));
}

TEST_F(ShipLossTest, IfItIsStoppedWhileItReadsSlowlyItEnds) {
  Append(Path("x.log"), NoisyLines(2'000'000));
  const auto ship = Ship({"--max-rate", "20000", "--stop-timeout", "1", Path("x.log")});
  // It has asked what is known of the log, and reads it for a minute and a half to date its lines.
  const auto has_asked = [&] {
    const auto metrics = httplib::Client("http://" + service_->http_address()).Get("/metrics");
    return metrics && absl::StrContains(metrics->body, "proverlog_ingest_streams_open 1\n");
  };
  WaitUntil(has_asked, "it is connected");
  ship->Kill(SIGTERM);
  WaitUntil([&] { return !ship->IsRunning(); }, "it ends", absl::Seconds(20));
}

TEST_F(ShipLossTest, ADamagedRotatedFileIsToldAndIsAnError) {
  const std::string old = NoisyLines(300'000);
  Append(Path("x.log"), old.substr(0, 1000));
  ASSERT_EQ(Ship({"--once", Path("x.log")})->Wait(), 0);
  fs::remove(Path("x.log"));
  Append(Path("x.log.1.gz"), testing_util::Gzip(old).substr(0, 60'000));
  testing_util::SetModificationTime(Path("x.log.1.gz"), 1'790'000'000);
  Append(Path("x.log"), "new\n");
  const auto finished = testing_util::RunProgram(Command({"--once", Path("x.log")}));
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("the rest of it is not sent"));
  Await("SELECT committed_offset > 1000 FROM stream_position ORDER BY stream_id LIMIT 1", "t");
}

}  // namespace
}  // namespace proverlog
