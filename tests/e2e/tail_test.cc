// `proverlog tail` of logs that `proverlog ship` sends, while the service dies and comes back.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/e2e/ship_fixture.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing_util::Process;
using testing_util::WaitUntil;

class TailTest : public ShipTest {
 protected:
  std::unique_ptr<Process> Tail(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"tail", "--prover", "p"});
    return std::make_unique<Process>(service_->ProverlogCommand(arguments));
  }

  void Kill() {
    service_->process().Kill(SIGKILL);
    service_->process().Wait();
  }
};

std::string LineOf(int number) { return absl::StrCat("line ", number, " of many\n"); }

// What stands behind the log's name and the instant.
std::vector<std::string> TextsOf(const std::string& out, const std::string& log) {
  std::vector<std::string> texts;
  for (absl::string_view line : absl::StrSplit(out, '\n', absl::SkipEmpty())) {
    if (!absl::ConsumePrefix(&line, absl::StrCat("m ", log, " | "))) continue;
    texts.emplace_back(line.substr(line.find("  ") + 2));
  }
  return texts;
}

TEST_F(TailTest, EveryLineOnceAndInOrderThoughTheServiceIsKilled) {
  Append(Path("a.log"), "first\n");
  const auto ship = Ship({Path("*.log")});
  AwaitStream(0, 6, false);
  const auto tail = Tail({});
  WaitUntil([&] { return tail->Out().find("first") != std::string::npos; }, "the last line");
  std::vector<std::string> expected = {"first"};
  for (int i = 0; i < 3000; ++i) {
    const std::string line = LineOf(i);
    Append(Path("a.log"), line);
    expected.push_back(line.substr(0, line.size() - 1));
    if (i == 500) Append(Path("b.log"), "another log\n");
    if (i == 1000 || i == 2000) {
      const std::string address = service_->address();
      Kill();
      if (i == 1000) {
        WaitUntil([&] { return tail->Err().find("is lost") != std::string::npos; }, "it says so");
      }
      StartService(address);
    }
  }
  WaitUntil([&] { return TextsOf(tail->Out(), "a.log").size() >= expected.size(); }, "all lines");
  WaitUntil([&] { return !TextsOf(tail->Out(), "b.log").empty(); }, "the new log's line");
  tail->Kill(SIGINT);
  EXPECT_EQ(tail->Wait(), 0) << tail->Err();
  EXPECT_EQ(TextsOf(tail->Out(), "a.log"), expected);
  EXPECT_EQ(TextsOf(tail->Out(), "b.log"), std::vector<std::string>{"another log"});
  EXPECT_THAT(tail->Err(), HasSubstr("proverlog: the connection is back\n"));
}

TEST_F(TailTest, FlagsChooseTheLines) {
  Append(Path("a.log"),
         "[03:00:00.000] INFO: a one\n[03:00:01.000] ERROR: b two\n  at f\n"
         "[03:00:02.000] WARN: b three\n");
  ASSERT_EQ(Ship({"--once", Path("a.log")})->Wait(), 0);
  Await("SELECT count(*) FROM stream_progress WHERE normalized_offset > 80", "1");
  const auto show = [&](std::vector<std::string> arguments, const std::string& until) {
    const auto tail = Tail(std::move(arguments));
    WaitUntil([&] { return tail->Out().find(until) != std::string::npos; }, until);
    tail->Kill(SIGINT);
    EXPECT_EQ(tail->Wait(), 0) << tail->Err();
    return tail->Out();
  };
  EXPECT_THAT(TextsOf(show({"-n", "2"}, "three"), "a.log"),
              testing::ElementsAre("  at f", HasSubstr("three")));
  EXPECT_THAT(TextsOf(show({"--level", "error", "--module", "b"}, "at f"), "a.log"),
              testing::ElementsAre(HasSubstr("two"), "  at f"));
  EXPECT_THAT(show({"--machine", "m", "--source", "a.log", "--text", "THREE"}, "three"),
              testing::MatchesRegex("20[0-9-]* [0-9:.]*  .03:00:02.000. WARN: b three\n"));
  EXPECT_THAT(show({"--format", "json", "-n", "1"}, "position"), StartsWith("{\"streams\":["));
}

TEST_F(TailTest, ItEndsWhereTryingAgainDoesNotHelp) {
  const auto nobody = service_->Proverlog({"tail", "--prover", "nobody"});
  EXPECT_EQ(nobody.exit_code, 1);
  EXPECT_THAT(nobody.err, HasSubstr("there is no prover \"nobody\""));
  Kill();
  EXPECT_EQ(service_->Proverlog({"tail"}).exit_code, 3);
}

TEST_F(TailTest, TheServiceStopsThoughLinesAreFollowed) {
  Append(Path("a.log"), "first\n");
  ASSERT_EQ(Ship({"--once", Path("a.log")})->Wait(), 0);
  const auto tail = Tail({});
  WaitUntil([&] { return tail->Out().find("first") != std::string::npos; }, "the last line");
  service_->process().Kill(SIGTERM);
  EXPECT_EQ(service_->process().Wait(), 0);
  WaitUntil([&] { return tail->Err().find("is lost") != std::string::npos; }, "it says so");
  tail->Kill(SIGINT);
  EXPECT_EQ(tail->Wait(), 0);
}

}  // namespace
}  // namespace proverlog
