#include "server/ingest/ingest_limits.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "rpc/status.h"

namespace proverlog {
namespace {

constexpr size_t kManyProvers = 1000;

// Of this sender, and no trouble of the service.
absl::Status LimitReached(absl::string_view which) {
  return WithReason(absl::UnavailableError(which), "LIMIT");
}

}  // namespace

absl::StatusOr<IngestLimits::Lease> IngestLimits::Admit(const std::string& prover) {
  absl::MutexLock lock(&mutex_);
  if (streams_ >= options_.max_streams) {
    return LimitReached(absl::StrCat("the service has ", streams_,
                                     " open streams, as many as --max-streams allows"));
  }
  if (provers_.size() >= kManyProvers) ForgetIdle();
  const auto known = provers_.find(prover);
  const int open = known == provers_.end() ? 0 : known->second.streams;
  if (open >= options_.max_streams_per_prover) {
    return LimitReached(absl::StrCat("prover \"", prover, "\" has ", open,
                                     " open streams, as many as --max-streams-per-prover allows"));
  }
  const auto [entry, is_new] = provers_.try_emplace(prover);
  if (is_new) {
    entry->second = {0, static_cast<double>(options_.max_bytes_per_second), options_.now()};
  }
  ++entry->second.streams;
  ++streams_;
  return Lease(this, prover);
}

absl::Status IngestLimits::Spend(const std::string& prover, int64_t bytes) {
  const int64_t rate = options_.max_bytes_per_second;
  if (rate == 0) return absl::OkStatus();
  absl::MutexLock lock(&mutex_);
  const auto found = provers_.find(prover);
  if (found == provers_.end()) return absl::OkStatus();
  Prover& known = found->second;
  Fill(known);
  // A batch may overdraw the budget, so that one that is larger than a second's passes, too.
  if (known.budget <= 0) {
    return LimitReached(absl::StrCat("prover \"", prover, "\" sends more than ", rate,
                                     " bytes a second, which --max-prover-rate allows"));
  }
  known.budget -= static_cast<double>(bytes);
  return absl::OkStatus();
}

void IngestLimits::Release(const std::string& prover) {
  absl::MutexLock lock(&mutex_);
  --streams_;
  --provers_.at(prover).streams;
}

void IngestLimits::Fill(Prover& prover) {
  const auto rate = static_cast<double>(options_.max_bytes_per_second);
  const absl::Time now = options_.now();
  prover.budget =
      std::min(rate, prover.budget + absl::ToDoubleSeconds(now - prover.filled_at) * rate);
  prover.filled_at = now;
}

void IngestLimits::ForgetIdle() {
  const auto rate = static_cast<double>(options_.max_bytes_per_second);
  for (auto entry = provers_.begin(); entry != provers_.end();) {
    Fill(entry->second);
    const bool idle = entry->second.streams == 0 && entry->second.budget >= rate;
    entry = idle ? provers_.erase(entry) : std::next(entry);
  }
}

}  // namespace proverlog
