#ifndef PROVERLOG_STORAGE_POSTGRES_CONNECTION_POOL_H_
#define PROVERLOG_STORAGE_POSTGRES_CONNECTION_POOL_H_

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace proverlog::postgres {

class Connection;

struct PoolOptions {
  // A URL or `key=value` pairs, as libpq reads them.
  std::string database;
  int size = 4;
  // A statement that runs longer is cancelled.
  absl::Duration statement_timeout = absl::Seconds(30);
};

// At most `size` connections, made when they are first needed. Thread-safe. Outlives its leases.
class ConnectionPool {
 public:
  // Fails with INVALID_ARGUMENT where libpq cannot read `database`.
  static absl::StatusOr<std::unique_ptr<ConnectionPool>> Create(const PoolOptions& options);
  ~ConnectionPool();

  // A borrowed connection; it goes back to the pool at the end of the lease.
  class [[nodiscard]] Lease {
   public:
    Lease(ConnectionPool* pool, std::shared_ptr<Connection> connection);
    Lease(Lease&&) noexcept;
    Lease& operator=(Lease&&) = delete;
    ~Lease();

    Connection& operator*() const { return *connection_; }
    // Closes the connection instead of giving it back: after an error its state is not known.
    void Discard();

   private:
    friend class ConnectionPool;
    absl::Status Connect();

    ConnectionPool* pool_;
    std::shared_ptr<Connection> connection_;
  };

  // Waits for a free connection until `deadline`, then fails with UNAVAILABLE, as where the
  // database cannot be reached.
  absl::StatusOr<Lease> Acquire(absl::Time deadline);

  // Cancels what a lent connection runs, if it does when PostgreSQL hears of it. Does not wait.
  void Cancel(const Connection* connection);

  // For the end of the program: what is under way is cancelled and its connections are broken, so
  // that a commit that waits, for a standby say, is in doubt; from then on none is lent. A server
  // that does not take the cancelling is waited for until `deadline`. Returns how many were lent.
  int Abort(absl::Time deadline);

 private:
  ConnectionPool(std::string conninfo, int size);

  // UNAVAILABLE after Abort.
  absl::Status Lend(const std::shared_ptr<Connection>& connection);
  void TakeBack(const std::shared_ptr<Connection>& connection);
  void GiveBack(std::shared_ptr<Connection> connection);

  const std::string conninfo_;
  absl::Mutex mutex_;
  // Shared with a thread that cancels what they do, which may outlive the pool.
  std::vector<std::shared_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
  std::set<std::shared_ptr<Connection>> lent_ ABSL_GUARDED_BY(mutex_);
  int free_ ABSL_GUARDED_BY(mutex_);  // how many more may be lent
  bool aborted_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_CONNECTION_POOL_H_
