#ifndef PROVERLOG_CLIENT_TAIL_FOLLOWER_H_
#define PROVERLOG_CLIENT_TAIL_FOLLOWER_H_

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <functional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace proverlog {

// Makes a call that the server answers as long as it lasts, and makes it again when the server was
// lost. Thread-safe as far as Stop goes.
class Follower {
 public:
  // One call, from its beginning to its end; says `heard` whenever the server says something. The
  // next one goes on where it ended.
  using OneCall =
      std::function<grpc::Status(grpc::ClientContext& context, const std::function<void()>& heard)>;
  // What it tells of; called by the thread of Run.
  struct Listener {
    std::function<void(const absl::Status&)> on_lost;  // and it tries again
    std::function<void()> on_back;
  };

  // `server` is its address, for errors.
  Follower(std::string server, OneCall call, Listener listener)
      : server_(std::move(server)), call_(std::move(call)), listener_(std::move(listener)) {}

  // Follows until Stop, which is OK, or until an error that another call does not help: also that
  // the server was never heard.
  absl::Status Run();

  void Stop();

 private:
  absl::Status CallOnce(bool& is_lost);
  // Whether it was stopped before the time was over.
  bool WaitForStop(absl::Duration duration);

  const std::string server_;
  const OneCall call_;
  const Listener listener_;
  bool was_heard_ = false;  // of the thread of Run
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;  // of the call that is open
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_TAIL_FOLLOWER_H_
