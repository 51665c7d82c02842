#ifndef PROVERLOG_SERVER_ALERTS_DELIVERER_H_
#define PROVERLOG_SERVER_ALERTS_DELIVERER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/alerts/receiver.h"
#include "server/alerts/receiver_worker.h"

namespace proverlog {

// Time and chance as they are; the rest is left to be set.
DeliveryTools RealDeliveryTools();

// Tells receivers what waits for them in the outbox, on the replica that leads: each in a thread of
// its own, so that none waits for another. What waits for receivers that are not among these is
// removed as soon as it leads. Thread-safe; what the tools point to outlives it.
class Deliverer {
 public:
  using MakeTransport = std::function<std::unique_ptr<HttpTransport>()>;

  Deliverer(
      const std::vector<Receiver>& receivers, const DeliveryTools& tools,
      const MakeTransport& make_transport = [] { return std::make_unique<HttpClient>(); });
  // Ends what is under way: it is told again by whoever goes on.
  ~Deliverer();
  Deliverer(const Deliverer&) = delete;
  Deliverer& operator=(const Deliverer&) = delete;

  // Something was queued.
  void Notify();

 private:
  void Run(ReceiverWorker& worker);
  // Until what waits for receivers that are gone is removed: there is no other.
  void RunForNobody();
  void RemoveWhatIsForNobody();
  // Waits until then, until something was queued after what `notified` counts, or for the end.
  // Whether it goes on.
  bool Wait(absl::Duration most, int64_t& notified);

  const DeliveryTools tools_;
  std::vector<std::string> names_;
  std::vector<std::unique_ptr<ReceiverWorker>> workers_;
  std::atomic<bool> removed_ = false;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t notified_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::thread> threads_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_DELIVERER_H_
