#ifndef PROVERLOG_CLIENT_SENDER_STREAM_CALL_H_
#define PROVERLOG_CLIENT_SENDER_STREAM_CALL_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/input/read_bytes.h"
#include "model/stream.h"
#include "proverlog/v1/ingest.grpc.pb.h"

namespace proverlog {

// How many of a log's first bytes Hello has.
inline constexpr size_t kHelloHeadBytes = 1024;

// Whether the log ends, at the end of what both have, with what the server has.
absl::StatusOr<bool> HasTail(const v1::Candidate& candidate, const ReadBytes& read);

// One call of StreamLogs, from Hello to its end. Its steps block; an open call that waits for its
// log to grow needs no thread. After an error the call is over. Not thread-safe, except Cancel.
class StreamCall {
 public:
  // `stub` outlives the call.
  explicit StreamCall(v1::LogIngestService::StubInterface* stub);
  // Cancels a call that is not closed.
  ~StreamCall();
  StreamCall(const StreamCall&) = delete;
  StreamCall& operator=(const StreamCall&) = delete;

  absl::StatusOr<v1::Candidates> SayHello(const v1::Hello& hello);
  // Without an id the log is new.
  absl::StatusOr<v1::Opened> Open(std::optional<int64_t> stream_id,
                                  const std::vector<Anchor>& anchors);

  // Sends what `read` gives from the committed offset on, in batches of at most `batch_bytes`,
  // until it gives nothing or fails, and waits until all of it is committed. At most four batches
  // are on their way.
  absl::Status SendAll(const ReadBytes& read, size_t batch_bytes,
                       const std::function<void()>& on_commit);
  // Records that the log goes on at `end` only.
  absl::Status SendGap(int64_t end, v1::GapReason reason, const std::optional<Anchor>& anchor);
  absl::Status Seal();
  // Ends the call; returns the server's status.
  absl::Status Close();
  // Has the steps of another thread fail.
  void Cancel() { context_.TryCancel(); }

  // How many bytes of the stream are committed, as far as the server has said.
  int64_t committed_offset() const { return committed_offset_; }

 private:
  absl::Status SendBatch(int64_t begin, absl::string_view raw);
  absl::Status ReceiveAck();
  absl::Status Write(const v1::StreamLogsRequest& message);
  absl::StatusOr<v1::StreamLogsResponse> Read();
  // Reads to the end of the call; returns the server's status.
  absl::Status End();
  // Why the server ended the call before it should have.
  absl::Status Finish();

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriterInterface<v1::StreamLogsRequest, v1::StreamLogsResponse>>
      stream_;
  int64_t committed_offset_ = 0;
  bool ended_ = false;
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SENDER_STREAM_CALL_H_
