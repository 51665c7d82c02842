#ifndef PROVERLOG_SERVER_NORMALIZE_STEP_BUDGET_H_
#define PROVERLOG_SERVER_NORMALIZE_STEP_BUDGET_H_

#include <cstdint>
#include <map>
#include <vector>

#include "storage/projection_store.h"

namespace proverlog {

// Some eighth of a second's work, and up to four times that where there is more than twice as much
// to do: the larger a step, the more of a job's facts are written at once.
inline constexpr int64_t kBytesAStep = int64_t{8} << 20;
inline constexpr int64_t kMostBytesAStep = int64_t{32} << 20;

// Committed and not normalized.
inline int64_t BytesBehind(const PendingStream& stream) {
  return stream.committed_offset - stream.progress.offset;
}

// Shares out a step's bytes among its streams, so that logs of the same time are read together:
// what they say of a job is then written once. Not thread-safe.
class StepBudget {
 public:
  StepBudget(const std::vector<PendingStream>& pending, int64_t most_bytes);

  bool is_spent() const { return left_ <= 0; }

  // What the stream may have, one of `pending`. Half of the step is each stream's as much as of the
  // backlog, so that no log, whatever its clock, holds up the others; the other half brings those
  // whose last instant is the earliest up to one instant, as far as the bytes that each took for a
  // millisecond until now tell.
  int64_t ShareOf(const PendingStream& stream) const;

  void Spend(int64_t bytes) { left_ -= bytes; }

 private:
  int64_t left_;
  std::map<int64_t, int64_t> shares_;  // by stream; empty where there is enough for all
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_NORMALIZE_STEP_BUDGET_H_
