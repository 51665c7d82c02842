#include "server/ingest/ingest_limits.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace proverlog {

absl::StatusOr<IngestLimits::Lease> IngestLimits::Admit(const std::string& prover) {
  absl::MutexLock lock(&mutex_);
  if (streams_ >= options_.max_streams) {
    return absl::UnavailableError(absl::StrCat("the service has ", streams_,
                                               " open streams, as many as --max-streams allows"));
  }
  const auto known = provers_.find(prover);
  const int open = known == provers_.end() ? 0 : known->second.streams;
  if (open >= options_.max_streams_per_prover) {
    return absl::UnavailableError(
        absl::StrCat("prover \"", prover, "\" has ", open,
                     " open streams, as many as --max-streams-per-prover allows"));
  }
  const auto [entry, is_new] = provers_.try_emplace(prover);
  if (is_new) entry->second = {0, options_.max_bytes_per_second, options_.now()};
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
  const absl::Time now = options_.now();
  const double earned = absl::ToDoubleSeconds(std::min(now - known.filled_at, absl::Hours(1))) *
                        static_cast<double>(rate);
  known.budget = std::min(rate, known.budget + static_cast<int64_t>(earned));
  known.filled_at = now;
  // A batch may overdraw the budget, so that one that is larger than a second's passes, too.
  if (known.budget <= 0) {
    return absl::UnavailableError(absl::StrCat("prover \"", prover, "\" sends more than ", rate,
                                               " bytes a second, which --max-prover-rate allows"));
  }
  known.budget -= bytes;
  return absl::OkStatus();
}

void IngestLimits::Release(const std::string& prover) {
  absl::MutexLock lock(&mutex_);
  --streams_;
  const auto found = provers_.find(prover);
  // One without a stream is forgotten, but for what it owes.
  if (--found->second.streams == 0 && found->second.budget >= 0) provers_.erase(found);
}

}  // namespace proverlog
