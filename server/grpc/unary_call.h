#ifndef PROVERLOG_SERVER_GRPC_UNARY_CALL_H_
#define PROVERLOG_SERVER_GRPC_UNARY_CALL_H_

#include <grpcpp/support/server_callback.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/grpc/errors.h"
#include "server/grpc/work_queue.h"
#include "server/metrics/metrics.h"

namespace proverlog {

// Where a call runs, until its client's deadline and for `timeout` at most.
struct UnaryCall {
  grpc::CallbackServerContext* context;
  WorkQueue* queue;
  QueryMetrics* metrics;
  absl::Duration timeout;
};

// Runs `answer(deadline)`, a StatusOr<Response>, on the queue's threads, and ends the call with
// what comes of it.
template <typename Request, typename Response, typename Answer>
grpc::ServerUnaryReactor* RunUnary(const UnaryCall& call, const Request* /*request*/,
                                   Response* response, Answer answer) {
  grpc::ServerUnaryReactor* reactor = call.context->DefaultReactor();
  const auto finish = [metrics = call.metrics, reactor,
                       begin = absl::Now()](const absl::Status& status) {
    const absl::string_view name = Request::descriptor()->name();
    metrics->OnAnswer(std::string(absl::StripSuffix(name, "Request")), status.code(),
                      absl::Now() - begin);
    reactor->Finish(FinishStatus(status));
  };
  const bool taken = call.queue->Submit([call, response, answer, finish] {
    auto result =
        answer(std::min(absl::FromChrono(call.context->deadline()), absl::Now() + call.timeout));
    const absl::Status status = result.status();
    if (status.ok()) *response = *std::move(result);
    finish(status);
  });
  if (!taken) finish(OverloadedError());
  return reactor;
}

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_GRPC_UNARY_CALL_H_
