// `proverlog ship` against the real service: what grows and rotates is there in the end, byte for
// byte.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/e2e/ship_fixture.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/test_files.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing_util::Gzip;
using testing_util::NoisyLines;
using testing_util::WaitUntil;

// A number of kilobytes that a process has in memory, as the kernel calls it.
int64_t MemoryKilobytes(pid_t pid, const std::string& name) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/status"));
  std::string line;
  while (std::getline(file, line)) {
    if (line.rfind(name + ":", 0) == 0) return std::stoll(line.substr(name.size() + 1));
  }
  return -1;
}

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

TEST_F(ShipTest, ARotatedFileIsFinishedAtALowRate) {
  const std::string old = NoisyLines(70'000);
  Append(Path("x.log"), old.substr(0, 60'000));
  ASSERT_EQ(Ship({"--once", Path("x.log")})->Wait(), 0);
  Append(Path("x.log"), old.substr(60'000));
  fs::rename(Path("x.log"), Path("x.log.1"));
  testing_util::SetModificationTime(Path("x.log.1"), 1'790'000'000);
  Append(Path("x.log"), "new\n");
  ASSERT_EQ(Ship({"--once", "--max-rate", "40000", Path("x.log")})->Wait(), 0);
  EXPECT_EQ(Archived(), (std::vector<std::string>{old, "new\n"}));
}

TEST_F(ShipTest, OnceEndsThoughARotatedFileSeemsToBeWritten) {
  for (const int64_t age : {0, -3600}) {
    SCOPED_TRACE(age);
    const int64_t now = absl::ToUnixSeconds(absl::Now());
    const std::string line = absl::StrCat("age ", age, "\n");
    Append(Path("x.log"), line);
    ASSERT_EQ(Ship({"--once", Path("x.log")})->Wait(), 0);
    Append(Path("x.log"), "its rest\n");
    fs::rename(Path("x.log"), Path("x.log.1"));
    testing_util::SetModificationTime(Path("x.log.1"), now - age);
    const int number = age == 0 ? 0 : 2;  // a new one was made between them
    Append(Path("x.log"), "new\n");
    const auto ship = Ship({"--once", Path("x.log")});
    WaitUntil([&] { return !ship->IsRunning(); }, "it ends");
    AwaitStream(number, line.size() + 9, true);
    fs::remove(Path("x.log"));
  }
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

TEST_F(ShipTest, WhereNoProverIsNamedTheNamespacesOfPodsAreProvers) {
  for (const char* const name : {"one", "two"}) {
    const std::string container = Path(absl::StrCat("pods/", name, "_agent-7_9b1c/prover"));
    fs::create_directories(container);
    Append(container + "/0.log", "2026-11-21T03:00:46.794000000Z stdout F hello\n");
  }
  Append(Path("x.log"), "hello\n");
  const auto run = [&](const std::vector<std::string>& arguments) {
    std::vector<std::string> command = {"ship", "--once"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return testing_util::RunProgram(service_->ProverlogCommand(command));
  };
  const auto both = run({Path("pods/*/*/*.log")});
  EXPECT_EQ(both.exit_code, 0) << both.err;
  EXPECT_EQ(database_.Sql("SELECT string_agg(p.name || ' ' || s.machine, ', ' ORDER BY p.name)"
                          " FROM stream AS s JOIN prover AS p USING (prover_id)"),
            "one agent-7, two agent-7");
  const auto nobodys = run({Path("x.log")});
  EXPECT_EQ(nobodys.exit_code, 1);
  EXPECT_THAT(nobodys.err, HasSubstr("x.log is not sent: its path does not tell whose it is"));
  const auto input = run({"-"});
  EXPECT_EQ(input.exit_code, 1);
  EXPECT_THAT(input.err, HasSubstr("--prover"));
}

}  // namespace
}  // namespace proverlog
