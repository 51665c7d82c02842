// SIGKILL at random moments of an import: of the client, of the service, of its database. What is
// there in the end is what an undisturbed import leaves.

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/seed.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/test_data.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

using testing_util::CanonicalDump;
using testing_util::ConninfoOf;
using testing_util::PostgresOf;
using testing_util::Process;
using testing_util::Service;
using testing_util::TempDirectory;
using testing_util::WaitUntil;

constexpr int kKills = 10;
constexpr int kCopiesALog = 4;

// Real lines as the log of other epochs: about 6 MB, a few batches and a few projection steps.
std::string MakeLog(int number) {
  static const auto* const kReal = new std::string(absl::StrReplaceAll(
      testing_util::ReadAll(testing_util::TestDataPath("5.2.0-json-info.log.gz")),
      // A message that nobody understands, and that says nothing of a job.
      {{"Resolving proving job with error", "Returning proving job with error"}}));
  std::string log;
  for (int copy = 0; copy < kCopiesALog; ++copy) {
    const int first = 10'000 + (number * kCopiesALog + copy) * 3;
    absl::StrAppend(&log, absl::StrReplaceAll(*kReal, {{"3054:", absl::StrCat(first, ":")},
                                                       {"3055:", absl::StrCat(first + 1, ":")},
                                                       {"3056:", absl::StrCat(first + 2, ":")}}));
  }
  return log;
}

// How many bytes are committed and how many are read, together.
int64_t Progress(pqxx::nontransaction& tx) {
  return tx
      .exec1(
          "SELECT coalesce(sum(committed_offset), 0)"
          " + (SELECT coalesce(sum(normalized_offset), 0) FROM stream_progress)"
          " FROM stream_position")[0]
      .as<int64_t>();
}

class KillTest : public testing::Test {
 protected:
  KillTest() {
    for (int i = 0; i < kKills; ++i) {
      logs_.push_back(directory_.Write(absl::StrCat(i, ".log"), MakeLog(i)));
    }
    RecordProperty("seed", static_cast<int>(seed_));
  }

  void StartService(const std::string& data_dir) {
    const std::string listen = service_ == nullptr ? "127.0.0.1:0" : service_->address();
    service_.reset();
    data_dir_ = data_dir;
    service_ =
        std::make_unique<Service>("--data-dir=" + data_dir, std::vector<std::string>{}, listen);
  }

  std::unique_ptr<Process> StartImport(const std::string& log) const {
    return std::make_unique<Process>(
        service_->ProverlogCommand({"import", "--prover", "p", "--machine", "m", log}));
  }

  // The import at a moment of its way: from 0, where nothing is committed, to 1, where everything
  // is read. It is not a moment of time, which would depend on the machine.
  std::unique_ptr<Process> StartImport(const std::string& log, double moment) const {
    pqxx::connection connection(ConninfoOf(data_dir_));
    pqxx::nontransaction tx(connection);
    const int64_t before = Progress(tx);
    const double way = 2.0 * static_cast<double>(std::filesystem::file_size(log));
    auto import = StartImport(log);
    WaitUntil(
        [&] {
          return static_cast<double>(Progress(tx) - before) >= moment * way || !import->IsRunning();
        },
        "the import is on its way", absl::Seconds(60), absl::Milliseconds(1));
    return import;
  }

  // Imports until it succeeds, as somebody would who types the command again.
  void ImportToTheEnd(const std::string& log) const {
    WaitUntil([&] { return StartImport(log)->Wait() == 0; }, "the import succeeds");
  }

  std::string Dump() const { return CanonicalDump(ConninfoOf(data_dir_)); }

  // What an undisturbed import leaves.
  void ImportUndisturbed() {
    StartService(directory_.path() + "/undisturbed");
    for (const std::string& log : logs_) ImportToTheEnd(log);
    expected_ = Dump();
    service_.reset();
  }

  // Imports every log with one kill somewhere on the way.
  void ImportWithKills(const std::function<void(Process& import)>& kill_one) {
    ImportUndisturbed();
    std::mt19937 random(seed_);
    std::uniform_real_distribution<> moment(0, 0.9);
    int kills_on_the_way = 0;
    StartService(directory_.path() + "/killed");
    for (const std::string& log : logs_) {
      const auto import = StartImport(log, moment(random));
      kills_on_the_way += import->IsRunning() ? 1 : 0;
      kill_one(*import);
      import->Wait();
      ImportToTheEnd(log);
    }
    EXPECT_GT(expected_.size(), size_t{1} << 20);
    EXPECT_GE(kills_on_the_way, kKills / 2);
    EXPECT_TRUE(Dump() == expected_) << "PROVERLOG_SEED=" << seed_;
  }

  const uint32_t seed_ = testing_util::Seed();
  TempDirectory directory_;
  std::vector<std::string> logs_;
  std::unique_ptr<Service> service_;
  std::string data_dir_;
  std::string expected_;
};

TEST_F(KillTest, OfTheClient) {
  ImportWithKills([](Process& import) { import.Kill(SIGKILL); });
}

TEST_F(KillTest, OfTheService) {
  ImportWithKills([this](Process&) {
    service_->process().Kill(SIGKILL);
    service_->process().Wait();
    StartService(data_dir_);
  });
}

TEST_F(KillTest, OfTheDatabase) {
  ImportWithKills([this](Process&) {
    const pid_t postgres = PostgresOf(data_dir_);
    ASSERT_GT(postgres, 0);
    kill(postgres, SIGKILL);
    WaitUntil([&] { return PostgresOf(data_dir_) != postgres; }, "PostgreSQL is started again");
  });
}

}  // namespace
}  // namespace proverlog
