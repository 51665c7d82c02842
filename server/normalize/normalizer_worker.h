#ifndef PROVERLOG_SERVER_NORMALIZE_NORMALIZER_WORKER_H_
#define PROVERLOG_SERVER_NORMALIZE_NORMALIZER_WORKER_H_

#include <set>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/metrics/metrics.h"
#include "server/normalize/projector.h"
#include "storage/projection_store.h"

namespace proverlog {

// Follows ingest: normalizes a prover as soon as it is told of a commit, and looks every few
// seconds for what it was not told of (after a restart, or committed by another replica), and for a
// retired projection to delete a piece of. A failure is logged and tried again. Thread-safe;
// `store` and `metrics` outlive it.
class NormalizerWorker {
 public:
  NormalizerWorker(ProjectionStore* store, NormalizerMetrics* metrics);
  // Ends after the step that is under way.
  ~NormalizerWorker();
  NormalizerWorker(const NormalizerWorker&) = delete;
  NormalizerWorker& operator=(const NormalizerWorker&) = delete;

  // Bytes of the prover were committed.
  void Notify(ProverId prover_id);

 private:
  void Run();
  // Waits for a prover to be due or the next look; false when stopping.
  bool WaitForWork(absl::Time next_look, std::set<ProverId>& due);
  // Takes steps, for a second at most.
  void Normalize(ProverId prover_id);
  bool IsStopping();
  void LookForWork();

  // How far provers are behind, for those who look at the metrics.
  void ReportLag(const std::vector<ProverBehind>& behind);
  void ReportUnreadable();

  ProjectionStore* store_;
  NormalizerMetrics* metrics_;
  Projector projector_;
  absl::Mutex mutex_;
  std::set<ProverId> due_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_NORMALIZE_NORMALIZER_WORKER_H_
