#ifndef PROVERLOG_STORAGE_PROJECTION_STORE_H_
#define PROVERLOG_STORAGE_PROJECTION_STORE_H_

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/circuit_run.h"
#include "model/event.h"
#include "model/fact.h"
#include "model/job.h"
#include "model/unknown_message.h"
#include "storage/types.h"

namespace proverlog {

// A stream that is committed further than it is normalized, or that was sealed since.
struct PendingStream {
  StreamLabels labels;
  StreamProgress progress;
  int64_t committed_offset = 0;
  std::optional<int64_t> sealed_offset;
};

// Bytes of a stream that the normalizer could not read, and went on behind.
struct Unreadable {
  int64_t begin_offset = 0;
  int64_t end_offset = 0;
  std::string message;  // what was wrong; UTF-8 without NUL
};

// What a stream's normalizer has reached.
struct NormalizedStream {
  int64_t stream_id = 0;
  StreamProgress progress;
  std::optional<int64_t> sealed_offset;  // the seal that was read, if any
  std::vector<Unreadable> unreadable;    // of the bytes since the last progress
  std::vector<StreamMark> marks;         // in the same bytes
};

// A prover with a pending stream of its live projection.
struct ProverBehind {
  ProverId prover_id = 0;
  std::string name;
  int64_t bytes = 0;  // that are committed and not normalized
  // When the oldest of them came; where that is more than kLongestLag ago, that long ago.
  std::optional<UnixMillis> received_at;
};

inline constexpr absl::Duration kLongestLag = absl::Hours(1);

// A prover whose live projection could not read some of its logs.
struct ProverUnreadable {
  std::string name;
  int64_t ranges = 0;  // of bytes
};

// One transaction of a projection's only worker. Everything it reads it may write; nobody else
// writes the projection meanwhile. Not thread-safe.
class ProjectionTransaction {
 public:
  virtual ~ProjectionTransaction() = default;

  // By its number, also the live one.
  virtual ProjectionKey projection() const = 0;

  // The least recently normalized first.
  virtual absl::StatusOr<std::vector<PendingStream>> PendingStreams(int limit) = 0;

  // The stream's blocks from the one that holds `begin`, in order, about `max_bytes` of raw bytes.
  virtual absl::StatusOr<std::vector<Block>> ReadBlocks(int64_t stream_id, int64_t begin,
                                                        int64_t max_bytes) = 0;

  // The stream's gaps that begin in [begin, end], in order; at most kMaxGapsAtOnce.
  virtual absl::StatusOr<std::vector<Gap>> ReadGaps(int64_t stream_id, int64_t begin,
                                                    int64_t end) = 0;

  // Those of the epochs of which a job is known.
  virtual absl::StatusOr<std::set<int32_t>> EpochsWithJobs(const std::set<int32_t>& epochs) = 0;

  // The facts that are known of the jobs; jobs that are not known are left out.
  virtual absl::StatusOr<std::map<JobId, std::vector<Fact>>> LoadFacts(
      const std::vector<JobId>& jobs) = 0;

  // Writes jobs with all their facts: AddJobs those that LoadFacts left out, UpdateJobs the others.
  virtual absl::Status AddJobs(const std::vector<Job>& jobs) = 0;
  virtual absl::Status UpdateJobs(const std::vector<Job>& jobs) = 0;

  // Adds to what is counted of each stream, so that a stream has at most kMaxUnknownKinds kinds and
  // the others. What is added belongs to the bytes up to the progress that this transaction saves.
  virtual absl::Status AddUnknown(const std::map<int64_t, UnknownCounts>& by_stream) = 0;

  // An event that several logs tell, or one twice, is of the first line of the oldest one.
  virtual absl::Status SaveEvents(const std::vector<Event>& events) = 0;

  // Runs that are known already are kept once more, and counted once where they are read.
  virtual absl::Status SaveCircuitRuns(const std::vector<CircuitRun>& runs) = 0;

  // Unreadable bytes that adjoin others with the same message become one range with them.
  virtual absl::Status SaveProgress(const NormalizedStream& stream) = 0;

  // The first offset behind `offset` where a block begins or ends, or where what the live
  // projection could not read does; nothing where there is none. Reads no block.
  virtual absl::StatusOr<std::optional<int64_t>> NextBoundary(int64_t stream_id,
                                                              int64_t offset) = 0;

  // Runs `body`; unless it returns OK, what it has written is undone, and what was written before
  // it is not. May be nested.
  virtual absl::Status Try(const std::function<absl::Status()>& body) = 0;
};

// What is done in one such transaction. May be called again after a failure.
using ProjectionWork = std::function<absl::Status(ProjectionTransaction&)>;

// The normalizer's side of the database. Thread-safe.
class ProjectionStore {
 public:
  virtual ~ProjectionStore() = default;

  virtual absl::StatusOr<std::vector<ProverBehind>> FindProversBehind() = 0;

  virtual absl::StatusOr<std::vector<ProverUnreadable>> FindUnreadable() = 0;

  // Runs `work` in a transaction that is the projection's only worker's, and commits if it returns
  // OK. Returns false, without running it, where another worker is at it, or where the projection
  // is retired.
  virtual absl::StatusOr<bool> Project(const ProjectionKey& projection,
                                       const ProjectionWork& work) = 0;

  // Deletes a piece of what a retired projection left, where there is one. One that was live is
  // left alone for kRetiredGrace: answers that are under way still read it.
  virtual absl::Status DeleteRetired() = 0;
};

// Longer than any answer takes.
inline constexpr absl::Duration kRetiredGrace = absl::Minutes(1);

}  // namespace proverlog

#endif  // PROVERLOG_STORAGE_PROJECTION_STORE_H_
