#ifndef PROVERLOG_SERVER_ALERTS_VIEW_LOADER_H_
#define PROVERLOG_SERVER_ALERTS_VIEW_LOADER_H_

#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "alerts/prover_view.h"
#include "analysis/epoch_shape.h"
#include "server/query/epoch_cache.h"
#include "storage/query_store.h"

namespace proverlog {

// Loads what the rules look at, round after round: of epochs it keeps the jobs, and asks for what
// is new. The earlier epochs' figures are computed one a round, so that no round is long: until
// then rules know of fewer. For one thread; both arguments outlive it.
class ViewLoader {
 public:
  ViewLoader(QueryStore* store, EpochCache* cache) : store_(store), cache_(cache) {}

  // The prover at `now`, with ProverView::listens_since. The view is valid until it is loaded
  // again.
  absl::StatusOr<const ProverView*> Load(const ProverRef& prover, UnixMillis now,
                                         UnixMillis listens_since);

 private:
  // An epoch of a view, as it was loaded.
  struct LoadedEpoch {
    EpochVersion version;
    EpochView view;
    absl::flat_hash_map<JobId, size_t> places;  // of its jobs
    int64_t position = 0;                       // EpochDelta's
    UnixMillis estimated_at = 0;
  };
  struct EarlierEpoch {
    std::shared_ptr<const CachedEpoch> cached;
    std::optional<EpochShape> shape;  // none: it was not proven
  };
  // What is kept of a prover.
  struct Kept {
    int32_t projection_id = 0;
    std::map<int32_t, LoadedEpoch> epochs;
    std::map<int32_t, EarlierEpoch> earlier;
    std::optional<UnixMillis> told_until;  // CompleteUntil's
    ProverView view;
  };
  // Of one round.
  struct Round {
    const ProverRef& prover;
    UnixMillis now;
    Kept& kept;
    std::map<int32_t, EpochVersion> versions;  // of the latest epochs
    std::map<int32_t, EpochContext> contexts;
    std::vector<EpochShape> shapes;
  };

  absl::Status LoadEpochs(Round& round);
  absl::Status LoadJobs(const Round& round, const EpochVersion& version, LoadedEpoch& epoch);
  absl::Status LoadEarlier(Round& round);
  absl::StatusOr<std::shared_ptr<const CachedEpoch>> ComputeFigures(const Round& round,
                                                                    const EpochVersion& version);
  absl::Status LoadLogs(Round& round);
  absl::Status LoadEvents(Round& round);

  QueryStore* const store_;
  EpochCache* const cache_;
  std::map<ProverId, Kept> provers_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_VIEW_LOADER_H_
