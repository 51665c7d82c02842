#ifndef PROVERLOG_STORAGE_REBUILD_STORE_H_
#define PROVERLOG_STORAGE_REBUILD_STORE_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "storage/projection_store.h"
#include "storage/types.h"

namespace proverlog {

// How far a projection is built, in raw bytes of all the prover's streams.
struct RebuildProgress {
  int64_t normalized_bytes = 0;
  int64_t committed_bytes = 0;
  int64_t behind_live_bytes = 0;  // that the live projection has read and this one has not
};

// A stream of which the live projection has read more.
struct StreamBehind {
  int64_t stream_id = 0;
  int64_t offset = 0;  // as far as the projection that is being built has read it
};

// Replaces a prover's live projection by one that is built beside it, with
// ProjectionStore::Project, while the live one is read and carried on. Thread-safe.
class RebuildStore {
 public:
  virtual ~RebuildStore() = default;

  // The prover's projection that this version of the normalizer is building; begun where there is
  // none. One that another version was building is retired, and one that Switch would refuse.
  // FAILED_PRECONDITION where it would lack logs that were removed because they were old.
  virtual absl::StatusOr<ProjectionKey> Begin(ProverId prover_id, int normalizer_version) = 0;

  virtual absl::StatusOr<RebuildProgress> Progress(const ProjectionKey& projection) = 0;

  // Runs `work` on the projection while the live one stands still. Then, where it has read all that
  // the live one has, makes it the live one and retires that; where it has not, returns the first
  // stream that is behind, and commits what `work` did all the same. Changes nothing where it is
  // the live one already. ABORTED where it was retired, because another version builds one;
  // DATA_LOSS where it could not read bytes that the live one has read.
  virtual absl::StatusOr<std::optional<StreamBehind>> Switch(const ProjectionKey& projection,
                                                             const ProjectionWork& work) = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_STORAGE_REBUILD_STORE_H_
