// `proverlog ship` against the real service: what grows, rotates, vanishes and comes back is there
// in the end, byte for byte.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "client/commands/command.h"
#include "storage/archive_range.h"
#include "storage/postgres/archive_store.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/test_data.h"
#include "tests/testing_util/test_database.h"

namespace proverlog {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing_util::Gzip;
using testing_util::NoisyLines;
using testing_util::Process;
using testing_util::Service;
using testing_util::TempDirectory;
using testing_util::WaitUntil;

void Append(const std::string& path, absl::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::app)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// A number of kilobytes that a process has in memory, as the kernel calls it.
int64_t MemoryKilobytes(pid_t pid, const std::string& name) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/status"));
  std::string line;
  while (std::getline(file, line)) {
    if (line.rfind(name + ":", 0) == 0) return std::stoll(line.substr(name.size() + 1));
  }
  return -1;
}

// A named pipe that stays open.
class Pipe {
 public:
  explicit Pipe(const std::string& path) {
    EXPECT_EQ(mkfifo(path.c_str(), 0600), 0);
    fd_ = open(path.c_str(), O_RDWR | O_CLOEXEC);
  }
  ~Pipe() { close(fd_); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  void Write(absl::string_view bytes) const {
    ASSERT_EQ(write(fd_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }

 private:
  int fd_;
};

class ShipTest : public testing::Test {
 protected:
  ShipTest() { StartService("127.0.0.1:0"); }

  void StartService(const std::string& listen) {
    service_ = std::make_unique<Service>("--database-url=" + database_.conninfo(),
                                         std::vector<std::string>{}, listen);
  }

  std::vector<std::string> Command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"ship", "--prover", "p", "--machine", "m"});
    return service_->ProverlogCommand(arguments);
  }
  std::unique_ptr<Process> Ship(std::vector<std::string> arguments,
                                const std::string& stdin_path = "/dev/null") const {
    return std::make_unique<Process>(Command(std::move(arguments)), stdin_path);
  }

  std::string Path(const std::string& name) const { return directory_.PathOf(name); }

  // Waits until the query's first value is this.
  void Await(const std::string& sql, const std::string& value) {
    std::string last;
    WaitUntil(
        [&] {
          last = database_.Sql(sql);
          return last == value;
        },
        absl::StrCat(sql, " is ", value, ", not ", last));
  }
  // Waits until a stream has so many bytes, and is sealed at its end where it is to be.
  void AwaitStream(int number, size_t size, bool sealed) {
    Await(absl::StrCat("SELECT committed_offset || ' ' || (sealed_offset IS NOT DISTINCT FROM"
                       " committed_offset) FROM stream_position ORDER BY stream_id LIMIT 1 OFFSET ",
                       number),
          absl::StrCat(size, sealed ? " true" : " false"));
  }
  // The streams' bytes, in the order in which they were made.
  std::vector<std::string> Archived() {
    postgres::ArchiveStore archive(&database_.pool());
    std::vector<std::string> streams;
    const std::string ids =
        database_.Sql("SELECT string_agg(stream_id::text, ' ' ORDER BY stream_id) FROM stream");
    for (const absl::string_view id : absl::StrSplit(ids, ' ', absl::SkipEmpty())) {
      int64_t stream_id = 0;
      EXPECT_TRUE(absl::SimpleAtoi(id, &stream_id));
      streams.push_back(*ReadRange(archive, {1, stream_id}, 0, int64_t{1} << 40));
    }
    return streams;
  }

  // What is missing of a stream.
  std::vector<std::string> Gaps(int64_t stream_id) const {
    v1::GetStreamRequest request;
    request.set_prover("p");
    request.set_stream_id(stream_id);
    const auto stream = Call({service_->address()}, &v1::QueryService::Stub::GetStream, request);
    EXPECT_TRUE(stream.ok()) << stream.status();
    std::vector<std::string> gaps;
    if (!stream.ok()) return gaps;
    for (const v1::StreamGap& gap : stream->stream().gaps()) {
      gaps.push_back(absl::StrCat(gap.begin_offset(), "-", gap.end_offset(), " ",
                                  v1::GapReason_Name(gap.reason())));
    }
    return gaps;
  }
  // As a failover to a standby that had not everything yet. It was at a block's end.
  void LoseBehind(int64_t offset) {
    service_->process().Kill(SIGKILL);
    service_->process().Wait();
    database_.Sql(absl::StrCat("DELETE FROM block WHERE begin_offset >= ", offset));
    database_.Sql(absl::StrCat("UPDATE stream_position SET committed_offset = ", offset));
    StartService(service_->address());
  }

  testing_util::TestDatabase database_;
  std::unique_ptr<Service> service_;
  TempDirectory directory_;
};

TEST_F(ShipTest, FollowsAFileThatAppearsAndGrows) {
  const auto ship = Ship({Path("*.log")});
  WaitUntil([&] { return !ship->Err().empty(); }, "it says that there is no log yet");
  EXPECT_EQ(getpriority(PRIO_PROCESS, static_cast<id_t>(ship->pid())), 10);
  std::string expected;
  for (int i = 0; i < 5; ++i) {
    const std::string lines = NoisyLines(static_cast<size_t>(700 + i * 400'000));
    Append(Path("x.log"), lines);
    expected += lines;
    AwaitStream(0, expected.size(), false);
  }
  EXPECT_EQ(Archived(), std::vector<std::string>{expected});
  EXPECT_EQ(database_.Sql("SELECT machine || ' ' || source FROM stream"), "m x.log");
  EXPECT_EQ(database_.Sql("SELECT generation FROM stream_position"), "1");
}

TEST_F(ShipTest, ARenamedFileIsFinishedBeforeItIsLetGo) {
  const auto ship = Ship({Path("x.log")});
  Append(Path("x.log"), "first\n");
  AwaitStream(0, 6, false);
  fs::rename(Path("x.log"), Path("x.log.1"));
  Append(Path("x.log.1"), "second\n");
  AwaitStream(0, 13, false);
  Append(Path("x.log"), "another\n");
  AwaitStream(1, 8, false);
  Append(Path("x.log.1"), "third, late, and without a newline");
  AwaitStream(0, 47, true);
  EXPECT_EQ(Archived(), (std::vector<std::string>{
                            "first\nsecond\nthird, late, and without a newline", "another\n"}));
}

TEST_F(ShipTest, ADeletedFileIsReadToItsEnd) {
  const auto ship = Ship({Path("x.log")});
  Append(Path("x.log"), "first\n");
  AwaitStream(0, 6, false);
  ship->Kill(SIGSTOP);
  const std::string rest = NoisyLines(3'000'000);
  Append(Path("x.log"), rest);
  fs::remove(Path("x.log"));
  ship->Kill(SIGCONT);
  AwaitStream(0, 6 + rest.size(), true);
  EXPECT_EQ(Archived(), std::vector<std::string>{"first\n" + rest});
}

TEST_F(ShipTest, OfATruncatedFileTheRestComesFromItsCopy) {
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

TEST_F(ShipTest, AfterAPauseRotatedFilesAreFinishedWhereTheServerKnowsThem) {
  const std::string old = NoisyLines(300'000);
  Append(Path("x.log"), old.substr(0, 200'000));
  ASSERT_EQ(Ship({"--once", Path("x.log")})->Wait(), 0);
  AwaitStream(0, 200'000, true);
  fs::remove(Path("x.log"));
  Append(Path("x.log.2.gz"), Gzip(old));
  testing_util::SetModificationTime(Path("x.log.2.gz"), 1'790'000'000);
  Append(Path("x.log.1"), "nobody knows this one\n");
  testing_util::SetModificationTime(Path("x.log.1"), 1'790'000'100);
  Append(Path("x.log"), "new\n");
  ASSERT_EQ(Ship({"--once", Path("x.log")})->Wait(), 0);
  AwaitStream(0, old.size(), true);
  EXPECT_EQ(Archived(), (std::vector<std::string>{old, "new\n"}));
}

TEST_F(ShipTest, ARotatedFileIsFinishedThoughALaterOneIsWhole) {
  for (const auto& [name, line] : {std::pair("x.log.2", "first\n"), {"x.log.1", "second\n"}}) {
    Append(Path("x.log"), line);
    ASSERT_EQ(Ship({"--once", Path("x.log")})->Wait(), 0);
    fs::rename(Path("x.log"), Path(name));
    testing_util::SetModificationTime(Path(name), 1'790'000'100);
  }
  Append(Path("x.log.2"), "its rest\n");
  testing_util::SetModificationTime(Path("x.log.2"), 1'790'000'000);
  Append(Path("x.log"), "third\n");
  ASSERT_EQ(Ship({"--once", Path("x.log")})->Wait(), 0);
  EXPECT_EQ(Archived(), (std::vector<std::string>{"first\nits rest\n", "second\n", "third\n"}));
}

TEST_F(ShipTest, AFileThatGrewWhileItWasAwayGoesOn) {
  const std::string log = NoisyLines(900'000);
  Append(Path("x.log"), log.substr(0, 400));
  ASSERT_EQ(Ship({"--once", Path("x.log")})->Wait(), 0);
  Append(Path("x.log"), log.substr(400));
  const auto finished = testing_util::RunProgram(Command({"--once", Path("x.log")}));
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(Archived(), std::vector<std::string>{log});
}

TEST_F(ShipTest, AServerThatIsKilledAndComesBackHasEverything) {
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

TEST_F(ShipTest, WhatAFailoverLostIsSentAgain) {
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

TEST_F(ShipTest, ATruncatedFileWithoutACopyLeavesAGap) {
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

TEST_F(ShipTest, AFileThatWasTruncatedWhileNoServerWasThereBeginsWithAGap) {
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

TEST_F(ShipTest, OfATruncatedFileWhatAFailoverLostIsAGapToo) {
  const auto ship = Ship({Path("x.log")});
  Append(Path("x.log"), "first\n");
  AwaitStream(0, 6, false);
  Append(Path("x.log"), "second\n");
  AwaitStream(0, 13, false);
  ship->Kill(SIGSTOP);
  LoseBehind(6);
  fs::resize_file(Path("x.log"), 0);
  ship->Kill(SIGCONT);
  AwaitStream(0, 13, true);
  EXPECT_EQ(Gaps(1), (std::vector<std::string>{"6-13 GAP_REASON_LOST_BY_SERVER",
                                               "13-13 GAP_REASON_TRUNCATED"}));
}

TEST_F(ShipTest, OfStandardInputWhatAFailoverLostIsAGap) {
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

TEST_F(ShipTest, StandardInputThatIsTooFastIsDroppedAndCounted) {
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

TEST_F(ShipTest, OfTwoShippersOfOneFileTheLaterOneGoesOn) {
  Append(Path("x.log"), "first\n");
  const auto first = Ship({Path("x.log")});
  AwaitStream(0, 6, false);
  const auto second = Ship({Path("x.log")});
  Await("SELECT generation FROM stream_position", "2");
  // Both see it; whoever comes first, the first one is refused.
  Append(Path("x.log"), "second\n");
  EXPECT_EQ(first->Wait(), 1);
  EXPECT_THAT(first->Err(), HasSubstr("another client has opened this log since"));
  Append(Path("x.log"), "third\n");
  AwaitStream(0, 19, false);
  EXPECT_TRUE(second->IsRunning());
  EXPECT_EQ(Archived(), std::vector<std::string>{"first\nsecond\nthird\n"});
}

TEST_F(ShipTest, AFileThatFailsLeavesTheOthersGoing) {
  Append(Path("x.log"), "first\n");
  Append(Path("y.log"), "other\n");
  const auto ship = Ship({Path("*.log")});
  AwaitStream(1, 6, false);
  const auto thief = Ship({Path("x.log")});
  Await("SELECT max(generation) FROM stream_position", "2");
  Append(Path("x.log"), "second\n");
  WaitUntil([&] { return !ship->Err().empty(); }, "it tells of the other client");
  Append(Path("y.log"), "goes on\n");
  Await("SELECT max(committed_offset) || ' ' || count(*) FROM stream_position", "14 2");
  EXPECT_TRUE(ship->IsRunning());
}

TEST_F(ShipTest, StandardInputIsSentWholeThroughASmallBuffer) {
  const std::string input = NoisyLines(5'000'000);
  const std::string path = directory_.Write("input", input);
  const auto ship = Ship({"--buffer", "65536", "-"}, path);
  EXPECT_EQ(ship->Wait(), 0) << ship->Err();
  AwaitStream(0, input.size(), true);
  EXPECT_EQ(Archived(), std::vector<std::string>{input});
  EXPECT_EQ(database_.Sql("SELECT source FROM stream"), "stdin");
}

TEST_F(ShipTest, StandardInputGoesOnAfterTheServerWasKilled) {
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

TEST_F(ShipTest, IfItIsStoppedItSendsWhatIsThere) {
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

TEST_F(ShipTest, IfItIsStoppedWithoutAServerItSaysWhatIsLeft) {
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

TEST_F(ShipTest, TheNextServerIsTriedWhereOneIsAway) {
  Append(Path("x.log"), "first\n");
  auto command = Command({"--once", Path("x.log")});
  for (std::string& word : command) {
    if (word == service_->address()) word = absl::StrCat("127.0.0.1:1,", word);
  }
  EXPECT_EQ(testing_util::RunProgram(command).exit_code, 0);
  EXPECT_EQ(Archived(), std::vector<std::string>{"first\n"});
}

TEST_F(ShipTest, WhatTheServerRefusesIsToldAndEndsIt) {
  Append(Path("x.log"), "first\n");
  const auto finished = testing_util::RunProgram(
      service_->ProverlogCommand({"ship", "--prover", "Not Allowed", Path("x.log")}));
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("hello.prover"));
}

TEST_F(ShipTest, OnceEndsWithAnErrorWhereThereIsNoLog) {
  EXPECT_EQ(testing_util::RunProgram(Command({"--once", Path("*.log")})).exit_code, 1);
}

TEST_F(ShipTest, FiveHundredFilesAreFollowedInLittleMemory) {
  constexpr int kFiles = 500;
  const auto name = [&](int i) { return Path(absl::StrCat(i, ".log")); };
  for (int i = 0; i < kFiles; ++i) Append(name(i), absl::StrCat("The same line\nfile ", i, "\n"));
  const auto ship = Ship({Path("*.log")});
  Await("SELECT count(*) FROM stream", absl::StrCat(kFiles));
  for (int i = 0; i < kFiles; ++i) Append(name(i), "more\n");
  Await("SELECT count(*) FROM (SELECT FROM stream_position WHERE committed_offset >= 25) AS grown",
        absl::StrCat(kFiles));
  EXPECT_LT(MemoryKilobytes(ship->pid(), "VmHWM"), 100 * 1024);
  RecordProperty("peak_kilobytes", static_cast<int>(MemoryKilobytes(ship->pid(), "VmHWM")));
  EXPECT_EQ(Archived().size(), static_cast<size_t>(kFiles));
  EXPECT_EQ(ship->Err(), "");
}

TEST_F(ShipTest, PodsAreMachines) {
  const std::string container = Path("pods/aztec_agent-7_9b1c/prover");
  fs::create_directories(container);
  const auto ship = Ship({Path("pods/*/*/*.log")});
  Append(container + "/0.log", "2026-11-21T03:00:46.794000000Z stdout F hello\n");
  Await("SELECT machine || ' ' || source FROM stream", "agent-7 prover");
  fs::rename(container + "/0.log", container + "/0.log.20261121-030100");
  Append(container + "/0.log", "2026-11-21T03:01:46.794000000Z stdout F again\n");
  AwaitStream(0, 46, true);
  AwaitStream(1, 46, false);
}

}  // namespace
}  // namespace proverlog
