// A database in trouble, each kind on its own: the service runs on, says what is wrong, and goes on
// by itself when it is over; nothing is lost or doubled.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <memory>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/e2e/ship_fixture.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/test_database.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_util::LostStandby;
using testing_util::WaitUntil;

// The service's connections to its database.
constexpr char kItsConnections[] =
    " FROM pg_stat_activity WHERE application_name = 'proverlogd' AND datname = current_database()";

// The database answers none of the service's connections, and takes no others, while this is: its
// processes are stopped.
class FrozenDatabase {
 public:
  // `transaction` goes on.
  explicit FrozenDatabase(pqxx::work& transaction) {
    Stop(transaction.exec1("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"));
    for (const auto& row : transaction.exec(absl::StrCat("SELECT pid", kItsConnections))) Stop(row);
  }
  ~FrozenDatabase() {
    for (const pid_t pid : stopped_) kill(pid, SIGCONT);
  }
  FrozenDatabase(const FrozenDatabase&) = delete;
  FrozenDatabase& operator=(const FrozenDatabase&) = delete;

 private:
  void Stop(const pqxx::row& row) {
    stopped_.push_back(row[0].as<pid_t>());
    EXPECT_EQ(kill(stopped_.back(), SIGSTOP), 0);
  }

  std::vector<pid_t> stopped_;
};

class DatabaseTroubleTest : public ShipTest {
 protected:
  DatabaseTroubleTest() {
    ship_ = Ship({Path("x.log")});
    Append(Path("x.log"), "first\n");
    AwaitStream(0, 6, false);
  }

  void Restart(const std::string& options) {
    service_->process().Kill(SIGKILL);
    service_->process().Wait();
    StartService(service_->address(), options);
  }
  void AwaitLog(const std::string& words) const {
    WaitUntil([&] { return absl::StrContains(service_->process().Err(), words); }, words);
  }

  // Appends while another program's transaction keeps the commit from what it needs.
  void AppendBehind(const std::string& lock) {
    pqxx::connection connection(database_.conninfo());
    pqxx::work transaction(connection);
    transaction.exec(lock);
    Append(Path("x.log"), "second\n");
    AwaitLog("does not commit, senders wait");
  }
  // After `first` and `second`; what was in the way is gone.
  void ExpectRecovery() {
    AwaitStream(0, 13, false);
    EXPECT_EQ(Archived(), std::vector<std::string>{"first\nsecond\n"});
    AwaitLog("the database commits again");
    EXPECT_TRUE(service_->process().IsRunning());
    EXPECT_TRUE(ship_->IsRunning());
  }

  std::unique_ptr<testing_util::Process> ship_;
};

TEST_F(DatabaseTroubleTest, ALockThatIsHeldTooLong) {
  Restart("options='-c lock_timeout=300'");
  AppendBehind("LOCK TABLE stream_position");
  EXPECT_THAT(service_->process().Err(), HasSubstr("due to lock timeout"));
  ExpectRecovery();
}

TEST_F(DatabaseTroubleTest, StatementsThatAreTooSlow) {
  Restart("options='-c statement_timeout=300'");
  AppendBehind("LOCK TABLE stream_position");
  EXPECT_THAT(service_->process().Err(), HasSubstr("due to statement timeout"));
  ExpectRecovery();
}

TEST_F(DatabaseTroubleTest, ADatabaseThatTakesItsTime) {
  {
    pqxx::connection connection(database_.conninfo());
    pqxx::work transaction(connection);
    transaction.exec("LOCK TABLE stream_position");
    Append(Path("x.log"), "second\n");
    WaitUntil(
        [&] {
          return database_.Sql(
                     "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                     " AND query_start < clock_timestamp() - interval '2 seconds'") != "0";
        },
        "a statement of the service takes two seconds");
  }
  AwaitStream(0, 13, false);
  EXPECT_EQ(Archived(), std::vector<std::string>{"first\nsecond\n"});
  EXPECT_THAT(service_->process().Err(), Not(HasSubstr("does not commit")));
}

TEST_F(DatabaseTroubleTest, TheLimitOfConnectionsIsReached) {
  // All places are taken, those of the service too.
  std::vector<std::unique_ptr<pqxx::connection>> taken;
  taken.push_back(std::make_unique<pqxx::connection>(database_.conninfo()));
  WaitUntil(
      [&] {
        pqxx::nontransaction(*taken.front())
            .exec(absl::StrCat("SELECT pg_terminate_backend(pid)", kItsConnections));
        try {
          for (;;) taken.push_back(std::make_unique<pqxx::connection>(database_.conninfo()));
        } catch (const pqxx::broken_connection&) {
        }
        return pqxx::nontransaction(*taken.front())
                   .exec1(absl::StrCat("SELECT count(*)", kItsConnections))[0]
                   .as<int>() == 0;
      },
      "the service has no connection");
  Append(Path("x.log"), "second\n");
  AwaitLog("too many clients");
  taken.clear();
  ExpectRecovery();
}

// The service locks the stream's position, then the stream, whose head grows; the other program
// locks them the other way round.
TEST_F(DatabaseTroubleTest, ADeadlock) {
  {
    pqxx::connection connection(database_.conninfo());
    pqxx::work transaction(connection);
    transaction.exec("SET LOCAL deadlock_timeout = '1min'");  // the service is who finds it
    transaction.exec("SELECT FROM stream FOR UPDATE");
    Append(Path("x.log"), "second\n");
    WaitUntil(
        [&] {
          return database_.Sql(absl::StrCat("SELECT count(*)", kItsConnections,
                                            " AND wait_event_type = 'Lock'")) == "1";
        },
        "the service waits");
    transaction.exec("SELECT FROM stream_position FOR UPDATE");
  }
  AwaitStream(0, 13, false);
  EXPECT_THAT(testing_util::TestDatabase::ServerLog(), HasSubstr("deadlock detected"));
  EXPECT_EQ(Archived(), std::vector<std::string>{"first\nsecond\n"});
  EXPECT_TRUE(service_->process().IsRunning());
}

TEST_F(DatabaseTroubleTest, TheEndDoesNotWaitForALostStandbyForEver) {
  constexpr char kWaiting[] = " AND wait_event = 'SyncRep'";
  {
    const LostStandby standby;
    Append(Path("x.log"), "second\n");
    Await(absl::StrCat("SELECT count(*) > 0", kItsConnections, kWaiting), "t");
    const absl::Time begin = absl::Now();
    service_->process().Kill(SIGTERM);
    EXPECT_EQ(service_->process().Wait(), 0);
    EXPECT_LT(absl::Now() - begin, absl::Seconds(20));
    EXPECT_THAT(service_->process().Err(), HasSubstr("are left without acknowledgement"));
    Await(absl::StrCat("SELECT count(*)", kItsConnections), "0");
  }
  StartService(service_->address());
  AwaitStream(0, 13, false);
  EXPECT_EQ(Archived(), std::vector<std::string>{"first\nsecond\n"});
}

TEST_F(DatabaseTroubleTest, TheEndDoesNotWaitForAFrozenDatabaseForEver) {
  {
    pqxx::connection connection(database_.conninfo());
    pqxx::work transaction(connection);
    transaction.exec("LOCK TABLE stream_position");
    Append(Path("x.log"), "second\n");
    Await(absl::StrCat("SELECT count(*) > 0", kItsConnections, " AND wait_event_type = 'Lock'"),
          "t");
    const FrozenDatabase frozen(transaction);
    service_->process().Kill(SIGTERM);
    WaitUntil([&] { return !service_->process().IsRunning(); }, "the service has ended",
              absl::Seconds(20));
    ASSERT_FALSE(service_->process().IsRunning());
    EXPECT_EQ(service_->process().Wait(), 0);
    EXPECT_THAT(service_->process().Err(), HasSubstr("are left without acknowledgement"));
  }
  StartService(service_->address());
  AwaitStream(0, 13, false);
  EXPECT_EQ(Archived(), std::vector<std::string>{"first\nsecond\n"});
}

}  // namespace
}  // namespace proverlog
