#include "server/alerts/deliverer.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <random>
#include <utility>

#include "absl/time/clock.h"

namespace proverlog {
namespace {

// Where there is no receiver: whether this replica leads by now.
constexpr absl::Duration kLookAgain = absl::Seconds(5);

}  // namespace

DeliveryTools RealDeliveryTools() {
  DeliveryTools tools;
  tools.now = absl::Now;
  tools.random = [] {
    thread_local std::minstd_rand random{std::random_device{}()};
    return std::uniform_real_distribution<>(0, 1)(random);
  };
  return tools;
}

Deliverer::Deliverer(const std::vector<Receiver>& receivers, const DeliveryTools& tools,
                     const MakeTransport& make_transport)
    : tools_(tools) {
  for (const Receiver& receiver : receivers) {
    names_.push_back(receiver.name);
    workers_.push_back(std::make_unique<ReceiverWorker>(receiver, make_transport(), tools));
  }
  for (const auto& worker : workers_) {
    threads_.emplace_back([this, &worker = *worker] { Run(worker); });
  }
  if (workers_.empty()) threads_.emplace_back([this] { RunForNobody(); });
}

Deliverer::~Deliverer() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (const auto& worker : workers_) worker->Stop();
  for (std::thread& thread : threads_) thread.join();
}

void Deliverer::Notify() {
  absl::MutexLock lock(&mutex_);
  ++notified_;
}

void Deliverer::Run(ReceiverWorker& worker) {
  int64_t notified = 0;
  while (Wait(absl::ZeroDuration(), notified)) {
    RemoveWhatIsForNobody();
    const absl::Time next = worker.Round();
    if (!Wait(next - tools_.now(), notified)) return;
  }
}

void Deliverer::RunForNobody() {
  int64_t notified = 0;
  RemoveWhatIsForNobody();
  while (!removed_ && Wait(kLookAgain, notified)) RemoveWhatIsForNobody();
}

bool Deliverer::Wait(absl::Duration most, int64_t& notified) {
  absl::MutexLock lock(&mutex_);
  const auto is_over = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || notified_ != notified;
  };
  mutex_.AwaitWithTimeout(absl::Condition(&is_over), std::max(most, absl::ZeroDuration()));
  notified = notified_;
  return !stopping_;
}

void Deliverer::RemoveWhatIsForNobody() {
  // Whoever does it a second time does no harm.
  if (removed_ || !tools_.leads()) return;
  const absl::Status status = tools_.outbox->KeepOnly(names_);
  removed_ = status.ok();
  if (!status.ok()) spdlog::warn("alerts: {}", std::string(status.message()));
}

}  // namespace proverlog
