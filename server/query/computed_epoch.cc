#include "server/query/computed_epoch.h"

#include "server/query/known_epoch.h"

namespace proverlog {

absl::StatusOr<EpochState> ComputedEpoch(QueryStore& store, EpochCache* cache,
                                         const ProverRef& prover, int32_t epoch,
                                         std::shared_ptr<const CachedEpoch>& computed) {
  computed = cache == nullptr ? nullptr : cache->Find(prover, epoch);
  auto state = computed == nullptr
                   ? store.LoadEpochState(prover, epoch, kMaxJobsLoaded)
                   : store.LoadEpochChanges(prover, computed->known, kMaxJobsLoaded);
  if (!state.ok()) return state.status();
  if (auto status = CheckKnown(store, prover, epoch, *state); !status.ok()) return status;
  if (!state->as_known) {
    computed = ComputeEpoch(epoch, *state);
    if (cache != nullptr) cache->Put(prover, computed);
  }
  return state;
}

}  // namespace proverlog
