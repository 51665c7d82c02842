#include "tests/testing_util/test_database.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <pqxx/pqxx>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/embedded/private_postgres.h"
#include "storage/postgres/migrate.h"

namespace proverlog::testing_util {
namespace {

constexpr char kTemplate[] = "migrated_template";

std::unique_ptr<postgres::ConnectionPool> MakePool(const std::string& conninfo) {
  auto pool = postgres::ConnectionPool::Create({.database = conninfo});
  EXPECT_TRUE(pool.ok()) << pool.status();
  return *std::move(pool);
}

// Starts PostgreSQL before the first test, while the program has no threads.
class Cluster : public testing::Environment {
 public:
  void SetUp() override {
    directory_ = "/tmp/proverlog-test-XXXXXX";
    ASSERT_NE(mkdtemp(directory_.data()), nullptr);
    std::filesystem::permissions(directory_, std::filesystem::perms{0755});
    auto postgres = PrivatePostgres::Start(directory_ + "/data");
    ASSERT_TRUE(postgres.ok()) << postgres.status();
    postgres_ = *std::move(postgres);
    TestDatabase::ClusterSql(absl::StrCat("CREATE DATABASE ", kTemplate));
    const auto migrated = postgres::Migrate(*MakePool(TestDatabase::ConninfoOf(kTemplate)));
    ASSERT_TRUE(migrated.ok()) << migrated.status();
  }

  void TearDown() override {
    postgres_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  const std::string& conninfo() const { return postgres_->database(); }
  std::string log_path() const { return directory_ + "/data/postgres.log"; }

 private:
  std::string directory_;
  std::unique_ptr<PrivatePostgres> postgres_;
};

Cluster* cluster =
    static_cast<Cluster*>(testing::AddGlobalTestEnvironment(new Cluster));  // gtest owns it

std::string NewName() {
  static int number = 0;
  return absl::StrCat("test_", ++number);
}

}  // namespace

TestDatabase::TestDatabase(Schema schema) {
  const std::string name = NewName();
  ClusterSql(
      absl::StrCat("CREATE DATABASE ", name,
                   schema == Schema::kMigrated ? absl::StrCat(" TEMPLATE ", kTemplate) : ""));
  conninfo_ = ConninfoOf(name);
  pool_ = MakePool(conninfo_);
}

std::string TestDatabase::explaining_conninfo() const {
  return conninfo_ +
         " options='-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0'";
}

std::string TestDatabase::Sql(const std::string& sql) {
  pqxx::connection connection(conninfo_);
  pqxx::work transaction(connection);
  const pqxx::result result = transaction.exec(sql);
  transaction.commit();
  if (result.empty() || result[0].empty() || result[0][0].is_null()) return "";
  return result[0][0].as<std::string>();
}

void TestDatabase::MigrateTo(int version) {
  Sql("CREATE TABLE schema_migration (version integer PRIMARY KEY, name text NOT NULL,"
      " sql_md5 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())");
  for (const postgres::Migration& migration : postgres::Migrations()) {
    if (migration.version > version) return;
    Sql(std::string(migration.sql));
    Sql(absl::StrCat("INSERT INTO schema_migration VALUES (", migration.version, ", '",
                     migration.name, "', md5($sql$", migration.sql, "$sql$))"));
  }
}

void TestDatabase::ClusterSql(const std::string& sql) {
  pqxx::connection connection(cluster->conninfo());
  pqxx::nontransaction(connection).exec(sql);
}

std::string TestDatabase::ServerLog() {
  std::ifstream file(cluster->log_path());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string TestDatabase::ConninfoOf(const std::string& database) {
  return absl::StrReplaceAll(cluster->conninfo(), {{"dbname=postgres", "dbname=" + database}});
}

LostStandby::LostStandby() {
  TestDatabase::ClusterSql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  TestDatabase::ClusterSql("SELECT pg_reload_conf()");
}

LostStandby::~LostStandby() {
  TestDatabase::ClusterSql("ALTER SYSTEM RESET synchronous_standby_names");
  TestDatabase::ClusterSql("SELECT pg_reload_conf()");
}

}  // namespace proverlog::testing_util
