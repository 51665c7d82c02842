// `proverlog ship`, proverlogd and PostgreSQL, while each of them is killed and the connections
// between them are broken, at random: what was written is in the archive byte for byte, and what is
// made of it is what an undisturbed import makes. docs/reliability.md says what that shows.

#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <pqxx/pqxx>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/embedded/private_postgres.h"
#include "storage/archive_range.h"
#include "storage/postgres/archive_store.h"
#include "tests/testing_util/log_writer.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/seed.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/tcp_gate.h"
#include "tests/testing_util/test_data.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

namespace fs = std::filesystem;
using testing_util::LogWriter;
using testing_util::PostgresOf;
using testing_util::Process;
using testing_util::Service;
using testing_util::TcpGate;
using testing_util::TempDirectory;
using testing_util::WaitUntil;

constexpr int kDefaultRounds = 8;
constexpr int kLongestPauseMillis = 1000;
constexpr absl::Duration kStall = absl::Milliseconds(300);
constexpr absl::Duration kSlowness = absl::Milliseconds(20);  // for every 4 KiB
constexpr absl::Duration kCatchUp = absl::Minutes(1);

int Rounds() {
  const char* rounds = std::getenv("PROVERLOG_CHAOS_ROUNDS");
  return rounds == nullptr ? kDefaultRounds : std::atoi(rounds);
}

// One round's trouble.
struct Fault {
  std::string name;
  std::function<void()> happen;
  int times = 0;
};

class ChaosTest : public testing::Test {
 protected:
  // Before there are threads.
  ChaosTest() : postgres_(*PrivatePostgres::Start(directory_.PathOf("data"))) {
    const std::string sockets = conninfo().substr(0, conninfo().find(' '));
    database_gate_ =
        std::make_unique<TcpGate>(absl::StrReplaceAll(sockets, {{"host=", ""}}) + "/.s.PGSQL.5432");
    StartService("127.0.0.1:0");
    service_gate_ = std::make_unique<TcpGate>(service_->address());
    fs::create_directory(Logs());
    StartShipper();
    writer_ = std::make_unique<LogWriter>(Logs(), conninfo(), seed_);
  }

  // Past the gate.
  const std::string& conninfo() const { return postgres_->database(); }
  std::string Logs() const { return directory_.PathOf("logs"); }

  void StartService(const std::string& listen) {
    service_ = std::make_unique<Service>(
        absl::StrCat("--database-url=host=127.0.0.1 port=", database_gate_->port(),
                     " user=proverlog dbname=postgres sslmode=disable"),
        std::vector<std::string>{}, listen);
  }

  std::vector<std::string> ShipCommand() const {
    return {testing_util::ProverlogPath(),
            "ship",
            "--server",
            service_gate_->address(),
            "--prover",
            "p",
            "--machine",
            "m",
            Logs() + "/*.log"};
  }
  void StartShipper() { shipper_ = std::make_unique<Process>(ShipCommand()); }

  void KillShipper() {
    ASSERT_TRUE(shipper_->IsRunning()) << "it ended by itself: " << shipper_->Err();
    shipper_->Kill(SIGKILL);
    shipper_->Wait();
    StartShipper();
  }
  void KillService() {
    ASSERT_TRUE(service_->process().IsRunning())
        << "it ended by itself: " << service_->process().Err();
    service_->process().Kill(SIGKILL);
    service_->process().Wait();
    StartService(service_->address());
  }
  // An immediate stop (postgres(1)); its keeper starts it again.
  void KillPostgres() {
    const std::string data_dir = directory_.PathOf("data");
    const pid_t killed = PostgresOf(data_dir);
    ASSERT_GT(killed, 0);
    kill(killed, SIGQUIT);
    WaitUntil(
        [&] { return PostgresOf(data_dir) != killed && PQping(conninfo().c_str()) == PQPING_OK; },
        "PostgreSQL is started again");
  }
  void Slow(TcpGate& gate) {
    gate.SetDelay(kSlowness);
    Pause();
    gate.SetDelay(absl::ZeroDuration());
  }

  std::vector<Fault> Faults() {
    std::vector<Fault> faults = {{"kill the shipper", [this] { KillShipper(); }},
                                 {"kill the service", [this] { KillService(); }},
                                 {"kill PostgreSQL", [this] { KillPostgres(); }}};
    for (TcpGate* gate : {service_gate_.get(), database_gate_.get()}) {
      const std::string to = gate == service_gate_.get() ? " to the service" : " to PostgreSQL";
      faults.push_back({"cut the way" + to, [gate] { gate->Cut(); }});
      faults.push_back({"stall the way" + to, [gate] { gate->Stall(kStall); }});
      faults.push_back({"slow the way" + to, [this, gate] { Slow(*gate); }});
    }
    return faults;
  }

  // Until the next trouble; what happens meanwhile is part of the chaos.
  void Pause() {
    absl::SleepFor(
        absl::Milliseconds(std::uniform_int_distribution<>(0, kLongestPauseMillis)(random_)));
  }

  // A value, past the gate.
  std::string Sql(const std::string& sql) const {
    pqxx::connection connection(conninfo());
    return pqxx::nontransaction(connection).exec1(sql)[0].as<std::string>("");
  }

  void AwaitCommitted() const {
    std::string committed;
    WaitUntil(
        [&] {
          committed = Sql("SELECT coalesce(sum(committed_offset), 0) FROM stream_position");
          return committed == absl::StrCat(writer_->bytes());
        },
        absl::StrCat("all ", writer_->bytes(), " bytes are committed"), kCatchUp);
    EXPECT_EQ(committed, absl::StrCat(writer_->bytes())) << shipper_->Err();
  }

  // Ends the shipper, and every log with it.
  void Seal() {
    shipper_->Kill(SIGTERM);
    EXPECT_EQ(shipper_->Wait(), 0) << shipper_->Err();
    auto command = ShipCommand();
    command.insert(command.begin() + 2, "--once");
    const auto once = testing_util::RunProgram(command);
    EXPECT_EQ(once.exit_code, 0) << once.err;
  }

  void AwaitNormalized() const {
    WaitUntil(
        [&] {
          return Sql("SELECT count(*) FROM stream_position p LEFT JOIN stream_progress"
                     " USING (prover_id, stream_id)"
                     " WHERE normalized_offset IS DISTINCT FROM committed_offset") == "0";
        },
        "all that is committed is normalized", kCatchUp);
  }

  // The bytes of every stream.
  std::multiset<std::string> Archived() const {
    auto pool = postgres::ConnectionPool::Create({.database = conninfo()});
    postgres::ArchiveStore archive(pool->get());
    const std::string ids = Sql("SELECT string_agg(stream_id::text, ' ') FROM stream");
    std::multiset<std::string> streams;
    for (const absl::string_view id : absl::StrSplit(ids, ' ', absl::SkipEmpty())) {
      const auto bytes = ReadRange(archive, {1, std::stoll(std::string(id))}, 0, int64_t{1} << 40);
      EXPECT_TRUE(bytes.ok()) << bytes.status();
      if (bytes.ok()) streams.insert(*bytes);
    }
    return streams;
  }

  void ExpectArchived() const {
    std::multiset<std::string> streams = Archived();
    for (const auto& file : fs::directory_iterator(Logs())) {
      const std::string bytes = testing_util::ReadAll(file.path().string());
      const auto stream = streams.find(bytes);
      if (stream != streams.end()) {
        streams.erase(stream);
      } else {
        ADD_FAILURE() << file.path() << ", " << bytes.size() << " bytes, is no stream";
      }
    }
    for (const std::string& stream : streams) {
      ADD_FAILURE() << "a stream of " << stream.size() << " bytes is no file";
    }
  }

  // What an import of the same files leaves in another database.
  std::string DumpUndisturbed() const {
    {
      pqxx::connection connection(conninfo());
      pqxx::nontransaction(connection).exec0("CREATE DATABASE undisturbed");
    }
    const std::string database =
        absl::StrReplaceAll(conninfo(), {{"dbname=postgres", "dbname=undisturbed"}});
    const Service service("--database-url=" + database);
    std::vector<std::string> import = {"import", "--prover", "p", "--machine", "m"};
    for (const auto& file : fs::directory_iterator(Logs())) import.push_back(file.path().string());
    const auto finished = service.Proverlog(import);
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    return testing_util::CanonicalDump(database);
  }

  const uint32_t seed_ = testing_util::Seed();
  std::mt19937 random_{seed_};
  TempDirectory directory_;
  std::unique_ptr<PrivatePostgres> postgres_;
  std::unique_ptr<TcpGate> database_gate_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<TcpGate> service_gate_;
  std::unique_ptr<Process> shipper_;
  std::unique_ptr<LogWriter> writer_;
};

// The first line in which they differ.
std::string Difference(const std::string& got, const std::string& expected) {
  const std::vector<absl::string_view> a = absl::StrSplit(got, '\n');
  const std::vector<absl::string_view> b = absl::StrSplit(expected, '\n');
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return absl::StrCat("got      ", x == a.end() ? "nothing" : *x, "\nexpected ",
                      y == b.end() ? "nothing" : *y);
}

TEST_F(ChaosTest, NothingIsLostOrDoubled) {
  std::cout << "PROVERLOG_SEED=" << seed_ << "\n";
  const absl::Time begin = absl::Now();
  std::vector<Fault> faults = Faults();
  for (int round = 0; round < Rounds() && !HasFailure(); ++round) {
    Pause();
    // A kill is as likely as all that happens to the connections.
    const size_t kind = random_() % 4;
    Fault& fault = faults[kind < 3 ? kind : 3 + random_() % (faults.size() - 3)];
    ++fault.times;
    fault.happen();
  }
  ASSERT_FALSE(HasFailure());
  writer_->Stop();
  const absl::Duration chaos = absl::Now() - begin;
  for (const Fault& fault : faults) std::cout << fault.name << ": " << fault.times << "\n";
  std::cout << writer_->bytes() << " bytes, " << writer_->renamed() << " renamed, "
            << writer_->copied_and_truncated() << " copied and truncated, in " << chaos << "\n";
  AwaitCommitted();
  Seal();
  AwaitNormalized();
  std::cout << "all of it normalized after " << absl::Now() - begin << std::endl;
  ExpectArchived();
  ASSERT_FALSE(HasFailure()) << "PROVERLOG_SEED=" << seed_;
  EXPECT_EQ(Sql("SELECT count(*) FROM unreadable"), "0") << "no fault was a block's";
  const std::string expected = DumpUndisturbed();
  const std::string dump = testing_util::CanonicalDump(conninfo());
  EXPECT_TRUE(dump == expected) << Difference(dump, expected);
}

}  // namespace
}  // namespace proverlog
