#ifndef PROVERLOG_TESTS_TESTING_UTIL_TEST_DATABASE_H_
#define PROVERLOG_TESTS_TESTING_UTIL_TEST_DATABASE_H_

#include <memory>
#include <string>

#include "storage/postgres/connection_pool.h"

namespace proverlog::testing_util {

// A new database in a private PostgreSQL that the test program starts before its first test and
// stops after its last. Linked into a program, it needs no main of its own.
class TestDatabase {
 public:
  enum class Schema { kEmpty, kMigrated };
  explicit TestDatabase(Schema schema = Schema::kMigrated);

  // How to connect, for libpq.
  const std::string& conninfo() const { return conninfo_; }
  // The same; the plan of every statement of such a connection is in ServerLog().
  std::string explaining_conninfo() const;
  postgres::ConnectionPool& pool() { return *pool_; }

  // Runs SQL; the test fails where it fails. Returns the first column of the first row, or "".
  std::string Sql(const std::string& sql);

  // Applies the migrations up to this version to a database that is empty, as Migrate does.
  void MigrateTo(int version);

  // Runs SQL as the cluster's superuser in its own database (CREATE DATABASE and the like).
  static void ClusterSql(const std::string& sql);
  // Everything that the cluster's server has logged so far.
  static std::string ServerLog();
  // How to connect to another database of the cluster.
  static std::string ConninfoOf(const std::string& database);

 private:
  std::string conninfo_;
  std::unique_ptr<postgres::ConnectionPool> pool_;
};

// Every commit of the cluster waits for a synchronous standby that is not there, while this is.
class LostStandby {
 public:
  LostStandby();
  ~LostStandby();
  LostStandby(const LostStandby&) = delete;
  LostStandby& operator=(const LostStandby&) = delete;
};

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_TEST_DATABASE_H_
