// An upgrade: services of two versions on one database, whose tables are migrated while lines come.
// The later versions are this program with migrations of tests/data/migrations behind its own.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "storage/postgres/migrate.h"
#include "tests/testing_util/log_writer.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/seed.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/test_data.h"
#include "tests/testing_util/test_database.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

namespace fs = std::filesystem;
using postgres::kOldestSchema;
using testing::HasSubstr;
using testing_util::Finished;
using testing_util::LogWriter;
using testing_util::Process;
using testing_util::ProverlogdPath;
using testing_util::RunProgram;
using testing_util::Service;
using testing_util::TempDirectory;
using testing_util::TestDatabase;
using testing_util::WaitUntil;

// That much of the logs comes between two steps of an upgrade.
constexpr int64_t kStepBytes = 1'000'000;

// One version later: its migration adds to the tables.
std::string Adds() { return absl::StrCat(PROVERLOGD_LATER_DIR, "/proverlogd_adds"); }
// Two versions later: its migration takes away from them.
std::string TakesAway() { return absl::StrCat(PROVERLOGD_LATER_DIR, "/proverlogd_takes_away"); }

int Newest() { return postgres::ServedSchemas().newest; }

std::vector<std::string> ImportCommand(const std::string& log) {
  return {"import", "--prover", "p",          "--machine",
          log,      "--date",   "2026-11-21", testing_util::TestDataPath("samples/" + log)};
}

class UpgradeTest : public testing::Test {
 protected:
  static std::unique_ptr<Service> Start(const std::string& program, const TestDatabase& database,
                                        const std::string& listen = "127.0.0.1:0") {
    return std::make_unique<Service>(
        "--database-url=" + database.conninfo(),
        std::vector<std::string>{program == ProverlogdPath() ? "--migrate=auto"
                                                             : "--migrate=check"},
        listen, program);
  }
  // Ends a service and starts another one at its address.
  void Replace(std::unique_ptr<Service>& service, const std::string& program) {
    service->process().Kill(SIGTERM);
    EXPECT_EQ(service->process().Wait(), 0) << service->process().Err();
    service = Start(program, database_, service->address());
  }
  Finished Migrate(const std::string& program) const {
    return RunProgram({program, "migrate", "--database-url=" + database_.conninfo()});
  }
  // What this program says when it does not serve the tables.
  std::string Refusal(const std::string& mode) const {
    Process refused({ProverlogdPath(), "--database-url=" + database_.conninfo(), mode,
                     "--listen=127.0.0.1:0", "--http-listen=127.0.0.1:0"});
    WaitUntil([&] { return absl::StrContains(refused.Err(), "is ready") || !refused.IsRunning(); },
              "it ends");
    EXPECT_FALSE(refused.IsRunning());
    if (!refused.IsRunning()) {
      EXPECT_EQ(refused.Wait(), 1);
    }
    return refused.Err();
  }
  static void Import(const Service& service, const std::string& log) {
    const Finished finished = service.Proverlog(ImportCommand(log));
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
  }

  std::string Logs() const { return directory_.PathOf("logs"); }
  std::vector<std::string> ShipCommand(const std::string& servers) const {
    return {testing_util::ProverlogPath(),
            "ship",
            "--server",
            servers,
            "--prover",
            "p",
            "--machine",
            "m",
            Logs() + "/*.log"};
  }

  int64_t Committed() {
    int64_t bytes = 0;
    EXPECT_TRUE(absl::SimpleAtoi(
        database_.Sql("SELECT coalesce(sum(committed_offset), 0) FROM stream_position"), &bytes));
    return bytes;
  }
  void AwaitMore() {
    const int64_t end = Committed() + kStepBytes;
    WaitUntil([&] { return Committed() >= end; }, "more is committed");
  }
  void AwaitAll(int64_t bytes) {
    WaitUntil([&] { return Committed() == bytes; }, "all is committed");
    EXPECT_EQ(Committed(), bytes);
    WaitUntil(
        [&] {
          return database_.Sql(
                     "SELECT count(*) FROM stream_position p LEFT JOIN stream_progress"
                     " USING (prover_id, stream_id)"
                     " WHERE normalized_offset IS DISTINCT FROM committed_offset") == "0";
        },
        "all is normalized");
  }

  // What an import of the same logs leaves in a database of this version.
  std::string DumpUndisturbed(const std::vector<std::string>& logs) const {
    const TestDatabase database;
    const auto service = Start(ProverlogdPath(), database);
    for (const std::string& log : logs) Import(*service, log);
    if (fs::exists(Logs())) {
      std::vector<std::string> import = {"import", "--prover", "p", "--machine", "m"};
      for (const auto& file : fs::directory_iterator(Logs()))
        import.push_back(file.path().string());
      const Finished finished = service->Proverlog(import);
      EXPECT_EQ(finished.exit_code, 0) << finished.err;
    }
    return testing_util::CanonicalDump(database.conninfo());
  }
  void ExpectAsUndisturbed(const std::vector<std::string>& logs) const {
    const std::string dump = testing_util::CanonicalDump(database_.conninfo());
    const std::string expected = DumpUndisturbed(logs);
    const std::vector<std::string> a = absl::StrSplit(dump, '\n');
    const std::vector<std::string> b = absl::StrSplit(expected, '\n');
    const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    EXPECT_TRUE(dump == expected) << "got      " << (x == a.end() ? "nothing" : *x) << "\nexpected "
                                  << (y == b.end() ? "nothing" : *y);
  }

  TempDirectory directory_;
  TestDatabase database_{TestDatabase::Schema::kEmpty};
};

TEST_F(UpgradeTest, OldAndNewServicesWorkSideBySide) {
  auto first = Start(ProverlogdPath(), database_);
  auto second = Start(ProverlogdPath(), database_);
  fs::create_directory(Logs());
  LogWriter writer(Logs(), database_.conninfo(), testing_util::Seed());
  const std::string servers = absl::StrCat(first->address(), ",", second->address());
  Process ship(ShipCommand(servers));
  AwaitMore();

  const Finished added = Migrate(Adds());
  ASSERT_EQ(added.exit_code, 0) << added.err;
  EXPECT_THAT(added.err, HasSubstr(absl::StrCat("schema version ", Newest() + 1)));
  AwaitMore();
  Replace(first, Adds());
  AwaitMore();
  Import(*first, "agent-a.log");
  Import(*second, "broker.log");
  Replace(second, ProverlogdPath());  // an old one that is restarted goes on
  EXPECT_THAT(second->process().Err(),
              HasSubstr(absl::StrCat("the database has schema version ", Newest() + 1,
                                     "; this program serves ", kOldestSchema, " to ", Newest())));
  AwaitMore();
  Import(*second, "agent-b.log");
  Replace(second, Adds());

  const Finished taken = Migrate(TakesAway());
  ASSERT_EQ(taken.exit_code, 0) << taken.err;
  AwaitMore();
  Replace(first, TakesAway());
  AwaitMore();
  EXPECT_TRUE(ship.IsRunning()) << ship.Err();
  writer.Stop();
  ship.Kill(SIGTERM);
  EXPECT_EQ(ship.Wait(), 0) << ship.Err();
  auto rest = ShipCommand(servers);
  rest.insert(rest.begin() + 2, "--once");
  const Finished once = RunProgram(rest);
  EXPECT_EQ(once.exit_code, 0) << once.err;
  int64_t bytes = writer.bytes();
  const std::vector<std::string> imported = {"agent-a.log", "broker.log", "agent-b.log"};
  for (const std::string& log : imported) {
    bytes += static_cast<int64_t>(fs::file_size(testing_util::TestDataPath("samples/" + log)));
  }
  AwaitAll(bytes);
  ExpectAsUndisturbed(imported);
}

TEST_F(UpgradeTest, TablesFromWhichSomethingIsTakenRefuseTheOldService) {
  ASSERT_EQ(Migrate(TakesAway()).exit_code, 0);
  EXPECT_TRUE(Start(Adds(), database_)->process().IsRunning()) << "it knows what is taken away";
  for (const char* const mode : {"--migrate=auto", "--migrate=check"}) {
    EXPECT_THAT(
        Refusal(mode),
        HasSubstr(absl::StrCat("the database has schema version ", Newest() + 2,
                               " (take_away), which needs a proverlogd that knows version ",
                               Newest() + 1, " or a newer one; this proverlogd serves versions ",
                               kOldestSchema, " to ", Newest(), ": start a newer proverlogd")));
  }
}

TEST_F(UpgradeTest, TheOldestTablesThatAreServedAreServed) {
  database_.MigrateTo(kOldestSchema);
  const Service service("--database-url=" + database_.conninfo(), {"--migrate=check"});
  const std::vector<std::string> logs = {"agent-a.log", "broker.log", "agent-b.log"};
  for (const std::string& log : logs) Import(service, log);
  for (const char* const command : {"epochs", "machines", "alerts", "unknown", "events"}) {
    const Finished finished = service.Proverlog({command});
    EXPECT_EQ(finished.exit_code, 0) << command << ": " << finished.err;
  }
  ExpectAsUndisturbed(logs);
  EXPECT_EQ(database_.Sql("SELECT max(version) FROM schema_migration"),
            absl::StrCat(kOldestSchema));
}

TEST_F(UpgradeTest, ServicesThatOnlyCheckWaitForTheMigration) {
  const std::string refusal = Refusal("--migrate=check");
  EXPECT_THAT(refusal, HasSubstr("the database has no tables of proverlog yet"));
  EXPECT_THAT(refusal, HasSubstr("run `proverlogd migrate`, or start with --migrate=auto"));
  EXPECT_EQ(Migrate(ProverlogdPath()).exit_code, 0);
  Service service("--database-url=" + database_.conninfo(), {"--migrate=check"});
  EXPECT_TRUE(service.process().IsRunning());
}

TEST_F(UpgradeTest, TheMigrationWaitsForTheDatabase) {
  // Its socket's directory appears late.
  const std::string sockets = directory_.PathOf("sockets");
  const std::string& conninfo = database_.conninfo();
  const std::string there = conninfo.substr(0, conninfo.find(' '));  // host=...
  const std::string late = absl::StrReplaceAll(conninfo, {{there, "host=" + sockets}});
  Process migrate({ProverlogdPath(), "migrate", "--database-url=" + late});
  WaitUntil([&] { return absl::StrContains(migrate.Err(), "waiting: "); }, "it waits");
  EXPECT_TRUE(migrate.IsRunning());
  fs::create_directory_symlink(there.substr(std::string("host=").size()), sockets);
  EXPECT_EQ(migrate.Wait(), 0) << migrate.Err();
  EXPECT_EQ(database_.Sql("SELECT max(version) FROM schema_migration"), absl::StrCat(Newest()));
}

}  // namespace
}  // namespace proverlog
