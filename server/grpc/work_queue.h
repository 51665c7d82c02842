#ifndef PROVERLOG_SERVER_GRPC_WORK_QUEUE_H_
#define PROVERLOG_SERVER_GRPC_WORK_QUEUE_H_

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace proverlog {

// Threads for work that blocks on the database, which gRPC's own threads must not do. Thread-safe.
class WorkQueue {
 public:
  // At most `capacity` tasks wait.
  WorkQueue(int threads, size_t capacity);
  // Runs what waits, then ends.
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  // Takes the task, or returns false where too many wait. Tasks run in order of arrival.
  [[nodiscard]] bool Submit(std::function<void()> task);

 private:
  void Run();

  const size_t capacity_;
  absl::Mutex mutex_;
  std::deque<std::function<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_GRPC_WORK_QUEUE_H_
