#ifndef PROVERLOG_SERVER_NORMALIZE_STEP_READER_H_
#define PROVERLOG_SERVER_NORMALIZE_STEP_READER_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "server/normalize/step_budget.h"
#include "server/normalize/stream_reader.h"

namespace proverlog {

// The bytes of a step.
struct StepBytes {
  ProjectionKey projection;
  std::vector<StreamBytes> streams;
};

// Those of the first streams that have some, `most_bytes` in all.
absl::StatusOr<StepBytes> FetchStep(const std::vector<PendingStream>& pending, int64_t most_bytes,
                                    ProjectionTransaction& tx);

// What a step's streams tell, before anything of it is written.
struct StepReading {
  ProjectionKey projection;
  std::vector<StreamBytes> begun;         // without their blocks
  std::vector<NormalizedStream> reached;  // one of each
  Told told;
  int64_t stuck = 0;  // streams whose state cannot be read; they are logged and as before

  // The streams as they are once this is written, of those that have more.
  std::vector<PendingStream> LeftOf(const std::vector<PendingStream>& pending) const;
};

// Needs no database. `index` outlives the call.
absl::StatusOr<StepReading> ReadStep(StepBytes bytes, const MessageIndex* index);

// Whether what was read before is what would be read now: the streams stand where they stood, of
// the same projection, and none of the bytes was lost or removed since.
absl::StatusOr<bool> IsStillRight(const StepReading& reading,
                                  const std::vector<PendingStream>& pending,
                                  ProjectionTransaction& tx);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_NORMALIZE_STEP_READER_H_
