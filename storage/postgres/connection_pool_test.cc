#include "storage/postgres/connection_pool.h"

#include <gtest/gtest.h>

#include <pqxx/pqxx>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "storage/postgres/transaction.h"
#include "tests/testing_util/test_database.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog::postgres {
namespace {

using testing_util::LostStandby;
using testing_util::TestDatabase;

absl::Time Now() { return absl::Now(); }

TEST(ConnectionPoolTest, RefusesWhatLibpqCannotRead) {
  const auto pool = ConnectionPool::Create({.database = "no_such_setting=1"});
  EXPECT_TRUE(absl::IsInvalidArgument(pool.status())) << pool.status();
}

TEST(ConnectionPoolTest, LendsAtMostAsManyAsItHas) {
  TestDatabase database(TestDatabase::Schema::kEmpty);
  auto pool = *ConnectionPool::Create({.database = database.conninfo(), .size = 1});
  {
    const auto first = pool->Acquire(Now());
    ASSERT_TRUE(first.ok()) << first.status();
    const auto second = pool->Acquire(Now());
    EXPECT_TRUE(absl::IsUnavailable(second.status()));
  }
  EXPECT_TRUE(pool->Acquire(Now()).ok());
}

TEST(ConnectionPoolTest, AServerThatIsNotThereIsUnavailable) {
  auto pool = *ConnectionPool::Create({.database = "host=/nonexistent user=x dbname=y"});
  for (int i = 0; i < 10; ++i) {  // more often than the pool has connections
    EXPECT_TRUE(absl::IsUnavailable(pool->Acquire(Now()).status()));
  }
}

TEST(ConnectionPoolTest, ADatabaseThatIsNotThereIsRefused) {
  auto pool = *ConnectionPool::Create({.database = TestDatabase::ConninfoOf("no_such_database")});
  const auto lease = pool->Acquire(Now());
  EXPECT_TRUE(absl::IsFailedPrecondition(lease.status())) << lease.status();
  EXPECT_TRUE(absl::StrContains(lease.status().message(), "no_such_database"));
}

// Such as PGSSLMODE and PGPORT say: a URL is looked at before.
TEST(ConnectionPoolTest, WhatLibpqCannotDoIsRefused) {
  for (const char* const setting : {"sslmode=verify-ful", "port=x", "port=65536"}) {
    auto pool = *ConnectionPool::Create({.database = absl::StrCat("host=/nonexistent ", setting)});
    const absl::Status status = pool->Acquire(Now()).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  }
}

TEST(ConnectionPoolTest, TheUsersSettingsAreKeptAndOursAreAdded) {
  TestDatabase database(TestDatabase::Schema::kEmpty);
  auto pool = *ConnectionPool::Create(
      {.database =
           database.conninfo() +
           R"( application_name='it\'s \\ mine' options='-c geqo=off -c bytea_output=escape')",
       .statement_timeout = absl::Milliseconds(1234)});
  const absl::Status status = RunTransaction<ReadWrite>(*pool, "look", [](ReadWrite& tx) {
    EXPECT_EQ(tx.exec1("SHOW application_name")[0].as<std::string>(), R"(it's \ mine)");
    EXPECT_EQ(tx.exec1("SHOW geqo")[0].as<std::string>(), "off");
    EXPECT_EQ(tx.exec1("SHOW bytea_output")[0].as<std::string>(), "hex") << "hashes are read so";
    EXPECT_EQ(tx.exec1("SHOW statement_timeout")[0].as<std::string>(), "1234ms");
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
}

TEST(TransactionTest, AnErrorOfTheBodyRollsBack) {
  TestDatabase database;
  const absl::Status status = RunTransaction<ReadWrite>(database.pool(), "try", [](ReadWrite& tx) {
    tx.exec0("INSERT INTO prover (name) VALUES ('p')");
    return absl::AbortedError("no");
  });
  EXPECT_TRUE(absl::IsAborted(status));
  EXPECT_EQ(database.Sql("SELECT count(*) FROM prover"), "0");
}

absl::Status RunSql(ConnectionPool& pool, const std::string& sql) {
  return RunTransaction<ReadWrite>(pool, "do it", [&](ReadWrite& tx) {
    tx.exec(sql);
    return absl::OkStatus();
  });
}

TEST(TransactionTest, ExceptionsBecomeStatuses) {
  TestDatabase database;
  EXPECT_TRUE(absl::IsFailedPrecondition(RunSql(database.pool(), "SELECT nonsense")));
  EXPECT_TRUE(absl::IsInternal(RunSql(database.pool(), "SELECT 1/0")));
  EXPECT_TRUE(absl::IsFailedPrecondition(RunSql(database.pool(), "SELECT * FROM no_such_table")));
  EXPECT_TRUE(absl::IsDeadlineExceeded(
      RunSql(database.pool(), "SET LOCAL statement_timeout = 10; SELECT pg_sleep(10)")));
  EXPECT_TRUE(absl::IsUnavailable(
      RunSql(database.pool(), "SELECT pg_terminate_backend(pg_backend_pid())")));
  EXPECT_TRUE(RunSql(database.pool(), "SELECT 1").ok());
}

// Commits in a thread of its own until one has to wait.
class WaitingCommit {
 public:
  explicit WaitingCommit(TestDatabase& database)
      : database_(database), thread_([this] {
          for (int i = 0; status_.ok() && !waits_.HasBeenNotified(); ++i) {
            status_ = RunSql(database_.pool(),
                             absl::StrCat("INSERT INTO prover (name) VALUES ('p", i, "')"));
          }
        }) {
    testing_util::WaitUntil([&] { return database_.Sql(Waiting("count(*)")) == "1"; },
                            "a commit waits");
    waits_.Notify();
  }
  ~WaitingCommit() {
    if (thread_.joinable()) thread_.join();
  }

  static std::string Waiting(const std::string& what) {
    return "SELECT " + what + " FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
  }
  absl::Status Join() {
    thread_.join();
    return status_;
  }

 private:
  TestDatabase& database_;
  absl::Notification waits_;
  absl::Status status_;
  std::thread thread_;
};

TEST(TransactionTest, ACommitThatNoLongerWaitsForItsStandbyIsInDoubt) {
  TestDatabase database;
  absl::Status status;
  {
    const LostStandby standby;
    WaitingCommit commit(database);
    database.Sql(WaitingCommit::Waiting("pg_cancel_backend(pid)"));
    status = commit.Join();
  }
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "in doubt")) << status;
  // It is committed here, and the next one is not in doubt.
  EXPECT_NE(database.Sql("SELECT count(*) FROM prover"), "0");
  EXPECT_TRUE(RunSql(database.pool(), "INSERT INTO prover (name) VALUES ('q')").ok());
}

TEST(TransactionTest, AWarningBeforeTheCommitIsNone) {
  TestDatabase database;
  EXPECT_TRUE(RunSql(database.pool(), "DO $$ BEGIN RAISE WARNING 'mind'; END $$").ok());
}

TEST(TransactionTest, AnAbortEndsACommitThatWaits) {
  TestDatabase database;
  absl::Status status;
  {
    const LostStandby standby;
    WaitingCommit commit(database);
    EXPECT_EQ(database.pool().Abort(Now() + absl::Seconds(10)), 1);
    status = commit.Join();
    testing_util::WaitUntil([&] { return database.Sql(WaitingCommit::Waiting("count(*)")) == "0"; },
                            "none waits");
  }
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_TRUE(absl::IsUnavailable(RunSql(database.pool(), "SELECT 1")));
}

// Else a connection that Abort broke might be made again.
TEST(TransactionTest, AConnectionThatIsLostIsNotMadeAgainForTheSameTransaction) {
  TestDatabase database;
  auto pool = *ConnectionPool::Create({.database = database.conninfo(), .size = 1});
  EXPECT_TRUE(RunSql(*pool, "SELECT 1").ok());
  TestDatabase::ClusterSql(
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
      " WHERE application_name = 'proverlogd' AND datname <> 'postgres'");
  EXPECT_TRUE(absl::IsUnavailable(RunSql(*pool, "SELECT 1")));
  EXPECT_TRUE(RunSql(*pool, "SELECT 1").ok());
}

TEST(TransactionTest, TheMessageHasOneLine) {
  TestDatabase database;
  const absl::Status status = RunSql(database.pool(), "SELECT nonsense");
  EXPECT_EQ(status.message(), "cannot do it: ERROR:  column \"nonsense\" does not exist");
}

}  // namespace
}  // namespace proverlog::postgres
