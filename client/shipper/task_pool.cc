#include "client/shipper/task_pool.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"

namespace proverlog {
namespace {

// As many logs are sent at once.
constexpr int kThreads = 8;
// A connection may have 1024 calls of proverlogd; one that waits for a place would block its
// thread. A call that waits for its log costs memory here and there.
constexpr int kOpenCalls = 400;
// More bytes may come in this time: they make one batch.
constexpr absl::Duration kGather = absl::Milliseconds(50);

}  // namespace

TaskPool::TaskPool(std::function<void()> on_done) : on_done_(std::move(on_done)) {
  for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { Work(); });
}

TaskPool::~TaskPool() { Stop(); }

void TaskPool::Add(std::shared_ptr<ShipTask> task) {
  absl::MutexLock lock(&mutex_);
  entries_.push_back({std::move(task), absl::InfinitePast()});
  changed_.Signal();
}

void TaskPool::Wake(const ShipTask* task) {
  absl::MutexLock lock(&mutex_);
  for (Entry& entry : entries_) {
    if (entry.task.get() != task) continue;
    entry.woken = entry.runs;
    if (!entry.runs && entry.due == absl::InfiniteFuture()) {
      entry.due = absl::Now() + kGather;
      changed_.Signal();
    }
    return;
  }
}

std::vector<std::shared_ptr<ShipTask>> TaskPool::TakeDone() {
  absl::MutexLock lock(&mutex_);
  return std::exchange(done_, {});
}

void TaskPool::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    changed_.SignalAll();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

TaskPool::Entry* TaskPool::NextDue() {
  Entry* next = nullptr;
  for (Entry& entry : entries_) {
    if (entry.runs) continue;
    const bool is_earlier = next == nullptr || entry.due < next->due ||
                            (entry.due == next->due && entry.ran_at < next->ran_at);
    if (is_earlier) next = &entry;
  }
  return next;
}

void TaskPool::Work() {
  absl::MutexLock lock(&mutex_);
  while (!stopped_) {
    Entry* const next = NextDue();
    const absl::Time due = next == nullptr ? absl::InfiniteFuture() : next->due;
    if (due > absl::Now()) {
      changed_.WaitWithDeadline(&mutex_, due);
    } else {
      RunEntry(*next);
    }
  }
}

void TaskPool::RunEntry(Entry& entry) {
  entry.runs = true;
  if (!entry.has_call) LimitCalls();
  entry.has_call = true;
  mutex_.Unlock();
  const std::optional<absl::Time> due = entry.task->Run();
  mutex_.Lock();
  if (!due) {
    done_.push_back(std::move(entry.task));
    entries_.remove_if([&](const Entry& other) { return &other == &entry; });
    on_done_();
    return;
  }
  entry.ran_at = absl::Now();
  entry.has_call = entry.task->HasCall();
  // One that goes on at once does not go before those that have waited longer.
  entry.due = std::max(*due, entry.ran_at);
  EndRun(entry);
}

void TaskPool::EndRun(Entry& entry) {
  entry.runs = false;
  const bool was_woken = std::exchange(entry.woken, false);
  if (was_woken && entry.due == absl::InfiniteFuture()) entry.due = absl::Now() + kGather;
  changed_.Signal();
}

void TaskPool::LimitCalls() {
  int calls = 0;
  Entry* oldest = nullptr;
  for (Entry& entry : entries_) {
    calls += entry.has_call ? 1 : 0;
    const bool may_drop = entry.has_call && !entry.runs;
    if (may_drop && (oldest == nullptr || entry.ran_at < oldest->ran_at)) oldest = &entry;
  }
  if (calls < kOpenCalls || oldest == nullptr) return;
  oldest->has_call = false;
  oldest->runs = true;
  mutex_.Unlock();
  oldest->task->DropCall();
  mutex_.Lock();
  EndRun(*oldest);
}

}  // namespace proverlog
