#ifndef PROVERLOG_TESTS_TESTING_UTIL_TCP_GATE_H_
#define PROVERLOG_TESTS_TESTING_UTIL_TCP_GATE_H_

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace proverlog::testing_util {

// A TCP proxy between a program and what it connects to, that breaks connections on purpose.
// Thread-safe. Its end cuts what is open and waits for its threads; programs that are started
// meanwhile inherit nothing of it.
class TcpGate {
 public:
  // Listens on a port of 127.0.0.1 that was free. `target` is host:port, the host as a number, or
  // the path of a Unix socket; while nothing listens there, what connects is cut at once.
  explicit TcpGate(std::string target);
  ~TcpGate();
  TcpGate(const TcpGate&) = delete;
  TcpGate& operator=(const TcpGate&) = delete;

  int port() const { return port_; }
  // host:port
  std::string address() const;

  // Resets all connections; what is on its way is lost. New ones are let through.
  void Cut();
  // Lets nothing through for so long, from now on.
  void Stall(absl::Duration duration);
  // Lets 4 KiB through every so often; zero is no delay.
  void SetDelay(absl::Duration delay);

 private:
  struct Connection;

  void Accept();
  void Pump(std::shared_ptr<Connection> connection, int from, int to);
  absl::Time NextPieceAt();

  const std::string target_;
  int listener_ = -1;
  int port_ = 0;
  absl::Mutex mutex_;
  int pumps_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::weak_ptr<Connection>> connections_ ABSL_GUARDED_BY(mutex_);
  absl::Time stalled_until_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Duration delay_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
  std::thread accepting_;  // last: it uses the others
};

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_TCP_GATE_H_
