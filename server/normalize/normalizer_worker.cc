#include "server/normalize/normalizer_worker.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace proverlog {
namespace {

constexpr absl::Duration kLookInterval = absl::Seconds(2);
// Provers take turns; what is read ahead at the end of one is read again.
constexpr absl::Duration kTurn = absl::Seconds(1);

}  // namespace

NormalizerWorker::NormalizerWorker(ProjectionStore* store, NormalizerMetrics* metrics)
    : store_(store), metrics_(metrics), projector_(store, metrics) {
  thread_ = std::thread([this] { Run(); });
}

NormalizerWorker::~NormalizerWorker() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void NormalizerWorker::Notify(ProverId prover_id) {
  absl::MutexLock lock(&mutex_);
  due_.insert(prover_id);
}

void NormalizerWorker::Run() {
  absl::Time next_look = absl::InfinitePast();
  std::set<ProverId> due;
  while (WaitForWork(next_look, due)) {
    // Also while there is other work: one prover's backlog may take hours.
    if (absl::Now() >= next_look) {
      LookForWork();
      next_look = absl::Now() + kLookInterval;
    }
    for (const ProverId prover_id : due) Normalize(prover_id);
  }
}

bool NormalizerWorker::WaitForWork(absl::Time next_look, std::set<ProverId>& due) {
  absl::MutexLock lock(&mutex_);
  const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !due_.empty();
  };
  mutex_.AwaitWithDeadline(absl::Condition(&ready), next_look);
  due.clear();
  due.swap(due_);
  return !stopping_;
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
  for (const ProverBehind& prover : *behind) due_.insert(prover.prover_id);
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

void NormalizerWorker::Normalize(ProverId prover_id) {
  const absl::Time turn_end = absl::Now() + kTurn;
  while (absl::Now() < turn_end && !IsStopping()) {
    const absl::Time begin = absl::Now();
    const auto result = projector_.Step({prover_id});
    metrics_->step_seconds.Observe(absl::ToDoubleSeconds(absl::Now() - begin));
    if (!result.ok()) {
      metrics_->failures.Increment();
      // The next look finds the prover again; until then the database may have recovered.
      spdlog::warn("normalizer: {}", std::string(result.status().message()));
      return;
    }
    if (*result != Projector::Result::kMore) return;
  }
  Notify(prover_id);
}

bool NormalizerWorker::IsStopping() {
  absl::MutexLock lock(&mutex_);
  return stopping_;
}

}  // namespace proverlog
