#include "storage/postgres/migrate.h"

#include <gtest/gtest.h>

#include <memory>
#include <pqxx/pqxx>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "codec/zstd_frame.h"
#include "storage/archive_range.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/maintenance_store.h"
#include "tests/testing_util/test_database.h"

namespace proverlog::postgres {
namespace {

using testing_util::TestDatabase;

TEST(MigrateTest, MigrationsAreNumberedFromOne) {
  const auto& migrations = Migrations();
  ASSERT_FALSE(migrations.empty());
  for (size_t i = 0; i < migrations.size(); ++i) {
    EXPECT_EQ(migrations[i].version, static_cast<int>(i) + 1) << migrations[i].name;
  }
}

TEST(MigrateTest, MakesTheTablesOnce) {
  TestDatabase database(TestDatabase::Schema::kEmpty);
  ASSERT_EQ(*Migrate(database.pool()), Migrations().back().version);
  ASSERT_EQ(*Migrate(database.pool()), Migrations().back().version);
  EXPECT_EQ(database.Sql("SELECT max(version) FROM schema_migration"),
            std::to_string(Migrations().back().version));
  EXPECT_EQ(database.Sql("SELECT count(*) FROM jobs"), "0");
}

// What 0003 adds is filled for the rows that are there as the program would have filled it.
TEST(MigrateTest, RowsOfBeforeTheEpochsAreCompleted) {
  TestDatabase database(TestDatabase::Schema::kEmpty);
  const auto run = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) database.Sql(std::string(Migrations()[i].sql));
  };
  run(0, 2);
  const auto job = [&](int epoch, const std::string& enqueued_at, const std::string& submitted_at) {
    database.Sql(
        "INSERT INTO job (prover_id, projection_id, epoch, type, hash, counted, state, enqueued,"
        " started, attempts, retries, timeouts, first_at, fact_rows, enqueued_at, submitted_at)"
        " VALUES (1, 1, " +
        std::to_string(epoch) + ", 'A', 'x', true, 'queued', true, false, 1, 0, 0, 5, false, " +
        enqueued_at + ", " + submitted_at + ")");
  };
  job(7, "10", "20");
  job(8, "NULL", "30");  // the broker's word is missing
  job(9, "NULL", "NULL");
  database.Sql(
      "INSERT INTO job_fact VALUES (1, 1, 9, 'A', 'x', 40, 'enqueued', 0, NULL, '', 1, 0),"
      " (1, 1, 9, 'A', 'x', 60, 'revived', 0, NULL, '', 1, 0)");
  database.Sql(
      "INSERT INTO event VALUES (1, 1, 12, 1, 'session.created', '{epochNumber,12,session,a}',"
      " md5('a')::uuid, 1, 'p', 0)");
  run(2, Migrations().size());

  const auto list = [&](const std::string& column, const std::string& table) {
    return database.Sql("SELECT string_agg(coalesce(" + column +
                        "::text, '-'), ' ' ORDER BY epoch) FROM " + table);
  };
  EXPECT_EQ(list("asked_for_at", "job"), "20 30 60");
  EXPECT_EQ(list("epoch", "epoch"), "7 8 9 12");
  EXPECT_EQ(list("enqueued_at", "epoch"), "10 - 40 -");
  EXPECT_EQ(list("first_at", "epoch"), "5 5 5 1");
  EXPECT_EQ(list("last_at", "epoch"), "- - - 1");
  EXPECT_EQ(list("session", "event"), "a");
}

TEST(MigrateTest, BlocksOfBeforeThePartitionsStay) {
  TestDatabase database(TestDatabase::Schema::kEmpty);
  const auto run = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) database.Sql(std::string(Migrations()[i].sql));
  };
  const size_t partitions = 7;
  run(0, partitions);
  const std::string raw = "a line\n";
  database.Sql("INSERT INTO block VALUES (1, 1, 0, 7, 1795226400000, '\\x" +
               absl::BytesToHexString(CompressFrame(raw)) + "')");
  run(partitions, Migrations().size());
  ArchiveStore archive(&database.pool());
  EXPECT_EQ(*ReadRange(archive, {1, 1}, 0, 7), raw);
  // It is a partition until the end of that day, so that it goes as others do.
  MaintenanceStore maintenance(&database.pool());
  const auto old = maintenance.ListLasting(absl::FromUnixMillis(1795305600000));
  ASSERT_EQ(old->size(), 1U);
  EXPECT_EQ(old->front().name, "block_unpartitioned");
}

TEST(MigrateTest, ServicesThatStartTogetherWaitForEachOther) {
  TestDatabase database(TestDatabase::Schema::kEmpty);
  std::vector<absl::Status> statuses(4);
  std::vector<std::thread> threads;
  for (absl::Status& status : statuses) {
    threads.emplace_back([&] { status = Migrate(database.pool()).status(); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& status : statuses) EXPECT_TRUE(status.ok()) << status;
}

// A database that a newer program has migrated.
class NewerSchemaTest : public testing::Test {
 protected:
  NewerSchemaTest() {
    database_.Sql("INSERT INTO schema_migration VALUES (9999, '9999_future', '')");
  }

  TestDatabase database_;
};

TEST_F(NewerSchemaTest, OneThatOnlyAddsIsServed) {
  EXPECT_EQ(*Migrate(database_.pool()), 9999);
  EXPECT_EQ(*CheckSchema(database_.pool()), 9999);
}

TEST_F(NewerSchemaTest, OneThatTakesAwayIsRefused) {
  database_.Sql("UPDATE schema_compatibility SET least_program = 9998");
  for (const absl::Status& status :
       {Migrate(database_.pool()).status(), CheckSchema(database_.pool()).status()}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_EQ(status.message(),
              absl::StrCat("the database has schema version 9999 (9999_future), which needs a"
                           " proverlogd that knows version 9998 or a newer one; this proverlogd"
                           " serves versions ",
                           kOldestSchema, " to ", Migrations().back().version,
                           ": start a newer proverlogd"));
  }
}

TEST_F(NewerSchemaTest, OneThatNeedsThisVersionIsServed) {
  database_.Sql(absl::StrCat("UPDATE schema_compatibility SET least_program = ",
                             Migrations().back().version));
  EXPECT_TRUE(Migrate(database_.pool()).ok());
}

TEST(CheckSchemaTest, TheOldestThatIsServedIsServedAsItIs) {
  TestDatabase database(TestDatabase::Schema::kEmpty);
  database.MigrateTo(kOldestSchema);
  EXPECT_EQ(*CheckSchema(database.pool()), kOldestSchema);
  EXPECT_EQ(database.Sql("SELECT max(version) FROM schema_migration"), absl::StrCat(kOldestSchema));
  EXPECT_EQ(*Migrate(database.pool()), Migrations().back().version);
}

TEST(CheckSchemaTest, AnOlderOneIsRefused) {
  TestDatabase database(TestDatabase::Schema::kEmpty);
  database.MigrateTo(kOldestSchema - 1);
  const absl::Status status = CheckSchema(database.pool()).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_EQ(status.message(),
            absl::StrCat("the database has schema version ", kOldestSchema - 1,
                         ", and this proverlogd serves versions ", kOldestSchema, " to ",
                         Migrations().back().version,
                         ": run `proverlogd migrate`, or start with --migrate=auto"));
}

TEST(CheckSchemaTest, AnEmptyDatabaseIsRefusedAndStaysEmpty) {
  TestDatabase database(TestDatabase::Schema::kEmpty);
  const absl::Status status = CheckSchema(database.pool()).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "no tables of proverlog yet")) << status;
  EXPECT_EQ(database.Sql("SELECT to_regclass('schema_migration') IS NULL"), "t");
}

TEST(MigrateUntilTest, ADatabaseThatDoesNotComeIsWaitedForUntilThen) {
  auto pool = ConnectionPool::Create({.database = "host=/nowhere", .size = 1});
  int failures = 0;
  const auto migrated =
      MigrateUntil(**pool, absl::Now() + absl::Seconds(1.5), [&](const absl::Status& status) {
        EXPECT_TRUE(absl::IsUnavailable(status)) << status;
        ++failures;
      });
  EXPECT_TRUE(absl::IsUnavailable(migrated.status())) << migrated.status();
  EXPECT_GE(failures, 1);
}

// What comes to the table meanwhile, such as ingest, would wait behind it.
TEST(MigrateUntilTest, ATableInUseIsTriedAgainAndNotQueuedFor) {
  TestDatabase database(TestDatabase::Schema::kEmpty);
  database.MigrateTo(18);  // the next one indexes the alerts
  pqxx::connection other(database.conninfo());
  auto user = std::make_unique<pqxx::work>(other);
  user->exec0("SET LOCAL idle_in_transaction_session_timeout = '15s'");  // the test ends
  user->exec0("LOCK TABLE alert IN ROW EXCLUSIVE MODE");
  int failures = 0;
  const auto migrated =
      MigrateUntil(database.pool(), absl::InfiniteFuture(), [&](const absl::Status& status) {
        EXPECT_TRUE(absl::IsUnavailable(status)) << status;
        EXPECT_TRUE(absl::StrContains(status.message(), "lock timeout")) << status;
        ++failures;
        user.reset();
      });
  EXPECT_EQ(*migrated, Migrations().back().version);
  EXPECT_EQ(failures, 1);
}

TEST(MigrateUntilTest, WhatTimeDoesNotMendIsNotWaitedFor) {
  TestDatabase database;
  database.Sql("UPDATE schema_migration SET sql_md5 = 'other' WHERE version = 1");
  const auto migrated = MigrateUntil(database.pool(), absl::InfiniteFuture(),
                                     [](const absl::Status& status) { ADD_FAILURE() << status; });
  EXPECT_TRUE(absl::IsFailedPrecondition(migrated.status())) << migrated.status();
}

TEST(MigrateTest, RefusesADatabaseWhoseMigrationDiffers) {
  TestDatabase database;
  database.Sql("UPDATE schema_migration SET sql_md5 = 'other' WHERE version = 1");
  for (const absl::Status& status :
       {Migrate(database.pool()).status(), CheckSchema(database.pool()).status()}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "0001_init")) << status;
  }
}

TEST(MigrateTest, RefusesADatabaseThatIsNotUtf8) {
  TestDatabase::ClusterSql("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0");
  auto pool = ConnectionPool::Create({.database = TestDatabase::ConninfoOf("latin")});
  const absl::Status status = Migrate(**pool).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "LATIN1")) << status;
}

}  // namespace
}  // namespace proverlog::postgres
