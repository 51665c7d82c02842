#ifndef PROVERLOG_TESTS_TESTING_UTIL_ALERTS_H_
#define PROVERLOG_TESTS_TESTING_UTIL_ALERTS_H_

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "storage/postgres/delivery_rows.h"
#include "storage/postgres/transaction.h"
#include "tests/testing_util/test_database.h"

namespace proverlog::testing_util {

// A database with a prover "mine", whose alerts fire and resolve as they are told to.
class AlertsDatabase : public TestDatabase {
 public:
  AlertsDatabase() { Sql("INSERT INTO prover (name) VALUES ('mine')"); }

  // An alert of the rule job_stuck; `labels` is JSON.
  int64_t Add(const std::string& fingerprint, const std::string& labels, absl::Time at) {
    return std::stoll(Sql(absl::StrCat(
        "INSERT INTO alert (prover_id, fingerprint, rule, severity, labels, state, since,"
        " complete_until, summary, detail, next_step, pending_at, fired_at) VALUES (1, '",
        fingerprint, "', 'job_stuck', 'critical', '", labels, "', 'firing', ",
        absl::ToUnixMillis(at), ", 2, 'Jobs hang', 'x', 'Look', 3, ", absl::ToUnixMillis(at),
        ") RETURNING alert_id")));
  }
  void Fire(int64_t alert_id, const std::vector<std::string>& receivers, absl::Time at) {
    Run([&](postgres::ReadWrite& tx) {
      postgres::QueueFiring(tx, 1, absl::ToUnixMillis(at), {{alert_id, receivers}});
    });
  }
  void Resolve(int64_t alert_id, absl::Time at) {
    Run([&](postgres::ReadWrite& tx) {
      tx.exec_params0("UPDATE alert SET state = 'resolved', resolved_at = $2 WHERE alert_id = $1",
                      alert_id, absl::ToUnixMillis(at));
      postgres::QueueResolved(tx, 1, absl::ToUnixMillis(at), {alert_id});
    });
  }
  void Silence(const std::string& matchers, absl::Time begin, absl::Time end) {
    Sql(absl::StrCat(
        "INSERT INTO alert_silence (matchers, begins_at, ends_at, created_by, why) VALUES ('",
        matchers, "', ", absl::ToUnixMillis(begin), ", ", absl::ToUnixMillis(end), ", 'x', 'y')"));
  }
  // How many words still wait to be told.
  std::string Waiting() {
    return Sql("SELECT count(*) FROM alert_delivery WHERE to_tell IS NOT NULL");
  }

 private:
  void Run(const std::function<void(postgres::ReadWrite&)>& body) {
    const absl::Status status =
        postgres::RunTransaction<postgres::ReadWrite>(pool(), "test", [&](auto& tx) {
          body(tx);
          return absl::OkStatus();
        });
    ASSERT_TRUE(status.ok()) << status;
  }
};

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_ALERTS_H_
