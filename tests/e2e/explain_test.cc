// `proverlog explain`: a log in, how the epochs went out.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/format/table.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/test_data.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_util::Finished;
using testing_util::ReadAll;
using testing_util::RunProgram;
using testing_util::SetModificationTime;
using testing_util::TempDirectory;
using testing_util::TestDataPath;

Finished Explain(std::vector<std::string> files, const std::string& stdin_path = "/dev/null") {
  files.insert(files.begin(), {testing_util::ProverlogPath(), "explain"});
  return RunProgram(files, stdin_path);
}

std::string Explained(const std::vector<std::string>& files) {
  const Finished finished = Explain(files);
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  for (const absl::string_view line : absl::StrSplit(finished.out, '\n')) {
    EXPECT_LE(DisplayWidth(line), kMaxLineWidth) << line;
  }
  return finished.out;
}

std::vector<std::string> Samples() {
  return {TestDataPath("samples/broker.log"), TestDataPath("samples/agent-a.log"),
          TestDataPath("samples/agent-b.log")};
}

TEST(ExplainTest, TellsEpochsJobsAndTheFirstCause) {
  const std::string text = Explained(Samples());
  EXPECT_THAT(text, HasSubstr("Epoch 3055: proven; 216 jobs: 206 completed, 3 failed, 7 aborted"));
  EXPECT_THAT(text, HasSubstr("03:00:59.354 on agent-b.log: Failed to generate witness"));
  EXPECT_THAT(text, HasSubstr("3055:PUBLIC_CHONK_VERIFIER:96312c651ea2"));
  EXPECT_THAT(text, HasSubstr("2 other jobs failed for good"));
  EXPECT_THAT(text, HasSubstr("7 attempts that no agent's log here shows"));
  EXPECT_THAT(text, HasSubstr("Aztec version: 5.2 or later"));
  EXPECT_THAT(text, Not(HasSubstr("no agent log")));
  EXPECT_THAT(text, Not(HasSubstr("no broker log")));
}

TEST(ExplainTest, SaysWhichLogIsMissingAndHowToAddIt) {
  const std::string broker = TestDataPath("samples/broker.log");
  EXPECT_THAT(Explained({broker}),
              HasSubstr("no agent log: proving times and machines are unknown\n"
                        "    docker compose logs prover-agent | proverlog"
                        " explain " +
                        broker + " -"));
  EXPECT_THAT(Explained({TestDataPath("samples/agent-b.log")}), HasSubstr("no broker log:"));
}

TEST(ExplainTest, FindsTheTimeOutsThatTotalAttemptsHides) {
  const std::string text = Explained({TestDataPath("1.1.3-pretty-info.log.gz")});
  EXPECT_THAT(text, HasSubstr("What hides in it:"));
  EXPECT_THAT(text, HasSubstr("that the broker reports with too few totalAttempts"));
  EXPECT_THAT(text, HasSubstr("Aztec version: 1.1 (by"));
}

TEST(ExplainTest, EveryFormatOfOneVersionReads) {
  for (const std::string name : {"1.1.3-pretty-info", "1.1.3-color-info", "1.1.3-json-info",
                                 "5.2.0-pretty-info", "5.2.0-json-info"}) {
    const std::string text = Explained({TestDataPath(name + ".log.gz")});
    EXPECT_THAT(text, HasSubstr("Epoch 3054: ")) << name;
    EXPECT_THAT(text, HasSubstr("broker, node, agent")) << name;
  }
}

TEST(ExplainTest, JsonLogsHaveTheirDatesAndTheirMachine) {
  const std::string text = Explained({TestDataPath("5.2.0-json-info.log.gz")});
  EXPECT_THAT(text, HasSubstr("prover-a"));
  EXPECT_THAT(text, HasSubstr("2026-11-21 03:0"));
  EXPECT_THAT(text, Not(HasSubstr("no dates")));
}

TEST(ExplainTest, ReadsWhatDockerComposeLogsPrints) {
  std::string composed;
  for (const absl::string_view line :
       absl::StrSplit(ReadAll(TestDataPath("samples/broker.log")), '\n', absl::SkipEmpty())) {
    absl::StrAppend(&composed, "prover-broker-1  | ", line, "\n");
  }
  const TempDirectory directory;
  const Finished finished = Explain({"-"}, directory.Write("compose.log", composed));
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("Epoch 3055: proven; 216 jobs"));
  EXPECT_THAT(finished.out,
              HasSubstr("docker compose logs prover prover-agent | proverlog explain -"));
}

TEST(ExplainTest, ReadsWhatAnotherCommandPrints) {
  const Finished finished =
      RunProgram({"/bin/bash", "-c",
                  absl::StrCat(testing_util::ProverlogPath(), " explain <(cat ",
                               TestDataPath("samples/broker.log"), ") <(gzip -c ",
                               TestDataPath("samples/agent-b.log"), ")")});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("Epoch 3055: proven; 216 jobs"));
  EXPECT_THAT(finished.out, HasSubstr("03:00:59.354 on "));
}

TEST(ExplainTest, TwoLogsWithoutDatesMeetOnOneDay) {
  const TempDirectory directory;
  std::vector<std::string> copies;
  int64_t modified_at = 1'795'226'400;  // 2026-11-21T02:00:00Z
  for (const std::string& sample : Samples()) {
    copies.push_back(directory.Write(absl::StrCat(copies.size(), ".log"), ReadAll(sample)));
    SetModificationTime(copies.back(), modified_at);
    modified_at -= 5 * 86'400;
  }
  EXPECT_THAT(Explained(copies), HasSubstr("3055  proven   03:00:56  15.1 s"));
}

TEST(ExplainTest, LogsOfOneNameAreSeveralLogs) {
  const TempDirectory directory;
  std::vector<std::string> copies;
  for (const std::string node : {"n1", "n2", "n3"}) {
    const std::string logs = directory.PathOf(node) + "/logs";
    std::filesystem::create_directories(logs);
    copies.push_back(directory.Write(node + "/logs/agent.log", ReadAll(Samples()[copies.size()])));
  }
  const std::string text = Explained(copies);
  EXPECT_THAT(text, HasSubstr("\nn1/logs/agent.log "));
  EXPECT_THAT(text, HasSubstr("\nn2/logs/agent.log "));
  EXPECT_THAT(text, HasSubstr("03:00:59.354 on n3/logs/agent.log: Failed"));
}

TEST(ExplainTest, SaysWhichLogSeemsToBeOfAnotherTimeZone) {
  const TempDirectory directory;
  const std::string text = Explained({directory.Write(
      "broker.log",
      "[11:00:00.000] INFO: prover-client:proving-broker Proving job id=1:A:b type=A"
      " startedAt=1795230000000 older agent has taken job\n")});  // 03:00 UTC
  EXPECT_THAT(text, HasSubstr("broker.log: its times do not fit the instants in it by about 8 h"));
}

TEST(ExplainTest, ShowsTheMostFrequentMessagesThatAreNotUnderstood) {
  const TempDirectory directory;
  std::string log = "[03:00:00.000] INFO: b New proving job id=1:A:b epochNumber=1\n";
  for (int i = 0; i < 12; ++i) {
    absl::StrAppend(&log, "[03:00:01.000] WARN: m:n Slept ", i, " s\n");
  }
  for (const char c : {'a', 'b', 'c', 'd', 'e', 'f'}) {
    absl::StrAppend(&log, "[03:00:02.000] INFO: m Kind ", std::string(200, c), "\n");
  }
  const std::string broker = directory.Write("broker.log", log);
  const std::string agent = directory.Write("agent.log", "[03:00:03.000] WARN: m:n Slept 1 s\n");
  const std::string text = Explain({broker, agent}).out;
  const size_t at = text.find(
      "\nNot understood (19 records):\n  13 WARN m:n Slept <n> s\n"
      "   1 INFO m Kind aaaa");
  ASSERT_NE(at, std::string::npos) << text;
  EXPECT_GT(at, text.find("What is missing:"));
  EXPECT_THAT(text.substr(at), HasSubstr("d…\n  ... and 2 more kinds\n"));
  for (const absl::string_view line : absl::StrSplit(text.substr(at), '\n')) {
    EXPECT_LE(DisplayWidth(line), kMaxLineWidth) << line;
  }
  EXPECT_EQ(std::count(text.begin() + static_cast<ptrdiff_t>(at), text.end(), '\n'), 8);

  EXPECT_THAT(Explained({agent}), HasSubstr("\nNot understood (1 record):\n  1 WARN m:n Slept"));
  EXPECT_THAT(Explained({TestDataPath("samples/agent-b.log")}), Not(HasSubstr("Not understood")));
}

TEST(ExplainTest, WhatIsNoLogIsSaidToBeNone) {
  const TempDirectory directory;
  const Finished finished = Explain({directory.Write("cake.txt", "Take two eggs.\n")});
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.out, HasSubstr("No proving job is mentioned in it."));
  EXPECT_EQ(Explain({directory.Write("empty.txt", "")}).exit_code, 0);
}

TEST(ExplainTest, ALogCannotChangeTheTerminal) {
  const TempDirectory directory;
  const std::string evil = "[03:00:00.000] ERROR: a Job id=1:A:" + std::string(64, 'a') +
                           " type=A failed err=\x07\x08 \xc2\x9b evil retry=false: Error\n";
  const Finished finished = Explain({directory.Write("evil.log", evil)});
  EXPECT_THAT(finished.out, HasSubstr("evil"));
  for (const char c : finished.out) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 32);
  EXPECT_THAT(finished.out, Not(HasSubstr("\xc2\x9b")));
}

TEST(ExplainTest, WhatCannotBeOpenedIsRefused) {
  const Finished finished = Explain({"/nonexistent.log"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("cannot open /nonexistent.log"));
  EXPECT_EQ(Explain({}).exit_code, 2);
}

TEST(ExplainTest, ADamagedLogIsExplainedAsFarAsItGoes) {
  std::string gzip;
  {
    FILE* file = fopen(TestDataPath("5.2.0-pretty-info.log.gz").c_str(), "rb");
    gzip.resize(60'000);
    gzip.resize(fread(gzip.data(), 1, gzip.size(), file));
    fclose(file);
  }
  const TempDirectory directory;
  const Finished finished = Explain({directory.Write("cut.log.gz", gzip)});
  EXPECT_EQ(finished.exit_code, 1) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("Only its beginning could be read"));
  EXPECT_THAT(finished.out, HasSubstr("Epoch 3054"));
}

}  // namespace
}  // namespace proverlog
