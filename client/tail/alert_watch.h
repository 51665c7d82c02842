#ifndef PROVERLOG_CLIENT_TAIL_ALERT_WATCH_H_
#define PROVERLOG_CLIENT_TAIL_ALERT_WATCH_H_

#include <cstdint>
#include <set>
#include <utility>

#include "proverlog/v1/alert.pb.h"

namespace proverlog {

// Which changes of alerts are shown, and where the next call goes on. Not thread-safe.
class AlertWatch {
 public:
  // Of the alerts that `filter` asks for, by its prover, severity and labels.
  explicit AlertWatch(v1::ListAlertsRequest filter) : filter_(std::move(filter)) {
    request_.set_prover(filter_.prover());
  }

  // What the next call asks for.
  const v1::WatchAlertsRequest& request() const { return request_; }
  // Takes note of a response; whether it is to be shown.
  bool Take(const v1::WatchAlertsResponse& response);

 private:
  bool IsAskedFor(const v1::WatchAlertsResponse& response) const;

  const v1::ListAlertsRequest filter_;
  v1::WatchAlertsRequest request_;
  std::set<int64_t> firing_;  // that were shown without a change
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_TAIL_ALERT_WATCH_H_
