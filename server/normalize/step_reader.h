#ifndef PROVERLOG_SERVER_NORMALIZE_STEP_READER_H_
#define PROVERLOG_SERVER_NORMALIZE_STEP_READER_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "server/normalize/stream_reader.h"

namespace proverlog {

// Some eighth of a second's work, and up to four times that where there is more than twice as much
// to do: the larger a step, the more of a job's facts are written at once.
inline constexpr int64_t kBytesAStep = int64_t{8} << 20;
inline constexpr int64_t kMostBytesAStep = int64_t{32} << 20;

// Committed and not normalized.
inline int64_t BytesBehind(const PendingStream& stream) {
  return stream.committed_offset - stream.progress.offset;
}

// Shares out a step's bytes among its streams.
class StepBudget {
 public:
  StepBudget(const std::vector<PendingStream>& pending, int64_t most_bytes);

  bool is_spent() const { return left_ <= 0; }

  // What the stream may have: each as much of its own backlog as the others of theirs, so that logs
  // of the same time are read together, and what they say of a job is written once.
  int64_t ShareOf(const PendingStream& stream) const;

  void Spend(int64_t bytes) { left_ -= bytes; }

 private:
  int64_t behind_ = 0;
  int64_t step_;
  int64_t left_;
};

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
