#ifndef PROVERLOG_STORAGE_POSTGRES_CANCEL_WATCH_H_
#define PROVERLOG_STORAGE_POSTGRES_CANCEL_WATCH_H_

#include <functional>
#include <list>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "storage/postgres/connection.h"
#include "storage/postgres/connection_pool.h"

namespace proverlog::postgres {

// Ends statements whose answers nobody waits for any more, within some 100 ms: who runs one cannot
// look while it waits for the database. Has a thread. Thread-safe; the pool outlives it, and it
// outlives its scopes.
class CancelWatch {
 private:
  struct Watched {
    Connection* connection;
    std::function<bool()> is_cancelled;
    bool cancelled = false;
  };

 public:
  explicit CancelWatch(ConnectionPool* pool);
  ~CancelWatch();
  CancelWatch(const CancelWatch&) = delete;
  CancelWatch& operator=(const CancelWatch&) = delete;

  // Watches what a connection that the pool has lent runs, until the scope ends.
  class [[nodiscard]] Scope {
   public:
    // The watch's thread calls `is_cancelled`.
    Scope(CancelWatch* watch, Connection* connection, std::function<bool()> is_cancelled);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

    // Then the connection must be closed: what is cancelled may be its next statement.
    bool HasCancelled() const;

   private:
    CancelWatch* watch_;
    std::list<Watched>::iterator watched_;
  };

 private:
  void Run();

  ConnectionPool* pool_;
  absl::Mutex mutex_;
  std::list<Watched> watched_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_CANCEL_WATCH_H_
