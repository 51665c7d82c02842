#include "server/query/known_epoch.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rpc/status.h"

namespace proverlog {

absl::Status CheckEpoch(int32_t epoch) {
  if (epoch >= 0) return absl::OkStatus();
  return InvalidField("epoch", absl::StrCat(epoch, " is negative"));
}

absl::Status NoSuchEpoch(QueryStore& store, const ProverRef& prover, int32_t epoch) {
  const auto latest = store.ListEpochs(prover, std::nullopt, 1);
  if (!latest.ok()) return latest.status();
  return absl::NotFoundError(
      absl::StrCat("prover \"", prover.name, "\" has no epoch ", epoch,
                   latest->empty() ? "" : absl::StrCat("; its latest is ", latest->front().epoch)));
}

absl::Status CheckKnown(QueryStore& store, const ProverRef& prover, int32_t epoch,
                        const EpochState& state) {
  const bool has_job =
      std::any_of(state.jobs.begin(), state.jobs.end(), [](const Job& job) { return job.exists; });
  if (has_job || state.as_known || !state.context.sessions.empty()) return absl::OkStatus();
  return NoSuchEpoch(store, prover, epoch);
}

}  // namespace proverlog
