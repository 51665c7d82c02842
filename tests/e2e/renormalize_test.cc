// `proverlogd renormalize` as an operator runs it: beside the service, killed on the way, and
// without the service.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/test_data.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing_util::CanonicalDump;
using testing_util::ConninfoOf;
using testing_util::Finished;
using testing_util::Process;
using testing_util::ProverlogdPath;
using testing_util::RunProgram;
using testing_util::Service;
using testing_util::TempDirectory;
using testing_util::WaitUntil;

constexpr int kLogs = 8;
constexpr int kBogusEpoch = 99'999;

// A real log as that of other epochs, twice, one after the other: 3 MB, so that all logs take
// several steps.
std::string MakeLog(int number) {
  static const auto* const kReal =
      new std::string(testing_util::ReadAll(testing_util::TestDataPath("5.2.0-json-info.log.gz")));
  std::string log;
  for (int i = 0; i < 2; ++i) {
    const int first = 10'000 + number * 6 + i * 3;
    absl::StrAppend(&log, absl::StrReplaceAll(*kReal, {{"3054:", absl::StrCat(first, ":")},
                                                       {"3055:", absl::StrCat(first + 1, ":")},
                                                       {"3056:", absl::StrCat(first + 2, ":")}}));
  }
  return log;
}

class RenormalizeTest : public testing::Test {
 protected:
  std::string DataDir() const { return directory_.path() + "/data"; }

  void StartService() { service_.emplace("--data-dir=" + DataDir()); }

  void StopService() {
    service_->process().Kill(SIGTERM);
    EXPECT_EQ(service_->process().Wait(), 0);
    service_.reset();
  }

  void Import(int number) {
    const std::string log = directory_.Write(absl::StrCat(number, ".log"), MakeLog(number));
    const Finished finished =
        service_->Proverlog({"import", "--prover", "mine", "--machine", "m", log});
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
  }

  std::vector<std::string> Command() const {
    return {ProverlogdPath(), "renormalize", "--data-dir=" + DataDir()};
  }

  std::string Sql(const std::string& sql) const {
    pqxx::connection connection(ConninfoOf(DataDir()));
    pqxx::work tx(connection);
    const pqxx::result result = tx.exec(sql);
    tx.commit();
    return result.empty() ? "" : result[0][0].as<std::string>("");
  }

  // What the normalizer would not make.
  void PlantBogusJob() const {
    Sql(absl::StrCat(
        "INSERT INTO job (prover_id, projection_id, epoch, type, hash, counted, state, enqueued,"
        " started, attempts, retries, timeouts, fact_rows) SELECT prover_id, projection_id, ",
        kBogusEpoch, ", 'BOGUS', 'x', true, 'queued', true, false, 1, 0, 0, false FROM prover"));
    Sql(
        absl::StrCat("INSERT INTO epoch (prover_id, projection_id, epoch)"
                     " SELECT prover_id, projection_id, ",
                     kBogusEpoch, " FROM prover"));
  }

  std::string Answers() const {
    const Finished finished = service_->Proverlog({"epochs", "--format", "json"});
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    // Not how far the logs are, which says when they were read.
    return finished.out.substr(0, finished.out.find("\"completeness\""));
  }

  std::string Dump() const { return CanonicalDump(ConninfoOf(DataDir())); }

  // Starts it and waits until it has done something.
  std::unique_ptr<Process> StartAndAwaitStep() const {
    auto process = std::make_unique<Process>(Command());
    WaitUntil(
        [&] {
          try {
            return Sql("SELECT count(*) FROM stream_progress JOIN projection"
                       " USING (prover_id, projection_id)"
                       " WHERE normalizer_version IS NOT NULL AND retired_at IS NULL") != "0";
          } catch (const pqxx::failure&) {  // without a service the database has to start
            return false;
          }
        },
        "a step is taken", absl::Seconds(60), absl::Milliseconds(1));
    return process;
  }

  TempDirectory directory_;
  std::optional<Service> service_;
};

TEST_F(RenormalizeTest, BesideTheServiceAndKilledOnTheWay) {
  StartService();
  for (int i = 0; i < kLogs; ++i) Import(i);
  const std::string expected = Dump();
  const std::string answers = Answers();
  PlantBogusJob();
  EXPECT_TRUE(Dump() != expected);

  const auto killed = StartAndAwaitStep();
  killed->Kill(SIGKILL);
  killed->Wait();
  EXPECT_EQ(Sql("SELECT projection_id FROM prover"), "1") << "it was not killed on the way";
  EXPECT_TRUE(Answers() != answers);

  for (int run = 0; run < 2; ++run) {
    Process renormalize(Command());
    while (renormalize.IsRunning()) Answers();
    EXPECT_EQ(renormalize.Wait(), 0) << renormalize.Err();
    EXPECT_THAT(renormalize.Err(), HasSubstr("prover mine: done"));
    EXPECT_TRUE(Answers() == answers);
    EXPECT_TRUE(Dump() == expected);
  }
  // The one that was killed was gone on with: each run made one projection.
  EXPECT_EQ(Sql("SELECT projection_id FROM prover"), "3");

  Sql("UPDATE projection SET retired_at = 0 WHERE retired_at IS NOT NULL");
  WaitUntil([&] { return Sql("SELECT count(*) FROM projection") == "1"; },
            "the service deletes what is retired");
  EXPECT_EQ(Sql(absl::StrCat("SELECT count(*) FROM job WHERE epoch = ", kBogusEpoch)), "0");
  EXPECT_TRUE(Dump() == expected);
}

TEST_F(RenormalizeTest, WhatIsImportedMeanwhileIsThere) {
  StartService();
  for (int i = 0; i < kLogs; ++i) Import(i);
  PlantBogusJob();
  const auto renormalize = StartAndAwaitStep();
  for (int i = kLogs; i < kLogs + 3; ++i) Import(i);
  EXPECT_EQ(renormalize->Wait(), 0) << renormalize->Err();
  Import(kLogs + 3);
  const std::string dump = Dump();
  StopService();

  std::filesystem::remove_all(DataDir());
  StartService();
  for (int i = 0; i < kLogs + 4; ++i) Import(i);
  EXPECT_TRUE(Dump() == dump);
}

TEST_F(RenormalizeTest, WithoutTheServiceAndStoppedOnTheWay) {
  StartService();
  for (int i = 0; i < kLogs; ++i) Import(i);
  const std::string expected = Dump();
  PlantBogusJob();
  StopService();

  const auto stopped = StartAndAwaitStep();
  stopped->Kill(SIGTERM);
  EXPECT_EQ(stopped->Wait(), 3) << stopped->Err();
  EXPECT_THAT(stopped->Err(), HasSubstr("the same command goes on from here"));
  const Finished finished = RunProgram(Command());
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  StartService();
  EXPECT_TRUE(Dump() == expected);
}

TEST_F(RenormalizeTest, SaysWhatIsWrong) {
  const Finished no_data = RunProgram(Command());
  EXPECT_EQ(no_data.exit_code, 1);
  EXPECT_THAT(no_data.err, HasSubstr("there are no logs in --data-dir " + DataDir()));
  EXPECT_FALSE(std::filesystem::exists(DataDir()));

  StartService();
  std::vector<std::string> command = Command();
  command.insert(command.end(), {"--prover", "other"});
  const Finished no_prover = RunProgram(command);
  EXPECT_EQ(no_prover.exit_code, 1);
  EXPECT_THAT(no_prover.err, HasSubstr("other"));

  const Finished no_server =
      RunProgram({ProverlogdPath(), "renormalize", "--database-url=host=/nowhere"});
  EXPECT_EQ(no_server.exit_code, 3) << no_server.err;
  EXPECT_EQ(RunProgram({ProverlogdPath(), "renormalize"}).exit_code, 2);
}

}  // namespace
}  // namespace proverlog
