#ifndef PROVERLOG_SERVER_INGEST_INGEST_SESSION_H_
#define PROVERLOG_SERVER_INGEST_INGEST_SESSION_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proverlog/v1/ingest.pb.h"
#include "server/ingest/attendance.h"
#include "server/ingest/ingest_limits.h"
#include "server/ingest/tail_digests.h"
#include "storage/archive_store.h"

namespace proverlog {

// One client's call of StreamLogs, message by message, without gRPC.
//
//   Hello ──▶ Candidates    Open ──▶ Opened    Batch, Gap, Seal ──▶ what is to be committed ...
//
// It may take messages before the ones before are committed. After an error the session is over. It
// blocks on the database. Not thread-safe, but for ExplainAbort.
class IngestSession {
 public:
  // `on_commit` is told of the prover when a stream is made, `on_failure` why the database did not
  // do what it was asked. `store`, `limits`, `tails` and `attendance` outlive the session.
  using OnFailure = std::function<void(const absl::Status&)>;
  IngestSession(
      ArchiveWriter* store, IngestLimits* limits, TailDigests* tails, Attendance* attendance,
      std::function<void(ProverId)> on_commit, OnFailure on_failure = [](const absl::Status&) {});

  // What a message leads to: an answer, or what is to be committed before it is acknowledged.
  struct Step {
    std::optional<v1::StreamLogsResponse> response;
    std::optional<StreamAdvance> advance;
    int64_t bytes = 0;  // of a batch
    int64_t lines = 0;  // that end in it
  };
  absl::StatusOr<Step> Take(const v1::StreamLogsRequest& request);

  // Whether the log is open.
  bool IsStreaming() const { return phase_ == Phase::kStreaming; }
  // Whose log it is, after hello.
  const std::string& prover() const { return hello_.prover(); }

  // Why an advance that began at `offset` was not committed: because of another client (FENCED), or
  // of its offset.
  absl::Status ExplainAbort(int64_t offset);

 private:
  enum class Phase { kHello, kOpen, kStreaming };

  absl::StatusOr<Step> TakeHello(const v1::Hello& hello);
  absl::StatusOr<Step> TakeOpen(const v1::Open& open);
  absl::StatusOr<Step> TakeBatch(const v1::Batch& batch);
  absl::StatusOr<Step> TakeGap(const v1::Gap& gap);
  absl::StatusOr<Step> TakeSeal(const v1::Seal& seal);

  absl::StatusOr<v1::Candidate> Describe(const StreamCandidate& stream);
  // The status of an answer of the database, reported where it is a failure.
  template <typename T>
  const absl::Status& Check(const absl::StatusOr<T>& answer) const {
    if (!answer.ok()) on_failure_(answer.status());
    return answer.status();
  }
  // From where the last message's bytes end.
  StreamAdvance AdvanceTo(int64_t end_offset) const;
  // A stream is made with the first bytes, at once.
  absl::StatusOr<Step> Commit(StreamAdvance advance);

  ArchiveWriter* store_;
  IngestLimits* limits_;
  TailDigests* tails_;
  Attendance* attendance_;
  IngestLimits::Lease lease_;
  Attendance::Seat seat_;  // while the stream is there and open
  std::function<void(ProverId)> on_commit_;
  OnFailure on_failure_;
  Phase phase_ = Phase::kHello;
  v1::Hello hello_;
  std::vector<int64_t> candidate_ids_;   // as they were told to the client
  std::optional<NewStream> new_stream_;  // until its first block is committed
  OpenStream stream_;                    // as it was opened
  int64_t offset_ = 0;                   // where the next message begins
  std::string head_;  // the stream's first bytes, until there are kHeadBytes of them
};

// The acknowledgement of all before the offset.
v1::StreamLogsResponse AckOf(int64_t committed_offset);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_INGEST_INGEST_SESSION_H_
