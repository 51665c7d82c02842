#ifndef PROVERLOG_SERVER_ALERTS_REPLAY_VIEW_H_
#define PROVERLOG_SERVER_ALERTS_REPLAY_VIEW_H_

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "alerts/prover_view.h"
#include "analysis/epoch_shape.h"
#include "analysis/proof_deadline.h"
#include "server/query/epoch_cache.h"
#include "storage/query_store.h"

namespace proverlog {

// What the rules would have looked at at earlier instants, one after the other, had all lines been
// there at once: jobs, sessions and events as their facts until then say. An epoch is loaded once,
// when its time comes, and its jobs are kept until it is looked at no more. For one thread; `store`
// and `cache` outlive it.
class ReplayView {
 public:
  // Of the time between the two; RESOURCE_EXHAUSTED where it has more epochs than kMaxEpochs.
  static absl::StatusOr<ReplayView> Create(QueryStore* store, EpochCache* cache,
                                           const ProverRef& prover, UnixMillis begin,
                                           UnixMillis end);

  // The prover at `at`, which is not before that of the call before. The view is valid until the
  // next call.
  absl::StatusOr<const ProverView*> At(UnixMillis at);

  static constexpr int kMaxEpochs = 300;

 private:
  // A job's fact that comes at an instant.
  struct Coming {
    UnixMillis at = 0;
    size_t job = 0;
  };
  struct ReplayedEpoch {
    UnixMillis first_at = 0;
    bool loaded = false;
    bool done = false;            // it is looked at no more; its jobs are gone
    std::vector<Job> jobs;        // with all their facts
    std::vector<Coming> coming;   // in order of time
    size_t next = 0;              // of `coming`
    std::vector<size_t> places;   // of the jobs in the view; kNowhere: it does not exist yet
    std::vector<Event> sessions;  // events, in order of time
    std::vector<Event> events;    // of EpochEventKinds(), in order of time
    std::optional<UnixMillis> moved_on_at;
    EpochView view;
    UnixMillis estimated_at = 0;
    std::shared_ptr<const CachedEpoch> cached;
    std::optional<EpochShape> shape;
  };
  static constexpr size_t kNowhere = static_cast<size_t>(-1);

  ReplayView(QueryStore* store, EpochCache* cache, ProverRef prover)
      : store_(store), cache_(cache), prover_(std::move(prover)) {}
  absl::Status Prepare(UnixMillis begin, UnixMillis end);
  absl::Status Load(int32_t number, ReplayedEpoch& epoch);
  absl::Status AdvanceAll(UnixMillis at);
  static void Advance(UnixMillis at, ReplayedEpoch& epoch);
  // Takes the earlier epochs' figures into the view, and gives their shapes.
  std::vector<EpochShape> TakeEarlier();

  QueryStore* store_;
  EpochCache* cache_;
  ProverRef prover_;

  std::map<int32_t, ReplayedEpoch> epochs_;
  std::vector<Event> loose_;  // in order of time
  KnownTiming timing_;
  ProverView view_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_REPLAY_VIEW_H_
