#ifndef PROVERLOG_SERVER_GRPC_STREAM_LOGS_CALL_H_
#define PROVERLOG_SERVER_GRPC_STREAM_LOGS_CALL_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <deque>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "proverlog/v1/ingest.pb.h"
#include "server/grpc/work_queue.h"
#include "server/ingest/group_writer.h"
#include "server/ingest/ingest_session.h"
#include "server/ingest/intake_budget.h"
#include "server/metrics/metrics.h"

namespace proverlog {

// Where messages are taken, and what those that wait may hold. To open a log costs much more than
// to take a batch of one that is open, and must not hold it up; nor must pushes, of which one
// client may have any number on their way.
struct IngestQueues {
  WorkQueue* openings = nullptr;  // Hello and Open
  WorkQueue* others = nullptr;
  IntakeBudget* budget = nullptr;  // of these two
  WorkQueue* pushes = nullptr;
  IntakeBudget* push_budget = nullptr;
};

// What a message takes while it waits, besides its bytes.
inline constexpr size_t kWaitingOverhead = 1024;

// One call of StreamLogs. Messages are taken one after the other on the queue's threads, and are
// read ahead of what is committed as far as the window and the writer have room: the sender is held
// back by gRPC's flow control. Acknowledgements that wait for the sender become one. It deletes
// itself when the call is over and all that it submitted has come back.
//
// A message waits as the bytes that came: parsed, a batch of empty lines is twenty times larger.
class StreamLogsCall final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  // `writer`, `queue` and `metrics` outlive the call.
  static StreamLogsCall* Start(IngestSession session, GroupWriter* writer, IngestQueues queues,
                               IngestMetrics* metrics);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone() override;

 private:
  // What is to be done next, outside the lock.
  struct Action {
    bool read = false;
    bool write = false;
    bool await_room = false;
    bool finish = false;

    bool Any() const { return read || write || await_room || finish; }
  };

  // A message that is taken and not acknowledged.
  struct Taken {
    int64_t begin_offset = 0;
    int64_t end_offset = 0;
    int64_t bytes = 0;  // of a batch
    int64_t lines = 0;
    size_t memory = 0;  // of the budget
    absl::Time read_at;
  };

  StreamLogsCall(IngestSession session, GroupWriter* writer, IngestQueues queues,
                 IngestMetrics* metrics);

  // Applies the change of state and does what follows from it. Gives the call up: it may be gone
  // when this returns.
  template <typename Change>
  void Proceed(Change change);
  Action Decide() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Perform(const Action& action);

  // Hands the message that was read over to a queue, where there is room.
  absl::Status Queue();
  void Take();
  absl::StatusOr<IngestSession::Step> TakeMessage();
  void OnCommitted(const Taken& taken, absl::Status status);
  // Counts a batch that is committed.
  void Count(const Taken& taken) const;
  void Respond(v1::StreamLogsResponse response) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The first reason to end is the one that the client is told.
  void End(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  GroupWriter* const writer_;
  const IngestQueues queues_;
  IngestMetrics* const metrics_;
  // One message at a time is taken; the members of this block are its own while it is.
  IngestSession session_;
  grpc::ByteBuffer request_;
  size_t memory_ = 0;  // of the budget
  absl::Time read_at_;

  absl::Mutex mutex_;
  grpc::ByteBuffer response_;  // that is being written
  std::deque<v1::StreamLogsResponse> responses_ ABSL_GUARDED_BY(mutex_);
  bool performing_ ABSL_GUARDED_BY(mutex_) = false;  // somebody is, and decides again afterwards
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool taking_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_room_ ABSL_GUARDED_BY(mutex_) = false;  // for one message
  bool awaiting_room_ ABSL_GUARDED_BY(mutex_) = false;
  int committing_ ABSL_GUARDED_BY(mutex_) = 0;            // advances that are not committed yet
  int64_t committing_bytes_ ABSL_GUARDED_BY(mutex_) = 0;  // raw
  bool client_done_ ABSL_GUARDED_BY(mutex_) = false;
  bool commit_failed_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_GRPC_STREAM_LOGS_CALL_H_
