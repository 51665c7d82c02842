#include "server/query/epoch_cache.h"

#include <utility>

namespace proverlog {
namespace {

// Of an entry, its place in the list and that in the map, about.
constexpr size_t kEntryBytes = 256;

}  // namespace

std::shared_ptr<const CachedEpoch> ComputeEpoch(int32_t epoch, EpochState& state) {
  auto cached = std::make_shared<CachedEpoch>();
  cached->known.stream_ids = StreamsOf(state.jobs, state.context);
  cached->known.version = {epoch, state.revision, state.context};
  cached->path = FindCriticalPath(state.jobs);
  cached->figures = ComputeFigures(epoch, std::move(state.jobs), state.context);
  state.jobs.clear();
  return cached;
}

std::shared_ptr<const CachedEpoch> EpochCache::Find(const ProverRef& prover, int32_t epoch) {
  absl::MutexLock lock(&mutex_);
  const auto found = by_key_.find({prover.prover_id, prover.projection_id, epoch});
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->epoch;
}

void EpochCache::Put(const ProverRef& prover, std::shared_ptr<const CachedEpoch> epoch) {
  const KnownEpoch& known = epoch->known;
  const Key key{prover.prover_id, prover.projection_id, known.version.epoch};
  const size_t bytes = kEntryBytes + BytesOf(epoch->figures) + BytesOf(epoch->path) +
                       BytesOf(known.version.context) +
                       known.stream_ids.capacity() * sizeof(int64_t);
  absl::MutexLock lock(&mutex_);
  Forget(key);
  if (bytes > max_bytes_) return;
  while (bytes_ + bytes > max_bytes_) Forget(Key(entries_.back().key));
  entries_.push_front({key, std::move(epoch), bytes});
  by_key_[key] = entries_.begin();
  bytes_ += bytes;
}

void EpochCache::Forget(const Key& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  bytes_ -= found->second->bytes;
  entries_.erase(found->second);
  by_key_.erase(found);
}

size_t EpochCache::bytes() const {
  absl::MutexLock lock(&mutex_);
  return bytes_;
}

}  // namespace proverlog
