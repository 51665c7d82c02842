#ifndef PROVERLOG_SERVER_QUERY_EPOCH_CACHE_H_
#define PROVERLOG_SERVER_QUERY_EPOCH_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <tuple>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "analysis/critical_path.h"
#include "analysis/epoch_figures.h"
#include "storage/query_store.h"

namespace proverlog {

// What was computed of an epoch, and of what: it holds while that is the same.
struct CachedEpoch {
  KnownEpoch known;
  EpochFigures figures;
  CriticalPath path;
};

// Of an epoch whose jobs and version are of one snapshot. Takes the jobs.
std::shared_ptr<const CachedEpoch> ComputeEpoch(int32_t epoch, EpochState& state);

// The epochs of all provers that were used last. It says nothing of whether they still
// hold: who finds some compares their version with the database's. Thread-safe.
class EpochCache {
 public:
  // Of epochs, about; what does not fit is forgotten, the longest unused first.
  explicit EpochCache(size_t max_bytes) : max_bytes_(max_bytes) {}

  // Null where there are none. What is found may be used after it is forgotten here.
  std::shared_ptr<const CachedEpoch> Find(const ProverRef& prover, int32_t epoch)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // In place of what is kept of that epoch.
  void Put(const ProverRef& prover, std::shared_ptr<const CachedEpoch> epoch)
      ABSL_LOCKS_EXCLUDED(mutex_);

  size_t bytes() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Key = std::tuple<ProverId, int32_t, int32_t>;  // prover, projection, epoch
  struct Entry {
    Key key;
    std::shared_ptr<const CachedEpoch> epoch;
    size_t bytes = 0;
  };

  void Forget(const Key& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t max_bytes_;
  mutable absl::Mutex mutex_;
  std::list<Entry> entries_ ABSL_GUARDED_BY(mutex_);  // the last used first
  std::map<Key, std::list<Entry>::iterator> by_key_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_EPOCH_CACHE_H_
