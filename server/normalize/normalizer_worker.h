#ifndef PROVERLOG_SERVER_NORMALIZE_NORMALIZER_WORKER_H_
#define PROVERLOG_SERVER_NORMALIZE_NORMALIZER_WORKER_H_

#include <deque>
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
// retired projection to delete a piece of. Several provers at a time, each in one thread. A failure
// is logged and tried again. Thread-safe; `store` and `metrics` outlive it.
class NormalizerWorker {
 public:
  NormalizerWorker(ProjectionStore* store, NormalizerMetrics* metrics, int threads);
  // Ends after the steps that are under way.
  ~NormalizerWorker();
  NormalizerWorker(const NormalizerWorker&) = delete;
  NormalizerWorker& operator=(const NormalizerWorker&) = delete;

  // Bytes of the prover were committed.
  void Notify(ProverId prover_id);

 private:
  enum class Task { kStop, kLook, kNormalize };

  void Run();
  // Waits for what this thread is to do; of kNormalize `prover_id` is its own until GiveBack.
  Task WaitForTask(ProverId& prover_id);
  bool CanLook() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The prover that is due for the longest time and in no thread's hands, or due_.end().
  std::deque<ProverId>::iterator FindDue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddDue(ProverId prover_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void GiveBack(ProverId prover_id, bool is_due);
  void SetNextLook(absl::Time at);
  // Whether a thread stays with its prover: until its turn ends and another one, or a look,
  // waits.
  bool MayGoOn(absl::Time turn_end);

  // Takes steps; whether there is more to do.
  bool Normalize(Projector& projector, ProverId prover_id);
  void LookForWork();

  // How far provers are behind, for those who look at the metrics.
  void ReportLag(const std::vector<ProverBehind>& behind);
  void ReportUnreadable();

  ProjectionStore* store_;
  NormalizerMetrics* metrics_;
  absl::Mutex mutex_;
  std::deque<ProverId> due_ ABSL_GUARDED_BY(mutex_);  // each once, in the order in which they came
  std::set<ProverId> taken_ ABSL_GUARDED_BY(mutex_);
  // While a thread looks: never.
  absl::Time next_look_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_NORMALIZE_NORMALIZER_WORKER_H_
