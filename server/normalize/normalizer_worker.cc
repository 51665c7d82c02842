#include "server/normalize/normalizer_worker.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/thread_priority.h"

namespace proverlog {
namespace {

constexpr absl::Duration kLookInterval = absl::Seconds(2);
// Provers that wait take turns; what is read ahead at the end of one is read again.
constexpr absl::Duration kTurn = absl::Seconds(1);

}  // namespace

NormalizerWorker::NormalizerWorker(ProjectionStore* store, NormalizerMetrics* metrics, int threads)
    : store_(store), metrics_(metrics) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

NormalizerWorker::~NormalizerWorker() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

void NormalizerWorker::Notify(ProverId prover_id) {
  absl::MutexLock lock(&mutex_);
  AddDue(prover_id);
}

void NormalizerWorker::Run() {
  LowerThreadPriority();
  Projector projector(store_, metrics_);
  ProverId prover_id = 0;
  for (;;) {
    switch (WaitForTask(prover_id)) {
      case Task::kStop:
        return;
      case Task::kLook:
        LookForWork();
        SetNextLook(absl::Now() + kLookInterval);
        break;
      case Task::kNormalize: {
        const bool is_due = Normalize(projector, prover_id);
        projector.Forget();
        GiveBack(prover_id, is_due);
      }
    }
  }
}

NormalizerWorker::Task NormalizerWorker::WaitForTask(ProverId& prover_id) {
  absl::MutexLock lock(&mutex_);
  const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || CanLook() || FindDue() != due_.end();
  };
  while (!mutex_.AwaitWithDeadline(absl::Condition(&ready), next_look_)) continue;
  if (stopping_) return Task::kStop;
  // Also while there is other work: one prover's backlog may take hours.
  if (CanLook()) {
    next_look_ = absl::InfiniteFuture();
    return Task::kLook;
  }
  const auto found = FindDue();
  prover_id = *found;
  due_.erase(found);
  taken_.insert(prover_id);
  return Task::kNormalize;
}

bool NormalizerWorker::CanLook() const { return absl::Now() >= next_look_; }

std::deque<ProverId>::iterator NormalizerWorker::FindDue() {
  return std::find_if(due_.begin(), due_.end(),
                      [&](ProverId prover_id) { return taken_.count(prover_id) == 0; });
}

void NormalizerWorker::AddDue(ProverId prover_id) {
  if (std::find(due_.begin(), due_.end(), prover_id) == due_.end()) due_.push_back(prover_id);
}

void NormalizerWorker::GiveBack(ProverId prover_id, bool is_due) {
  absl::MutexLock lock(&mutex_);
  taken_.erase(prover_id);
  if (is_due) AddDue(prover_id);
}

void NormalizerWorker::SetNextLook(absl::Time at) {
  absl::MutexLock lock(&mutex_);
  next_look_ = at;
}

bool NormalizerWorker::MayGoOn(absl::Time turn_end) {
  absl::MutexLock lock(&mutex_);
  const bool is_wanted_elsewhere = CanLook() || FindDue() != due_.end();
  return !stopping_ && (absl::Now() < turn_end || !is_wanted_elsewhere);
}

void NormalizerWorker::LookForWork() {
  if (const absl::Status status = store_->DeleteRetired(); !status.ok()) {
    spdlog::warn("normalizer: {}", std::string(status.message()));
  }
  ReportUnreadable();
  const auto behind = store_->FindProversBehind();
  if (!behind.ok()) {
    spdlog::warn("normalizer: {}", std::string(behind.status().message()));
    return;
  }
  ReportLag(*behind);
  absl::MutexLock lock(&mutex_);
  for (const ProverBehind& prover : *behind) AddDue(prover.prover_id);
}

void NormalizerWorker::ReportLag(const std::vector<ProverBehind>& behind) {
  const UnixMillis now = absl::ToUnixMillis(absl::Now());
  std::vector<ProverLag> lag;
  for (const ProverBehind& prover : behind) {
    const UnixMillis since = std::min(prover.received_at.value_or(now), now);
    constexpr double kMillisASecond = 1000;
    lag.push_back({prover.name, prover.bytes, static_cast<double>(now - since) / kMillisASecond});
  }
  metrics_->SetLag(lag);
}

void NormalizerWorker::ReportUnreadable() {
  const auto unreadable = store_->FindUnreadable();
  if (!unreadable.ok()) {
    spdlog::warn("normalizer: {}", std::string(unreadable.status().message()));
    return;
  }
  std::map<std::string, int64_t> ranges;
  for (const ProverUnreadable& prover : *unreadable) ranges[prover.name] = prover.ranges;
  metrics_->SetUnreadable(ranges);
}

bool NormalizerWorker::Normalize(Projector& projector, ProverId prover_id) {
  const absl::Time turn_end = absl::Now() + kTurn;
  while (MayGoOn(turn_end)) {
    const absl::Time begin = absl::Now();
    const auto result = projector.Step({prover_id});
    metrics_->step_seconds.Observe(absl::ToDoubleSeconds(absl::Now() - begin));
    if (!result.ok()) {
      metrics_->failures.Increment();
      // The next look finds the prover again; until then the database may have recovered.
      spdlog::warn("normalizer: {}", std::string(result.status().message()));
      return false;
    }
    if (*result != Projector::Result::kMore) return false;
  }
  return true;
}

}  // namespace proverlog
