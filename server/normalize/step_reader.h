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
  explicit StepBudget(const std::vector<PendingStream>& pending);

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

// What a step's streams tell, before anything of it is written.
struct StepReading {
  std::vector<PendingStream> begun;
  std::vector<NormalizedStream> reached;  // one of each
  Told told;
  int64_t stuck = 0;  // streams whose state cannot be read; they are logged and as before

  // Whether it is what a step that finds these streams would read.
  bool Continues(const std::vector<PendingStream>& pending) const;

  // The streams as they are once this is written, of those that have more.
  std::vector<PendingStream> LeftOf(const std::vector<PendingStream>& pending) const;
};

// The bytes of a step, of the first streams that have some.
absl::StatusOr<std::vector<StreamBytes>> FetchStep(const std::vector<PendingStream>& pending,
                                                   ProjectionTransaction& tx);

// Needs no database. `index` outlives the call.
absl::StatusOr<StepReading> ReadStep(const std::vector<StreamBytes>& streams,
                                     const MessageIndex* index);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_NORMALIZE_STEP_READER_H_
