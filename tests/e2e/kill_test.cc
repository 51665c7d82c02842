// SIGKILL at random moments of an import: of the client, of the service, of its database. What is
// there in the end is what an undisturbed import leaves.

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/test_data.h"

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
  static const auto* const kReal =
      new std::string(testing_util::ReadAll(testing_util::TestDataPath("5.2.0-json-info.log.gz")));
  std::string log;
  for (int copy = 0; copy < kCopiesALog; ++copy) {
    const int first = 10'000 + (number * kCopiesALog + copy) * 3;
    absl::StrAppend(&log, absl::StrReplaceAll(*kReal, {{"3054:", absl::StrCat(first, ":")},
                                                       {"3055:", absl::StrCat(first + 1, ":")},
                                                       {"3056:", absl::StrCat(first + 2, ":")}}));
  }
  return log;
}

// The machine's entropy, or PROVERLOG_SEED to see a failure again.
uint32_t Seed() {
  const char* seed = std::getenv("PROVERLOG_SEED");
  return seed == nullptr ? std::random_device{}() : static_cast<uint32_t>(std::atoll(seed));
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

  // Imports until it succeeds, as somebody would who types the command again.
  void ImportToTheEnd(const std::string& log) const {
    WaitUntil([&] { return StartImport(log)->Wait() == 0; }, "the import succeeds");
  }

  std::string Dump() const { return CanonicalDump(ConninfoOf(data_dir_)); }

  // What an undisturbed import leaves, and how long a log takes.
  void ImportUndisturbed() {
    StartService(directory_.path() + "/undisturbed");
    const absl::Time begin = absl::Now();
    for (const std::string& log : logs_) ImportToTheEnd(log);
    a_log_takes_ = (absl::Now() - begin) / kKills;
    expected_ = Dump();
    service_.reset();
  }

  // Imports every log with one kill somewhere on the way.
  void ImportWithKills(const std::function<void(Process& import)>& kill_one) {
    ImportUndisturbed();
    std::mt19937 random(seed_);
    std::uniform_real_distribution<> moment(0, 1.2);
    int kills_on_the_way = 0;
    StartService(directory_.path() + "/killed");
    for (const std::string& log : logs_) {
      const auto import = StartImport(log);
      absl::SleepFor(a_log_takes_ * moment(random));  // the moment is what is tested
      kills_on_the_way += import->IsRunning() ? 1 : 0;
      kill_one(*import);
      import->Wait();
      ImportToTheEnd(log);
    }
    EXPECT_GT(expected_.size(), size_t{1} << 20);
    EXPECT_GT(kills_on_the_way, 0);
    EXPECT_TRUE(Dump() == expected_) << "PROVERLOG_SEED=" << seed_;
  }

  const uint32_t seed_ = Seed();
  TempDirectory directory_;
  std::vector<std::string> logs_;
  std::unique_ptr<Service> service_;
  std::string data_dir_;
  absl::Duration a_log_takes_;
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
