#ifndef PROVERLOG_SERVER_GRPC_TAIL_LINES_CALL_H_
#define PROVERLOG_SERVER_GRPC_TAIL_LINES_CALL_H_

#include <grpcpp/alarm.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "proverlog/v1/lines.pb.h"
#include "server/grpc/work_queue.h"
#include "server/metrics/metrics.h"
#include "server/query/line_tail.h"
#include "storage/query_store.h"

namespace proverlog {

// The calls of TailLines that are open. Thread-safe; outlives them.
class OpenTails {
 public:
  explicit OpenTails(int max_tails) : max_tails_(max_tails) {}

  // RESOURCE_EXHAUSTED where there are as many as may be.
  absl::Status Enter();
  void Leave() { --open_; }

  // All of them end before their next turn.
  void End() { is_ending_ = true; }
  bool is_ending() const { return is_ending_; }

 private:
  const int max_tails_;
  std::atomic<int> open_ = 0;
  std::atomic<bool> is_ending_ = false;
};

// One call of TailLines. It does one thing at a time: a turn of work on the queue's threads, a
// write, or a pause while there is nothing new. So a client that does not read holds up nothing but
// its own call, and a call holds one response. It deletes itself when it is over.
class TailLinesCall final : public grpc::ServerWriteReactor<v1::TailLinesResponse> {
 public:
  // `store`, `queue`, `tails` and `metrics` outlive the call; `request` as gRPC says.
  static TailLinesCall* Start(QueryStore* store, WorkQueue* queue, OpenTails* tails,
                              QueryMetrics* metrics, const v1::TailLinesRequest* request);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  TailLinesCall(QueryStore* store, WorkQueue* queue, OpenTails* tails, QueryMetrics* metrics,
                const v1::TailLinesRequest* request)
      : store_(store), queue_(queue), tails_(tails), metrics_(metrics), request_(request) {}

  // Hands the next turn over to the queue; where it is full, later.
  void Continue();
  void Work();
  absl::StatusOr<LineTail::Turn> TakeTurn();
  void Pause();
  void End(const absl::Status& status);
  bool IsCancelled();

  QueryStore* const store_;
  WorkQueue* const queue_;
  OpenTails* const tails_;
  QueryMetrics* const metrics_;
  const v1::TailLinesRequest* const request_;
  bool entered_ = false;

  // Of the one thing that is done at a time.
  std::unique_ptr<LineTail> tail_;
  v1::TailLinesResponse response_;
  bool pauses_after_write_ = false;

  absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  // Of the pause; there is one while it lasts.
  std::unique_ptr<grpc::Alarm> alarm_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_GRPC_TAIL_LINES_CALL_H_
