#ifndef PROVERLOG_CLIENT_SHIPPER_TASK_POOL_H_
#define PROVERLOG_CLIENT_SHIPPER_TASK_POOL_H_

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/shipper/ship_task.h"

namespace proverlog {

// Runs tasks with a few threads, each task by one at a time, those that wait longest first. Few
// tasks keep a call open. Thread-safe.
class TaskPool {
 public:
  // `on_done` is called by a task's thread when it is done.
  explicit TaskPool(std::function<void()> on_done);
  ~TaskPool();
  TaskPool(const TaskPool&) = delete;
  TaskPool& operator=(const TaskPool&) = delete;

  // Runs the task at once.
  void Add(std::shared_ptr<ShipTask> task);
  // Runs a task that waits, after a moment in which more may come. One that is to go on at a
  // certain time stays at it.
  void Wake(const ShipTask* task);
  // Takes the tasks that are done.
  std::vector<std::shared_ptr<ShipTask>> TakeDone();
  // Runs no more; waits for those that run.
  void Stop();

 private:
  struct Entry {
    std::shared_ptr<ShipTask> task;
    absl::Time due;
    absl::Time ran_at = absl::InfinitePast();
    bool runs = false;
    bool woken = false;  // while it ran
    bool has_call = false;
  };

  void Work();
  // The task that is due first and does not run.
  Entry* NextDue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RunEntry(Entry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndRun(Entry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Has a task that waits give up its call, where too many are open.
  void LimitCalls() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::function<void()> on_done_;
  absl::Mutex mutex_;
  absl::CondVar changed_;
  std::list<Entry> entries_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<ShipTask>> done_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SHIPPER_TASK_POOL_H_
