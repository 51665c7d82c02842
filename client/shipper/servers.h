#ifndef PROVERLOG_CLIENT_SHIPPER_SERVERS_H_
#define PROVERLOG_CLIENT_SHIPPER_SERVERS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "client/sender/stream_call.h"
#include "proverlog/v1/ingest.grpc.pb.h"

namespace proverlog {

// Whether a call may succeed later, on this server or on another: nothing is wrong with the log.
bool IsWorthTryingAgain(const absl::Status& status);

// The servers of which one is sent to: the first, until it is lost; then the next, and so on in
// turn. Thread-safe.
class Servers {
 public:
  using Connect =
      std::function<std::shared_ptr<grpc::ChannelInterface>(const std::string& address)>;
  using Tell = std::function<void(const std::string& text)>;

  // At least one address. `tell` is told when servers are lost, and found again.
  Servers(std::vector<std::string> addresses, Connect connect, Tell tell);

  struct Call {
    std::shared_ptr<StreamCall> stream;
    int attempt = 0;  // of finding a server, for Report
  };
  // A new call of the current server.
  Call NewCall();
  // What became of a call. Where it was lost, or the server cannot commit, the next server is
  // tried, unless it is already.
  void Report(int attempt, const absl::Status& status);

  // How often a server has been found: then what it has is to be asked for again.
  int times_found() const;
  // Cancels all calls, and those to come.
  void CancelAll();
  bool is_cancelled() const;

 private:
  void Works(int attempt);
  void Lost(int attempt, const absl::Status& why);
  void ConnectCurrent() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::vector<std::string> addresses_;
  const Connect connect_;
  const Tell tell_;
  mutable absl::Mutex mutex_;
  std::unique_ptr<v1::LogIngestService::StubInterface> stub_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::weak_ptr<StreamCall>> calls_ ABSL_GUARDED_BY(mutex_);
  size_t current_ ABSL_GUARDED_BY(mutex_) = 0;  // in addresses_
  int attempt_ ABSL_GUARDED_BY(mutex_) = 0;
  int times_found_ ABSL_GUARDED_BY(mutex_) = 0;
  bool works_ ABSL_GUARDED_BY(mutex_) = false;
  bool told_ ABSL_GUARDED_BY(mutex_) = false;  // that none answers
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SHIPPER_SERVERS_H_
