#ifndef PROVERLOG_SERVER_INGEST_INGEST_SESSION_H_
#define PROVERLOG_SERVER_INGEST_INGEST_SESSION_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proverlog/v1/ingest.pb.h"
#include "server/metrics/metrics.h"
#include "storage/archive_store.h"

namespace proverlog {

// One client's call of StreamLogs, message by message, without gRPC.
//
//   Hello ──▶ Candidates    Open ──▶ Opened    Batch, Seal ──▶ Ack ...
//
// An answer is returned after the database has committed what it says. After an error the session
// is over. It blocks on the database. Not thread-safe.
class IngestSession {
 public:
  // `on_commit` is told of the prover after each commit. `store` and `metrics` outlive the session.
  IngestSession(ArchiveWriter* store, IngestMetrics* metrics,
                std::function<void(ProverId)> on_commit);

  absl::StatusOr<v1::StreamLogsResponse> Handle(const v1::StreamLogsRequest& request);

 private:
  enum class Phase { kHello, kOpen, kStreaming };

  absl::StatusOr<v1::StreamLogsResponse> HandleHello(const v1::Hello& hello);
  absl::StatusOr<v1::StreamLogsResponse> HandleOpen(const v1::Open& open);
  absl::StatusOr<v1::StreamLogsResponse> HandleBatch(const v1::Batch& batch);
  absl::StatusOr<v1::StreamLogsResponse> HandleSeal(const v1::Seal& seal);

  // Commits the block to the stream, which is made with the first one.
  absl::Status Commit(const Block& block, absl::string_view head);
  // Whether a batch or seal failed because of another client (FENCED) or its offset.
  absl::Status ExplainAbort(int64_t offset);
  v1::StreamLogsResponse Acknowledge() const;

  // Counts a batch that is committed.
  void Count(absl::string_view raw) const;

  ArchiveWriter* store_;
  IngestMetrics* metrics_;
  std::function<void(ProverId)> on_commit_;
  Phase phase_ = Phase::kHello;
  v1::Hello hello_;
  std::vector<int64_t> candidate_ids_;   // as they were told to the client
  std::optional<NewStream> new_stream_;  // until its first block is committed
  OpenStream stream_;
  std::string head_;  // the stream's first bytes, until there are kHeadBytes of them
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_INGEST_INGEST_SESSION_H_
