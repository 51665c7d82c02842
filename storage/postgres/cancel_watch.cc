#include "storage/postgres/cancel_watch.h"

#include <utility>

#include "absl/time/time.h"

namespace proverlog::postgres {
namespace {

constexpr absl::Duration kInterval = absl::Milliseconds(100);

}  // namespace

CancelWatch::CancelWatch(ConnectionPool* pool) : pool_(pool), thread_([this] { Run(); }) {}

CancelWatch::~CancelWatch() {
  {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
  }
  thread_.join();
}

void CancelWatch::Run() {
  const auto has_work = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return ended_ || !watched_.empty();
  };
  absl::MutexLock lock(&mutex_);
  while (!ended_) {
    mutex_.Await(absl::Condition(&has_work));
    mutex_.AwaitWithTimeout(absl::Condition(&ended_), kInterval);
    for (Watched& watched : watched_) {
      if (watched.cancelled || !watched.is_cancelled()) continue;
      watched.cancelled = true;
      pool_->Cancel(watched.connection);
    }
  }
}

CancelWatch::Scope::Scope(CancelWatch* watch, Connection* connection,
                          std::function<bool()> is_cancelled)
    : watch_(watch) {
  absl::MutexLock lock(&watch_->mutex_);
  watched_ = watch_->watched_.insert(watch_->watched_.end(), {connection, std::move(is_cancelled)});
}

CancelWatch::Scope::~Scope() {
  absl::MutexLock lock(&watch_->mutex_);
  watch_->watched_.erase(watched_);
}

bool CancelWatch::Scope::HasCancelled() const {
  absl::MutexLock lock(&watch_->mutex_);
  return watched_->cancelled;
}

}  // namespace proverlog::postgres
