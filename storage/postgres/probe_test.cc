#include "storage/postgres/probe.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tests/testing_util/test_database.h"

namespace proverlog::postgres {
namespace {

using testing_util::TestDatabase;

absl::Status Probe(const std::string& conninfo) {
  return ProbeCommit(**ConnectionPool::Create({.database = conninfo, .size = 1}));
}

TEST(ProbeTest, ADatabaseThatCommitsIsFoundToDoSo) {
  TestDatabase database;
  for (int i = 0; i < 3; ++i) {
    const absl::Status status = ProbeCommit(database.pool());
    EXPECT_TRUE(status.ok()) << status;
  }
}

TEST(ProbeTest, NeedsNoRights) {
  TestDatabase database;
  TestDatabase::ClusterSql("CREATE ROLE nobody_special LOGIN");
  const absl::Status status = Probe(absl::StrCat(database.conninfo(), " user=nobody_special"));
  EXPECT_TRUE(status.ok()) << status;
}

TEST(ProbeTest, AReadOnlyDatabaseDoesNotCommit) {
  TestDatabase database;
  database.Sql(
      "DO $$BEGIN EXECUTE 'ALTER DATABASE ' || quote_ident(current_database()) ||"
      " ' SET default_transaction_read_only = on'; END$$");
  const absl::Status status = Probe(database.conninfo());
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
}

TEST(ProbeTest, ADatabaseThatIsNotThereDoesNotCommit) {
  EXPECT_TRUE(absl::IsUnavailable(Probe("host=/nonexistent user=x dbname=y")));
}

}  // namespace
}  // namespace proverlog::postgres
