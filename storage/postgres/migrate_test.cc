#include "storage/postgres/migrate.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
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
  ASSERT_TRUE(Migrate(database.pool()).ok());
  ASSERT_TRUE(Migrate(database.pool()).ok());
  EXPECT_EQ(database.Sql("SELECT max(version) FROM schema_migration"),
            std::to_string(Migrations().back().version));
  EXPECT_EQ(database.Sql("SELECT count(*) FROM jobs"), "0");
}

TEST(MigrateTest, ServicesThatStartTogetherWaitForEachOther) {
  TestDatabase database(TestDatabase::Schema::kEmpty);
  std::vector<absl::Status> statuses(4);
  std::vector<std::thread> threads;
  for (absl::Status& status : statuses) {
    threads.emplace_back([&] { status = Migrate(database.pool()); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& status : statuses) EXPECT_TRUE(status.ok()) << status;
}

TEST(MigrateTest, RefusesADatabaseThatIsNewer) {
  TestDatabase database;
  database.Sql("INSERT INTO schema_migration VALUES (9999, '9999_future', '')");
  const absl::Status status = Migrate(database.pool());
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "9999_future")) << status;
}

TEST(MigrateTest, RefusesADatabaseWhoseMigrationDiffers) {
  TestDatabase database;
  database.Sql("UPDATE schema_migration SET sql_md5 = 'other' WHERE version = 1");
  const absl::Status status = Migrate(database.pool());
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "0001_init")) << status;
}

TEST(MigrateTest, RefusesADatabaseThatIsNotUtf8) {
  TestDatabase::ClusterSql("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0");
  auto pool = ConnectionPool::Create({.database = TestDatabase::ConninfoOf("latin")});
  const absl::Status status = Migrate(**pool);
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "LATIN1")) << status;
}

}  // namespace
}  // namespace proverlog::postgres
