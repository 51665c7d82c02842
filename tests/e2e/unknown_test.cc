// `proverlog unknown`: the messages that nobody understood, each counted once.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <simdjson.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/format/table.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/test_database.h"
#include "tests/testing_util/test_files.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_util::Finished;
using testing_util::Service;

class UnknownTest : public testing::Test {
 protected:
  void Import(const std::string& machine, const std::string& log) {
    const Finished finished =
        service_->Proverlog({"import", "--prover", "demo", "--machine", machine, "--date",
                             "2026-11-21", directory_.Write(machine + ".log", log)});
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
  }

  std::string Ask(std::vector<std::string> flags = {}) {
    flags.insert(flags.begin(), "unknown");
    const Finished finished = service_->Proverlog(flags);
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    return finished.out;
  }

  // "<count> <level> <module> <template> <machines>" of each message.
  std::vector<std::string> AskJson() {
    simdjson::dom::parser parser;
    const simdjson::dom::element answer = parser.parse(Ask({"--format", "json"}));
    std::vector<std::string> messages;
    for (const simdjson::dom::element message : answer["messages"]) {
      std::string text;
      for (const char* field : {"count", "level", "module", "messageTemplate"}) {
        absl::StrAppend(&text, std::string(std::string_view(message[field])), " ");
      }
      for (const simdjson::dom::element machine : message["machines"]) {
        absl::StrAppend(&text, std::string(std::string_view(machine)));
      }
      messages.push_back(text);
    }
    return messages;
  }

  void RestartAfterKill() {
    service_->process().Kill(SIGKILL);
    service_->process().Wait();
    service_ = std::make_unique<Service>("--database-url=" + database_.conninfo());
  }

  testing_util::TestDatabase database_;
  testing_util::TempDirectory directory_;
  std::unique_ptr<Service> service_ =
      std::make_unique<Service>("--database-url=" + database_.conninfo());
};

// One message that names the machine, and one `count` times; neither is understood.
std::string Log(const std::string& machine, int count) {
  std::string log = absl::StrCat("[03:00:00.000] INFO: begin Log of host ", machine, "\n");
  for (int i = 0; i < count; ++i) {
    absl::StrAppend(&log, "[03:00:01.000] WARN: prover:new-module Slept ", i, " s\n");
  }
  return log;
}

TEST_F(UnknownTest, CountsEachRecordOnceHoweverOftenItIsImported) {
  const std::vector<std::string> half = {"20000 WARN prover:new-module Slept <n> s a",
                                         "1 INFO begin Log of host a a"};
  Import("a", Log("a", 20'000));
  EXPECT_EQ(AskJson(), half);
  Import("a", Log("a", 20'000));
  EXPECT_EQ(AskJson(), half);
  RestartAfterKill();
  Import("a", Log("a", 20'000));
  EXPECT_EQ(AskJson(), half);
  Import("a", Log("a", 30'000) + "[03:00:02.000] ERROR: m Quite new\n");
  Import("b", Log("b", 7));
  const std::vector<std::string> all = {"30007 WARN prover:new-module Slept <n> s ab",
                                        "1 INFO begin Log of host a a",
                                        "1 INFO begin Log of host b b", "1 ERROR m Quite new a"};
  EXPECT_EQ(AskJson(), all);
}

TEST_F(UnknownTest, ATableSaysWhatToDo) {
  EXPECT_EQ(service_->Proverlog({"unknown"}).exit_code, 1);  // there is no prover yet
  Import("a", absl::StrCat("[03:00:00.000] INFO: b Cancelling job id=3055:PARITY_BASE:abc\n",
                           Log("a", 1'234)));
  Import("b", Log("b", 1));
  const std::string table = Ask();
  EXPECT_THAT(table, HasSubstr("COUNT  LEVEL  MODULE"));
  EXPECT_THAT(table, HasSubstr("1,235  WARN   prover:new-module  Slept <n> s    2026-11-21 03:00:01"
                               "  2 machines  3.0 or later\n"));
  EXPECT_THAT(table, HasSubstr("Log of host b  2026-11-21 03:00:00  b           -\n"));
  const std::string machines = service_->Proverlog({"machines"}).out;
  EXPECT_THAT(machines, HasSubstr("\nVersions of Aztec: a (3.0 or later)\n"));
  EXPECT_THAT(table, HasSubstr("a new Aztec release"));
  for (const absl::string_view line : absl::StrSplit(table, '\n')) {
    EXPECT_LE(DisplayWidth(line), kMaxLineWidth) << line;
  }
}

TEST_F(UnknownTest, IsPaged) {
  Import("a", Log("a", 3));
  const std::string first = Ask({"--limit", "1", "--prover", "demo"});
  EXPECT_THAT(first, HasSubstr("Slept <n> s"));
  EXPECT_THAT(first, Not(HasSubstr("Log of host a")));
  const size_t at = first.find("--page-token ");
  ASSERT_NE(at, std::string::npos);
  const std::string token = first.substr(at + 13, first.find('\n', at) - at - 13);
  const std::string second = Ask({"--limit", "1", "--page-token", token});
  EXPECT_THAT(second, HasSubstr("Log of host a"));
  EXPECT_THAT(second, Not(HasSubstr("--page-token")));
}

TEST_F(UnknownTest, MistakesAreRefused) {
  Import("a", Log("a", 1));
  EXPECT_EQ(service_->Proverlog({"unknown", "--limit", "1001"}).exit_code, 1);
  EXPECT_EQ(service_->Proverlog({"unknown", "--page-token", "x"}).exit_code, 1);
  EXPECT_EQ(service_->Proverlog({"unknown", "--prover", "nobody"}).exit_code, 1);
  EXPECT_EQ(service_->Proverlog({"unknown", "--limit", "many"}).exit_code, 2);
}

}  // namespace
}  // namespace proverlog
