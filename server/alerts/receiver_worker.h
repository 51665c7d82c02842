#ifndef PROVERLOG_SERVER_ALERTS_RECEIVER_WORKER_H_
#define PROVERLOG_SERVER_ALERTS_RECEIVER_WORKER_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/alerts/http_transport.h"
#include "server/alerts/receiver.h"
#include "server/metrics/metrics.h"
#include "storage/alert_outbox.h"

namespace proverlog {

// What delivering is done with. All of it outlives whoever has it; the functions are called by
// several threads.
struct DeliveryTools {
  AlertOutbox* outbox = nullptr;
  AlertMetrics* metrics = nullptr;
  std::function<bool()> leads;      // whether this replica delivers now
  std::function<absl::Time()> now;  // of the service's clock
  std::function<double()> random;   // from 0 to 1
};

// Tells one receiver what waits for it, until the receiver has taken it. One thread calls Round.
//
// A receiver that is not there, fails (5xx) or asks to wait (429) is left alone for a while, and
// all that is for it waits. A message that is refused (another status) waits alone.
class ReceiverWorker {
 public:
  // `transport` is this worker's own.
  ReceiverWorker(Receiver receiver, std::unique_ptr<HttpTransport> transport, DeliveryTools tools);

  // Tells what is due; returns when to look again, unless something is queued before.
  absl::Time Round();
  // Ends the round that is under way, for good. May be called by any thread.
  void Stop();

 private:
  struct Failure {
    std::string why;
    bool refused = false;           // the message, not the receiver, is at fault
    bool surely_not_taken = false;  // else it may have been
    absl::Duration retry_after;
  };

  absl::Status TellDue();
  // What is to be told now: the rest is dropped, or held back.
  absl::StatusOr<std::vector<Delivery>> TakeDue();
  absl::Status Tell(const std::vector<Delivery>& message);
  // Tells Alertmanager again what still fires.
  absl::Status TellWhatStillFires();

  // Whether it was taken; `failure` is set where it was not.
  bool Send(const std::vector<Delivery>& message, Failure& failure);
  Failure Judge(const absl::StatusOr<PostAnswer>& answer) const;
  // When what failed is tried again, after so many tries.
  absl::Time Postpone(const Failure& failure, int tries, size_t alerts);
  absl::Duration Backoff(int failures);
  // Whether more may be sent in this round.
  bool GoesOn() const;
  // Tells the metrics what waits; when it is to be tried, or never.
  absl::Time ReportWaiting();

  const Receiver receiver_;
  const std::unique_ptr<HttpTransport> transport_;
  const DeliveryTools tools_;
  std::atomic<bool> stopped_ = false;
  int failures_ = 0;  // of the receiver, in a row
  absl::Time not_before_ = absl::InfinitePast();
  absl::Time refresh_at_ = absl::InfinitePast();
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_RECEIVER_WORKER_H_
