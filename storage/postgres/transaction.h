#ifndef PROVERLOG_STORAGE_POSTGRES_TRANSACTION_H_
#define PROVERLOG_STORAGE_POSTGRES_TRANSACTION_H_

#include <pqxx/pqxx>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "storage/postgres/connection.h"
#include "storage/postgres/connection_pool.h"
#include "storage/postgres/error.h"

namespace proverlog::postgres {

// How long a caller waits for a free connection.
inline constexpr absl::Duration kAcquireTimeout = absl::Seconds(5);

using ReadWrite = pqxx::work;
// One consistent state for all statements.
using ReadOnly = pqxx::transaction<pqxx::repeatable_read, pqxx::read_only>;
// For each statement the state when it begins.
using ReadLatest = pqxx::transaction<pqxx::read_committed, pqxx::read_only>;

inline const absl::Status& GetStatus(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& GetStatus(const absl::StatusOr<T>& result) {
  return result.status();
}

// A COMMIT that the database warns of is in doubt: it no longer waits for a synchronous standby,
// which may not have what is committed.
template <typename Transaction>
void Commit(Connection& connection, Transaction& transaction) {
  connection.TakeWarning();
  transaction.commit();
  const std::string warning = connection.TakeWarning();
  if (!warning.empty()) throw pqxx::in_doubt_error(warning);
}

// Runs body(transaction), which returns a Status or a StatusOr, and commits if that is OK; where
// it is not, or a libpqxx exception is thrown, everything is rolled back. `doing` begins the
// message of such an exception: "cannot <doing>".
template <typename Transaction, typename Body>
auto RunTransaction(ConnectionPool& pool, absl::string_view doing, Body body)
    -> std::invoke_result_t<Body, Transaction&> {
  auto lease = pool.Acquire(absl::Now() + kAcquireTimeout);
  if (!lease.ok()) return lease.status();
  try {
    Transaction transaction(**lease);
    auto result = body(transaction);
    if (GetStatus(result).ok()) Commit(**lease, transaction);
    return result;
  } catch (...) {
    lease->Discard();
    return StatusFromException(doing);
  }
}

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_TRANSACTION_H_
